"""COMPRESS=DEFLATE (RFC 4978): one stream each way, and what arrives is inflated a bounded piece at a time."""

from __future__ import annotations

import zlib
from typing import Final

PIECE: Final = 65_536
"""Bytes inflated at once, at the most: a small piece of the network may hold a thousand times as much."""

_LEVEL: Final = 9
_RAW: Final = -15
"""A stream without zlib's header, over the largest window (RFC 1951)."""

DamagedStreamError = zlib.error


class Deflate:
    """The two streams of a link: `compressed` for what is said, `feed` and `inflated` for what is heard."""

    def __init__(self) -> None:
        self._out = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
        self._in = zlib.decompressobj(_RAW)
        self._waiting = b""

    def compressed(self, data: bytes) -> bytes:
        """The bytes to send, up to a point where the other side can read all of it."""
        return self._out.compress(data) + self._out.flush(zlib.Z_SYNC_FLUSH)

    def feed(self, data: bytes) -> None:
        """Takes what the network brought."""
        self._waiting += data

    def inflated(self) -> bytes:
        """At most `PIECE` bytes; b"" when it needs more from the network. Raises `DamagedStreamError`."""
        data = self._in.decompress(self._waiting, PIECE)
        self._waiting = self._in.unconsumed_tail
        if not data and self._in.eof:
            raise DamagedStreamError("end")
        return data
