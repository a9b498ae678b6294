"""Keys that come faster than what they set off, as a thin line brings them: each waits for the one before it.

Without this a word that is typed behind the key of a search or an answer is read as commands by the screen below: an
`m` mutes, an `A` marks everything read.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final

from textual import events
from textual.message import Message

if TYPE_CHECKING:
    from textual.timer import Timer

    from listforum.tui.app import ForumApp

_PATIENCE: Final = 0.5
"""Seconds after which a key is given on, whatever the one before it still does."""

_LOOK_AGAIN: Final = 0.01

Typed = events.Key | events.Paste


class Handled(Message):
    """Follows a key from the widget with the focus up to the program: when it arrives, the widget has used the key."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class TypeAhead:
    """Gives keys and pastes to the program one by one.

    The next follows when the one before it has been handled, the screen that it opened is there, and what it asked the
    archive for has come (`expect`, `came`).
    """

    def __init__(self, app: ForumApp) -> None:
        self._app = app
        self._waiting: deque[Typed] = deque()
        self._number = 0
        self._expected = 0
        self._since: float | None = None
        self._patience: Timer | None = None

    def expect(self) -> None:
        """A screen or field for the next keys is on its way."""
        self._expected += 1

    def came(self) -> None:
        """It is there, or will never be."""
        self._expected -= 1

    async def take(self, typed: Typed) -> None:
        """Gives it on, now or when it is its turn."""
        self._waiting.append(typed)
        if self._since is None:
            await self._next()

    def handled(self) -> None:
        """The key that was given on last has been done with; `expect` was called by then, if it was to be."""
        self._since = time.monotonic()
        self._look_again(self._number)

    def is_last(self, message: Handled) -> bool:
        """Whether a message is about the key that was given on last."""
        return message.number == self._number

    async def _next(self) -> None:
        self._since = time.monotonic()
        self._number += 1
        target = self._app.focused or self._app.screen
        typed = self._waiting.popleft()
        if self._patience is not None:
            self._patience.stop()
        number = self._number
        self._patience = self._app.set_timer(_PATIENCE, lambda: self._look_again(number))
        await self._app.give(typed)
        if typed.is_forwarded:
            target.post_message(Handled(number))
        else:  # it was for the program itself
            self.handled()

    async def _go_on(self, number: int) -> None:
        if number != self._number or self._since is None:
            return
        patient = time.monotonic() - self._since < _PATIENCE
        if patient and (self._expected > 0 or not self._app.screen.is_mounted):
            self._app.set_timer(_LOOK_AGAIN, lambda: self._look_again(number))
        elif self._waiting:
            await self._next()
        else:
            self._since = None

    def _look_again(self, number: int) -> None:
        """Behind a change of the focus that the key asked for."""
        self._app.call_later(self._go_on, number)
