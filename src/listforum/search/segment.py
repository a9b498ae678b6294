"""A segment: some thousand documents, gathered in memory and written once, or read as posting lists and columns."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from gettext import gettext as _
from itertools import chain
from pathlib import Path

from whoosh.codec.whoosh3 import W3Segment
from whoosh.util.numeric import length_to_byte

from listforum.model.forum import Document
from listforum.search.analysis import words
from listforum.search.codec import Codec, write_field
from listforum.search.postings import LENGTHS, NOWHERE, Postings
from listforum.search.query import FIELDS, list_term
from listforum.search.schema import DATE_COLUMN, MAX_FREQUENCY, POST_COLUMN, SCHEMA, name_term
from listforum.search.storage import CheckedStorage, Damaged, PrivateStorage, checksums, make_durable, numbers

NAME = "words"
"""The name Whoosh knows the index by: the beginning of its file names."""

POSTING_LISTS_HELD = 32
"""Posting lists kept in memory for each segment: whoever searches asks again with one more word."""

_CODEC = Codec()


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """What the manifest says of a segment: its file, the checksums of its blocks, and which documents are gone."""

    segment: str
    size: int
    blocks: tuple[int, ...]
    documents: int
    deleted: tuple[int, ...] = ()

    @property
    def file(self) -> str:
        return f"{NAME}_{self.segment}.seg"

    @property
    def living(self) -> int:
        return self.documents - len(self.deleted)


@dataclass(slots=True)
class _Field:
    """The postings of a field: for each term documents and frequencies, packed as document << 8 | frequency."""

    packed: defaultdict[bytes, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("I")))
    lengths: list[int] = field(default_factory=list)

    def add(self, document: int, texts: tuple[str, ...]) -> None:
        counted = Counter(chain.from_iterable(map(words, texts)))
        self.lengths.append(counted.total())
        base = document << 8
        for term, count in counted.items():
            self.packed[term.encode()].append(base | (count if count < MAX_FREQUENCY else MAX_FREQUENCY))

    def terms(self) -> Iterator[tuple[bytes, Postings]]:
        for term in sorted(self.packed):
            yield term, _unpack(self.packed[term])


def _unpack(packed: array[int]) -> Postings:
    return Postings([each >> 8 for each in packed], [float(each & 0xFF) for each in packed])


class Gathering:
    """Documents in memory on their way to a segment. A post that is added again replaces itself."""

    def __init__(self) -> None:
        self._fields: dict[str, _Field] = {name: _Field() for name in (*FIELDS, "list", "has")}
        self.posts = array("q")
        self.dates = array("q")
        self._at: dict[int, int] = {}
        self._replaced: list[int] = []

    def __len__(self) -> int:
        return len(self.posts)

    @property
    def deleted(self) -> frozenset[int]:
        """The documents that were replaced by later ones."""
        return frozenset(self._replaced)

    def postings(self, name: str, term: bytes) -> Postings:
        """All postings of a term in a field, replaced documents included."""
        packed = self._fields[name].packed.get(term)
        return NOWHERE if packed is None else _unpack(packed)

    def beginning(self, name: str, prefix: bytes) -> Iterator[Sequence[int]]:
        """The documents of every term of a field that begins so."""
        for term, packed in self._fields[name].packed.items():
            if term.startswith(prefix):
                yield _unpack(packed).documents

    def terms_of_forms(self, prefix: bytes) -> Collection[bytes]:
        """The terms that do not begin so, though a form of theirs does."""
        return ()

    def lengths(self, name: str) -> Sequence[int]:
        """The length of a field in each document, as the byte that stands for it."""
        return list(map(length_to_byte, self._fields[name].lengths))

    def add(self, document: Document) -> None:
        """Take in a post; one that stands in no list only takes the place of what was there, and is never found."""
        number = self._place(document.post, document.date)
        if not document.lists:
            self._replaced.append(self._at.pop(document.post))
        self._fields["subject"].add(number, (document.subject,))
        self._fields["author"].add(number, (document.author, document.address))
        self._fields["text"].add(number, (document.own_words,))
        self._fields["file"].add(number, document.files)
        for content in document.has:
            self._fields["has"].packed[name_term(content)].append(number << 8 | 1)
        for name in dict.fromkeys(map(list_term, document.lists)):
            self._fields["list"].packed[name_term(name)].append(number << 8 | 1)

    def add_segment(self, segment: Segment) -> None:
        """Take in all living documents of a segment."""
        dead = frozenset(segment.record.deleted)
        living = [number for number in range(segment.record.documents) if number not in dead]
        new = {number: self._place(segment.posts[number], segment.dates[number]) for number in living}
        for name in FIELDS:
            lengths = segment.lengths(name)
            self._fields[name].lengths += [LENGTHS[lengths[number]] for number in living]
        for field_name, term, postings in segment.every_term():
            kept = [
                new[number] << 8 | int(frequency)
                for number, frequency in zip(postings.documents, postings.frequencies, strict=True)
                if number in new
            ]
            if kept:
                self._fields[field_name].packed[term].extend(kept)

    def _place(self, post: int, date: int) -> int:
        number = len(self.posts)
        if post in self._at:
            self._replaced.append(self._at[post])
        self._at[post] = number
        self.posts.append(post)
        self.dates.append(date)
        return number

    def write(self, directory: Path) -> SegmentRecord:
        """Write what was gathered as one file, and return when it would survive a power cut."""
        storage = PrivateStorage(str(directory))
        segment: W3Segment = _CODEC.new_segment(storage, NAME)
        self._write_columns(storage, segment)
        writer = _CODEC.field_writer(storage, segment)
        for name in sorted(self._fields):
            lengths = self._fields[name].lengths if name in FIELDS else None
            write_field(writer, name, SCHEMA[name], self._fields[name].terms(), lengths)
        writer.close()
        segment.set_doc_count(len(self))
        segment.create_compound_file(storage)
        path = directory / segment.make_filename(segment.COMPOUND_EXT)
        make_durable(path)
        make_durable(directory)
        size, blocks = path.stat().st_size, checksums(path)
        return SegmentRecord(segment.segid, size, tuple(blocks), len(self), tuple(sorted(self._replaced)))

    def _write_columns(self, storage: PrivateStorage, segment: W3Segment) -> None:
        writer = _CODEC.per_document_writer(storage, segment)
        for number, (post, date) in enumerate(zip(self.posts, self.dates, strict=True)):
            writer.start_doc(number)
            for name in FIELDS:
                writer.add_field(name, SCHEMA[name], None, self._fields[name].lengths[number])
            writer.add_column_value("post", POST_COLUMN, post)
            writer.add_column_value("date", DATE_COLUMN, date)
            writer.finish_doc()
        writer.close()


class Segment:
    """A segment opened for reading. Raises Damaged when the file is not the one the record tells of."""

    def __init__(self, directory: Path, record: SegmentRecord) -> None:
        self.record = record
        segment = W3Segment(_CODEC, NAME, record.documents, record.segment, set(record.deleted))
        segment.compound = True
        self.whoosh_segment = segment
        storage = CheckedStorage(directory / record.file, record.size, record.blocks)
        self.storage = storage
        self._files = segment.open_compound_file(storage)
        self._terms = _CODEC.terms_reader(self._files, segment)
        self.posts: Sequence[int] = self._column("post", "q")
        self.dates: Sequence[int] = self._column("date", "q")
        self._lengths: dict[str, Sequence[int]] = {}
        self._held: dict[tuple[str, bytes], Postings] = {}

    @property
    def deleted(self) -> frozenset[int]:
        """The documents that were replaced by ones in other segments."""
        return frozenset(self.record.deleted)

    def postings(self, name: str, term: bytes) -> Postings:
        """All postings of a term in a field, deleted documents included."""
        key = name, term
        if key not in self._held:
            if len(self._held) >= POSTING_LISTS_HELD:
                del self._held[next(iter(self._held))]
            self._held[key] = self._terms.postings(name, term)
        return self._held[key]

    def beginning(self, name: str, prefix: bytes) -> Iterator[Sequence[int]]:
        """The documents of every term of a field that begins so."""
        for field_name, term in self._terms.terms_from(name, prefix):  # type: ignore[attr-defined]
            if field_name != name or not term.startswith(prefix):
                break
            yield self._terms.postings(name, term).documents

    def terms_of_forms(self, prefix: bytes) -> Collection[bytes]:
        """The terms that do not begin so, though a form of theirs does."""
        return ()

    def every_term(self) -> Iterator[tuple[str, bytes, Postings]]:
        """Field, term and postings of all there is."""
        return self._terms.every_term()

    def lengths(self, name: str) -> Sequence[int]:
        """The length of a field in each document, as the byte that stands for it."""
        if name not in self._lengths:
            self._lengths[name] = self._column(f"_{name}_len", "B")
        return self._lengths[name]

    def _column(self, name: str, typecode: str) -> array[int]:
        """A column's values; those at the end that are nought are not written."""
        file = _CODEC.column_filename(self.whoosh_segment, name)
        found = array(typecode)
        if self._files.file_exists(file):
            found = numbers(typecode, self._files.open_file(file).read())
        if len(found) > self.record.documents:
            raise Damaged(
                _("{file} holds more than its {documents} documents").format(
                    file=self.record.file, documents=self.record.documents
                )
            )
        found.extend([0] * (self.record.documents - len(found)))
        return found


def stored_length(length: int) -> int:
    """A field length as the index remembers it: as one byte."""
    return LENGTHS[length_to_byte(length)]
