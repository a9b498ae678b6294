"""How well a post answers a query: BM25F over subject, author and own words, the subject counting most."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from listforum.search.folding import plain
from listforum.search.postings import LENGTHS
from listforum.search.query import Clause, Field, Query

BOOSTS: Mapping[Field, float] = {"subject": 3.0, "author": 1.0, "text": 1.0, "file": 1.0}
SATURATION = 1.2
LENGTH_SHARE = 0.75

FIRST = 50
"""How many of the best posts are put in order once more, by how many words stand in them just as they were typed."""

Scored = tuple[Field, str]
"""A term in a field."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What scores are relative to: posts, the posts each term stands in, and the summed lengths of each field."""

    posts: int
    standing_in: Mapping[Scored, int]
    lengths: Mapping[Field, int]

    def scorer(self, scored: Scored) -> Scorer:
        """What gives one term its share of a score."""
        field, _ = scored
        rarity = math.log(self.posts / (self.standing_in[scored] + 1)) + 1 if self.posts else 0.0
        mean = self.lengths[field] / self.posts if self.posts else 0.0
        return Scorer(BOOSTS[field] * rarity * (SATURATION + 1), mean or 1.0)


@dataclass(frozen=True, slots=True)
class Scorer:
    """BM25 of one term in one field."""

    weight: float
    mean_length: float

    def share(self, frequency: float, length: int) -> float:
        """The share of a post in which the term stands so often in a field so long."""
        return self.weight * frequency / (frequency + self._against(length))

    def shares(self) -> Callable[[int, int], float]:
        """The same for many posts; the length is given as the byte that stands for it."""
        weight, against = self.weight, list(map(self._against, LENGTHS))
        return lambda frequency, byte: weight * frequency / (frequency + against[byte])

    def _against(self, length: int) -> float:
        return SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length / self.mean_length)


def scored_terms(query: Query) -> tuple[Scored, ...]:
    """The terms that count, in the order in which their shares are summed."""
    return tuple(
        dict.fromkeys(
            (field, term)
            for choice in query.required
            for clause in choice
            if isinstance(clause, Clause)
            for field in clause.fields
            for reading in clause.readings
            for term in reading.terms
        )
    )


class Exactness:
    """Tells how many of the words asked for stand in a text just as they were typed, and not only in another form.

    Terms are stemmed, and cannot tell. Whoever remembers a post remembers the forms of its words.
    """

    def __init__(self, query: Query) -> None:
        clauses = (clause for choice in query.required for clause in choice if isinstance(clause, Clause))
        self._typed = {form for clause in clauses for form in plain(clause.typed).split()}

    def of(self, *texts: str) -> int:
        """How many of the words stand in one of the texts."""
        return len(self._typed.intersection(plain("\n".join(texts)).split()))
