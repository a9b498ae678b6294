"""The same answer without an index: every post is read. Slow, honest, and what the index is tested against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from listforum.model.forum import Document, SearchAnswer
from listforum.search.answer import Wish, compose
from listforum.search.evaluate import Column
from listforum.search.match import Analysed, meets, values_of
from listforum.search.query import FIELDS, Field, Mark, Query
from listforum.search.schema import MAX_FREQUENCY
from listforum.search.score import Scored, Scorer, Statistics, scored_terms
from listforum.search.segment import stored_length
from listforum.search.source import Source

PAGE = 500


@dataclass(frozen=True, slots=True)
class _Counted:
    """A post that meets the query, with what its score is computed from."""

    date: int
    frequencies: tuple[int, ...]
    lengths: tuple[int, ...]


class _Scan:
    def __init__(self, query: Query, scored: tuple[Scored, ...], marked: Callable[[Mark], Collection[int]]) -> None:
        self._query = query
        self._scored = scored
        self._marked = marked
        self._posts = 0
        self._standing_in: Counter[Scored] = Counter()
        self._lengths: Counter[Field] = Counter()
        self._found: dict[int, _Counted] = {}

    def read(self, document: Document) -> None:
        """Take in a post; one that changed meanwhile comes again, and its later state counts.

        What stands in no list is never found.
        """
        if not document.lists:
            self._found.pop(document.post, None)
            return
        values = values_of(document.subject, (document.author, document.address), document.own_words, document.files)
        analysed = Analysed(values)
        frequencies = tuple(min(analysed.terms(field)[term], MAX_FREQUENCY) for field, term in self._scored)
        lengths = {field: stored_length(analysed.terms(field).total()) for field in FIELDS}
        self._posts += 1
        self._standing_in.update(each for each, count in zip(self._scored, frequencies, strict=True) if count)
        self._lengths.update(lengths)
        self._found.pop(document.post, None)
        if meets(self._query, document, analysed, lambda mark: document.post in self._marked(mark)):
            of_scored = tuple(lengths[field] for field, _ in self._scored)
            self._found[document.post] = _Counted(document.date, frequencies, of_scored)

    def column(self) -> Column:
        """The posts that met the query, with their scores and dates."""
        statistics = Statistics(self._posts, self._standing_in, self._lengths)
        scorers = list(map(statistics.scorer, self._scored))
        found = sorted(self._found.items(), key=lambda each: (each[1].date, each[0]), reverse=True)
        return Column(
            [post for post, _ in found],
            [counted.date for _, counted in found],
            scores={post: _score(scorers, counted) for post, counted in found},
        )


def _score(scorers: Sequence[Scorer], counted: _Counted) -> float:
    score = 0.0  # `sum` rounds differently from Python 3.12 on than the additions of the index do
    for scorer, frequency, length in zip(scorers, counted.frequencies, counted.lengths, strict=True):
        if frequency:
            score += scorer.share(frequency, length)
    return score


def scan(source: Source, query: Query, wish: Wish) -> SearchAnswer:
    """The answer to a query from the texts alone, its `milliseconds` still to be measured."""
    reading = _Scan(query, scored_terms(query) if wish.sort == "best" else (), cache(source.marked))
    for document in every_document(source):
        reading.read(document)
    *_, answer = compose(source, query, [reading.column()], wish)
    return answer


def every_document(source: Source) -> Iterator[Document]:
    """All posts, each in its newest state."""
    after = 0
    while page := source.documents(after, PAGE):
        yield from page
        after = page[-1].change
