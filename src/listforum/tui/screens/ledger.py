"""The dialog of what the link has cost."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

from listforum.tui.actions import bindings
from listforum.tui.layout.ledger import Books, ledger_lines
from listforum.tui.screens.dialog import Dialog, Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult

    from listforum.tui.layout.line import Line


class LedgerScreen(Dialog[None]):
    """Shows the ledger, and what a run has added to it once that is over."""

    BINDINGS = bindings("dialog")

    def __init__(self) -> None:
        super().__init__(_("What the link has cost"))

    def body(self) -> ComposeResult:
        yield Page(self._lines())

    def on_mount(self) -> None:
        self.query_one(Page).focus()

    def on_resize(self) -> None:
        super().on_resize()
        self.archive_changed()

    def archive_changed(self) -> None:
        self.query_one(Page).say(self._lines())

    def _lines(self) -> Iterable[Line]:
        expenses = self.forum_app.forum.expenses
        books = Books(expenses.spending(), expenses.by("purpose"), expenses.by("list"), expenses.by("day"))
        return ledger_lines(books, self.room)
