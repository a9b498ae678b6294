"""Files of mails: mbox, single mails, Maildirs, directories of them, compressed or not; and writing an mbox.

What a file is, its content says first, where it lies and its name after that. In directories hidden entries are passed
over, so the subfolders of a Maildir++ (`.Sent`) must be named to be read; symbolic links are not followed.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from gettext import gettext as _
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

from listforum.archive import compressed, mbox
from listforum.errors import MailFileError

Problem = Literal["damaged", "not mail"]

_BEGINNING = 8192
_CERTAIN_FIELDS = frozenset(b"content-type from message-id mime-version received return-path subject".split())


@dataclass(frozen=True, slots=True)
class MailFile:
    """One mail out of a file: its bytes, and where it stood, as "file:number", counted from 1.

    With a `problem` there are no bytes, and `words` say to a person what was wrong: "damaged" is a mail or a file that
    should have been read, "not mail" a file passed over because it is something else.
    """

    raw: bytes
    where: str
    problem: Problem | None = None
    words: str = ""


def read_mails(path: Path, progress: Callable[[int, int], None] | None = None) -> Iterator[MailFile]:
    """The mails of a file, or of all the files of a directory in the order of their names.

    Line ends stay as they are. `progress` is told the bytes read so far and in all, as they lie on the disk. What is
    wrong with one mail or one file stops nothing: it is reported among the mails. Raises MailFileError only when
    `path` does not exist, or is a single file that gave not one mail.
    """
    sources = list(_walk(path))
    gauge = _Gauge(progress or _tell_nobody, sum(source.size for source in sources))
    single = not path.is_dir()
    for source in sources:
        found = False
        try:
            for mail in _read(source, gauge):
                found = True
                yield mail
        except _NotMailError as error:
            if single:
                raise MailFileError(str(error)) from error
            yield MailFile(b"", str(source.path), "not mail", str(error))
        except MailFileError as error:
            if single and not found:
                raise
            yield MailFile(b"", str(source.path), "damaged", str(error))
        gauge.finish(source.size)


def write_mboxrd(mails: Iterable[tuple[bytes, str, int]], path: Path) -> int:
    """Write mails, each with its envelope sender and its date in seconds since 1970 UTC, to a new mboxrd; how many.

    With the sender "listforum" any mail is read back as it was, but for CRLF, which becomes LF, and a last line end,
    which is added where there is none. The file stands there whole or not at all, readable to nobody else. Raises
    MailFileError when something stands there already, or it cannot be written.
    """
    if os.path.lexists(path):
        raise MailFileError(_already_there(path))
    try:
        number, name = tempfile.mkstemp(prefix=".listforum-", dir=path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    unfinished = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            count = _write(mails, file)
        _publish(unfinished, path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


# --- what lies there ----------------------------------------------------------------------------------------------


class _NotMailError(Exception):
    """Something else than mail lies there."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Something to read. `alone` when it lies in a Maildir, where every file is one mail."""

    path: Path
    size: int = 0
    alone: bool = False
    obstacle: Exception | None = None


def _walk(top: Path) -> Iterator[_Source]:
    waiting = [top]
    while waiting:
        path = waiting.pop()
        try:
            if path is not top and path.is_symlink():
                yield _Source(path, obstacle=_NotMailError(_("{path} is a symbolic link.").format(path=path)))
            elif path.is_dir():
                waiting.extend(sorted(_entries(path), reverse=True))
            else:
                yield _source(path)
        except OSError as error:
            obstacle = _cannot_read(path, error)
            if path is top:
                raise obstacle from error
            yield _Source(path, obstacle=obstacle)


def _source(path: Path) -> _Source:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        return _Source(
            path, obstacle=_NotMailError(_("{path} is no file, but a device, a pipe or a socket.").format(path=path))
        )
    return _Source(path, found.st_size, path.parent.name in ("cur", "new") and _is_maildir(path.parent.parent))


def _entries(directory: Path) -> Iterator[Path]:
    passed_over = "tmp" if _is_maildir(directory) else None
    return (path for path in directory.iterdir() if not path.name.startswith(".") and path.name != passed_over)


def _is_maildir(directory: Path) -> bool:
    return (directory / "cur").is_dir() and (directory / "new").is_dir()


# --- reading ------------------------------------------------------------------------------------------------------


class _Gauge:
    """Tells how many bytes were read, as they lie on the disk."""

    def __init__(self, progress: Callable[[int, int], None], total: int) -> None:
        self._progress = progress
        self._total = total
        self._finished = 0

    def watched(self, pieces: Iterable[bytes], file: BinaryIO) -> Iterator[bytes]:
        for piece in pieces:
            self._progress(min(self._finished + file.tell(), self._total), self._total)
            yield piece

    def finish(self, size: int) -> None:
        self._finished += size
        self._progress(self._finished, self._total)


def _read(source: _Source, gauge: _Gauge) -> Iterator[MailFile]:
    if source.obstacle:
        raise source.obstacle
    try:
        with source.path.open("rb") as file:
            yield from _mails(source, gauge.watched(compressed.pieces(file), file))
    except OSError as error:
        raise _cannot_read(source.path, error) from error
    except compressed.DAMAGED as error:
        raise MailFileError(
            _("{path} is damaged or cut short: {error}.").format(path=source.path, error=error)
        ) from error


def _mails(source: _Source, pieces: Iterator[bytes]) -> Iterator[MailFile]:
    beginning = b""
    while len(beginning) < _BEGINNING and (piece := next(pieces, b"")):
        beginning += piece
    content = chain([beginning], pieces)
    if not source.alone and mbox.begins_mbox(beginning):
        for number, raw in enumerate(mbox.split(content), 1):
            yield _mail(raw, f"{source.path}:{number}")
    elif source.alone or ".eml" in source.path.suffixes or _begins_mail(beginning):
        yield _mail(_whole(content), f"{source.path}:1")
    elif mbox.without_blank(beginning):
        raise _NotMailError(
            _("{path} holds no mail: neither an mbox nor a mail begins there.").format(path=source.path)
        )


def _begins_mail(beginning: bytes) -> bool:
    names = {*mbox.field_names(mbox.without_blank(beginning))}
    return not names.isdisjoint(_CERTAIN_FIELDS) or len(names & mbox.KNOWN_FIELDS) > 1


def _mail(raw: bytes | None, where: str) -> MailFile:
    if raw is not None:
        return MailFile(raw, where)
    words = _("This mail is larger than {most} MB and was left out.")
    return MailFile(b"", where, "damaged", words.format(most=mbox.LARGEST_MAIL // 2**20))


def _whole(content: Iterable[bytes]) -> bytes | None:
    """A mail that lies alone in a file; None when it is too large."""
    raw = bytearray()
    for piece in content:
        raw += piece
        if len(raw) > mbox.LARGEST_MAIL:
            return None
    return mbox.without_envelope(bytes(raw))


def _cannot_read(path: Path, error: OSError) -> MailFileError:
    return MailFileError(_("{path} cannot be read: {why}.").format(path=path, why=error.strerror or error))


def _tell_nobody(_done: int, _total: int) -> None:
    """Progress that nobody asked for."""


# --- writing ------------------------------------------------------------------------------------------------------


def _write(mails: Iterable[tuple[bytes, str, int]], file: BinaryIO) -> int:
    count = 0
    for raw, sender, date in mails:
        file.write(mbox.as_mboxrd(raw, sender, date))
        count += 1
    file.flush()
    os.fsync(file.fileno())
    return count


def _publish(unfinished: Path, path: Path) -> None:
    """Give the file its name, and take nobody else's."""
    try:
        os.link(unfinished, path)
    except FileExistsError as error:
        raise MailFileError(_already_there(path)) from error
    except OSError as error:
        # A file system without hard links, such as a memory stick's: only there a file made this very moment is lost.
        if os.path.lexists(path):
            raise MailFileError(_already_there(path)) from error
        unfinished.rename(path)
    with suppress(OSError):  # Not every file system can do this, and the mails themselves are safe.
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _already_there(path: Path) -> str:
    return _("{path} exists already. Choose another name, or move it away.").format(path=path)


def _cannot_write(path: Path, error: OSError) -> MailFileError:
    return MailFileError(
        _("{path} cannot be written: {why}. Nothing was left there.").format(path=path, why=error.strerror or error)
    )
