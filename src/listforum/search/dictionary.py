"""The dictionary of a segment: the terms of each field in order, with their posting lists or where those are.

Terms stand in blocks. A block holds them in one string and everything else in arrays, so that no loop runs over the
terms to find one. A term that stands in few documents has its posting list in the block itself: most terms stand in one
document only.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from struct import Struct
from typing import Final, NamedTuple

from listforum.search.postings import (
    NOWHERE,
    Postings,
    from_planes,
    pack,
    pack_numbers,
    planes,
    unpack,
    unpack_numbers,
)

TERMS_A_BLOCK: Final = 128
MOST_INLINE: Final = 4
"""Documents of a posting list that is kept in the block."""

BLOCKS_HELD: Final = 32

_ELSEWHERE: Final = 255
_PARTED: Final = b"\0"
_SIZES: Final = Struct("<IIII")

Read = Callable[[int, int], bytes]
"""Gives the bytes of a file, by position and length."""

Write = Callable[[bytes], int]
"""Writes bytes to the end of a file, and answers the position they begin at."""


class FieldWriter:
    """Writes the terms of one field, which come in ascending order and hold no byte that is nought."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._firsts: list[bytes] = []
        self._places: list[int] = []
        self._lengths: list[int] = []
        self._begin_block()

    def _begin_block(self) -> None:
        self._terms: list[bytes] = []
        self._counts = bytearray()
        self._documents = array("I")
        self._frequencies = bytearray()
        self._far = array("Q")  # place, length and number of documents of each posting list elsewhere

    def add(self, term: bytes, postings: Postings) -> None:
        """Write a term; it may stand nowhere."""
        documents = postings.documents
        self._terms.append(term)
        if len(documents) <= MOST_INLINE:
            self._counts.append(len(documents))
            self._documents.extend(documents)
            self._frequencies += bytes(postings.frequencies)
        else:
            packed = pack(postings)
            self._counts.append(_ELSEWHERE)
            self._far.extend((self._write(packed), len(packed), len(documents)))
        if len(self._terms) == TERMS_A_BLOCK:
            self._end_block()

    def _end_block(self) -> None:
        terms = _PARTED.join(self._terms)
        documents, far = planes(self._documents), planes(self._far)
        sizes = _SIZES.pack(len(terms), len(self._counts), len(documents), len(far))
        block = sizes + terms + self._counts + documents + far + self._frequencies
        packed = zlib.compress(block)
        self._firsts.append(self._terms[0])
        self._places.append(self._write(packed))
        self._lengths.append(len(packed))
        self._begin_block()

    def finish(self) -> bytes:
        """Ends the field; answers what `Field` finds the terms by."""
        if self._terms:
            self._end_block()
        places, lengths = pack_numbers(self._places), pack_numbers(self._lengths)
        firsts = zlib.compress(_PARTED.join(self._firsts))
        return _SIZES.pack(len(self._firsts), len(places), len(lengths), len(firsts)) + places + lengths + firsts


class _Block(NamedTuple):
    terms: list[bytes]
    counts: bytes
    documents: array[int]
    frequencies: bytes
    far: array[int]

    def postings(self, at: int, read: Read) -> Postings:
        count = self.counts[at]
        before = self.counts[:at]
        if count == _ELSEWHERE:
            nth = 3 * before.count(_ELSEWHERE)
            place, length, documents = self.far[nth : nth + 3]
            return unpack(read(place, length), documents)
        start = sum(before) - _ELSEWHERE * before.count(_ELSEWHERE)
        return Postings(self.documents[start : start + count], self.frequencies[start : start + count])

    def every(self, read: Read) -> Iterator[tuple[bytes, Postings]]:
        far, ends = iter(self.far), accumulate(0 if count == _ELSEWHERE else count for count in self.counts)
        for term, count, end in zip(self.terms, self.counts, ends, strict=True):
            if count == _ELSEWHERE:
                place, length, documents = next(far), next(far), next(far)
                yield term, unpack(read(place, length), documents)
            else:
                yield term, Postings(self.documents[end - count : end], self.frequencies[end - count : end])

    def documents_between(self, start: int, end: int, read: Read) -> Iterator[Sequence[int]]:
        """The documents of the terms from one place on to before another."""
        before, within = self.counts[:start], self.counts[start:end]
        first = sum(before) - _ELSEWHERE * before.count(_ELSEWHERE)
        yield self.documents[first : first + sum(within) - _ELSEWHERE * within.count(_ELSEWHERE)]
        nth = before.count(_ELSEWHERE)
        for far in range(nth, nth + within.count(_ELSEWHERE)):
            place, length, documents = self.far[3 * far : 3 * far + 3]
            yield unpack(read(place, length), documents).documents


class Field:
    """The terms of one field, read block by block; some blocks are held."""

    def __init__(self, read: Read, index: bytes) -> None:
        count, places, lengths, firsts = _SIZES.unpack_from(index)
        at = _SIZES.size
        self._read = read
        self._places = unpack_numbers(index[at : at + places])
        self._lengths = unpack_numbers(index[at + places : at + places + lengths])
        at += places + lengths
        self._firsts = zlib.decompress(index[at : at + firsts]).split(_PARTED) if count else []
        self._held: dict[int, _Block] = {}

    def postings(self, term: bytes) -> Postings:
        """The postings of a term; none where it is not here."""
        nth = bisect_right(self._firsts, term) - 1
        if nth < 0:
            return NOWHERE
        block = self._block(nth)
        at = bisect_left(block.terms, term)
        if at == len(block.terms) or block.terms[at] != term:
            return NOWHERE
        return block.postings(at, self._read)

    def __contains__(self, term: bytes) -> bool:
        return next(self.terms_from(term), None) == term

    def terms_from(self, start: bytes) -> Iterator[bytes]:
        """The terms in order, from `start` on."""
        for nth in range(max(0, bisect_right(self._firsts, start) - 1), len(self._firsts)):
            terms = self._block(nth).terms
            yield from terms[bisect_left(terms, start) :]

    def beginning(self, prefix: bytes) -> Iterator[bytes]:
        """The terms that begin so, in order."""
        for term in self.terms_from(prefix):
            if not term.startswith(prefix):
                return
            yield term

    def documents_beginning(self, prefix: bytes) -> Iterator[Sequence[int]]:
        """The documents of all terms that begin so, of one or more terms at a time."""
        after = _after(prefix)
        for nth in range(max(0, bisect_right(self._firsts, prefix) - 1), len(self._firsts)):
            if after is not None and self._firsts[nth] >= after:
                return
            block = self._block(nth)
            start = bisect_left(block.terms, prefix)
            end = len(block.terms) if after is None else bisect_left(block.terms, after)
            yield from block.documents_between(start, end, self._read)

    def every(self) -> Iterator[tuple[bytes, Postings]]:
        """All terms and their postings, in order."""
        for nth in range(len(self._firsts)):
            yield from self._load(nth).every(self._read)

    def _block(self, nth: int) -> _Block:
        if nth not in self._held:
            if len(self._held) >= BLOCKS_HELD:
                del self._held[next(iter(self._held))]
            self._held[nth] = self._load(nth)
        return self._held[nth]

    def _load(self, nth: int) -> _Block:
        content = zlib.decompress(self._read(self._places[nth], self._lengths[nth]))
        terms, counts, documents, far = _SIZES.unpack_from(content)
        ends = list(accumulate((_SIZES.size, terms, counts, documents, far)))
        terms_, counts_, documents_, far_ = (content[start:end] for start, end in pairwise(ends))
        return _Block(
            terms_.split(_PARTED), counts_, from_planes(documents_, "I"), content[ends[-1] :], from_planes(far_, "Q")
        )


def _after(prefix: bytes) -> bytes | None:
    """What comes after everything that begins so; None where nothing does."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes((kept[-1] + 1,)) if kept else None
