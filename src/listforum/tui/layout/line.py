"""What a row of the screen is made of, before any colour: pieces of text, each with the name of a style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

StyleName = Literal[
    "",
    "heading",
    "heading-current",
    "heading-unread",
    "author",
    "author-read",
    "muted",
    "unread",
    "number",
    "flag",
    "tree",
    "quote-1",
    "quote-2",
    "quote-3",
    "attribution",
    "signature",
    "fold",
    "added",
    "removed",
    "attachment",
    "link",
    "waiting",
    "match",
    "warning",
    "rule",
    "title",
    "cursor",
    "cursor-line",
]
"""What a piece of text is; how that looks is the theme's. "" is plain text."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a row in one style."""

    text: str
    style: StyleName = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the screen; `fill` is the style of the whole row, under its spans and behind them."""

    spans: tuple[Span, ...] = ()
    fill: StyleName = ""

    @property
    def text(self) -> str:
        """The row without its styles."""
        return "".join(span.text for span in self.spans)
