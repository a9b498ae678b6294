"""A page of words over a screen: why a post is here, what the doctor found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from listforum.tui.actions import bindings
from listforum.tui.layout.line import Line, Span
from listforum.tui.screens.dialog import Dialog, Page

if TYPE_CHECKING:
    from textual.app import ComposeResult


class PageScreen(Dialog[None]):
    """Shows paragraphs, a line each; they are safe to show."""

    BINDINGS = bindings("dialog")

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__(title)
        self._lines = lines

    def body(self) -> ComposeResult:
        yield Page(Line((Span(line),)) for line in self._lines)
