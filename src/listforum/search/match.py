"""Whether a text meets a query, straight from the text: what the index must agree with, and what verifies phrases."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from listforum.model.forum import Document
from listforum.search.analysis import counted
from listforum.search.phrases import finder, holds_pair, is_pair
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


TermsOfForms = Callable[[str], tuple[str, ...]]
"""The terms that do not begin with a prefix, though a form of theirs does, somewhere in what is searched.

It is asked at every post, so it remembers its answers.
"""


def no_forms(_prefix: str) -> tuple[str, ...]:
    """For queries without a prefix."""
    return ()


class Analysed:
    """A post's fields as terms, each computed when first asked for."""

    def __init__(self, values: Values, terms_of_forms: TermsOfForms = no_forms) -> None:
        self._values = values
        self._terms_of_forms = terms_of_forms
        self._terms: dict[Field, Mapping[str, int]] = {}

    def terms(self, field: Field) -> Mapping[str, int]:
        """The terms of a field as they are indexed, and how often each stands there."""
        if field not in self._terms:
            self._terms[field] = counted(*self._values[field])
        return self._terms[field]

    def meets(self, clause: Clause) -> bool:
        """Whether one of the clause's readings stands in one of its fields."""
        return any(self._reads(field, reading) for reading in clause.readings for field in clause.fields)

    def _reads(self, field: Field, reading: Reading) -> bool:
        if not self._values[field]:
            return False
        if reading.phrase:
            return self._holds_phrase(field, reading)
        terms = self.terms(field)
        return all(map(terms.__contains__, reading.terms)) and (
            not reading.prefix or self._holds_beginning(field, reading.prefix)
        )

    def _holds_beginning(self, field: Field, prefix: str) -> bool:
        terms = self.terms(field)
        return any(term.startswith(prefix) for term in terms) or any(
            map(terms.__contains__, self._terms_of_forms(prefix))
        )

    def _holds_phrase(self, field: Field, reading: Reading) -> bool:
        """Whether the phrase is there, and with it all terms and the beginning that the reading asks for.

        A phrase that is there proves its own terms: to count all words of a long text takes far longer.
        """
        unfinished = not reading.phrase.endswith("\0")
        found = finder(reading.phrase, self._terms_of_forms(reading.prefix) if unfinished else ())
        if not any(map(found.stands_in, self._values[field])):
            return False
        row = reading.phrase.split("\0")
        unproven = [term for term in reading.terms if term not in row]
        if all(map(is_pair, unproven)):
            return all(any(holds_pair(text, term) for text in self._values[field]) for term in unproven)
        return all(map(self.terms(field).__contains__, unproven))


def meets(query: Query, document: Document, analysed: Analysed, marked: Callable[[Mark], bool]) -> bool:
    """Whether a post meets a query; `marked` tells of marks, which stand in no document.

    The topic is the one that the document tells: who knows a newer one puts it there.
    """

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
