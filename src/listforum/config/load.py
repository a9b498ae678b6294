"""The config file: who may have written or read it, and what stands in it."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from pathlib import Path

from listforum import home
from listforum.config.check import ASK, check
from listforum.config.settings import EMPTY, Config
from listforum.errors import ConfigError
from listforum.secret import Secret

MAX_BYTES = 1_000_000


def load(path: Path) -> Config:
    """Return what the config file says, checked wholly, or raise one ConfigError that names every mistake in it.

    A file that holds a password is refused where others could read it, and one that names commands where others could
    have written it. Passwords never stand in the error.
    """
    content, facts = _read(path)
    config, mistakes = _understood(content, path, facts)
    if mistakes:
        raise ConfigError("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    return config


def _understood(content: Secret, path: Path, facts: os.stat_result) -> tuple[Config, list[str]]:
    """Return the settings and the mistakes. Raises nothing: its locals may hold passwords, and tracebacks show them."""
    mistake, document = _parsed(content)
    if mistake:
        return EMPTY, [mistake]
    config, mistakes = check(document, path.parent)
    return config, [*mistakes, *_exposures(document, path, facts)]


def _read(path: Path) -> tuple[Secret, os.stat_result]:
    """Return the file's text, which may hold passwords, and the facts of the very file that was read."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise ConfigError(
                    _("{path}: is no file, but a device or a pipe; the config is a file").format(path=path)
                )
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            _(
                "{path}: there is no config yet; `listforum setup` writes one to fill in,"
                " or copy config.example.toml there"
            ).format(path=path)
        ) from None
    except IsADirectoryError:
        raise ConfigError(_("{path}: is a directory; the config is a file").format(path=path)) from None
    except OSError as error:
        raise ConfigError(_("{path}: cannot be read: {why}").format(path=path, why=error.strerror)) from None
    if len(content) > MAX_BYTES:
        raise ConfigError(
            _("{path}: is larger than {most} MB; that is no config").format(path=path, most=MAX_BYTES // 1_000_000)
        )
    # Editors of other systems begin a text file with a byte order mark.
    text = content.decode("utf-8-sig", "surrogateescape")
    return Secret(text), facts


def _without_waiting(path: str, flags: int) -> int:
    """Open what may be a pipe into which nobody will ever write."""
    return os.open(path, flags | os.O_NONBLOCK)


def _parsed(content: Secret) -> tuple[str, Mapping[str, object]]:
    for number, line in enumerate(content.reveal().split("\n"), 1):
        if any(0xDC80 <= ord(character) <= 0xDCFF for character in line):
            return _("line {number}: is not UTF-8; save the file as UTF-8").format(number=number), {}
    try:
        document = tomllib.loads(content.reveal())
    except (ValueError, RecursionError) as error:
        return _("is not TOML: {error}").format(error=error), {}
    return "", _with_wrapped_passwords(document)


def _with_wrapped_passwords(document: dict[str, object]) -> dict[str, object]:
    for account in _account_tables(document):
        for key in ("password", "proxy"):
            if isinstance(text := account.get(key), str):
                account[key] = Secret(text)
    return document


def _account_tables(document: Mapping[str, object]) -> Iterator[dict[str, object]]:
    accounts = document.get("accounts")
    for account in accounts.values() if isinstance(accounts, dict) else ():
        if isinstance(account, dict):
            yield account


# --- who else could have read or written it ---------------------------------------------------------------------------


def _exposures(document: Mapping[str, object], path: Path, facts: os.stat_result) -> Iterator[str]:
    """Yield what must change before this file may be trusted with what stands in it."""
    accounts = list(_account_tables(document))
    if any(account.get("password", ASK) != ASK or _proxy_login(account) for account in accounts):
        yield from _password_exposures(path, facts)
    elif any("password_command" in account or "token_command" in account for account in accounts):
        yield from _command_exposures(path, facts)


def _proxy_login(account: Mapping[str, object]) -> bool:
    """Tell whether a proxy's password stands here too."""
    written = account.get("proxy")
    return isinstance(written, Secret) and "@" in written.reveal()


def _password_exposures(path: Path, facts: os.stat_result) -> Iterator[str]:
    if path.resolve().parent != path.parent.resolve():
        yield _(
            "holds a password, but is a link to {target}; put the file itself here, or use password_command"
        ).format(target=path.resolve())
    if facts.st_uid != os.geteuid():
        yield _("holds a password, but belongs to another user; copy it, so that it is yours")
    if facts.st_mode & 0o077:
        if home.modes_hold(path.parent):
            yield _("holds a password that others could read; run: chmod 600 {path}").format(path=path)
        else:
            yield _(
                'holds a password, and this file system keeps it from nobody; write password = "ask",'
                " or use password_command"
            )
    yield from _directory_exposures(path)


def _command_exposures(path: Path, facts: os.stat_result) -> Iterator[str]:
    if facts.st_uid not in (os.geteuid(), 0):
        yield _("names a command to run, but belongs to another user; copy it, so that it is yours")
    if facts.st_mode & 0o022 and home.modes_hold(path.parent):
        yield _("names a command to run, and others can change it; run: chmod 600 {path}").format(path=path)
    yield from _directory_exposures(path)


def _directory_exposures(path: Path) -> Iterator[str]:
    mode = path.parent.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX and home.modes_hold(path.parent):
        yield _("others can put another file in its place; run: chmod 700 {directory}").format(directory=path.parent)
