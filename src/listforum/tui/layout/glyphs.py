"""The signs that stand for a state or a fold, for terminals that know them and for those that know letters only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One cell each."""

    unread: str
    followed: str
    starred: str
    muted: str
    folded: str
    unfolded: str
    attached: str
    branch: str
    bar: str
    dot: str


PLAIN: Final = Glyphs("●", "»", "★", "×", "▸", "▾", "◦", "└", "│", "·")
"""Signs that every font with a terminal's line drawing has."""

ASCII: Final = Glyphs("*", ">", "+", "x", "+", "-", "@", "`", "|", "-")


def glyphs_for(encoding: str) -> Glyphs:
    """The signs for a terminal that takes this encoding."""
    return PLAIN if encoding.lower().replace("-", "").replace("_", "") == "utf8" else ASCII
