"""The field that words are searched for with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.message import Message

from listforum.tui.fields import SafeInput

if TYPE_CHECKING:
    from textual import events

    from listforum.tui.past_words import PastWords, Walk


class SearchField(SafeInput):
    """Up and down go through earlier words; down below the newest leaves the field.

    A question mark asks for help where nothing stands before it.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("up", "walk(-1)", show=False),
        Binding("down", "walk(1)", show=False),
    ]

    class Left(Message):
        """The person goes down, to what was found."""

    def __init__(self, words: str, past: PastWords, placeholder: str) -> None:
        super().__init__(words, placeholder=placeholder, select_on_focus=False, id="words")
        self._past = past
        self._walk: Walk | None = None

    def set_words(self, words: str) -> None:
        """Writes words into the field, as if they had been typed."""
        self.value = words
        self.cursor_position = len(words)

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "question_mark" and not self.value:
            event.stop()
            event.prevent_default()
            self.call_later(self.run_action, "app.help")

    def action_walk(self, steps: int) -> None:
        if self._walk is None or self._walk.at_end or self._walk.here != self.value:
            self._walk = self._past.walk(self.value)
        if steps > 0 and self._walk.at_end:
            self.post_message(self.Left())
        else:
            self.set_words(self._walk.step(steps))
