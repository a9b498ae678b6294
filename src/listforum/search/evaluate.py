"""A query against posting lists: which posts meet it, which may, and how well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Protocol

from listforum.search.codec import LENGTHS, Postings
from listforum.search.query import FIELDS, Clause, Field, Query, Reading
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
    def lengths(self, name: str) -> Sequence[int]: ...


Rank = tuple[float, int, int]
"""Score, date and post of a candidate: the greatest comes first. The score is 0 where the newest come first."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What only the text of a post can tell: phrases that must, or must not, be in it."""

    required: tuple[Clause, ...]
    excluded: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The posts that meet a query, those in `doubts` only if their text confirms it. No object is made for the others,
    of which there may be tens of thousands.
    """

    ranks: list[Rank] = field(default_factory=list)
    doubts: dict[int, Doubt] = field(default_factory=dict)


@dataclass(slots=True)
class _Meeting:
    """The documents of one segment that meet a clause for sure, and those that may."""

    sure: set[int] = field(default_factory=set)
    unsure: set[int] = field(default_factory=set)


class Part:
    """One segment as one search sees it; `replaced` are posts that have a newer document elsewhere."""

    def __init__(self, readable: Readable, replaced: frozenset[int] = frozenset()) -> None:
        self._readable = readable
        self._known: dict[tuple[str, bytes], Postings] = {}
        self._dead = readable.deleted
        if replaced:
            newer = (number for number, post in enumerate(readable.posts) if post in replaced)
            self._dead = self._dead.union(newer)

    def add_to(self, candidates: Candidates, query: Query, scores: Mapping[int, float] | None) -> None:
        """Add the posts of this segment that meet a query or may; `scores` are by post."""
        required = [(clause, self._meeting(clause)) for clause in query.required]
        excluded = [(clause, self._meeting(clause)) for clause in query.excluded]
        found = list(self._living(query, [meeting for _, meeting in required], [meeting for _, meeting in excluded]))
        posts = [self._readable.posts[number] for number in found]
        dates = [self._readable.dates[number] for number in found]
        by_score = repeat(0.0) if scores is None else [scores.get(post, 0.0) for post in posts]
        candidates.ranks.extend(zip(by_score, dates, posts, strict=False))
        if any(meeting.unsure for _, meeting in required + excluded):
            for number, post in zip(found, posts, strict=True):
                doubt = Doubt(
                    tuple(clause for clause, meeting in required if number not in meeting.sure),
                    tuple(clause for clause, meeting in excluded if number in meeting.unsure),
                )
                if doubt.required or doubt.excluded:
                    candidates.doubts[post] = doubt

    def _living(self, query: Query, required: list[_Meeting], excluded: list[_Meeting]) -> set[int]:
        wanted = [meeting.sure | meeting.unsure if meeting.unsure else meeting.sure for meeting in required]
        wanted += [set(self._postings("list", name_term(name)).documents) for name in query.lists]
        wanted.sort(key=len)
        found = set(range(len(self._readable.posts))) if not wanted else wanted[0].intersection(*wanted[1:])
        found.difference_update(
            self._dead,
            *(meeting.sure for meeting in excluded),
            *(self._postings("list", name_term(name)).documents for name in query.excluded_lists),
        )
        dates = self._readable.dates
        if query.after is not None:
            found = {number for number in found if dates[number] >= query.after}
        if query.before is not None:
            found = {number for number in found if dates[number] < query.before}
        return found

    def _meeting(self, clause: Clause) -> _Meeting:
        meeting = _Meeting()
        for name in clause.fields:
            for reading in clause.readings:
                (meeting.unsure if reading.phrase else meeting.sure).update(self._holding(name, reading))
        meeting.unsure -= meeting.sure
        return meeting

    def _holding(self, name: Field, reading: Reading) -> Iterable[int]:
        """The documents that hold all terms of a reading in a field, the rarest term first."""
        lists = sorted((self._postings(name, term.encode()).documents for term in reading.terms), key=len)
        return lists[0] if len(lists) == 1 else set(lists[0]).intersection(*lists[1:])

    def _postings(self, name: str, term: bytes) -> Postings:
        if (name, term) not in self._known:
            self._known[name, term] = self._readable.postings(name, term)
        return self._known[name, term]

    # --- scores

    def living(self) -> int:
        """How many posts there are."""
        return len(self._readable.posts) - len(self._dead)

    def standing_in(self, scored: Scored) -> int:
        """How many posts a term stands in."""
        documents = self._postings(scored[0], scored[1].encode()).documents
        return len(set(documents) - self._dead) if self._dead else len(documents)

    def length(self, name: Field) -> int:
        """The summed length of a field in all posts."""
        lengths = self._readable.lengths(name)
        counted = Counter(lengths)
        counted.subtract(lengths[number] for number in self._dead)
        return sum(LENGTHS[byte] * count for byte, count in counted.items())

    def scores(self, statistics: Statistics, scored: Iterable[Scored]) -> dict[int, float]:
        """The score of every document that holds one of the terms, by post."""
        sums: dict[int, float] = {}
        for name, term in scored:
            postings = self._postings(name, term.encode())
            lengths = self._readable.lengths(name)
            scorer = statistics.scorer((name, term))
            for number, frequency in zip(postings.documents, postings.frequencies, strict=True):
                if number not in self._dead:
                    sums[number] = sums.get(number, 0.0) + scorer.share(frequency, LENGTHS[lengths[number]])
        return {self._readable.posts[number]: score for number, score in sums.items()}


def scores(parts: Sequence[Part], query: Query) -> dict[int, float]:
    """The score of every post that holds a term of the query."""
    scored = scored_terms(query)
    statistics = Statistics(
        sum(part.living() for part in parts),
        {each: sum(part.standing_in(each) for part in parts) for each in scored},
        {name: sum(part.length(name) for part in parts) for name in FIELDS},
    )
    return {post: score for part in parts for post, score in part.scores(statistics, scored).items()}
