"""How many cells of a terminal a text takes, and texts made to take exactly so many.

Agrees with `rich.cells`, by which rows are cropped. Texts are expected to have passed `mail.safe`.
"""

from __future__ import annotations

import re
from typing import Final

from rich.cells import cell_len, get_character_cell_size

LRM: Final = "\u200e"
"""LEFT-TO-RIGHT MARK: takes no cell, and keeps what stands around it from being reordered (UAX 9)."""

ELLIPSIS: Final = "…"

_ZWJ: Final = "\u200d"
_VS16: Final = "\ufe0f"
_DIRECTION_MARKS: Final = frozenset("\u061c\u200e\u200f")

_UNSTEADY: Final = re.compile(
    "[\u200d\u20e3\ufe00-\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]"  # what terminals disagree about
)
_DROPPED: Final = re.compile("[\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
_EMOJI: Final = "[\u2000-\u2bff\U0001f000-\U0001faff]"
_JOINED: Final = re.compile(f"(?<={_EMOJI})\u200d+{_EMOJI}|\u200d+")
_LETTERS: Final = {0x1F1E6 + n: ord("A") + n for n in range(26)}


class _Widths(dict[str, int]):
    """The cells of each character, looked up once."""

    def __missing__(self, character: str) -> int:
        cells = self[character] = get_character_cell_size(character)
        return cells


_WIDTHS: Final = _Widths()


def width(text: str) -> int:
    """The cells that a text takes: two for wide characters, none for marks that stand on others."""
    if text.isascii():
        return len(text)
    if _ZWJ in text or _VS16 in text:
        return cell_len(text)
    return sum(map(_WIDTHS.__getitem__, text))


def one_cell_each(text: str) -> bool:
    """Whether every character of a text takes exactly one cell."""
    return text.isascii() or (_ZWJ not in text and all(_WIDTHS[character] == 1 for character in set(text)))


def advances(text: str) -> list[int]:
    """The cells that each character adds; a row may only be cut before one that adds some, and never before VS16.

    The sum is `width(text)`, and the sum over a part so cut is that part's width.
    """
    steps = list(map(_WIDTHS.__getitem__, text))
    if _ZWJ not in text and _VS16 not in text:
        return steps
    base, joined = "", False
    for at, character in enumerate(text):
        if joined:
            steps[at], joined = 0, False
        elif character == _ZWJ:
            steps[at], joined = 0, True
        elif character == _VS16:
            steps[at] = cell_len(base + _VS16) - cell_len(base) if base else 0
            base = ""
        elif steps[at]:
            base = character
    return steps


def begins_cluster(character: str, advance: int) -> bool:
    """Whether a row may be cut before this character, which adds so many cells."""
    return advance > 0 and character != _VS16


def cut(text: str, room: int) -> str:
    """As much of a text's beginning as takes at most `room` cells; no character loses the marks that stand on it."""
    if len(text) * 2 <= room or (text.isascii() and len(text) <= room):
        return text
    taken = end = 0
    for at, advance in enumerate(advances(text)):
        if begins_cluster(text[at], advance):
            end = at
        taken += advance
        if taken > room:
            return text[:end]
    return text


def shortened(text: str, room: int) -> str:
    """The text, or when it takes more than `room` cells its beginning and an ellipsis."""
    if len(text) * 2 <= room or width(text) <= room:
        return text
    return cut(text, room - 1).rstrip() + ELLIPSIS if room > 0 else ""


def padded(text: str, room: int) -> str:
    """The text, cut or filled up with blanks to exactly `room` cells."""
    fitting = cut(text, room)
    return fitting + " " * (room - width(fitting))


def field(text: str, room: int) -> str:
    """A column's field: exactly `room` cells, whatever the text, and a mark that keeps its neighbours in place."""
    return padded(shortened(steady(text), room), room) + LRM


def number(count: int, room: int) -> str:
    """A number at the right of its column of `room` cells; one that is too long is told in thousands or millions."""
    for told in (str(count), f"{count // 1000}k", f"{count // 1_000_000}M"):
        if len(told) <= room:
            return told.rjust(room)
    return "+".rjust(room)


def steady(text: str) -> str:
    """The text without what terminals draw with different widths, for places where a column must not break.

    Of joined emoji the first stays, variation selectors and skin tones go, flags become letters, and marks that stand
    on nothing go.
    """
    if text.isascii():
        return text
    if _UNSTEADY.search(text):
        text = _JOINED.sub("", _DROPPED.sub("", text)).translate(_LETTERS)
    first = 0
    while first < len(text) and not _WIDTHS[text[first]] and text[first] not in _DIRECTION_MARKS:
        first += 1
    return text[first:]
