"""The few words of a post that show why it was found."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Iterator

from listforum.search.analysis import spans, words
from listforum.search.query import Clause, Query

LENGTH = 200
"""Characters of a snippet, about."""

BEFORE = 60
BORDER = 24
"""How far a cut may move to fall between two words."""

MAX_LOOKED_AT = 200_000
"""Characters of a text in which a match is looked for; with none in them the beginning is shown."""

MAX_AFTER_FIRST = 8_000
"""Characters after the first match in which a better place is looked for."""

CHUNK = 2_000
OVERLAP = 64
"""Texts are skimmed in chunks, which overlap so that no word is cut in both."""

Marks = tuple[tuple[int, int], ...]


def snippet(text: str, query: Query) -> tuple[str, Marks]:
    """A cut of the text around what was asked for, its white space evened out, and where that stands in it.

    Without a match in the text, its beginning and no marks. Positions are characters of the snippet, half-open.
    """
    wanted = _wanted(query)
    best = place(text, query)
    start = _cut_before(text, max(0, best - BEFORE))
    end = _cut_after(text, min(len(text), start + LENGTH))
    cut = " ".join(text[start:end].split())
    shown = ("… " if start else "") + cut + (" …" if end < len(text.rstrip()) else "")
    return shown, _joined(shown, wanted)


def place(text: str, query: Query) -> int:
    """Where a text shows best why it was found, as a character: the words asked for stand closest together there."""
    wanted = _wanted(query)
    return _best(text[:MAX_LOOKED_AT], wanted) if wanted else 0


def marks(text: str, query: Query) -> Marks:
    """Where the words that were asked for stand in a text, as characters, half-open; those that touch become one."""
    return _joined(text, _wanted(query))


def _wanted(query: Query) -> frozenset[str]:
    """The terms that are looked for in texts."""
    return frozenset(
        term
        for choice in query.required
        for clause in choice
        if isinstance(clause, Clause) and "text" in clause.fields
        for reading in clause.readings
        for term in reading.terms
    )


def _marked(text: str, wanted: frozenset[str]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The words of a text that were asked for, and by which terms."""
    for start, end, terms in spans(text):
        if not wanted.isdisjoint(terms):
            yield start, end, wanted.intersection(terms)


def _best(text: str, wanted: frozenset[str]) -> int:
    """Where the first match begins, or a place soon after it that shows more of the terms; 0 when there is none."""
    for start in range(0, len(text), CHUNK):
        begin = max(0, start - OVERLAP)
        if not wanted.isdisjoint(words(text[begin : start + CHUNK])):
            found = _densest(text[begin : start + CHUNK + MAX_AFTER_FIRST], wanted)
            if found is not None:
                return begin + found
    return 0


def _densest(text: str, wanted: frozenset[str]) -> int | None:
    """Where the first stretch begins that shows as many of the terms as any; None when there are none."""
    best, most = None, 0
    stretch: deque[tuple[int, int, frozenset[str]]] = deque()
    for mark in _marked(text, wanted):
        stretch.append(mark)
        while len(stretch) > 1 and stretch[0][0] < mark[1] - (LENGTH - BEFORE - BORDER):
            stretch.popleft()
        shown = len(frozenset().union(*(hits for _, _, hits in stretch)))
        if shown > most:
            best, most = stretch[0][0], shown
        if most == len(wanted):
            break
    return best


def _cut_before(text: str, wanted: int) -> int:
    """A place at or shortly after the wanted one where a word begins."""
    if wanted == 0:
        return 0
    for at in range(wanted, min(wanted + BORDER, len(text))):
        if text[at - 1].isspace():
            return at
    return _between_characters(text, wanted)


def _cut_after(text: str, wanted: int) -> int:
    """A place at or shortly before the wanted one where a word ends."""
    if wanted == len(text):
        return wanted
    for at in range(wanted, max(wanted - BORDER, 0), -1):
        if text[at].isspace():
            return at
    return _between_characters(text, wanted)


def _between_characters(text: str, at: int) -> int:
    """The next place that parts no accent, sign or joiner from its letter."""
    while at < len(text) and (unicodedata.category(text[at]) in ("Mn", "Mc", "Me", "Cf")):
        at += 1
    return at


def _joined(shown: str, wanted: frozenset[str]) -> Marks:
    """The marks of a text; those that touch become one."""
    marks: list[tuple[int, int]] = []
    for start, end, _ in _marked(shown, wanted):
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((start, end))
    return tuple(marks)
