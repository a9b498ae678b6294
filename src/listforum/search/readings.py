"""Typed words as what may stand in a text: whole, or as the beginning of more."""

from __future__ import annotations

from collections.abc import Iterable

from listforum.search import analysis, folding
from listforum.search.query import Reading

_LETTER = "x"


def readings(typed: str) -> tuple[Reading, ...]:
    """The ways to read typed words that stand in this order; none when there is nothing in them to look for."""
    pairs = analysis.pairs(typed)
    return tuple(_whole(row, pairs) for row in analysis.atoms(typed) if row)


def beginnings(typed: str) -> tuple[Reading, ...]:
    """The ways to read typed words of which the last is the beginning of one.

    In a script without spaces each character stands for itself, and what begins so simply holds it.
    """
    rows = analysis.atoms(typed)
    ends = [typed] if len(rows) == 1 else [typed.replace(folding.NON_JOINER, " "), typed]
    pairs = analysis.pairs(typed)
    return tuple(_beginning(row, end, pairs) for row, end in zip(rows, ends, strict=True) if row)


def scattered(typed: str) -> tuple[Reading, ...]:
    """The ways to read typed words that may stand anywhere in one field."""
    return tuple(dict.fromkeys(Reading(each.terms) for each in readings(typed)))


def may_go_on(typed: str) -> bool:
    """Whether a letter typed next would belong to the last word, and the word is long enough to be looked for then."""
    raw = analysis.raw_words(typed)
    return bool(raw) and len(analysis.raw_words(typed + _LETTER)) == len(raw) and len(analysis.beginning(typed)) > 1


def _whole(row: tuple[str, ...], pairs: tuple[str, ...]) -> Reading:
    if len(row) == 1:
        return Reading(row)
    if row == tuple("".join(pairs)) and len(pairs) == 1:
        return Reading(pairs)
    return Reading(_terms(row, pairs), analysis.phrase(row))


def _beginning(row: tuple[str, ...], end: str, pairs: tuple[str, ...]) -> Reading:
    prefix = analysis.beginning(end)
    if not prefix or folding.UNSPACED_RUN.fullmatch(row[-1]):
        return _whole(row, pairs)
    if len(row) == 1:
        return Reading((), prefix=prefix)
    head = row[:-1]
    return Reading(_terms(head, pairs), analysis.phrase(head) + prefix, prefix)


def _terms(row: Iterable[str], pairs: tuple[str, ...]) -> tuple[str, ...]:
    """The terms of words in a row; a character that stands in a pair needs no proof of its own."""
    alone = (term for term in dict.fromkeys(row) if not (len(term) == 1 and any(term in pair for pair in pairs)))
    return (*dict.fromkeys(pairs), *alone)
