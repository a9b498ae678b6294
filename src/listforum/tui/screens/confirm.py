"""A question that is answered with yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from listforum.tui.actions import Where, bindings
from listforum.tui.layout.line import Line, Span
from listforum.tui.screens.dialog import Dialog, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class ConfirmScreen(Dialog[bool]):
    """Asks whether to do something; `agree` names it in a word or two. Whatever is not a yes is a no."""

    WHERE: ClassVar[tuple[Where, ...]] = ("question",)
    BINDINGS = bindings("question")

    def __init__(self, question: str, agree: str) -> None:
        """Both texts are safe to show."""
        super().__init__(agree)
        self._question = question
        self._agree = agree

    def body(self) -> ComposeResult:
        yield Page(Line((Span(line),)) for line in self._question.splitlines())

    def keys(self) -> Sequence[tuple[str, str]]:
        (yes, _label), *others = super().keys()
        return ((yes, self._agree), *others)

    def action_agree(self) -> None:
        self.dismiss(True)

    def action_back(self) -> None:
        self.dismiss(False)
