"""What fits on a terminal: how wide text is, and lines cut or wrapped so that tables and paragraphs keep shape."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Final, TextIO

_NARROWEST: Final = 40
_USUAL: Final = 80
_QUOTE: Final = re.compile(r" {0,3}(?:> ?){1,30}")


def columns(stream: TextIO | None = None) -> int | None:
    """The columns of the terminal that takes the answer, or of another stream's.

    None for a pipe or a file, where nothing is cut or wrapped.
    """
    taking = stream or sys.stdout
    try:
        if not taking.isatty():
            return None
        told = os.get_terminal_size(taking.fileno()).columns
    except (OSError, ValueError):
        return None
    return max(_NARROWEST, told or _USUAL)  # a serial line tells 0


def width(text: str) -> int:
    """How many columns a text takes (UAX 11): two for wide characters, none for marks that stand on others."""
    return len(text) if text.isascii() else sum(map(_width, text))


def shortened(text: str, room: int | None) -> str:
    """The text as far as it fits, with an ellipsis when it does not; None is room for everything."""
    if room is None or width(text) <= room:
        return text
    taken = 0
    for position, character in enumerate(text):
        taken += _width(character)
        if taken > room - 1:
            return text[:position].rstrip() + "…"
    return text


def wrapped(line: str, room: int | None, indent: str = "") -> Iterator[str]:
    """A line broken at blanks into lines that fit; a quoted one stays quoted, a word that is too long stays whole."""
    if room is None or width(indent) + width(line) <= room:
        yield indent + line
        return
    quote = _QUOTE.match(line)
    begin = indent + (quote[0].rstrip() + " " if quote else re.match(" *", line)[0][: room // 2])  # type: ignore[index]
    current, taken = begin, width(begin)
    for word in line[quote.end() if quote else 0 :].split():
        if taken + width(word) > room and taken > width(begin):
            yield current.rstrip()
            current, taken = begin, width(begin)
        current += word + " "
        taken += width(word) + 1
    yield current.rstrip()


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
