"""How text looks on a terminal (ECMA-48, 8.3.117), and the shortest way from one look to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_COLORS: Final = {5: 3, 2: 5}
"""Numbers of an extended colour, itself included, by its kind: indexed, or red, green and blue."""
_SEEN_ON_BLANKS: Final = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Lines under, through, over and around, and colours exchanged."""


class UnknownStyle(Exception):
    """A number that Textual does not use."""


@dataclass(frozen=True, slots=True)
class _Look:
    foreground: str
    background: str
    attributes: tuple[str, ...]


@lru_cache(8192)
def joined(style: str, parameters: str) -> str:
    """The style after one more sequence, always written the same way; "" is the terminal's own. Raises UnknownStyle."""
    return _written(_look(f"{style};{parameters or 0}" if style else parameters))


@lru_cache(8192)
def of_blank(style: str) -> str:
    """What of a style a blank shows: not the colour of letters, where no line runs through it."""
    look = _look(style)
    if _SEEN_ON_BLANKS.intersection(look.attributes):
        return style
    return look.background


@lru_cache(8192)
def transition(before: str | None, after: str) -> str:
    """What to write to get from a style to another; None is unknown. Raises UnknownStyle."""
    if before == after:
        return ""
    if not after:
        return "\x1b[m"
    new = _look(after)
    whole = f"\x1b[0;{after}m"
    if before is None:
        return whole
    old = _look(before)
    if not set(old.attributes) <= set(new.attributes):
        return whole
    steps = ";".join(_steps(old, new))
    return "" if not steps else min(f"\x1b[{steps}m", whole, key=len)


def _written(look: _Look) -> str:
    return ";".join([*look.attributes, *filter(None, (look.foreground, look.background))])


def _steps(old: _Look, new: _Look) -> Iterator[str]:
    yield from (number for number in new.attributes if number not in old.attributes)
    if old.foreground != new.foreground:
        yield new.foreground or "39"
    if old.background != new.background:
        yield new.background or "49"


@lru_cache(8192)
def _look(style: str) -> _Look:
    foreground = background = ""
    attributes: list[str] = []
    numbers = style.split(";") if style else []
    while numbers:
        number = int(numbers[0] or 0)
        taken = 1
        if number in (38, 48):
            taken = _extended(numbers)
        value = ";".join(numbers[:taken])
        if number == 0:
            foreground, background, attributes = "", "", []
        elif 30 <= number <= 39 or 90 <= number <= 97:
            foreground = "" if number == 39 else value
        elif 40 <= number <= 49 or 100 <= number <= 107:
            background = "" if number == 49 else value
        elif 1 <= number <= 9 or number in (21, 51, 52, 53):
            attributes += [] if value in attributes else [value]
        else:
            raise UnknownStyle(style)
        numbers = numbers[taken:]
    return _Look(foreground, background, tuple(sorted(attributes)))


def _extended(numbers: list[str]) -> int:
    taken = _COLORS.get(int(numbers[1] or 0), 0) if len(numbers) > 1 else 0
    if not taken or len(numbers) < taken:
        raise UnknownStyle(";".join(numbers))
    return taken
