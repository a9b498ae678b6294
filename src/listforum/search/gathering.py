"""Documents in memory: on their way to a segment, or newer than the index and searched as they are."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from whoosh.util.numeric import length_to_byte

from listforum.model.forum import Document
from listforum.search.analysis import MAX_WORD, forms_of, raw_counts, terms_of
from listforum.search.codec import MOST_FREQUENT
from listforum.search.postings import LENGTHS, NOWHERE, Postings
from listforum.search.query import FIELDS, list_term
from listforum.search.schema import FORMS, NAMES, form_entry, name_term
from listforum.search.segment import Columns, FieldTerms, SegmentRecord, topics_of, write_segment


class _Targets(dict[str, "tuple[array[int], ...]"]):
    """Where the postings of a raw word go: to those of each of its terms. Long words are not remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.packed: dict[str, array[int]] = {}
        self.shared: set[str] = set()
        self.forms_of_long: set[tuple[str, str]] = set()

    def __missing__(self, raw: str) -> tuple[array[int], ...]:
        made = tuple(map(self._postings_of, terms_of(raw)))
        if len(raw) <= MAX_WORD:
            self[raw] = made
        else:
            self.forms_of_long |= forms_of([raw])
        return made

    def _postings_of(self, term: str) -> array[int]:
        if term in self.packed:
            self.shared.add(term)
        return self.packed.setdefault(term, array("I"))


class _Field:
    """The postings of a field: for each term documents and frequencies, packed as document << 8 | frequency.

    A document comes several times in a row where several of its words have the same term.
    """

    def __init__(self) -> None:
        self.targets = _Targets()
        self.lengths = bytearray()

    def add(self, document: int, raw: Counter[str]) -> None:
        base, length, targets = document << 8, 0, self.targets
        for word, count in raw.items():
            packed = base | (count if count < MOST_FREQUENT else MOST_FREQUENT)
            for postings in targets[word]:
                postings.append(packed)
                length += count
        self.lengths.append(length_to_byte(length))

    def add_name(self, document: int, name: str) -> None:
        self.targets.packed.setdefault(name, array("I")).append(document << 8 | 1)

    def postings(self, term: str, numbers: Sequence[int] | None = None) -> Postings:
        """A posting list; `numbers` are the new ones of documents that are to be put in order."""
        packed: Sequence[int] = self.targets.packed.get(term, ())
        if term in self.targets.shared:
            packed = _summed(packed)
        if numbers is not None:
            packed = sorted([numbers[each >> 8] << 8 | each & 0xFF for each in packed])
        return Postings(array("I", [each >> 8 for each in packed]), bytes([each & 0xFF for each in packed]))

    def terms(self, numbers: Sequence[int] | None) -> Iterator[tuple[bytes, Postings]]:
        for term in sorted(self.targets.packed):
            yield term.encode(), self.postings(term, numbers)


def _summed(packed: Sequence[int]) -> Sequence[int]:
    """One posting for each document, in place of several in a row."""
    found: dict[int, int] = {}
    for each in packed:
        found[each >> 8] = found.get(each >> 8, 0) + (each & 0xFF)
    if len(found) == len(packed):
        return packed
    return [document << 8 | min(frequency, MOST_FREQUENT) for document, frequency in found.items()]


class Gathering:
    """Documents that were added one by one, in any order. A post that is added again replaces itself."""

    def __init__(self) -> None:
        self._fields = {name: _Field() for name in (*FIELDS, *NAMES)}
        self.posts = array("q")
        self.dates = array("q")
        self._at: dict[int, int] = {}
        self._replaced: list[int] = []
        self._known_forms: set[tuple[str, str]] | None = None
        self.withdrawn: set[int] = set()
        """Posts that are not to be found any more, and whose words are not to stay."""

    def __len__(self) -> int:
        return len(self.posts)

    @property
    def deleted(self) -> frozenset[int]:
        """The documents that were replaced by later ones."""
        return frozenset(self._replaced)

    def postings(self, name: str, term: bytes) -> Postings:
        """All postings of a term in a field, replaced documents included."""
        return self._fields[name].postings(term.decode())

    def beginning(self, name: str, prefix: bytes) -> Iterator[Sequence[int]]:
        """The documents of every term of a field that begins so."""
        begins = prefix.decode()
        for term in self._fields[name].targets.packed:
            if term.startswith(begins):
                yield self._fields[name].postings(term).documents

    def terms_of_forms(self, prefix: bytes) -> Collection[bytes]:
        """The terms that do not begin so, though a form of theirs does."""
        begins = prefix.decode()
        return {
            term.encode() for form, term in self._forms() if form.startswith(begins) and not term.startswith(begins)
        }

    def words_beginning(self, prefix: bytes) -> Iterator[tuple[str, str]]:
        """The words that begin so, as they are written in folded letters, and their terms; and terms as words."""
        begins = prefix.decode()
        yield from (each for each in self._forms() if each[0].startswith(begins))
        for name in FIELDS:
            yield from ((term, term) for term in self._fields[name].targets.packed if term.startswith(begins))

    def lengths(self, name: str) -> bytes:
        """The length of a field in each document, as the byte that stands for it."""
        return bytes(self._fields[name].lengths)

    def total_length(self, name: str) -> int:
        """The summed length of a field in all documents that were not replaced."""
        lengths, replaced = self.lengths(name), self.deleted
        return sum(LENGTHS[byte] for number, byte in enumerate(lengths) if number not in replaced)

    def placed(self, topics: Sequence[int]) -> Sequence[int]:
        """The topic of each document, by the topics of posts."""
        return topics_of(self.posts, topics)

    def add(self, document: Document) -> None:
        """Take in a post; one that stands in no list only takes the place of what was there, and is never found."""
        self._known_forms = None
        number = self._place(document.post, document.date)
        if not document.lists:
            self._replaced.append(self._at.pop(document.post))
            self.withdrawn.add(document.post)
        self._add_words("subject", number, (document.subject,))
        self._add_words("author", number, (document.author, document.address))
        self._add_words("text", number, (document.own_words,))
        self._add_words("file", number, document.files)
        self._add_names("list", number, map(list_term, document.lists))
        self._add_names("has", number, document.has)

    def _add_words(self, name: str, number: int, texts: tuple[str, ...]) -> None:
        self._fields[name].add(number, raw_counts(*texts))

    def _add_names(self, name: str, number: int, names: Iterable[str]) -> None:
        for each in dict.fromkeys(names):
            self._fields[name].add_name(number, name_term(each).decode())

    def _place(self, post: int, date: int) -> int:
        number = len(self.posts)
        if post in self._at:
            self._replaced.append(self._at[post])
        self._at[post] = number
        self.posts.append(post)
        self.dates.append(date)
        return number

    def _forms(self) -> set[tuple[str, str]]:
        if self._known_forms is None:
            targets = [self._fields[name].targets for name in FIELDS]
            short = forms_of({word for each in targets for word in each})
            self._known_forms = short.union(*(each.forms_of_long for each in targets))
        return self._known_forms

    @property
    def distinct_words(self) -> int:
        """How many words take up memory."""
        targets = [self._fields[name].targets for name in FIELDS]
        return sum(max(len(each), len(each.packed)) for each in targets)

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
                yield name, ((entry, NOWHERE) for entry in sorted(map(form_entry, self._forms())))
            else:
                yield name, self._fields[name].terms(numbers)


def stored_length(length: int) -> int:
    """A field length as the index remembers it: as one byte."""
    return LENGTHS[length_to_byte(length)]
