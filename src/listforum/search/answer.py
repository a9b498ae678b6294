"""From the posts that may meet a query to the answer shown: phrases confirmed, topics grouped, snippets cut."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from listforum.model.forum import SearchAnswer, SearchHit
from listforum.search.evaluate import Candidates, Doubt, Rank
from listforum.search.match import Analysed, values_of
from listforum.search.query import Query
from listforum.search.snippet import snippet
from listforum.search.source import Heading, Source

Sort = Literal["newest", "best"]
Unit = Literal["topics", "posts"]

POSTS_AT_ONCE = 500
"""How many texts are held while phrases are confirmed."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How an answer is to be given: what comes first, how many hits, and whether a hit is a topic or a post."""

    sort: Sort
    limit: int
    unit: Unit


def compose(source: Source, query: Query, candidates: Candidates, wish: Wish) -> SearchAnswer:
    """The answer, its `milliseconds` still to be measured."""
    refuted = _refuted(source, candidates.doubts) if candidates.doubts else frozenset()
    ranks = [rank for rank in candidates.ranks if rank[2] not in refuted] if refuted else candidates.ranks
    topics = source.topics_of([post for _, _, post in ranks])
    known = (rank for rank in ranks if rank[2] in topics)
    units = _best_of_each(topics, known) if wish.unit == "topics" else list(known)
    shown = [post for _, _, post in heapq.nlargest(max(0, wish.limit), units)]
    return SearchAnswer(len(units), tuple(_hits(source, query, shown)), 0.0)


def _best_of_each(topics: Mapping[int, int], ranks: Iterable[Rank]) -> list[Rank]:
    """The first-ranking post of each topic."""
    best: dict[int, Rank] = {}
    for rank in ranks:
        topic = topics[rank[2]]
        if (before := best.get(topic)) is None or rank > before:
            best[topic] = rank
    return list(best.values())


def _refuted(source: Source, doubts: Mapping[int, Doubt]) -> frozenset[int]:
    """The posts whose text does not confirm what was in doubt."""
    posts = list(doubts)
    refuted: set[int] = set()
    for start in range(0, len(posts), POSTS_AT_ONCE):
        some = posts[start : start + POSTS_AT_ONCE]
        texts, headings = source.text_of(some), source.headings_of(some)
        refuted.update(post for post in some if not _confirms(headings.get(post), texts.get(post, ""), doubts[post]))
    return frozenset(refuted)


def _confirms(heading: Heading | None, text: str, doubt: Doubt) -> bool:
    if heading is None:
        return False
    analysed = Analysed(values_of(heading.subject, (heading.author, heading.address or ""), text))
    return all(map(analysed.meets, doubt.required)) and not any(map(analysed.meets, doubt.excluded))


def _hits(source: Source, query: Query, posts: Sequence[int]) -> Iterator[SearchHit]:
    topics, texts, headings = source.topics_of(posts), source.text_of(posts), source.headings_of(posts)
    for post in posts:
        heading = headings[post]
        shown, marks = snippet(texts.get(post, ""), query)
        yield SearchHit(
            post, topics[post], heading.message_id, heading.subject, heading.author, heading.date, shown, marks
        )
