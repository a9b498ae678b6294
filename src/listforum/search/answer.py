"""From the posts that may meet a query to the answer shown: phrases confirmed, topics grouped, snippets cut."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from listforum.model import SearchAnswer, SearchHit
from listforum.search.evaluate import Candidate
from listforum.search.match import Analysed, values_of
from listforum.search.query import Query
from listforum.search.snippet import snippet
from listforum.search.source import Source

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

    def rank(self, candidate: Candidate) -> tuple[float, int, int]:
        """Orders candidates; the greatest comes first."""
        score = candidate.score if self.sort == "best" else 0.0
        return score, candidate.date, candidate.post


def compose(source: Source, query: Query, candidates: Sequence[Candidate], wish: Wish) -> SearchAnswer:
    """The answer, its `milliseconds` still to be measured."""
    confirmed = list(_confirmed(source, candidates))
    topics = source.topics_of([candidate.post for candidate in confirmed])
    known = (candidate for candidate in confirmed if candidate.post in topics)
    if wish.unit == "posts":
        units = list(known)
    else:
        best: dict[int, Candidate] = {}
        for candidate in known:
            shown = best.setdefault(topics[candidate.post], candidate)
            if wish.rank(candidate) > wish.rank(shown):
                best[topics[candidate.post]] = candidate
        units = list(best.values())
    shown_posts = [candidate.post for candidate in heapq.nlargest(max(0, wish.limit), units, key=wish.rank)]
    return SearchAnswer(len(units), tuple(_hits(source, query, shown_posts)), 0.0)


def _confirmed(source: Source, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates that meet the query, in no order."""
    doubtful: list[Candidate] = []
    for candidate in candidates:
        if candidate.required or candidate.excluded:
            doubtful.append(candidate)
        else:
            yield candidate
    for start in range(0, len(doubtful), POSTS_AT_ONCE):
        yield from _confirm(source, doubtful[start : start + POSTS_AT_ONCE])


def _confirm(source: Source, doubtful: Sequence[Candidate]) -> Iterator[Candidate]:
    posts = [candidate.post for candidate in doubtful]
    texts, headings = source.text_of(posts), source.headings_of(posts)
    for candidate in doubtful:
        heading = headings.get(candidate.post)
        if heading is None:
            continue
        author = (heading.author, heading.address or "")
        analysed = Analysed(values_of(heading.subject, author, texts.get(candidate.post, "")))
        if all(map(analysed.meets, candidate.required)) and not any(map(analysed.meets, candidate.excluded)):
            yield candidate


def _hits(source: Source, query: Query, posts: Sequence[int]) -> Iterator[SearchHit]:
    topics, texts, headings = source.topics_of(posts), source.text_of(posts), source.headings_of(posts)
    for post in posts:
        heading = headings[post]
        shown, marks = snippet(texts.get(post, ""), query)
        yield SearchHit(
            post, topics[post], heading.message_id, heading.subject, heading.author, heading.date, shown, marks
        )
