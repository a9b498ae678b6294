"""From the posts that may meet a query to the answer shown: phrases confirmed, topics grouped, snippets cut."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Literal

from listforum.model.forum import SearchAnswer, SearchHit
from listforum.search.evaluate import Column, Doubt
from listforum.search.match import Analysed, TermsOfForms, Values, no_forms, values_of
from listforum.search.query import Query
from listforum.search.score import FIRST, Exactness
from listforum.search.snippet import snippet
from listforum.search.source import Source

Sort = Literal["newest", "best"]
Unit = Literal["topics", "posts"]

Asked = Callable[[], bool]


def never() -> bool:
    """For what is not to be cancelled."""
    return False


POSTS_AT_FIRST = 40
POSTS_AT_ONCE = 500
"""How many texts are read at once while phrases are confirmed: few until the first of them are shown."""


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
    doubts = _Doubts.of(columns)
    if not doubts.by_post:
        ordered = _in_order(columns, topics, wish)
        if wish.sort == "best":
            ordered = _exact_first(source, query, ordered)
        shown = list(islice(_units(ordered, wish), max(0, wish.limit)))
        total = _count(columns, topics, wish)
        yield SearchAnswer(total, tuple(_hits(source, query, shown, topics)), 0.0, problems=query.problems)
        return
    confirmed = _confirmed(source, _in_order(columns, topics, wish), doubts, cancelled)
    if wish.sort == "best":
        confirmed = _exact_first(source, query, confirmed)
    units = _units(confirmed, wish)
    shown = list(islice(units, max(0, wish.limit)))
    hits = tuple(_hits(source, query, shown, topics))
    if len(shown) == wish.limit:
        yield SearchAnswer(len(shown), hits, 0.0, complete=False, problems=query.problems)
    total = len(shown) + sum(1 for _ in units)
    if not cancelled():
        yield SearchAnswer(total, hits, 0.0, problems=query.problems)


def topics_found(source: Source, columns: Sequence[Column], cancelled: Asked) -> Iterator[int]:
    """Every topic that answers, the one with the newest answering post first; not all of them if cancelled."""
    topics = source.topics()
    doubts = _Doubts.of(columns)
    ordered = _newest_first(columns, topics)
    confirmed = _confirmed(source, ordered, doubts, cancelled) if doubts.by_post else ordered
    return iter(dict.fromkeys(topic for _, topic in confirmed))


# --- order and number -----------------------------------------------------------------------------------------------

_Placed = tuple[int, int]
"""A post and its topic."""


def _in_order(columns: Sequence[Column], topics: Sequence[int], wish: Wish) -> Iterator[_Placed]:
    return _best_first(columns, topics) if wish.sort == "best" else _newest_first(columns, topics)


def _newest_first(columns: Sequence[Column], topics: Sequence[int]) -> Iterator[_Placed]:
    """The posts found that are in a topic; of one moment the last to come first."""
    each = [_rows(column, topics) for column in columns]
    for _date, post, topic in each[0] if len(each) == 1 else heapq.merge(*each, reverse=True):
        if topic:
            yield post, topic


def _rows(column: Column, topics: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Date, post and topic of each document found."""
    dates, posts, placed = column.rows.dates, column.rows.posts, column.rows.placed(topics)
    return ((dates[document], posts[document], placed[document]) for document in column.documents)


def _best_first(columns: Sequence[Column], topics: Sequence[int]) -> Iterator[_Placed]:
    ranks = [
        (-column.scores.get(document, 0.0), -date, -post, topic)
        for column in columns
        for document, (date, post, topic) in zip(column.documents, _rows(column, topics), strict=True)
        if topic
    ]
    heapq.heapify(ranks)
    while ranks:
        _score, _date, post, topic = heapq.heappop(ranks)
        yield -post, topic


def _exact_first(source: Source, query: Query, ordered: Iterator[_Placed]) -> Iterator[_Placed]:
    """The best posts anew: before all else counts how many words stand in a post just as they were typed."""
    first = list(islice(ordered, FIRST))
    posts = [post for post, _ in first]
    texts, headings, exactness = source.text_of(posts), source.headings_of(posts), Exactness(query)

    def exact(placed: _Placed) -> int:
        post = placed[0]
        heading = headings.get(post)
        return exactness.of(texts.get(post, ""), *((heading.subject, heading.author) if heading else ()))

    yield from sorted(first, key=exact, reverse=True)
    yield from ordered


def _units(ordered: Iterable[_Placed], wish: Wish) -> Iterator[int]:
    """The posts to show: all of them, or the first of each topic."""
    if wish.unit == "posts":
        yield from (post for post, _ in ordered)
        return
    seen: set[int] = set()
    for post, topic in ordered:
        if topic not in seen:
            seen.add(topic)
            yield post


def _count(columns: Sequence[Column], topics: Sequence[int], wish: Wish) -> int:
    """How many topics or posts there are, none of them in doubt."""
    each = [map(column.rows.placed(topics).__getitem__, column.documents) for column in columns]
    if wish.unit == "posts":
        return sum(1 for topic in chain.from_iterable(each) if topic)
    return len(set().union(*each) - {0})


# --- what only texts can tell ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Doubts:
    """What is to be confirmed of posts, and how beginnings of words are understood."""

    by_post: Mapping[int, Doubt]
    terms_of_forms: TermsOfForms

    @classmethod
    def of(cls, columns: Sequence[Column]) -> _Doubts:
        doubts = {post: doubt for column in columns for post, doubt in column.doubts.items()}
        return cls(doubts, columns[0].terms_of_forms if columns else no_forms)

    def confirmed(self, post: int, values: Values) -> bool:
        doubt, analysed = self.by_post[post], Analysed(values, self.terms_of_forms)
        return all(any(map(analysed.meets, clauses)) for clauses in doubt.required) and not any(
            map(analysed.meets, doubt.excluded)
        )


def _confirmed(source: Source, ordered: Iterator[_Placed], doubts: _Doubts, cancelled: Asked) -> Iterator[_Placed]:
    """The posts without those whose text refutes what was in doubt."""
    at_once = POSTS_AT_FIRST
    while not cancelled() and (some := list(islice(ordered, at_once))):
        refuted = _refuted(source, [post for post, _ in some if post in doubts.by_post], doubts)
        yield from (each for each in some if each[0] not in refuted)
        at_once = min(POSTS_AT_ONCE, 2 * at_once)


def _refuted(source: Source, posts: Sequence[int], doubts: _Doubts) -> frozenset[int]:
    texts, headings, files = source.text_of(posts), source.headings_of(posts), source.files_of(posts)
    values = {
        post: values_of(
            heading.subject, (heading.author, heading.address or ""), texts.get(post, ""), files.get(post, ())
        )
        for post, heading in headings.items()
    }
    return frozenset(post for post in posts if post not in values or not doubts.confirmed(post, values[post]))


def _hits(source: Source, query: Query, posts: Sequence[int], topics: Sequence[int]) -> Iterator[SearchHit]:
    texts, headings = source.text_of(posts), source.headings_of(posts)
    for post in posts:
        if (heading := headings.get(post)) is None:
            continue
        shown, marks = snippet(texts.get(post, ""), query)
        yield SearchHit(
            post, topics[post], heading.message_id, heading.subject, heading.author, heading.date, shown, marks
        )
