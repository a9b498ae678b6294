"""What threads tell the screen."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message


class Call(Message):
    """Something to be done in the thread of the screen."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__()
        self.call = call
