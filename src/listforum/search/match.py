"""Whether a text meets a query, straight from the text: what the index must agree with, and what verifies phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import chain

from listforum.model.forum import Document
from listforum.search.analysis import trails, words
from listforum.search.query import (
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
    list_term,
)

Values = Mapping[Field, tuple[str, ...]]
"""The texts that stand in each field of a post. A phrase never runs from one text into the next."""


def values_of(subject: str, author: tuple[str, str], own_words: str, files: tuple[str, ...] = ()) -> Values:
    """The fields of a post; `author` is name and address."""
    return {"subject": (subject,), "author": author, "text": (own_words,), "file": files}


class Analysed:
    """A post's fields as terms, each computed when first asked for."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._terms: dict[Field, Counter[str]] = {}
        self._trails: dict[Field, tuple[str, ...]] = {}

    def terms(self, field: Field) -> Counter[str]:
        """The terms of a field as they are indexed, and how often each stands there."""
        if field not in self._terms:
            self._terms[field] = Counter(chain.from_iterable(map(words, self._values[field])))
        return self._terms[field]

    def meets(self, clause: Clause) -> bool:
        """Whether one of the clause's readings stands in one of its fields."""
        return any(self._reads(field, reading) for field in clause.fields for reading in clause.readings)

    def _reads(self, field: Field, reading: Reading) -> bool:
        if not self._holds(field, reading.phrase):
            return False
        # A phrase that is there proves its terms, and counting all words of a long text takes longer than finding it.
        unproven = [term for term in reading.terms if f"\0{term}\0" not in reading.phrase]
        return not unproven or all(map(self.terms(field).__contains__, unproven))

    def _holds(self, field: Field, phrase: str) -> bool:
        if not phrase:
            return True
        if field not in self._trails:
            self._trails[field] = tuple(trail for text in self._values[field] for trail in trails(text))
        return any(phrase in trail for trail in self._trails[field])


def meets(query: Query, document: Document, analysed: Analysed, marked: Callable[[Mark], bool]) -> bool:
    """Whether a post meets a query; `marked` tells of marks, which stand in no document."""

    def one(condition: Condition) -> bool:
        match condition:
            case Clause():
                return analysed.meets(condition)
            case InList(name):
                return name in map(list_term, document.lists)
            case InTopic(topic):
                return document.topic == topic
            case Dated(after, before):
                return (after is None or document.date >= after) and (before is None or document.date < before)
            case Has(content):
                return content in document.has
            case Marked(mark):
                return marked(mark)

    return all(any(map(one, choice)) for choice in query.required) and not any(map(one, query.excluded))
