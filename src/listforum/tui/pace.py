"""How fast the link is: as it was in this session, or else in the runs before it."""

from __future__ import annotations

from typing import Final

_LEAST_BYTES: Final = 2_000
_LEAST_SECONDS: Final = 0.5
"""Less than this tells more of the server's mood than of the link."""


class Pace:
    """Watches bytes go by. Written by the thread of the network, read by that of the screen."""

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None
        self._bytes_a_second: float | None = None

    def remember(self, bytes_a_second: float | None) -> None:
        """The link was so fast in earlier runs, which counts as long as this session knows nothing better."""
        if self._bytes_a_second is None:
            self._bytes_a_second = bytes_a_second

    def begin(self) -> None:
        """A pause ends, in which nothing was fetched: what is measured begins here."""
        self._first = None

    def note(self, total: int, now: float) -> None:
        """So many bytes have gone by until now, in seconds of a clock that never stops."""
        if self._first is None:
            self._first = (total, now)
            return
        paid, seconds = total - self._first[0], now - self._first[1]
        if paid >= _LEAST_BYTES and seconds >= _LEAST_SECONDS:
            self._bytes_a_second = paid / seconds

    def seconds_for(self, count: int) -> float | None:
        """How long so many bytes are likely to take; None as long as nothing tells."""
        return None if self._bytes_a_second is None else count / self._bytes_a_second
