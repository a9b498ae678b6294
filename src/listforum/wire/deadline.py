"""How long things may take: absolute, so that a server that trickles bytes is caught too."""

from __future__ import annotations

import time
from dataclasses import dataclass
from gettext import gettext as _

from listforum.errors import DeadlineError


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that each phase may take in all; `gap` is the longest silence within one.

    `answer` is for commands with short answers. A download may go on as long as it keeps up `slowest` bytes a second:
    each byte earns its time, but never more than `answer` ahead.
    """

    connect: float = 60.0
    login: float = 60.0
    gap: float = 60.0
    answer: float = 300.0
    slowest: float = 100.0


class Deadline:
    """A moment on the monotonic clock by which something must be done; `doing` says what, for the person."""

    def __init__(self, doing: str, seconds: float, *, gap: float | None = None, slowest: float | None = None) -> None:
        self.doing = doing
        self._seconds = seconds
        self._gap = gap
        self._slowest = slowest
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until it is over. Raises `DeadlineError` when it is."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise self.error()
        return left

    def patience(self) -> float:
        """Seconds of silence that can be borne now: what is left, or the longest gap. Raises `DeadlineError`."""
        left = self.left()
        return left if self._gap is None else min(left, self._gap)

    def earn(self, size: int) -> None:
        """Bytes arrived: where a slowest rate is set, they buy time."""
        if self._slowest is not None:
            self._until = min(self._until + size / self._slowest, time.monotonic() + self._seconds)

    def extend(self, seconds: float) -> None:
        """Time that went elsewhere does not count."""
        self._until += seconds

    def error(self) -> DeadlineError:
        return DeadlineError(_("it took too long: {doing}").format(doing=self.doing))
