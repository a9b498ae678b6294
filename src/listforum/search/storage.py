"""The index directory: private files, written to last, and read only through their checksums.

Whoosh keeps its segments as pickles, so not one byte of them may reach it that is not as it was written. A segment's
checksums, one for every block, stand in the manifest; a block is verified when it is read, before any of it is used.
That costs in proportion to what a search reads, and nothing for the rest of the file.
"""

from __future__ import annotations

import os
import weakref
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

BLOCK = 65_536
MAX_BLOCKS_HELD = 128

FRESH = ".new"
"""Ends the name of a file that will replace another."""


class Damaged(Exception):
    """The index is not what was written. The message says how, in words."""


class Missing(Damaged):
    """There is no index, or a file of it is gone, as any writer will see for itself."""


@contextmanager
def reading_index() -> Iterator[None]:
    """Raise Damaged for what Whoosh makes of a wrong file, whatever it raises."""
    try:
        yield
    except (Damaged, OSError, MemoryError):
        raise
    except Exception as error:  # Whoosh and pickle raise anything at all when they misread a file
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
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    make_durable(path.parent)


class CheckedFile:
    """A file whose every read is verified. Raises Damaged, never returns a byte that was not written."""

    def __init__(self, path: Path, size: int, blocks: Sequence[int]) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)
        self._name = path.name
        self._blocks = blocks
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


class _Window:
    """A part of a checked file, as the file object Whoosh's StructFile wraps."""

    def __init__(self, source: CheckedFile, base: int, length: int) -> None:
        self.source, self.base, self.length = source, base, length
        self._at = 0

    def at(self, position: int, length: int) -> bytes:
        return self.source.read(self.base + position, min(length, self.length - position))

    def read(self, length: int = -1) -> bytes:
        found = self.at(self._at, self.length if length < 0 else length)
        self._at += len(found)
        return found

    def readline(self) -> bytes:
        """Pickles ask for lines: short ones, of numbers and names."""
        line = self.at(self._at, 4_096)
        line = line[: line.find(b"\n") + 1 or len(line)]
        self._at += len(line)
        return line

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.length}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        """The checked file is shared by its windows and closes with the last of them."""


class CheckedStructFile(StructFile):
    """A StructFile over a part of a checked file; its parts share the file instead of copying it to memory."""

    def __init__(self, window: _Window, name: str) -> None:
        super().__init__(window, name=name)
        self._window = window

    def get(self, position: int, length: int) -> bytes:
        """The bytes at a position; where reading goes on stays as it was."""
        return self._window.at(position, length)

    def subset(self, offset: int, length: int, name: str | None = None) -> CheckedStructFile:
        """A part of this part."""
        window = _Window(self._window.source, self._window.base + offset, length)
        return CheckedStructFile(window, name or str(self))


class PrivateStorage(FileStorage):
    """Where Whoosh writes segments: files 0600, directories 0700, nothing outside of the index directory."""

    def create_file(self, name: str, excl: bool = False, mode: str = "wb", **_options: object) -> StructFile:
        """A new file for writing."""
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | (os.O_EXCL if excl else 0)
        return StructFile(os.fdopen(os.open(Path(self.folder) / name, flags, 0o600), mode), name=name)

    def temp_storage(self, name: str | None = None) -> PrivateStorage:
        """A directory inside this one."""
        path = Path(self.folder) / (name or "temporary.tmp")
        path.mkdir(mode=0o700, exist_ok=True)
        return PrivateStorage(str(path))


class CheckedStorage(FileStorage):
    """One segment's file, open and readable even when a newer index has removed it from the directory."""

    supports_mmap = False

    def __init__(self, path: Path, size: int, blocks: Sequence[int]) -> None:
        super().__init__(str(path.parent), supports_mmap=False, readonly=True)
        self._only = path.name
        self._checked = CheckedFile(path, size, blocks)

    def open_file(self, name: str, **_options: object) -> StructFile:
        """The segment's file, the only one there is."""
        if name != self._only:
            raise Damaged(_("the index names an unknown file, {file}").format(file=name))
        return CheckedStructFile(_Window(self._checked, 0, self._checked.size), name)


def numbers(typecode: str, column: bytes) -> array[int]:
    """The values of a Whoosh numeric column, which is big-endian."""
    found = array(typecode, column)
    if memoryview(array("H", [1])).tobytes() == b"\1\0":
        found.byteswap()
    return found
