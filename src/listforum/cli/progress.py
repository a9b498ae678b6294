"""One line on a terminal that says how far a long piece of work has come."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import gettext as _
from types import TracebackType
from typing import Final, Self, TextIO

from listforum.mail import safe

_SECONDS_BETWEEN: Final = 0.2
_WIDTH: Final = 78


class Line:
    """Writes over itself on a terminal, five times a second at the most; elsewhere it says nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._visible = stream.isatty()
        self._shown = 0.0
        self._dirty = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Takes away what is shown: something else is to be said, or to be shown at once."""
        if self._dirty:
            self._stream.write("\r" + " " * _WIDTH + "\r")
            self._stream.flush()
        self._dirty, self._shown = False, 0.0

    def show(self, text: str) -> None:
        now = time.monotonic()
        if self._visible and now - self._shown >= _SECONDS_BETWEEN:
            self._shown = now
            self._dirty = True
            self._stream.write("\r" + safe.line(text)[:_WIDTH].ljust(_WIDTH))
            self._stream.flush()


@contextmanager
def counter(what: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how much of something is done, and of how much; 0 where that is not known."""
    with Line(sys.stderr) as line:
        yield lambda done, total: line.show(_counted(what, done, total))


def _counted(what: str, done: int, total: int) -> str:
    words = _("{what}: {done} of {total}") if total else _("{what}: {done}")
    return words.format(what=what, done=done, total=total)
