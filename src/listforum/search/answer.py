"""From the posts that may meet a query to the answer shown: phrases confirmed, topics grouped, snippets cut."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

from listforum.model.forum import SearchAnswer, SearchHit
from listforum.search.confirming import Asked, Confirming, Placed, first_of_topics
from listforum.search.evaluate import Column
from listforum.search.query import Query
from listforum.search.score import FIRST, Exactness
from listforum.search.snippet import snippet
from listforum.search.source import Source

Sort = Literal["newest", "best"]
Unit = Literal["topics", "posts"]


def never() -> bool:
    """For what is not to be cancelled."""
    return False


@dataclass(frozen=True, slots=True)
class Wish:
    """How an answer is to be given: what comes first, how many hits, and whether a hit is a topic or a post."""

    sort: Sort
    limit: int
    unit: Unit


def compose(
    source: Source, query: Query, columns: Sequence[Column], wish: Wish, cancelled: Asked = never
) -> Iterator[SearchAnswer]:
    """The answers to a query, each knowing more than the one before; only the last is complete, unless cancelled.

    There is more than one only where texts must confirm what was asked. `milliseconds` are still to be measured.
    """
    topics = source.topics()
    in_doubt = any(column.doubts for column in columns)
    units = _units(query, wish, Confirming(source, columns, cancelled), topics)
    shown = list(islice(units, max(0, wish.limit)))
    hits = tuple(_hits(source, query, shown))
    if in_doubt and len(shown) == wish.limit:
        yield SearchAnswer(len(shown), hits, 0.0, complete=False, problems=query.problems)
    total = len(shown) + sum(1 for _ in units) if in_doubt else _count(columns, topics, wish)
    if not cancelled():
        yield SearchAnswer(total, hits, 0.0, problems=query.problems)


def topics_found(source: Source, columns: Sequence[Column], cancelled: Asked) -> Iterator[int]:
    """Every topic that answers, the one with the newest answering post first; not all of them if cancelled."""
    ordered = _newest_first(columns, source.topics())
    return (topic for _, topic, *_ in Confirming(source, columns, cancelled).first_of_topics(ordered))


# --- order and number -----------------------------------------------------------------------------------------------


def _units(query: Query, wish: Wish, confirming: Confirming, topics: Sequence[int]) -> Iterator[Placed]:
    """The posts to show, confirmed and in order: all of them, or the first of each topic."""
    if wish.sort == "best":
        best = _exact_first(confirming.source, query, confirming.posts(_best_first(confirming.columns, topics)))
        return first_of_topics(best, set()) if wish.unit == "topics" else best
    newest = _newest_first(confirming.columns, topics)
    return confirming.first_of_topics(newest) if wish.unit == "topics" else confirming.posts(newest)


def _newest_first(columns: Sequence[Column], topics: Sequence[int]) -> Iterator[Placed]:
    """The posts found that are in a topic; of one moment the last to come first."""
    each = [_rows(nth, column, topics) for nth, column in enumerate(columns)]
    for _date, *placed in each[0] if len(each) == 1 else heapq.merge(*each, reverse=True):
        post, topic, nth, document = placed
        if topic:
            yield post, topic, nth, document


def _rows(nth: int, column: Column, topics: Sequence[int]) -> Iterator[tuple[int, int, int, int, int]]:
    """The date of each document found, and where it is placed."""
    dates, posts, placed = column.rows.dates, column.rows.posts, column.rows.placed(topics)
    return ((dates[number], posts[number], placed[number], nth, number) for number in column.documents)


def _best_first(columns: Sequence[Column], topics: Sequence[int]) -> Iterator[Placed]:
    ranks = [
        (-column.scores.get(document, 0.0), -date, -post, topic, nth, document)
        for number, column in enumerate(columns)
        for date, post, topic, nth, document in _rows(number, column, topics)
        if topic
    ]
    heapq.heapify(ranks)
    while ranks:
        _score, _date, post, topic, nth, document = heapq.heappop(ranks)
        yield -post, topic, nth, document


def _exact_first(source: Source, query: Query, ordered: Iterator[Placed]) -> Iterator[Placed]:
    """The best posts anew: before all else counts how many words stand in a post just as they were typed."""
    first = list(islice(ordered, FIRST))
    posts = [post for post, *_ in first]
    texts, headings, exactness = source.text_of(posts), source.headings_of(posts), Exactness(query)

    def exact(placed: Placed) -> int:
        post = placed[0]
        heading = headings.get(post)
        return exactness.of(texts.get(post, ""), *((heading.subject, heading.author) if heading else ()))

    yield from sorted(first, key=exact, reverse=True)
    yield from ordered


def _count(columns: Sequence[Column], topics: Sequence[int], wish: Wish) -> int:
    """How many topics or posts there are, none of them in doubt."""
    each = [map(column.rows.placed(topics).__getitem__, column.documents) for column in columns]
    if wish.unit == "posts":
        return sum(1 for topic in chain.from_iterable(each) if topic)
    return len(set().union(*each) - {0})


# --- what is shown --------------------------------------------------------------------------------------------------


def _hits(source: Source, query: Query, shown: Sequence[Placed]) -> Iterator[SearchHit]:
    posts = [post for post, *_ in shown]
    texts, headings = source.text_of(posts), source.headings_of(posts)
    for post, topic, *_ in shown:
        if (heading := headings.get(post)) is None:
            continue
        text, marks = snippet(texts.get(post, ""), query)
        yield SearchHit(post, topic, heading.message_id, heading.subject, heading.author, heading.date, text, marks)
