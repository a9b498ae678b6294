"""A small question with a few answers, one of which is chosen."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

from textual import on

from listforum.mail import safe
from listforum.tui.actions import bindings
from listforum.tui.item_list import Item, ItemList
from listforum.tui.layout.line import Line, Span
from listforum.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class ChoiceScreen(Dialog[str]):
    """Answers the name that was chosen; None when none was."""

    BINDINGS = bindings("dialog")

    def __init__(self, question: str, names: Sequence[str]) -> None:
        """`question` is safe to show."""
        super().__init__(question)
        self._names = names

    def body(self) -> ComposeResult:
        yield ItemList()

    def keys(self) -> Sequence[tuple[str, str]]:
        return ((_("enter"), _("choose")), *super().keys())

    def on_mount(self) -> None:
        names = self.query_one(ItemList)
        names.show([Item(name, (Line((Span(f" {safe.line(name)}"),)),)) for name in self._names])
        names.focus()

    @on(ItemList.Chosen)
    def _chosen(self, message: ItemList.Chosen) -> None:
        self.dismiss(str(message.key))
