"""A segment on disk: some thousand documents, the newest first, as posting lists and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from listforum.search.codec import EXTENSIONS, Codec
from listforum.search.codec import Segment as WhooshSegment
from listforum.search.postings import LENGTHS, NOWHERE, Postings
from listforum.search.query import FIELDS
from listforum.search.schema import FORMS, form_and_term
from listforum.search.storage import CheckedStorage, FileRecord, PrivateStorage, make_durable, recorded

NAME: Final = "words"
"""The name Whoosh knows the index by: the beginning of its file names."""

POSTINGS_HELD: Final = 100_000
"""Postings of one segment kept in memory: whoever searches asks again with one more word."""

_CODEC: Final = Codec()


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """What the manifest says of a segment: its files, how many documents it has, and which of them are gone."""

    segment: str
    files: tuple[FileRecord, ...]
    documents: int
    deleted: tuple[int, ...] = ()

    @property
    def living(self) -> int:
        return self.documents - len(self.deleted)


@dataclass(frozen=True, slots=True)
class Columns:
    """What a segment has of each document: its post, its date, and as one byte each the lengths of its fields."""

    posts: Sequence[int]
    dates: Sequence[int]
    lengths: dict[str, bytes]


FieldTerms = tuple[str, Iterable[tuple[bytes, Postings]]]
"""A field and its terms in ascending order."""


def write_segment(
    directory: Path, columns: Columns, fields: Iterable[FieldTerms], deleted: Sequence[int] = ()
) -> SegmentRecord:
    """Write a segment, and return when it would survive a power cut. Documents stand newest first."""
    storage = PrivateStorage(str(directory))
    segment = _CODEC.new_segment(storage, NAME)
    segment.set_doc_count(len(columns.posts))
    numbers = _CODEC.per_document_writer(storage, segment)
    numbers.write_column("post", columns.posts)
    numbers.write_column("date", columns.dates)
    for name, lengths in columns.lengths.items():
        numbers.write_lengths(name, lengths)
    numbers.close()
    writer = _CODEC.field_writer(storage, segment)
    for name, terms in fields:
        writer.start_field(name)
        for term, postings in terms:
            writer.write_term(term, postings)
        writer.finish_field()
    writer.close()
    paths = [directory / segment.make_filename(extension) for extension in EXTENSIONS]
    for path in paths:
        make_durable(path)
    make_durable(directory)
    return SegmentRecord(segment.segid, tuple(map(recorded, paths)), len(columns.posts), tuple(sorted(deleted)))


def topics_of(posts: Sequence[int], topics: Sequence[int]) -> list[int]:
    """The topic of each of these posts, by the topics of all; 0 for posts that are gone."""
    try:
        return list(map(topics.__getitem__, posts))
    except IndexError:  # the newest posts are gone
        return [topics[post] if post < len(topics) else 0 for post in posts]


class Segment:
    """A segment opened for reading. Raises Damaged when a file is not the one the record tells of."""

    def __init__(self, directory: Path, record: SegmentRecord) -> None:
        self.record = record
        self.deleted = frozenset(record.deleted)
        self.whoosh_segment = WhooshSegment.known(NAME, record.segment, record.documents, record.deleted)
        self.storage = CheckedStorage(directory, record.files)
        self._fields = _CODEC.terms_reader(self.storage, self.whoosh_segment).fields
        self._columns = _CODEC.per_document_reader(self.storage, self.whoosh_segment)
        self.posts: Sequence[int] = self._columns.column("post")
        self.dates: Sequence[int] = self._columns.column("date")
        self._lengths: dict[str, bytes] = {}
        self._held: dict[tuple[str, bytes], Postings] = {}
        self._size_held = 0
        self._total_lengths: dict[str, int] = {}
        self._topics: Sequence[int] = ()
        self._placed: Sequence[int] = ()

    def postings(self, name: str, term: bytes) -> Postings:
        """All postings of a term in a field, deleted documents included."""
        key = name, term
        if key not in self._held:
            found = self._fields[name].postings(term) if name in self._fields else NOWHERE
            self._size_held += len(found.documents) + 1
            while self._size_held > POSTINGS_HELD and self._held:
                self._size_held -= len(self._held.pop(next(iter(self._held))).documents) + 1
            self._held[key] = found
        return self._held[key]

    def beginning(self, name: str, prefix: bytes) -> Iterator[Sequence[int]]:
        """The documents of every term of a field that begins so, of one or more terms at a time."""
        return self._fields[name].documents_beginning(prefix) if name in self._fields else iter(())

    def terms_of_forms(self, prefix: bytes) -> Collection[bytes]:
        """The terms that do not begin so, though a form of theirs does."""
        forms = self._fields[FORMS].beginning(prefix) if FORMS in self._fields else iter(())
        terms = {form_and_term(entry)[1] for entry in forms}
        return {term for term in terms if not term.startswith(prefix)}

    def words_beginning(self, prefix: bytes) -> Iterator[tuple[str, str]]:
        """The words that begin so, as they are written in folded letters, and their terms; and terms as words."""
        if FORMS in self._fields:
            for entry in self._fields[FORMS].beginning(prefix):
                form, term = form_and_term(entry)
                yield form.decode(), term.decode()
        for name in FIELDS:
            for term in self._fields[name].beginning(prefix) if name in self._fields else ():
                word = term.decode()
                yield word, word

    def every_term(self, name: str) -> Iterator[tuple[bytes, Postings]]:
        """The terms of a field in order, and their postings."""
        return self._fields[name].every() if name in self._fields else iter(())

    def lengths(self, name: str) -> bytes:
        """The length of a field in each document, as the byte that stands for it."""
        if name not in self._lengths:
            self._lengths[name] = bytes(list(self._columns.lengths(name)))  # of an array `bytes` gives the memory
        return self._lengths[name]

    def total_length(self, name: str) -> int:
        """The summed length of a field in all documents that are not deleted."""
        if name not in self._total_lengths:
            counted = Counter(self.lengths(name))
            counted.subtract(self.lengths(name)[number] for number in self.deleted)
            self._total_lengths[name] = sum(LENGTHS[byte] * count for byte, count in counted.items())
        return self._total_lengths[name]

    def placed(self, topics: Sequence[int]) -> Sequence[int]:
        """The topic of each document; the topics of posts are read anew where they are given anew."""
        if self._topics is not topics:
            # A list: the numbers in it are made once, and not at each look as those of an array.
            self._topics, self._placed = topics, topics_of(self.posts, topics)
        return self._placed

    def columns(self) -> Columns:
        """All that is known of each document."""
        return Columns(self.posts, self.dates, {name: self.lengths(name) for name in FIELDS})
