"""A folder of mails on disk, as a server keeps it: what it has accepted is there after any death of the process."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LONE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")
_UIDVALIDITY: Final = "uidvalidity"


@dataclass(frozen=True, slots=True)
class Stored:
    """A mail by its UID (RFC 3501, 2.3.1.1): when it arrived, in seconds since 1970, and its octets on the wire."""

    uid: int
    arrived: int
    size: int


class Mailbox:
    """One folder, in a directory of its own: a file for each mail, `<uid>.eml`, of which the time is its arrival.

    Safe to use from several threads of one process. Mails only come: none ever changes or goes. Raises `OSError` when
    the directory cannot be read or written.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._lock = threading.Lock()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.uidvalidity = _uidvalidity(directory)
        self._mails = _stored(directory)

    @property
    def mails(self) -> tuple[Stored, ...]:
        """All mails there are now, by UID."""
        return self._mails

    @property
    def uidnext(self) -> int:
        """The UID of the next mail."""
        mails = self._mails
        return mails[-1].uid + 1 if mails else 1

    def read(self, uid: int) -> bytes:
        """A mail as it goes over the wire."""
        return (self.directory / f"{uid}.eml").read_bytes()

    def append(self, mail: bytes, arrived: int) -> int:
        """Keep a mail that arrived at `arrived`; it is on the disk when its UID is answered."""
        with self._lock:
            uid = self.uidnext
            draft = self.directory / "draft"
            size = _write(draft, mail, arrived)
            _to_disk(draft)
            draft.rename(self.directory / f"{uid}.eml")
            _to_disk(self.directory)
            self._mails = (*self._mails, Stored(uid, arrived, size))
            return uid


def open_filled(directory: Path, arrivals: Iterable[tuple[bytes, int]]) -> Mailbox:
    """The mailbox in a directory; where there is none yet, one with these mails and their arrivals, or none at all."""
    if not directory.exists():
        draft = directory.with_name(directory.name + ".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        for uid, (mail, arrived) in enumerate(arrivals, 1):
            _write(draft / f"{uid}.eml", mail, arrived)
        _uidvalidity(draft)
        _to_disk(draft)
        draft.rename(directory)
        _to_disk(directory.parent)
    return Mailbox(directory)


def _write(path: Path, mail: bytes, arrived: int) -> int:
    """Writes a mail as it goes over the wire: lines end in CRLF, and no literal holds a NUL (RFC 3501, 4.3)."""
    octets = _LONE_LINE_FEED.sub(b"\r\n", mail).replace(b"\0", b"\x80")
    path.write_bytes(octets)
    os.utime(path, (arrived, arrived))
    return len(octets)


def _stored(directory: Path) -> tuple[Stored, ...]:
    found = []
    for entry in os.scandir(directory):
        name, dot, kind = entry.name.partition(".")
        if dot and kind == "eml" and name.isdigit():
            about = entry.stat()
            found.append(Stored(int(name), int(about.st_mtime), about.st_size))
    return tuple(sorted(found, key=lambda mail: mail.uid))


def _uidvalidity(directory: Path) -> int:
    path = directory / _UIDVALIDITY
    if not path.exists():
        draft = directory / "draft"
        draft.write_text(f"{int(time.time())}\n", "ascii")
        _to_disk(draft)
        draft.rename(path)
    return int(path.read_text("ascii"))


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
