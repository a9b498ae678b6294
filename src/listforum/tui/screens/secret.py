"""A password is typed: it is shown nowhere, and goes straight to whoever asked."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar

from textual.widgets import Input

from listforum.mail import safe
from listforum.tui.actions import Where, bindings
from listforum.tui.fields import SafeInput
from listforum.tui.layout.line import Line, Span
from listforum.tui.screens.dialog import Dialog, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class SecretScreen(Dialog[str]):
    """Asks for a password; answers None when the person would rather not."""

    WHERE: ClassVar[tuple[Where, ...]] = ("field",)
    BINDINGS = bindings("field")

    def __init__(self, question: str) -> None:
        super().__init__(_("Password"))
        self._question = safe.body(question)

    def body(self) -> ComposeResult:
        yield Words([Line((Span(self._question),))])
        yield SafeInput(password=True, id="secret")

    def keys(self) -> Sequence[tuple[str, str]]:
        return ((_("enter"), _("go on")), *super().keys())

    def on_mount(self) -> None:
        self.query_one("#secret").focus()

    def on_input_submitted(self) -> None:
        # No local name for it: a traceback that shows locals would show it.
        self.dismiss(self.query_one("#secret", Input).value or None)
