"""A query against posting lists: which posts meet it, which may, and how well."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import neg
from typing import Protocol

from listforum.search.match import TermsOfForms, no_forms
from listforum.search.postings import LENGTHS, Postings
from listforum.search.query import (
    FIELDS,
    Choice,
    Clause,
    Condition,
    Dated,
    Field,
    Has,
    InList,
    InTopic,
    Mark,
    Marked,
    Query,
    Reading,
)
from listforum.search.schema import name_term
from listforum.search.score import Scored, Statistics, scored_terms


class Readable(Protocol):
    """Documents that can be searched: a segment on disk, or what was gathered in memory."""

    @property
    def posts(self) -> Sequence[int]: ...
    @property
    def dates(self) -> Sequence[int]: ...
    @property
    def deleted(self) -> frozenset[int]: ...
    def postings(self, name: str, term: bytes) -> Postings: ...
    def beginning(self, name: str, prefix: bytes) -> Iterable[Sequence[int]]:
        """The documents of every term of a field that begins so, a sequence for one or more terms."""
        ...

    def terms_of_forms(self, prefix: bytes) -> Collection[bytes]:
        """The terms that do not begin so, though a form of theirs does."""
        ...

    def lengths(self, name: str) -> Sequence[int]: ...
    def total_length(self, name: str) -> int:
        """The summed length of a field in all documents that are not deleted."""
        ...

    def placed(self, topics: Sequence[int]) -> Sequence[int]:
        """The topic of each document, by the topics of posts."""
        ...


@dataclass(frozen=True, slots=True)
class Doubt:
    """What only the text of a post can tell: of each in `required` one must stand in it, and none of `excluded`."""

    required: tuple[tuple[Clause, ...], ...]
    excluded: tuple[Clause, ...]


class Rows(Protocol):
    """What is known of documents by their numbers."""

    @property
    def posts(self) -> Sequence[int]: ...
    @property
    def dates(self) -> Sequence[int]: ...
    def placed(self, topics: Sequence[int]) -> Sequence[int]:
        """The topic of each document, by the topics of posts."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """The documents of a segment that meet a query, newest first; those in `doubts` only if their text confirms it.

    `doubts` is None where nothing is in doubt. `scores` are by document, and empty where nobody asked. `terms_of_forms`
    helps to confirm (see `match.Analysed`).
    """

    rows: Rows
    documents: Sequence[int]
    doubts: Doubts | None = None
    scores: Mapping[int, float] = field(default_factory=dict)
    terms_of_forms: TermsOfForms = no_forms


@dataclass(slots=True)
class _Meeting:
    """The documents of one segment that meet something for sure, and those that may: some `outside` of their text."""

    sure: Collection[int] = frozenset()
    unsure: set[int] = field(default_factory=set)
    outside: frozenset[int] = frozenset()

    def all(self) -> Collection[int]:
        return self.unsure.union(self.sure) if self.unsure else self.sure


class Part:
    """One segment as one search sees it; `replaced` are posts that have a newer document elsewhere."""

    def __init__(self, readable: Readable, replaced: frozenset[int], facts: Facts) -> None:
        self._readable = readable
        self._facts = facts
        self._dead = readable.deleted
        if replaced:
            newer = (number for number, post in enumerate(readable.posts) if post in replaced)
            self._dead = self._dead.union(newer)

    def column(self, query: Query) -> Column:
        """The posts of this segment that meet a query or may."""
        required = [(choice, self._choice(choice)) for choice in query.required]
        excluded = [(condition, self._meeting(condition)) for condition in query.excluded]
        found = self._living([meeting for _, meeting in required], [meeting for _, meeting in excluded])
        in_doubt = any(meeting.unsure for _, meeting in required + excluded)
        doubts = Doubts(required, excluded) if in_doubt else None
        return Column(self._readable, found, doubts, terms_of_forms=self._facts.terms_of_forms)

    def _living(self, required: list[_Meeting], excluded: list[_Meeting]) -> list[int]:
        """The documents that are in all of one and in none of the other, newest first."""
        wanted = sorted((meeting.all() for meeting in required), key=len)
        if not wanted:
            found: Collection[int] = range(len(self._readable.posts))
        else:
            found = wanted[0] if len(wanted) == 1 else set(wanted[0]).intersection(*wanted[1:])
        gone = [self._dead, *(meeting.sure for meeting in excluded)]
        if any(gone):
            found = set(found).difference(*gone)
        return sorted(found)

    # --- conditions

    def _choice(self, choice: Choice) -> _Meeting:
        if len(choice) == 1:
            return self._meeting(choice[0])
        meetings = list(map(self._meeting, choice))
        meeting = _together([each.sure for each in meetings], [each.unsure for each in meetings])
        meeting.outside = frozenset().union(*(each.outside for each in meetings))
        return meeting

    def _meeting(self, condition: Condition) -> _Meeting:
        match condition:
            case Clause():
                return self._clause(condition)
            case InList(name):
                return _Meeting(self._readable.postings("list", name_term(name)).documents)
            case Has(content):
                return _Meeting(self._readable.postings("has", name_term(content)).documents)
            case Dated(after, before):
                return _Meeting(self._dated(after, before))
            case InTopic(topic):
                return self._standing_for(self._facts.posts_of(topic))
            case Marked(mark):
                return self._standing_for(self._facts.marked(mark))

    def _dated(self, after: int | None, before: int | None) -> Collection[int]:
        """The documents of a time; they stand newest first."""
        dates = self._readable.dates
        start = 0 if before is None else bisect_right(dates, -before, key=neg)
        return range(start, len(dates) if after is None else bisect_right(dates, -after, key=neg))

    def _standing_for(self, posts: Collection[int]) -> _Meeting:
        return _Meeting([number for number, post in enumerate(self._readable.posts) if post in posts])

    def _clause(self, clause: Clause) -> _Meeting:
        sure: list[Collection[int]] = []
        unsure: list[Collection[int]] = []
        outside: list[Collection[int]] = []
        for reading in clause.readings:
            held = [(name, self._holding(name, reading)) for name in clause.fields]
            (unsure if reading.phrase else sure).extend(documents for _, documents in held)
            outside += (documents for name, documents in held if reading.phrase and name != "text")
        meeting = _together(sure, unsure)
        meeting.outside = frozenset().union(*outside)
        return meeting

    def _holding(self, name: Field, reading: Reading) -> Collection[int]:
        """The documents that hold all that a reading asks for in a field, the rarest term first."""
        lists: list[Collection[int]] = [self.postings(name, term).documents for term in reading.terms]
        if reading.prefix:
            lists.append(self._beginning(name, reading.prefix))
        lists.sort(key=len)
        return lists[0] if len(lists) == 1 else set(lists[0]).intersection(*lists[1:])

    def _beginning(self, name: Field, prefix: str) -> Collection[int]:
        found: set[int] = set().union(*self._readable.beginning(name, prefix.encode()))
        for term in self._facts.terms_of_forms(prefix):
            found.update(self.postings(name, term).documents)
        return found

    # --- scores

    def postings(self, name: Field, term: str) -> Postings:
        """All postings of a term in a field."""
        return self._readable.postings(name, term.encode())

    def living(self) -> int:
        """How many posts there are."""
        return len(self._readable.posts) - len(self._dead)

    def standing_in(self, scored: Scored) -> int:
        """How many posts a term stands in."""
        documents = self.postings(*scored).documents
        return len(set(documents) - self._dead) if self._dead else len(documents)

    def length(self, name: Field) -> int:
        """The summed length of a field in all posts."""
        total = self._readable.total_length(name)
        replaced = self._dead - self._readable.deleted
        if replaced:
            lengths = self._readable.lengths(name)
            total -= sum(LENGTHS[lengths[number]] for number in replaced)
        return total

    def scores(self, statistics: Statistics, scored: Iterable[Scored], among: Collection[int]) -> dict[int, float]:
        """The score of each of these documents that holds one of the terms."""
        wanted = frozenset(among)
        sums: dict[int, float] = {}
        for name, term in scored:
            postings = self.postings(name, term)
            if not postings.documents:
                continue
            share = statistics.scorer((name, term)).shares()
            lengths = self._readable.lengths(name)
            for number, frequency in zip(postings.documents, postings.frequencies, strict=True):
                if number in wanted:
                    sums[number] = sums.get(number, 0.0) + share(frequency, lengths[number])
        return sums


class Facts:
    """What a search has to know that stands in no segment, each asked for once."""

    def __init__(
        self,
        marked: Callable[[Mark], Collection[int]],
        topics: Callable[[], Sequence[int]],
        readables: Sequence[Readable],
    ) -> None:
        self._marked = marked
        self._topics = topics
        self._readables = readables
        self._known_marks: dict[Mark, Collection[int]] = {}
        self._known_topics: dict[int, Collection[int]] = {}
        self._known_forms: dict[str, tuple[str, ...]] = {}

    def marked(self, mark: Mark) -> Collection[int]:
        """The posts that have a mark."""
        if mark not in self._known_marks:
            self._known_marks[mark] = self._marked(mark)
        return self._known_marks[mark]

    def posts_of(self, topic: int) -> Collection[int]:
        """The posts of a topic."""
        if topic not in self._known_topics:
            posts = (post for post, its_topic in enumerate(self._topics()) if its_topic == topic)
            self._known_topics[topic] = frozenset(posts) if topic else frozenset()
        return self._known_topics[topic]

    def terms_of_forms(self, prefix: str) -> tuple[str, ...]:
        """The terms that do not begin so, though a form of theirs does that stands in any segment."""
        if prefix not in self._known_forms:
            wanted = prefix.encode()
            terms = {term for readable in self._readables for term in readable.terms_of_forms(wanted)}
            self._known_forms[prefix] = tuple(sorted(term.decode() for term in terms))
        return self._known_forms[prefix]


def with_scores(parts: Sequence[Part], columns: Sequence[Column], query: Query) -> list[Column]:
    """The columns of these parts with the score of each document."""
    scored = scored_terms(query)
    statistics = Statistics(
        sum(part.living() for part in parts),
        {each: sum(part.standing_in(each) for part in parts) for each in scored},
        {name: sum(part.length(name) for part in parts) for name in FIELDS},
    )
    return [
        replace(column, scores=part.scores(statistics, scored, column.documents))
        for part, column in zip(parts, columns, strict=True)
    ]


def _together(sure: Sequence[Collection[int]], unsure: Sequence[Collection[int]]) -> _Meeting:
    """What meets one of several things."""
    some = [each for each in sure if each]
    certain: Collection[int] = some[0] if len(some) == 1 else set().union(*some)
    perhaps: set[int] = set().union(*unsure)
    return _Meeting(certain, perhaps.difference(certain) if perhaps else perhaps)


class Doubts:
    """What is to be confirmed of documents; nearly all are in the same doubt, of which one is made."""

    def __init__(
        self, required: Sequence[tuple[Choice, _Meeting]], excluded: Sequence[tuple[Condition, _Meeting]]
    ) -> None:
        self._needed = [(_clauses(choice), meeting) for choice, meeting in required if meeting.unsure]
        self._barred = [(_clauses((condition,)), meeting) for condition, meeting in excluded if meeting.unsure]
        self._made: dict[tuple[bool, ...], Doubt] = {}

    def of(self, document: int) -> Doubt | None:
        """What is in doubt of a document; None where it meets the query for sure."""
        key = tuple(document in meeting.unsure for _, meeting in (*self._needed, *self._barred))
        if not any(key):
            return None
        if key not in self._made:
            barred = zip(self._barred, key[len(self._needed) :], strict=True)
            self._made[key] = Doubt(
                tuple(clauses for (clauses, _), doubted in zip(self._needed, key, strict=False) if doubted),
                tuple(clause for (clauses, _), doubted in barred if doubted for clause in clauses),
            )
        return self._made[key]

    def outside(self, document: int) -> bool:
        """Whether it may be confirmed by something else than the text of the post."""
        return any(document in meeting.outside for _, meeting in (*self._needed, *self._barred))


def _clauses(choice: Choice) -> tuple[Clause, ...]:
    return tuple(condition for condition in choice if isinstance(condition, Clause))
