"""A list of topics as rows of columns: the subject takes what room there is, and the last columns stay in place."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import gettext as _

from listforum.model.forum import TopicSummary
from listforum.tui.layout.cells import LRM, field, number
from listforum.tui.layout.dates import ago
from listforum.tui.layout.glyphs import FOLLOWED, MUTED, STARRED, UNREAD
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.layout.wrap import runs_right_to_left


@dataclass(frozen=True, slots=True)
class Columns:
    """How many cells each column has; 0 for one that is not shown. A blank stands between two columns."""

    marks: int
    subject: int
    starter: int
    posts: int
    unread: int
    last: int


def columns(width: int) -> Columns:
    """The columns for rows of `width` cells; a narrow screen goes without some of them."""
    marks = 4 if width >= 60 else 3
    starter = 0 if width < 60 else min(24, 12 + (width - 60) // 8)
    posts = 5 if width >= 50 else 0
    unread = 5 if width >= 34 else 0
    last = 7 if width >= 24 else 0
    taken = marks + sum(cells + 1 for cells in (starter, posts, unread, last) if cells)
    return Columns(marks, max(0, width - taken), starter, posts, unread, last)


def row(summary: TopicSummary, columns: Columns, now: int) -> Line:
    """A topic; what is unread in it shows by a mark, a number and a bold subject. `now` is in seconds since 1970."""
    quiet: StyleName = "muted" if summary.muted else ""
    new = bool(summary.unread)
    spans = [
        Span(_opening(summary) + (UNREAD if new else " "), "muted" if summary.muted else "unread"),
        Span(_flags(summary, columns), quiet or "flag"),
        Span(field(summary.subject, columns.subject), quiet or ("unread" if new else "")),
    ]
    if columns.starter:
        spans += [Span(" "), Span(field(summary.starter, columns.starter), "muted")]
    if columns.posts:
        spans += [Span(" "), Span(number(summary.posts, columns.posts) + LRM, quiet or "number")]
    if columns.unread:
        count = number(summary.unread, columns.unread) if new else " " * columns.unread
        spans += [Span(" "), Span(count + LRM, quiet or "unread")]
    if columns.last:
        spans += [Span(" "), Span(_right(ago(summary.last, now), columns.last), "muted")]
    return Line(tuple(spans))


def heading(columns: Columns) -> Line:
    """The names of the columns."""
    texts = [" " * columns.marks + field(_("subject"), columns.subject)]
    if columns.starter:
        texts.append(field(_("started by"), columns.starter))
    if columns.posts:
        texts.append(_right(_("posts"), columns.posts))
    if columns.unread:
        texts.append(_right(_("new"), columns.unread))
    if columns.last:
        texts.append(_right(_("last"), columns.last))
    return Line((Span(" ".join(texts), "title"),), "title")


def _opening(summary: TopicSummary) -> str:
    """A row that begins with a right-to-left subject would be taken for a right-to-left row."""
    return LRM if runs_right_to_left(summary.subject) or runs_right_to_left(summary.starter) else ""


def _flags(summary: TopicSummary, columns: Columns) -> str:
    """The marks after the unread one; where there is room for one sign only, it gives way to the subject."""
    attention = MUTED if summary.muted else FOLLOWED if summary.followed else " "
    star = STARRED if summary.starred else " "
    if columns.marks == 4:
        return f"{attention}{star} "
    return f"{attention if attention != ' ' else star} "


def _right(text: str, room: int) -> str:
    """A short word at the right of its column."""
    fitting = field(text, room).removesuffix(LRM)
    words = fitting.rstrip(" ")
    return " " * (len(fitting) - len(words)) + words + LRM
