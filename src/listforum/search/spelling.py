"""Did you mean: words of the index that are nearly what was typed, where what was typed stands nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Final, Protocol

from listforum.search.analysis import beginning, spans
from listforum.search.answer import never
from listforum.search.confirming import Asked
from listforum.search.parse import MAX_QUERY
from listforum.search.postings import Postings
from listforum.search.query import FIELDS, Field
from listforum.search.source import Source

SHORTEST: Final = 3
"""Letters of a word that is worth a guess."""

LONG: Final = 7
"""Letters of a word in which two mistakes are forgiven."""

LONGEST: Final = 30
"""Letters of a word that is worth a guess."""

MOST_UNKNOWN: Final = 4
"""Distinct words of a query that stand nowhere: where they are more, it is no slip of the hand."""

_NO_WORDS: Final = re.compile(r"(?i:\b(?:is|has|before|after|on|topic|list):\S*|(?<![\w-])[\w-]++:)|\bOR\b")
"""What in a query is no word that stands in posts."""


class Vocabulary(Protocol):
    """The words of a segment."""

    @property
    def posts(self) -> Sequence[int]: ...
    def postings(self, name: str, term: bytes) -> Postings: ...
    def words_beginning(self, prefix: bytes) -> Iterable[tuple[str, str]]:
        """Words as they are written in folded letters, and their terms."""
        ...


class Spelling:
    """Puts right what was typed, by the words of some segments; a word is written as it stands in a post."""

    def __init__(self, source: Source, vocabularies: Sequence[Vocabulary]) -> None:
        self._source = source
        self._vocabularies = vocabularies

    def corrected(self, text: str, cancelled: Asked = never) -> str:
        """A query with each word that stands nowhere replaced by one that does; "" where there is none to replace.

        Also "" when it is cancelled, or more than MOST_UNKNOWN words stand nowhere. Reads as much of a query as is
        searched for.
        """
        text = text[:MAX_QUERY]
        pieces, at = [], 0
        better: dict[str, str] = {}
        for start, end in self._unknown(text):
            if cancelled():
                return ""
            typed = text[start:end]
            if typed not in better:
                if len(better) == MOST_UNKNOWN:
                    return ""
                better[typed] = self._nearest(typed, cancelled)
            if better[typed]:
                pieces += [text[at:start], better[typed]]
                at = end
        return "".join([*pieces, text[at:]]) if pieces and not cancelled() else ""

    def _unknown(self, text: str) -> Iterator[tuple[int, int]]:
        """Where words of a query are that stand nowhere."""
        skipped = [found.span() for found in _NO_WORDS.finditer(text)]
        for start, end, terms in spans(text):
            if not any(first <= start < last for first, last in skipped) and not self._stands(terms):
                yield start, end

    def _stands(self, terms: Iterable[str]) -> bool:
        return any(self._count(name, term) for name in FIELDS for term in terms)

    def _count(self, name: Field, term: str) -> int:
        return sum(len(each.postings(name, term.encode()).documents) for each in self._vocabularies)

    def _nearest(self, typed: str, cancelled: Asked) -> str:
        """The word most like the typed one, and of several the most common; of those looked at when cancelled."""
        wanted = beginning(typed)
        if not SHORTEST <= len(wanted) <= LONGEST:
            return ""
        best = min(self._ranked(wanted, self._candidates(wanted, cancelled)), default=None)
        return "" if best is None else self._as_written(best[3], best[2])

    def _candidates(self, wanted: str, cancelled: Asked) -> set[tuple[str, str]]:
        """Words with the same first letter, which is rarely mistyped, and with a part of the others in a row.

        As many mistakes as are forgiven cannot touch all parts, though swapped letters may belong to two.
        """
        length, most = len(wanted), _forgiven(wanted)
        parts = 2 * most + 1
        pieces = [wanted[length * nth // parts : length * (nth + 1) // parts] for nth in range(parts)]
        return {
            (word, term)
            for known in self._vocabularies
            for word, term in takewhile(lambda _: not cancelled(), known.words_beginning(wanted[0].encode()))
            if abs(len(word) - length) <= most and any(map(word.__contains__, pieces))
        }

    def _ranked(self, wanted: str, candidates: Collection[tuple[str, str]]) -> Iterator[tuple[int, int, str, str]]:
        most = _forgiven(wanted)
        for word, term in candidates:
            far = _distance(wanted, word, most)
            if far <= most:
                yield far, -sum(self._count(name, term) for name in FIELDS), word, term

    def _as_written(self, term: str, word: str) -> str:
        """The word as it stands in a post, with its accents and joiners."""
        for known in self._vocabularies:
            documents = known.postings("text", term.encode()).documents
            if documents:
                post = known.posts[documents[0]]
                text = self._source.text_of([post]).get(post, "")
                found = [text[start:end] for start, end, terms in spans(text) if term in terms]
                return min(found, key=lambda each: (beginning(each) != word, each != each.lower()), default=word)
        return word


def _forgiven(word: str) -> int:
    return 2 if len(word) >= LONG else 1


def _distance(one: str, other: str, most: int) -> int:
    """How many letters to insert, leave out, change or swap with a neighbour; `most` + 1 when they are more.

    Optimal string alignment (Damerau 1964), no further than it matters.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for nth, letter in enumerate(one, 1):
        earlier, before, row = before, row, [nth]
        for at, their in enumerate(other, 1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (letter != their))
            if nth > 1 and at > 1 and letter == other[at - 2] and one[nth - 2] == their:
                cost = min(cost, earlier[at - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
