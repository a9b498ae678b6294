"""What the link has cost: today and this month against the budget, and then by purpose, list and day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final

from listforum.forum import told
from listforum.mail import safe
from listforum.model.traffic import Bytes, Spending
from listforum.tui.layout.cells import field, width
from listforum.tui.layout.exchange import bar
from listforum.tui.layout.line import Line, Span, StyleName

Rows = Sequence[tuple[str, Bytes]]

_BAR: Final = 40
_SIZES: Final = 8
_DAYS: Final = 14
"""So many days are shown, the newest first."""


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger, summed up in each way that is shown."""

    spending: Spending
    purposes: Rows
    lists: Rows
    days: Rows


def ledger_lines(books: Books, room: int) -> tuple[Line, ...]:
    """The ledger for a page of `room` cells."""
    return tuple(_lines(books, room))


def _lines(books: Books, room: int) -> Iterator[Line]:
    if not books.days:
        yield _line(_("Nothing went over the wire yet."))
        return
    yield from _spent(books.spending, room)
    yield from _table(_("What for"), _dearest([(_(name), paid) for name, paid in books.purposes]), room)
    yield from _table(_("For which list"), _dearest(books.lists), room)
    yield from _table(_("On which day"), books.days[::-1][:_DAYS], room)
    yield _line()
    yield _line(_("Days begin at midnight UTC. Every byte counts, both ways, encryption included."), "muted")


def _spent(spent: Spending, room: int) -> Iterator[Line]:
    words = _("Today {today}, this month {month}.")
    yield _line(words.format(today=told.size(spent.today.total), month=told.size(spent.month.total)), "heading")
    if spent.budget is None:
        yield _line(_('There is no budget. To have one, write budget = "200 kB/day" under [sync] in the config.'))
        return
    left = max(0, spent.budget - spent.counted.total)
    yield _line(bar(spent.counted.total, spent.budget, min(_BAR, room - 2)))
    yield _line(_("{spent}; {left} are left.").format(spent=told.spending(spent), left=told.size(left)))


def _dearest(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: -row[1].total)


def _table(title: str, rows: Rows, room: int) -> Iterator[Line]:
    yield _line()
    yield _line(title, "heading")
    for name, paid in rows:
        size = told.size(paid.total)
        size = " " * (_SIZES - width(size)) + size
        yield _line(f"{size}  {field(safe.line(name), max(4, room - width(size) - 2))}")


def _line(text: str = "", style: StyleName = "") -> Line:
    return Line((Span(text, style),) if text else ())
