"""Files that may be compressed, read in pieces: memory stays flat, and what grows beyond reason is refused."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from gettext import gettext as _
from typing import BinaryIO

from listforum.errors import MailFileError

PIECE = 2**20
"""Bytes of the largest piece."""

GROWS_AT_MOST = 200
"""Times its own size: mail shrinks to a tenth or so, a bomb to a thousandth."""

ALWAYS_ALLOWED = 64 * 2**20
LARGEST_FILE = 64 * 2**30
_XZ_MEMORY = 128 * 2**20

DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError)
"""What reading may raise when a file cannot be read or is not whole."""

_Decompressor = bz2.BZ2Decompressor | lzma.LZMADecompressor


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """The content of a file opened at its beginning, decompressed if it is gzip, bzip2 or xz by its first bytes.

    Raises MailFileError for a decompression bomb, and one of DAMAGED when the data is not whole.
    """
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        return _bounded(_gunzipped(file), file)
    if magic.startswith(b"BZh"):
        return _bounded(_decompressed(file, bz2.BZ2Decompressor), file)
    if magic == b"\xfd7zXZ\x00":
        return _bounded(_decompressed(file, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)), file)
    return _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _gunzipped(file: BinaryIO) -> Iterator[bytes]:
    unpacked = gzip.GzipFile(fileobj=file)
    while piece := unpacked.read1(PIECE):  # `read` would lose what stands just before a damage.
        yield piece


def _decompressed(file: BinaryIO, begin: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """One stream after the other; NUL bytes may stand between them, as xz writes them."""
    waiting = file.read(PIECE)
    while waiting:
        stream = begin()
        yield from _one_stream(stream, waiting, file)
        waiting = stream.unused_data.lstrip(b"\0") or file.read(PIECE).lstrip(b"\0")


def _one_stream(stream: _Decompressor, waiting: bytes, file: BinaryIO) -> Iterator[bytes]:
    while not stream.eof:
        if stream.needs_input and not waiting:
            waiting = file.read(PIECE)
            if not waiting:
                raise EOFError(_("the compressed data ends too early"))
        piece = stream.decompress(waiting, PIECE)
        waiting = b""
        if piece:
            yield piece


def _bounded(content: Iterable[bytes], file: BinaryIO) -> Iterator[bytes]:
    allowed = min(max(ALWAYS_ALLOWED, GROWS_AT_MOST * os.fstat(file.fileno()).st_size), LARGEST_FILE)
    read = 0
    for piece in content:
        read += len(piece)
        if read > allowed:
            raise MailFileError(
                _(
                    "{file} grows to more than {most} MB when it is decompressed, which no mail does. The rest of "
                    "it was not read."
                ).format(file=file.name, most=allowed // 10**6)
            )
        yield piece
