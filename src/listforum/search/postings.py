"""Posting lists: the documents a term stands in, and how they are packed.

Numbers are packed by planes: first the lowest byte of each, then the next. The high bytes of small numbers are all
nought, and zlib makes next to nothing of them. Packing and unpacking run at the speed of C: no loop here is over
numbers.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import sub
from typing import Final

from whoosh.util.numeric import byte_to_length

LENGTHS: Final = tuple(map(byte_to_length, range(256)))
"""Field lengths are kept as one byte: what each byte stands for."""

_WORTH_COMPRESSING: Final = 64
_FASTEST: Final = 1
_COMPRESSED: Final = 0x80
_ALL_ONCE: Final = 0x40
_WIDTH: Final = 0x0F
_WIDTHS: Final = {"B": 1, "H": 2, "I": 4}
_TYPECODES: Final = {1: "B", 2: "H", 4: "I"}
_LITTLE: Final = sys.byteorder == "little"


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents a term stands in, ascending, and how often it stands in each: 1 to 255."""

    documents: Sequence[int]
    frequencies: Sequence[int]


NOWHERE: Final = Postings((), b"")


def pack(postings: Postings) -> bytes:
    """A posting list of one or more documents, in bytes."""
    documents, frequencies = postings.documents, bytes(postings.frequencies)
    steps = [documents[0], *map(sub, documents[1:], documents)]
    typecode = _typecode(max(steps))
    once = frequencies.count(1) == len(frequencies)
    content = planes(array(typecode, steps)) + (b"" if once else frequencies)
    kind = _WIDTHS[typecode] | (_ALL_ONCE if once else 0)
    if len(content) >= _WORTH_COMPRESSING:
        smaller = zlib.compress(content, _FASTEST)
        if len(smaller) < len(content):
            return bytes((kind | _COMPRESSED,)) + smaller
    return bytes((kind,)) + content


def unpack(packed: bytes, count: int) -> Postings:
    """The posting list of so many documents that was packed."""
    kind = packed[0]
    content = zlib.decompress(packed[1:]) if kind & _COMPRESSED else packed[1:]
    width = kind & _WIDTH
    end = count * width
    frequencies = b"\1" * count if kind & _ALL_ONCE else content[end : end + count]
    steps = from_planes(content[:end], _TYPECODES[width])
    return Postings(array("I", accumulate(steps)), frequencies)


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """Numbers of 64 bits with a sign, in bytes."""
    return zlib.compress(planes(array("q", numbers)))


def unpack_numbers(packed: bytes) -> array[int]:
    """The numbers that were packed."""
    return from_planes(zlib.decompress(packed), "q")


def planes(numbers: array[int]) -> bytes:
    """Numbers as bytes: the lowest byte of each, then the next."""
    content, width = numbers.tobytes(), numbers.itemsize
    order = range(width) if _LITTLE else range(width - 1, -1, -1)
    return b"".join([content[plane::width] for plane in order])


def from_planes(content: bytes, typecode: str) -> array[int]:
    """The numbers that these bytes are the planes of."""
    numbers = array(typecode)
    width = numbers.itemsize
    count = len(content) // width
    interleaved = bytearray(count * width)
    for plane in range(width):
        at = plane if _LITTLE else width - 1 - plane
        interleaved[at::width] = content[plane * count : (plane + 1) * count]
    numbers.frombytes(interleaved)
    return numbers


def _typecode(highest: int) -> str:
    return "B" if highest < 1 << 8 else "H" if highest < 1 << 16 else "I"
