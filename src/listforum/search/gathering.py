"""Documents in memory: on their way to a segment, or newer than the index and searched as they are."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from whoosh.util.numeric import length_to_byte

from listforum.model.forum import Document
from listforum.search.analysis import forms_of, raw_counts, term_counts
from listforum.search.codec import MOST_FREQUENT
from listforum.search.postings import LENGTHS, NOWHERE, Postings
from listforum.search.query import FIELDS, list_term
from listforum.search.schema import FORMS, NAMES, form_entry, name_term
from listforum.search.segment import Columns, FieldTerms, SegmentRecord, write_segment


@dataclass(slots=True)
class _Field:
    """The postings of a field: for each term documents and frequencies, packed as document << 8 | frequency."""

    packed: defaultdict[str, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("I")))
    lengths: bytearray = field(default_factory=bytearray)

    def add(self, document: int, counts: dict[str, int]) -> None:
        base, length, packed = document << 8, 0, self.packed
        for term, count in counts.items():
            length += count
            packed[term].append(base | (count if count < MOST_FREQUENT else MOST_FREQUENT))
        self.lengths.append(length_to_byte(length))

    def terms(self, numbers: Sequence[int] | None) -> Iterator[tuple[bytes, Postings]]:
        for term in sorted(self.packed):
            yield term.encode(), _unpacked(self.packed[term], numbers)


def _unpacked(packed: array[int], numbers: Sequence[int] | None) -> Postings:
    """A posting list; `numbers` are the new ones of documents that are to be put in order."""
    if numbers is not None:
        packed = array("I", sorted([numbers[each >> 8] << 8 | each & 0xFF for each in packed]))
    return Postings(array("I", [each >> 8 for each in packed]), bytes([each & 0xFF for each in packed]))


class Gathering:
    """Documents that were added one by one, in any order. A post that is added again replaces itself."""

    def __init__(self) -> None:
        self._fields = {name: _Field() for name in (*FIELDS, *NAMES)}
        self._raw_words: set[str] = set()
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
        packed = self._fields[name].packed.get(term.decode())
        return NOWHERE if packed is None else _unpacked(packed, None)

    def beginning(self, name: str, prefix: bytes) -> Iterator[Sequence[int]]:
        """The documents of every term of a field that begins so."""
        begins = prefix.decode()
        for term, packed in self._fields[name].packed.items():
            if term.startswith(begins):
                yield _unpacked(packed, None).documents

    def terms_of_forms(self, prefix: bytes) -> Collection[bytes]:
        """The terms that do not begin so, though a form of theirs does."""
        begins = prefix.decode()
        forms = forms_of(self._raw_words)
        return {term.encode() for form, term in forms if form.startswith(begins) and not term.startswith(begins)}

    def lengths(self, name: str) -> bytes:
        """The length of a field in each document, as the byte that stands for it."""
        return bytes(self._fields[name].lengths)

    def add(self, document: Document) -> None:
        """Take in a post; one that stands in no list only takes the place of what was there, and is never found."""
        number = self._place(document.post, document.date)
        if not document.lists:
            self._replaced.append(self._at.pop(document.post))
        self._add_words("subject", number, (document.subject,))
        self._add_words("author", number, (document.author, document.address))
        self._add_words("text", number, (document.own_words,))
        self._add_words("file", number, document.files)
        self._add_names("list", number, map(list_term, document.lists))
        self._add_names("has", number, document.has)

    def _add_words(self, name: str, number: int, texts: tuple[str, ...]) -> None:
        raw = raw_counts(*texts)
        self._raw_words.update(raw)
        self._fields[name].add(number, term_counts(raw))

    def _add_names(self, name: str, number: int, names: Iterable[str]) -> None:
        for each in dict.fromkeys(names):
            self._fields[name].packed[name_term(each).decode()].append(number << 8 | 1)

    def _place(self, post: int, date: int) -> int:
        number = len(self.posts)
        if post in self._at:
            self._replaced.append(self._at[post])
        self._at[post] = number
        self.posts.append(post)
        self.dates.append(date)
        return number

    # --- writing

    def write(self, directory: Path) -> SegmentRecord:
        """Write what was gathered, and return when it would survive a power cut."""
        numbers = self._newest_first()
        order = range(len(self)) if numbers is None else sorted(range(len(self)), key=numbers.__getitem__)
        columns = Columns(
            [self.posts[number] for number in order],
            [self.dates[number] for number in order],
            {name: bytes(map(self._fields[name].lengths.__getitem__, order)) for name in FIELDS},
        )
        replaced = self._replaced if numbers is None else [numbers[number] for number in self._replaced]
        return write_segment(directory, columns, self._terms(numbers), replaced)

    def _newest_first(self) -> Sequence[int] | None:
        """The number each document gets so that they stand newest first; None when they already do."""
        keys = list(zip(self.dates, self.posts, strict=True))
        order = sorted(range(len(self)), key=keys.__getitem__, reverse=True)
        if order == list(range(len(self))):
            return None
        numbers = array("I", bytes(4 * len(self)))
        for number, document in enumerate(order):
            numbers[document] = number
        return numbers

    def _terms(self, numbers: Sequence[int] | None) -> Iterator[FieldTerms]:
        for name in sorted((*self._fields, FORMS)):
            if name == FORMS:
                yield name, ((entry, NOWHERE) for entry in sorted(map(form_entry, forms_of(self._raw_words))))
            else:
                yield name, self._fields[name].terms(numbers)


def stored_length(length: int) -> int:
    """A field length as the index remembers it: as one byte."""
    return LENGTHS[length_to_byte(length)]
