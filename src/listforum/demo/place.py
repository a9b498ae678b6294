"""Where a demo lives: in a directory of its own that goes when it ends, or in one that the person named."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from gettext import gettext as _
from pathlib import Path
from typing import Final

from listforum.errors import BusyError, UsageError
from listforum.home import Home, explained

_PREFIX: Final = "listforum-demo-"
_SERVER: Final = "demo"
_RUNNING: Final = "running"


@contextmanager
def place(named: str | None) -> Iterator[tuple[Home, Path]]:
    """The home of the demo's reader, and the directory of its servers. Raises UsageError, BusyError and HomeError.

    Without a name, both vanish at the end; what a killed demo left behind is removed by the next one.
    """
    if named is not None:
        home = Home.locate(named, {})
        _must_be_a_demos(home)
        with _prepared(home) as server:
            yield home, server
        return
    _sweep()
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        home = Home(directory / "home")
        with _prepared(home) as server:
            yield home, server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _prepared(home: Home) -> Iterator[Path]:
    home.restrict_process()
    home.prepare()
    server = home.directory / _SERVER
    try:
        server.mkdir(mode=0o700, exist_ok=True)
        running = os.open(server / _RUNNING, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise explained(error, server) from error
    try:
        if not _locked(running):
            raise BusyError(_("A demo is running in {directory} already.").format(directory=home.directory))
        yield server
    finally:
        os.close(running)


def _must_be_a_demos(home: Home) -> None:
    """A home with somebody's own mail in it is never touched."""
    if (home.directory / _SERVER).is_dir() or not (home.config_file.exists() or home.database.exists()):
        return
    raise UsageError(
        _("{directory} is the home of lists of your own. Name another one for the demo, or none.").format(
            directory=home.directory
        )
    )


def _sweep() -> None:
    """Removes what demos left that were killed; one that runs holds its lock."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.is_symlink() or left.stat().st_uid != os.getuid():
                continue
            running = os.open(left / "home" / _SERVER / _RUNNING, os.O_RDWR | os.O_NOFOLLOW)
            try:
                if _locked(running):
                    shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(running)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
