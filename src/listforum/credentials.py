"""Where an account's password or token comes from: a program of the person's choice, the config, or the person."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from gettext import gettext as _
from pathlib import Path

from listforum.config.settings import Account, SecretCommand, SecretPrompt
from listforum.errors import Cancelled, LoginError
from listforum.secret import Secret

SECONDS = 30.0
MAX_BYTES = 65_536
_CHUNK = 16_384
_TICK = 0.05

_KEPT = re.compile(
    "PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TERM|TMPDIR"
    "|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_.*|DBUS_SESSION_BUS_ADDRESS"
    "|GNUPGHOME|GPG_TTY|SSH_AUTH_SOCK|PASSWORD_STORE_.*"
    # A token is fetched over the network: without these the program would go around a proxy that hides the person.
    "|(?:all|http|https|no)_proxy|(?:ALL|HTTP|HTTPS|NO)_PROXY"
)


def never() -> bool:
    return False


def read_secret(account: Account, ask: Callable[[str], str], cancelled: Callable[[], bool] = never) -> Secret:
    """Return the account's password or token; `ask` is called with a question when the person is to type it.

    A command runs without a shell, for at most 30 seconds, and its first line of output counts; it is given the
    terminal where there is one, for programs that ask there. `cancelled` is looked at while it runs. Raises LoginError,
    which holds nothing of the secret, and Cancelled when the person stopped the command.
    """
    source = account.secret
    if isinstance(source, SecretCommand):
        return _from_command(source.argv, account.name, cancelled)
    if isinstance(source, SecretPrompt):
        return _from_person(account, ask)
    return source.secret


def _from_person(account: Account, ask: Callable[[str], str]) -> Secret:
    try:
        answer = Secret(ask(_question(account)))
    except EOFError:
        words = _("account {account}: nobody is there to type the password")
        raise LoginError(words.format(account=account.name)) from None
    if not answer.reveal():
        raise LoginError(_("account {account}: the password is empty").format(account=account.name))
    if not _is_one_line(answer.reveal()):
        words = _("account {account}: the password holds a line break or a NUL, which no server takes")
        raise LoginError(words.format(account=account.name))
    return answer


def _question(account: Account) -> str:
    words = _("Password of {user} at {host} (account {account})")
    return words.format(user=account.imap.user, host=account.imap.host, account=account.name)


def _from_command(argv: tuple[str, ...], account: str, cancelled: Callable[[], bool]) -> Secret:
    outcome = _run(argv, account, cancelled)
    if outcome.cancelled:
        words = _("account {account}: the command {command} was stopped")
        raise Cancelled(words.format(account=account, command=argv[0]))
    mistake, secret = _secret_of(outcome)
    if mistake:
        facts = {"code": outcome.code, "reason": _reason(outcome), "most": MAX_BYTES // 1024, "seconds": SECONDS}
        raise LoginError(mistake.format(account=account, command=argv[0], **facts))
    return secret


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a command left: its exit code, None when it had to be stopped; the beginning of what it wrote."""

    code: int | None
    output: bytes = field(repr=False)
    errors: bytes = field(repr=False)
    cancelled: bool


def _secret_of(outcome: _Outcome) -> tuple[str, Secret]:
    """Return words on what is wrong with the outcome, or none and the secret. Never raises: a traceback shows locals.

    The words have places for the account, the command and the facts about it.
    """
    if mistake := _mistake(outcome):
        return mistake, Secret("")
    try:
        text = _first_line(outcome.output).decode()
    except UnicodeDecodeError:
        return _("account {account}: the command {command} wrote something that is not UTF-8"), Secret("")
    if not text:
        return _("account {account}: the command {command} is empty"), Secret("")
    if not _is_one_line(text):
        return _("account {account}: the command {command} holds a line break or a NUL, which no server takes"), Secret(
            ""
        )
    return "", Secret(text)


def _mistake(outcome: _Outcome) -> str:
    """Return words on what went wrong with the command itself, if anything did."""
    if len(outcome.output) > MAX_BYTES:
        return _(
            "account {account}: the command {command} wrote more than {most} kB; its first line should be the secret"
        )
    if outcome.code is None:
        return _("account {account}: the command {command} gave no answer within {seconds:.0f} seconds")
    if outcome.code == 0:
        return ""
    if _reason(outcome):
        return _("account {account}: the command {command} failed with exit code {code}: {reason}")
    return _("account {account}: the command {command} failed with exit code {code}")


def _reason(outcome: _Outcome) -> str:
    return _first_line(outcome.errors).decode("utf-8", "replace").strip()[:200]


def _first_line(output: bytes) -> bytes:
    return output.split(b"\n", 1)[0].removesuffix(b"\r")


def _is_one_line(secret: str) -> bool:
    """Tell whether a server could be given this."""
    return not any(character in "\r\n\0" for character in secret)


# --- running the command ----------------------------------------------------------------------------------------------


def _run(argv: tuple[str, ...], account: str, cancelled: Callable[[], bool]) -> _Outcome:
    try:
        program = str(Path(argv[0]).expanduser()) if argv[0].startswith("~") else argv[0]
        process = subprocess.Popen(  # noqa: S603 - the person's own config names it, and no shell reads it
            [program, *argv[1:]],
            stdin=None if _has_terminal() else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(os.environ),
            process_group=0,
        )
    except OSError as error:
        words = _("account {account}: the command {command} cannot be run: {why}")
        raise LoginError(words.format(account=account, command=argv[0], why=error.strerror)) from None
    except RuntimeError:
        words = _("account {account}: the command {command} cannot be found: there is no such user")
        raise LoginError(words.format(account=account, command=argv[0])) from None
    with process, _stopped_at_the_end(process), _terminal_lent_to(process):
        return _collected(process, cancelled)


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if _KEPT.fullmatch(name)}


def _has_terminal() -> bool:
    """Tell whether a command may ask on the terminal: only where nothing else is reading from it."""
    return threading.current_thread() is threading.main_thread() and os.isatty(0)


@contextmanager
def _stopped_at_the_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the command with all it started, unless it has ended by itself."""
    try:
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _terminal_lent_to(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Make the command the terminal's foreground while it runs, as a shell does: else reading there would stop it."""
    if not _has_terminal() or not _in_foreground():
        yield
        return
    # Taking the terminal back is done from the background, where the kernel would stop this process for it.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        with suppress(OSError):  # it may have ended already
            os.tcsetpgrp(0, process.pid)
            os.killpg(process.pid, signal.SIGCONT)  # it may have asked before the terminal was its own
        yield
    finally:
        os.tcsetpgrp(0, os.getpgrp())
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:  # a terminal, but not the one that controls this process
        return False


def _collected(process: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> _Outcome:
    """Read both outputs, as far as they are of use, until the command ends, says too much or takes too long.

    A command that has ended is not waited for any longer, whoever of its children still holds the pipes.
    """
    deadline = time.monotonic() + SECONDS
    collected: dict[str, bytearray] = {"output": bytearray(), "errors": bytearray()}
    with selectors.DefaultSelector() as selector:
        for name, pipe in (("output", process.stdout), ("errors", process.stderr)):
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, name)
        code = None
        while time.monotonic() < deadline and len(collected["output"]) <= MAX_BYTES and not cancelled():
            code = process.poll()
            if not _take_what_is_there(selector, collected, 0 if code is not None else _TICK) and code is not None:
                break
    stopped = code == -signal.SIGINT or cancelled()
    return _Outcome(code, bytes(collected["output"]), bytes(collected["errors"]), stopped)


def _take_what_is_there(selector: selectors.BaseSelector, collected: dict[str, bytearray], seconds: float) -> bool:
    """Read once from each pipe that has something within `seconds`; tell whether any had."""
    if not selector.get_map():
        time.sleep(seconds)
        return False
    ready = selector.select(seconds)
    for key, _events in ready:
        chunk = os.read(key.fd, _CHUNK)
        if not chunk:
            selector.unregister(key.fileobj)
        elif len(collected[key.data]) <= MAX_BYTES:
            collected[key.data] += chunk
    return bool(ready)
