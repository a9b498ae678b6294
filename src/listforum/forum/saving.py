"""Attachments written as files: all of one or nothing, under a name that no file there has, whatever its length."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from gettext import gettext as _
from pathlib import Path

from listforum.errors import HomeError, MailFileError

_MOST_ALIKE = 1_001


def write_new(directory: Path, name: str, pieces: Iterable[bytes]) -> Path:
    """Writes a file, readable to nobody else; answers its path, with a number in it where the name is taken.

    The pieces are written as they come. What lies there is never touched, and nothing is left behind when it cannot be
    done. Raises HomeError, and MailFileError when a thousand files have that name.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        number, unfinished = tempfile.mkstemp(prefix=".listforum-", dir=directory)
    except OSError as error:
        raise _cannot_save(directory, error) from error
    try:
        with os.fdopen(number, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        return _published(Path(unfinished), directory, name)
    except OSError as error:
        raise _cannot_save(directory, error) from error
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _published(unfinished: Path, directory: Path, name: str) -> Path:
    for path in _names(directory, name):
        if _take_name(unfinished, path):
            _write_directory(directory)
            return path
    raise MailFileError(
        _("There are a thousand files named like {name} in {directory} already.").format(name=name, directory=directory)
    )


def _names(directory: Path, name: str) -> Iterator[Path]:
    stem, suffix = Path(name).stem, Path(name).suffix
    for n in range(1, _MOST_ALIKE):
        yield directory / (name if n == 1 else f"{stem} ({n}){suffix}")


def _take_name(unfinished: Path, path: Path) -> bool:
    """Gives the finished file its name; answers False where something has that name already."""
    try:
        os.link(unfinished, path, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EIO}:
            raise
    else:
        return True
    # A file system without hard links, such as a memory stick's: the name is taken with an empty file first.
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        return False
    unfinished.replace(path)
    return True


def _write_directory(directory: Path) -> None:
    try:
        number = os.open(directory, os.O_RDONLY)
    except OSError:  # somebody else's, to be written and not read: the file itself is safe
        return
    try:
        os.fsync(number)
    except OSError:  # not every file system can
        return
    finally:
        os.close(number)


def _cannot_save(directory: Path, error: OSError) -> HomeError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return HomeError(
            _("The disk is full: the attachment was not saved in {directory}. Free some space and do it again.").format(
                directory=directory
            )
        )
    return HomeError(
        _("The attachment cannot be saved in {directory}: {why}.").format(directory=directory, why=error.strerror)
    )
