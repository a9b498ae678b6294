"""Topics that are about the same: those that share the rarest of a topic's words, links among them."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from listforum.search.analysis import counted
from listforum.search.evaluate import Readable
from listforum.search.query import Field

LOOKED_IN: Final[tuple[Field, ...]] = ("subject", "text")

MOST_WORDS: Final = 40
"""How many words stand for a topic: those that are often in it and seldom elsewhere."""

COMMON: Final = 0.02
"""A word in more than this share of all posts tells nothing; below a few hundred posts, one in more than `FEW`."""

FEW: Final = 8

LENGTH_SHARE: Final = 0.4
"""How much the length of a topic counts against it: 0 not at all, 1 as much as its number of posts."""

SHORTEST: Final = 3
FEWEST_SHARED: Final = 3
"""Letters of a word that tells something, and how many such words related topics share at least."""


class Related:
    """Finds related topics in some segments; `topics` are the topics of posts by number."""

    def __init__(self, readables: Sequence[Readable], topics: Sequence[int]) -> None:
        self._readables = readables
        self._topics = topics
        self._posts = sum(len(each.posts) - len(each.deleted) for each in readables)

    def to(self, topic: int, texts: Iterable[str], limit: int) -> list[int]:
        """The topics most like one that is given by its texts, the most like first."""
        shared: Counter[int] = Counter()
        scores: dict[int, float] = {}
        for term, weight in self._telling(texts):
            for other in self._standing_in(term) - {topic, 0}:
                shared[other] += 1
                scores[other] = scores.get(other, 0.0) + weight
        sizes = Counter(self._topics)
        # Long topics have many words by chance.
        enough = (
            (score / sizes[other] ** LENGTH_SHARE, other)
            for other, score in scores.items()
            if shared[other] >= FEWEST_SHARED
        )
        return [other for _score, other in heapq.nlargest(limit, enough)]

    def _telling(self, texts: Iterable[str]) -> list[tuple[str, float]]:
        """The words that tell most of what the texts are about, with their weights (Sparck Jones 1972)."""
        weighed = []
        for term, times in counted(*texts).items():
            posts = self._count(term) if len(term) >= SHORTEST and not term.isdecimal() else 0
            if 1 < posts <= max(FEW, COMMON * self._posts):
                weighed.append(((1 + math.log(times)) * math.log(self._posts / posts), term))
        rarity = math.log(max(self._posts, 2))
        return [(term, weight / rarity) for weight, term in heapq.nlargest(MOST_WORDS, weighed)]

    def _count(self, term: str) -> int:
        return sum(len(documents) for _, documents in self._documents(term))

    def _documents(self, term: str) -> Iterator[tuple[Readable, Sequence[int]]]:
        for readable in self._readables:
            for name in LOOKED_IN:
                yield readable, readable.postings(name, term.encode()).documents

    def _standing_in(self, term: str) -> set[int]:
        """The topics a word stands in."""
        found: set[int] = set()
        for readable, documents in self._documents(term):
            placed = readable.placed(self._topics)
            found.update(placed[document] for document in documents if document not in readable.deleted)
        return found
