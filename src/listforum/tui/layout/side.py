"""The column at the side: lists, saved searches and views, with how much of them is unread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from gettext import gettext as _
from typing import Final

from listforum.mail import safe
from listforum.model.forum import ListInfo, SavedSearch, ViewCounts
from listforum.tui.item_list import Item
from listforum.tui.layout.cells import field
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.shelf import SavedShelf, Shelf, ShelfView, view_name

WIDTH: Final = 20
"""Cells of the column, with a blank at each end."""


SAVED: Final = "/"
"""Stands before a saved search: the key that searches."""


def side_items(lists: Sequence[ListInfo], saved: Sequence[tuple[SavedSearch, int]], counts: ViewCounts) -> list[Item]:
    """Every list, then the saved searches with how many unread topics each finds, the views, and the outbox."""
    views: tuple[tuple[ShelfView, int], ...] = (
        ("unread", counts.unread),
        ("followed", counts.followed),
        ("unanswered", counts.unanswered),
        ("all", 0),
    )
    return [
        *_titled(_("Lists"), [Item(Shelf(one.name), (_row(safe.line(one.name), one.unread),)) for one in lists]),
        *_titled(_("Saved searches"), [Item(SavedShelf(one), (_row(f"{SAVED} {one.name}", n),)) for one, n in saved]),
        *_titled(_("Views"), [Item(Shelf(None, view), (_row(view_name(view), count),)) for view, count in views]),
        Item("outbox", (_row(view_name("outbox"), counts.outbox + counts.drafts),)),
    ]


def _titled(title: str, items: Sequence[Item]) -> Iterator[Item]:
    """The title goes with the first item, so that the cursor never stands on it."""
    heading = Line((Span(f" {field(title, WIDTH - 2)}", "muted"),))
    for at, item in enumerate(items):
        yield Item(item.key, (heading, *item.lines), titles=1) if at == 0 else item


def _row(name: str, count: int) -> Line:
    number = str(count) if count else ""
    style: StyleName = "unread" if count else ""
    room = WIDTH - 3 - len(number)
    return Line((Span(f" {field(name, room)} ", style), Span(number, "number")))
