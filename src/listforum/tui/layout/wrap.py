"""Texts broken into rows that fit: prose between words, code and patches at the edge, quotes with their marks repeated.

A paragraph of wide characters breaks between any two of them. Nothing but blanks at a break is lost. Long texts are
wrapped whole to know their heights, so lines that fit, most of them, are told by their length alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, NamedTuple

from listforum.tui.layout.cells import LRM, advances, begins_cluster, one_cell_each, width

_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_QUOTE: Final = re.compile(r"(?: {0,3}>)+ ?")
_BULLET: Final = re.compile(r"(?:[-*+•–] |\(?\d{1,3}[.)] ) *")
_COLUMN_GAP: Final = re.compile(r"[^\s.?!:;] {2,}\S.*[^\s.?!:;] {2,}\S|[^\s.?!] {3,}\S")
_HUNK: Final = re.compile(r"@@ -\d+(?:,(\d{1,6}))? \+\d+(?:,(\d{1,6}))? @@")
_CODE_INDENT: Final = 4
"""So many blanks make code of a line (as in Markdown), unless a list item begins there."""

_NOT_FIRST: Final = frozenset(
    "、。，．：；！？）」』】〕〉》”’…ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ・,.;:!?)]}%"
)
_NOT_LAST: Final = frozenset("（「『【〔〈《“‘([{")


class Row(NamedTuple):
    """A row: `text[lead:]` is the source from `start` on, `text[:lead]` a repeated quote mark or indent.

    `patch` is what the row's line begins with, when that line is part of a patch: one of "+", "-", " " and "@".
    """

    # A tuple, not a dataclass: a topic has tens of thousands, all made before its first line is drawn.
    text: str
    start: int
    lead: int
    patch: str = ""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How wide rows may be: those whose columns mean something, and those of prose."""

    room: int
    measure: int


@dataclass(frozen=True, slots=True)
class _Lead:
    """How the rows of one line begin: `end` characters of it are before its words, `hang` is before later rows."""

    end: int
    first: str
    hang: str
    columns: bool


def runs_right_to_left(text: str) -> bool:
    """Whether there are right-to-left letters in a text."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def wrapped(text: str, room: int, measure: int = 0) -> list[Row]:
    """The rows of a text of several lines, none wider than `room` cells (at least 4), prose not wider than `measure`.

    `start` counts in characters from the beginning of the text.
    """
    rows: list[Row] = []
    shape = _Shape(room, min(room, measure or room))
    at = old = new = 0
    for line in text.split("\n"):
        sign = ""
        if old > 0 or new > 0:
            sign = line[:1] or " "
            old -= sign in "- "
            new -= sign in "+ "
        elif line.startswith("@@ ") and (hunk := _HUNK.match(line)):
            old, new, sign = int(hunk[1] or 1), int(hunk[2] or 1), "@"
        if len(line) <= shape.measure and line.isascii():
            rows.append(Row(line, at, 0, sign))
        else:
            rows += _rows(line, at, shape, sign)
        at += len(line) + 1
    return rows


def _rows(line: str, at: int, shape: _Shape, sign: str) -> list[Row]:
    turned = runs_right_to_left(line)
    if not turned and (len(line) * 2 <= shape.measure or width(line) <= shape.measure):
        return [Row(line, at, 0, sign)]
    lead = _lead(line, shape.measure, turned, bool(sign))
    if not turned and lead.columns and width(line) <= shape.room:
        return [Row(line, at, 0, sign)]
    words = line[lead.end :]
    room = shape.room if lead.columns else shape.measure
    first, then = max(2, room - width(lead.first)), max(2, room - width(lead.hang))
    pieces = _hard_cuts(words, first, then) if lead.columns else _word_cuts(words, first, then)
    if not pieces:
        return [Row(lead.first, at, len(lead.first), sign)]
    rows = [Row(lead.first + words[: pieces[0][1]], at + lead.end, len(lead.first), sign)]
    lines_on = ((lead.hang + words[start:end], at + lead.end + start) for start, end in pieces[1:])
    rows += (Row(text, start, len(lead.hang), sign) for text, start in lines_on)
    return rows


def _lead(line: str, room: int, turned: bool, patch: bool) -> _Lead:
    """How a line begins; one whose beginning takes half the room or more is cut as it is."""
    found = _QUOTE.match(line)
    quote = found[0] if found else ""
    words = line[len(quote) :]
    indent = len(words) - len(words.lstrip(" "))
    bullet = _BULLET.match(line, len(quote) + indent)
    hang = indent + (len(bullet[0]) if bullet else 0)
    mark = LRM if turned else ""
    if len(quote) + hang > room // 2:
        return _Lead(0, "", "", columns=True)
    if patch or _is_table_or_code(words, indent, bullet is not None):
        start = quote + mark if quote else ""
        return _Lead(len(quote), start, start, columns=True)
    first = line[: len(quote) + indent]
    later = quote + " " * hang
    return _Lead(len(first), first + mark if first else "", later + mark if later else "", columns=False)


def _is_table_or_code(words: str, indent: int, item: bool) -> bool:
    """Whether a line's columns mean something: it is indented like code, or has gaps like a table."""
    return not item and (indent >= _CODE_INDENT or _COLUMN_GAP.search(words) is not None)


def _word_cuts(text: str, first: int, then: int) -> list[tuple[int, int]]:
    """Where the rows of prose begin and end; blanks around a break belong to none."""
    text = text.rstrip(" ")
    if one_cell_each(text):
        return _cuts_between_words(text, first, then)
    return _cuts_between_characters(text, first, then)


def _cuts_between_words(text: str, room: int, then: int) -> list[tuple[int, int]]:
    cuts = []
    at, end = 0, len(text)
    while end - at > room:
        blank = text.rfind(" ", at, at + room + 1)
        if blank <= at:
            cuts.append((at, at + room))
            at += room
        else:
            cuts.append((at, at + len(text[at:blank].rstrip(" "))))
            at = blank + 1
            while text[at] == " ":  # the last character is none
                at += 1
        room = then
    if at < end:
        cuts.append((at, end))
    return cuts


def _cuts_between_characters(text: str, room: int, then: int) -> list[tuple[int, int]]:
    """As between words, for text with characters of two cells or none."""
    steps = advances(text)
    reached = [0, *accumulate(steps)]
    cuts = []
    at, end = 0, len(text)
    while reached[end] - reached[at] > room:
        limit = bisect_right(reached, reached[at] + room, at) - 1
        stop = _break_before(text, steps, at, limit)
        cuts.append((at, at + len(text[at:stop].rstrip(" "))))
        at = stop
        while at < end and text[at] == " " and steps[at]:
            at += 1
        room = then
    if at < end:
        cuts.append((at, end))
    return cuts


def _break_before(text: str, steps: list[int], at: int, limit: int) -> int:
    """The last place up to `limit` where a row that began at `at` may end, or else the last that splits no cluster."""
    for stop in range(limit, at, -1):
        if begins_cluster(text[stop], steps[stop]) and _may_break(text, steps, stop):
            return stop
    for stop in range(limit, at, -1):
        if begins_cluster(text[stop], steps[stop]):
            return stop
    return max(limit, at + 1)


def _may_break(text: str, steps: list[int], stop: int) -> bool:
    before, after = text[stop - 1], text[stop]
    if after == " " or before == " ":
        return True
    if steps[stop] < 2 and steps[stop - 1] < 2:
        return False
    return after not in _NOT_FIRST and before not in _NOT_LAST


def _hard_cuts(text: str, room: int, then: int) -> list[tuple[int, int]]:
    """Where rows begin and end that keep every blank: at the edge."""
    steps = advances(text)
    reached = [0, *accumulate(steps)]
    cuts = []
    at, end = 0, len(text)
    while reached[end] - reached[at] > room:
        stop = bisect_right(reached, reached[at] + room, at) - 1
        while stop > at + 1 and not begins_cluster(text[stop], steps[stop]):
            stop -= 1
        stop = max(stop, at + 1)
        cuts.append((at, stop))
        at = stop
        room = then
    if at < end:
        cuts.append((at, end))
    return cuts
