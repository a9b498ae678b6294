"""The same answer without an index: every post is read. Slow, honest, and what the index is tested against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

from listforum.model.forum import Document, SearchAnswer
from listforum.search.analysis import MAX_REMEMBERED, forms_of, raw_counts
from listforum.search.answer import Wish, compose, never
from listforum.search.codec import MOST_FREQUENT
from listforum.search.confirming import Asked
from listforum.search.evaluate import Column
from listforum.search.gathering import stored_length
from listforum.search.match import Analysed, Values, meets, values_of
from listforum.search.query import FIELDS, Clause, Field, Mark, Query
from listforum.search.score import Scored, Scorer, Statistics, scored_terms
from listforum.search.segment import topics_of
from listforum.search.source import Source

PAGE = 500


@dataclass(frozen=True, slots=True)
class _Counted:
    """A post that meets the query, with what its score is computed from."""

    date: int
    frequencies: tuple[int, ...]
    lengths: tuple[int, ...]


class _Known:
    """What a scan has to know that stands in no post."""

    def __init__(self, source: Source, forms: Mapping[str, tuple[str, ...]]) -> None:
        self._topics = source.topics()
        self._forms = forms
        self.marked: Callable[[Mark], Collection[int]] = cache(source.marked)

    def topic_of(self, post: int) -> int:
        """The topic that a post is in now."""
        return self._topics[post] if post < len(self._topics) else 0

    def terms_of_forms(self, prefix: str) -> tuple[str, ...]:
        """See `match.TermsOfForms`."""
        return self._forms.get(prefix, ())


class _Scan:
    def __init__(self, query: Query, scored: tuple[Scored, ...], known: _Known) -> None:
        self._query = query
        self._scored = scored
        self._known = known
        self._posts = 0
        self._standing_in: Counter[Scored] = Counter()
        self._lengths: Counter[Field] = Counter()
        self._found: dict[int, _Counted] = {}

    def read(self, document: Document) -> None:
        """Take in a post; one that changed meanwhile comes again, and its later state counts.

        What stands in no list is never found.
        """
        self._found.pop(document.post, None)
        if not document.lists:
            return
        analysed = Analysed(_values(document), self._known.terms_of_forms)
        frequencies, lengths = self._counted(analysed) if self._scored else ((), ())
        current = replace(document, topic=self._known.topic_of(document.post))
        if meets(self._query, current, analysed, lambda mark: document.post in self._known.marked(mark)):
            self._found[document.post] = _Counted(document.date, frequencies, lengths)

    def _counted(self, analysed: Analysed) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """How often each scored term stands in a post and how long its field is, all posts being counted with it."""
        frequencies = tuple(min(analysed.terms(field).get(term, 0), MOST_FREQUENT) for field, term in self._scored)
        lengths = {field: stored_length(sum(analysed.terms(field).values())) for field in FIELDS}
        self._posts += 1
        self._standing_in.update(each for each, count in zip(self._scored, frequencies, strict=True) if count)
        self._lengths.update(lengths)
        return frequencies, tuple(lengths[field] for field, _ in self._scored)

    def column(self) -> Column:
        """The posts that met the query, with their scores and dates."""
        statistics = Statistics(self._posts, self._standing_in, self._lengths)
        scorers = list(map(statistics.scorer, self._scored))
        found = sorted(self._found.items(), key=lambda each: (each[1].date, each[0]), reverse=True)
        return Column(
            _Rows([post for post, _ in found], [counted.date for _, counted in found]),
            range(len(found)),
            scores={number: _score(scorers, counted) for number, (_, counted) in enumerate(found)},
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """The posts that were found."""

    posts: Sequence[int]
    dates: Sequence[int]

    def placed(self, topics: Sequence[int]) -> Sequence[int]:
        return topics_of(self.posts, topics)


def _score(scorers: Sequence[Scorer], counted: _Counted) -> float:
    score = 0.0  # `sum` rounds differently from Python 3.12 on than the additions of the index do
    for scorer, frequency, length in zip(scorers, counted.frequencies, counted.lengths, strict=True):
        if frequency:
            score += scorer.share(frequency, length)
    return score


def scan(source: Source, query: Query, wish: Wish, cancelled: Asked = never) -> SearchAnswer:
    """The answer to a query from the texts alone, its `milliseconds` still to be measured.

    When cancelled, what was found till then, and not `complete`.
    """
    known = _Known(source, _forms(source, _prefixes(query), cancelled))
    reading = _Scan(query, scored_terms(query) if wish.sort == "best" else (), known)
    for document in every_document(source):
        if cancelled():
            break
        reading.read(document)
    *_, answer = compose(source, query, [reading.column()], wish)
    return replace(answer, complete=False) if cancelled() else answer


def _values(document: Document) -> Values:
    return values_of(document.subject, (document.author, document.address), document.own_words, document.files)


def _prefixes(query: Query) -> tuple[str, ...]:
    conditions = chain(chain.from_iterable(query.required), query.excluded)
    readings = chain.from_iterable(each.readings for each in conditions if isinstance(each, Clause))
    return tuple(dict.fromkeys(reading.prefix for reading in readings if reading.prefix))


def _forms(source: Source, prefixes: tuple[str, ...], cancelled: Asked) -> Mapping[str, tuple[str, ...]]:
    """The terms of which some form begins with a prefix, though they do not, by prefix. Reads all posts, if any."""
    found: dict[str, set[str]] = {prefix: set() for prefix in prefixes}
    seen: set[str] = set()
    for document in every_document(source) if prefixes else ():
        if cancelled():
            break
        new = set(raw_counts(*chain.from_iterable(_values(document).values()))) - seen
        if len(seen) > MAX_REMEMBERED:
            seen.clear()
        seen |= new
        for form, term in forms_of(new):
            for prefix in prefixes:
                if form.startswith(prefix) and not term.startswith(prefix):
                    found[prefix].add(term)
    return {prefix: tuple(sorted(terms)) for prefix, terms in found.items()}


def every_document(source: Source) -> Iterator[Document]:
    """All posts, each in its newest state."""
    after = 0
    while page := source.documents(after, PAGE):
        yield from page
        after = page[-1].change
