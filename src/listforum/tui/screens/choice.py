"""A small question with a few answers, one of which is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from listforum.mail import safe
from listforum.tui.item_list import Item, ItemList
from listforum.tui.layout.line import Line, Span

if TYPE_CHECKING:
    from textual.app import ComposeResult


class ChoiceScreen(ModalScreen[str | None]):
    """Answers the name that was chosen; None when none was."""

    BINDINGS = [Binding("escape,q", "leave", show=False)]  # noqa: RUF012 - Textual's own form

    DEFAULT_CSS = """
    ChoiceScreen {
        Vertical {
            width: 50; max-width: 100%; height: auto; max-height: 80%; padding: 1 2; background: $panel;
        }
        ItemList { height: auto; max-height: 12; margin-top: 1; background: $panel; }
    }
    """

    def __init__(self, question: str, names: Sequence[str]) -> None:
        super().__init__()
        self._question, self._names = question, tuple(names)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self._question), markup=False)
            yield ItemList()

    def on_mount(self) -> None:
        names = self.query_one(ItemList)
        names.styles.height = min(len(self._names), 12)
        names.show([Item(name, (Line((Span(f" {safe.line(name)}"),)),)) for name in self._names])
        names.focus()

    @on(ItemList.Chosen)
    def _chosen(self, message: ItemList.Chosen) -> None:
        self.dismiss(str(message.key))

    def action_leave(self) -> None:
        self.dismiss(None)
