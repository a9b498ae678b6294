"""Fields to write in, that take nothing but text, however it comes: typed, pasted or set."""

from __future__ import annotations

from typing import Any, Final

from textual import events
from textual.reactive import Reactive, reactive
from textual.widgets import Input, TextArea
from textual.widgets.text_area import EditResult, Location

from listforum.mail import safe

_LONGEST_LINE: Final = 2000
"""So many characters go into a field of one line at the most: it is drawn whole at every key."""


def one_line(text: str) -> str:
    """Text for a field of one line: line ends become blanks, blanks stay as they are; cut where it is too long."""
    return safe.body(text[: 2 * _LONGEST_LINE], 1).strip("\n").replace("\n", " ")[:_LONGEST_LINE]


class SafeInput(Input):
    """One line to write in."""

    cursor_blink = reactive(False, init=False)

    def validate_value(self, value: str) -> str:
        return one_line(value)

    def replace(self, text: str, start: int, end: int) -> None:
        super().replace(one_line(text), start, end)

    def _on_key(self, event: events.Key) -> Any:
        if _is_spelling(event):
            event.stop()
            event.prevent_default()
            self.replace(event.character or "", *self.selection)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(event.text, *self.selection)


class SafeTextArea(TextArea):
    """Several lines to write in, wrapped at blanks; Tab goes on to the next field unless `tab_behavior` is "indent"."""

    cursor_blink: Reactive[bool] = reactive(False, init=False)

    def __init__(self, text: str = "", **options: Any) -> None:
        super().__init__(safe.written(text), soft_wrap=True, show_line_numbers=False, **options)

    def load_text(self, text: str) -> None:
        super().load_text(safe.written(text))

    def replace(
        self, insert: str, start: Location, end: Location, *, maintain_selection_offset: bool = True
    ) -> EditResult:
        return super().replace(safe.written(insert), start, end, maintain_selection_offset=maintain_selection_offset)

    def insert(
        self, text: str, location: Location | None = None, *, maintain_selection_offset: bool = True
    ) -> EditResult:
        return super().insert(safe.written(text), location, maintain_selection_offset=maintain_selection_offset)

    def _on_key(self, event: events.Key) -> Any:
        if _is_spelling(event) and not self.read_only:
            event.stop()
            event.prevent_default()
            self._replace_via_keyboard(event.character or "", *self.selection)

    def _on_paste(self, event: events.Paste) -> Any:
        event.stop()


def _is_spelling(event: events.Key) -> bool:
    """Whether a key gives what Textual takes for unprintable, but Persian is spelled with: ZWNJ and its kin."""
    character = event.character
    return (
        character is not None
        and not character.isprintable()
        and not character.isspace()
        and safe.body(character) == character
    )
