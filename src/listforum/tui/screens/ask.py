"""A line is asked for: where to save a file."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Input

from listforum.tui.actions import Where, bindings
from listforum.tui.fields import SafeInput
from listforum.tui.layout.line import Line, Span
from listforum.tui.screens.dialog import Dialog, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class AskScreen(Dialog[str]):
    """Asks for a line of text, with one to begin with; answers None when the person goes back."""

    WHERE: ClassVar[tuple[Where, ...]] = ("field",)
    BINDINGS = bindings("field")

    def __init__(self, title: str, question: str, value: str) -> None:
        """All three are safe to show."""
        super().__init__(title)
        self._question = question
        self._value = value

    def body(self) -> ComposeResult:
        yield Words([Line((Span(self._question),))])
        yield SafeInput(self._value, id="answer")  # all of it selected: what is typed takes its place

    def keys(self) -> Sequence[tuple[str, str]]:
        return ((_("enter"), _("go on")), *super().keys())

    def on_mount(self) -> None:
        self.query_one("#answer").focus()

    def on_input_submitted(self) -> None:
        self.dismiss(self.query_one("#answer", Input).value.strip() or None)
