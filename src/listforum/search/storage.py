"""The index directory: private files, written to last, and read only through their checksums.

The checksums of a file, one for every block, stand in the manifest; a block is verified when it is read, before any of
it is used. That costs in proportion to what a search reads, and nothing for the rest of the file.
"""

from __future__ import annotations

import os
import weakref
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

from listforum.errors import ListforumError

BLOCK = 16_384
MAX_BLOCKS_HELD = 64

FRESH = ".new"
"""Ends the name of a file that will replace another."""


class Damaged(Exception):
    """The index is not what was written. The message says how, in words."""


class Missing(Damaged):
    """There is no index, or a file of it is gone, as any writer will see for itself."""


@contextmanager
def reading_index() -> Iterator[None]:
    """Raise Damaged for what is made of a wrong file, whatever it raises."""
    try:
        yield
    except (Damaged, ListforumError, OSError, MemoryError):
        raise
    except Exception as error:  # zlib, struct and Whoosh raise anything at all when they misread a file
        raise Damaged(f"{type(error).__name__}: {error}") from error


def checksums(path: Path) -> list[int]:
    """The CRC-32 of each block of a file."""
    with path.open("rb") as file:
        return [zlib.crc32(block) for block in iter(lambda: file.read(BLOCK), b"")]


def make_durable(path: Path) -> None:
    """Return once the file or directory would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a private file by another content, so that after a power cut one of the two is there, whole."""
    fresh = path.with_name(path.name + FRESH)
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    make_durable(path.parent)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the manifest says of a file: its name, its size in bytes and the CRC-32 of each of its blocks."""

    name: str
    size: int
    blocks: tuple[int, ...]


def recorded(path: Path) -> FileRecord:
    """The record of a file as it is."""
    return FileRecord(path.name, path.stat().st_size, tuple(checksums(path)))


class CheckedFile:
    """A file whose every read is verified. Raises Damaged, never returns a byte that was not written."""

    def __init__(self, path: Path, record: FileRecord) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)
        self._name = path.name
        self._blocks = record.blocks
        size = record.size
        self._held: dict[int, bytes] = {}
        self.size = size
        found = os.fstat(self._descriptor).st_size
        if found != size:
            raise Damaged(
                _("{file} has {found} bytes and should have {size}").format(file=path.name, found=found, size=size)
            )

    def read(self, position: int, length: int) -> bytes:
        """The bytes at a position; fewer at the end of the file."""
        end = min(position + length, self.size)
        if position >= end:
            return b""
        first, last = position // BLOCK, (end - 1) // BLOCK
        if first == last:
            return self._block(first)[position - first * BLOCK : end - first * BLOCK]
        whole = b"".join(map(self._block, range(first, last + 1)))
        return whole[position - first * BLOCK : end - first * BLOCK]

    def _block(self, number: int) -> bytes:
        block = self._held.get(number)
        if block is None:
            block = self._fetch(number * BLOCK)
            if zlib.crc32(block) != self._blocks[number]:
                raise Damaged(
                    _("{file} was changed at byte {position} or shortly after").format(
                        file=self._name, position=number * BLOCK
                    )
                )
            if len(self._held) >= MAX_BLOCKS_HELD:
                del self._held[next(iter(self._held))]
            self._held[number] = block
        return block

    def _fetch(self, position: int) -> bytes:
        try:
            return os.pread(self._descriptor, BLOCK, position)
        except OSError as error:
            raise Damaged(
                _("{file} cannot be read at byte {position} ({why})").format(
                    file=self._name, position=position, why=error.strerror
                )
            ) from error


class CheckedStructFile(StructFile):
    """A checked file as Whoosh reads files: by position and length alone."""

    def __init__(self, source: CheckedFile, name: str) -> None:
        super().__init__(None, name=name)
        self._source = source

    def get(self, position: int, length: int) -> bytes:
        """The bytes at a position."""
        return self._source.read(position, length)


class PrivateStorage(FileStorage):
    """Where Whoosh writes segments: files 0600, directories 0700, nothing outside of the index directory."""

    def create_file(self, name: str, excl: bool = False, mode: str = "wb", **_options: object) -> StructFile:
        """A new file for writing."""
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | (os.O_EXCL if excl else 0)
        return StructFile(os.fdopen(os.open(Path(self.folder) / name, flags, 0o600), mode), name=name)


class CheckedStorage(FileStorage):
    """One segment's files, open and readable even when a newer index has removed them from the directory."""

    supports_mmap = False

    def __init__(self, directory: Path, records: Sequence[FileRecord]) -> None:
        super().__init__(str(directory), supports_mmap=False, readonly=True)
        self._files = {record.name: CheckedFile(directory / record.name, record) for record in records}

    def open_file(self, name: str, **_options: object) -> CheckedStructFile:
        """One of the segment's files."""
        return CheckedStructFile(self._known(name), name)

    def file_length(self, name: str) -> int:
        """The size of one of the segment's files in bytes."""
        return self._known(name).size

    def _known(self, name: str) -> CheckedFile:
        if name not in self._files:
            raise Damaged(_("the index names an unknown file, {file}").format(file=name))
        return self._files[name]
