"""The heading of a post: how deep it stands, who wrote it, when, whom it answers, and whether it is new."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import Final

from listforum.forum.moments import full
from listforum.tui.layout.cells import LRM, shortened, steady, width
from listforum.tui.layout.dates import day
from listforum.tui.layout.glyphs import BRANCH, DOT, UNREAD
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.layout.order import Placed

_DEEPEST: Final = 6
"""Deeper answers stand no further to the right; their heading names whom they answer, or they follow it."""

_MUTED: Final[StyleName] = "muted"
_FLAG: Final[StyleName] = "flag"

_NARROW: Final = 60
_LEAST_AUTHOR: Final = 12


def heading(placed: Placed, room: int, lists: Sequence[str] = ()) -> Line:
    """One row of `room` cells. What does not fit is left out from the end: lists, whom it answers, the time of day.

    `lists` are told of a post that came through several.
    """
    record = placed.record
    tree = _tree(placed.depth, room)
    mark = " " if record.read else UNREAD
    opening = width(tree) + 2
    when = full(record.date) if room >= _NARROW else day(record.date)
    author = shortened(steady(record.author), max(_LEAST_AUTHOR, room - opening - width(when) - 4))
    author = shortened(author, room - opening)
    spans = [
        Span(f"{mark} ", "unread"),
        Span(tree, "tree"),
        Span(author + LRM, "author-read" if record.read else "author"),
    ]
    left = room - opening - width(author)
    if left >= width(when) + 3:
        spans.append(Span(f" {DOT} {when}", "muted"))
        left -= width(when) + 3
        for told, style in ((_answers(placed), _MUTED), (_through(lists), _FLAG)):
            if told and left >= 3 + _LEAST_AUTHOR:
                words = f" {DOT} {shortened(told, left - 3)}"
                spans.append(Span(words + LRM, style))
                left -= width(words)
    return Line(tuple(spans), "heading" if record.read else "heading-unread")


def _tree(depth: int, room: int) -> str:
    """How deep an answer stands, within six steps and a third of the room."""
    shown = min(depth, _DEEPEST, max(1, room // 6 - 1))
    return "  " * (shown - 1) + BRANCH + " " if depth else ""


def _through(lists: Sequence[str]) -> str:
    return " + ".join(f"{steady(name)}{LRM}" for name in lists)


def _answers(placed: Placed) -> str:
    edge = placed.record.edge
    if placed.answers is not None:
        return _("answers {author}").format(author=steady(placed.answers.author))
    if edge.parent is None and edge.missing:
        return _("answers a post that is not here")
    return ""
