"""Making one segment of several: their terms are read in order side by side, and hardly anything is held in memory."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from listforum.search.postings import NOWHERE, Postings
from listforum.search.query import FIELDS
from listforum.search.schema import FORMS, NAMES, form_and_term
from listforum.search.segment import Columns, FieldTerms, Segment, SegmentRecord, write_segment

_GONE = 0xFFFF_FFFF

_Entry = tuple[bytes, int, Postings]
"""A term, the number of a segment, and the term's postings there."""


def merge(directory: Path, segments: Sequence[Segment]) -> SegmentRecord:
    """Write one segment with all documents of these that are not deleted."""
    order = sorted(_living(segments), reverse=True)
    numbers = [array("I", [_GONE]) * segment.record.documents for segment in segments]
    for new, (_date, _post, nth, document) in enumerate(order):
        numbers[nth][document] = new
    lengths = {name: [segment.lengths(name) for segment in segments] for name in FIELDS}
    columns = Columns(
        [post for _date, post, _nth, _document in order],
        [date for date, _post, _nth, _document in order],
        {name: bytes([known[nth][document] for _, _, nth, document in order]) for name, known in lengths.items()},
    )
    return write_segment(directory, columns, _fields(segments, numbers))


def _fields(segments: Sequence[Segment], numbers: Sequence[array[int]]) -> Iterator[FieldTerms]:
    """All fields; last the forms of the terms that still stand somewhere."""
    forms = sorted({entry for segment in segments for entry, _ in segment.every_term(FORMS)})
    formed = {form_and_term(entry)[1] for entry in forms}
    living: set[bytes] = set()
    for name in (*FIELDS, *NAMES):
        yield name, _noting(_terms(segments, name, numbers), formed, living)
    yield FORMS, ((entry, NOWHERE) for entry in forms if form_and_term(entry)[1] in living)


def _noting(
    terms: Iterator[tuple[bytes, Postings]], formed: set[bytes], living: set[bytes]
) -> Iterator[tuple[bytes, Postings]]:
    for term, postings in terms:
        if term in formed:
            living.add(term)
        yield term, postings


def _living(segments: Sequence[Segment]) -> Iterator[tuple[int, int, int, int]]:
    """Date and post of each document that is not deleted, and where it is: segment and number."""
    for nth, segment in enumerate(segments):
        for document, (date, post) in enumerate(zip(segment.dates, segment.posts, strict=True)):
            if document not in segment.deleted:
                yield date, post, nth, document


def _terms(segments: Sequence[Segment], name: str, numbers: Sequence[array[int]]) -> Iterator[tuple[bytes, Postings]]:
    entries = heapq.merge(*(_entries(segment, nth, name) for nth, segment in enumerate(segments)), key=itemgetter(0))
    for term, same in groupby(entries, key=itemgetter(0)):
        if (postings := _renumbered(same, numbers)).documents:
            yield term, postings


def _entries(segment: Segment, nth: int, name: str) -> Iterator[_Entry]:
    return ((term, nth, postings) for term, postings in segment.every_term(name))


def _renumbered(entries: Iterable[_Entry], numbers: Sequence[array[int]]) -> Postings:
    packed = sorted(
        numbers[nth][document] << 8 | frequency
        for _term, nth, postings in entries
        for document, frequency in zip(postings.documents, postings.frequencies, strict=True)
    )
    while packed and packed[-1] >> 8 == _GONE:
        packed.pop()
    return Postings(array("I", [each >> 8 for each in packed]), bytes([each & 0xFF for each in packed]))
