"""How long to hold on to a link that breaks, and how much to ask of it at once; pure."""

from __future__ import annotations

from typing import Final

TRIES: Final = 7
"""So many times in a row a run logs in to an account, at the most, without anything new to show for it."""

_LEAST_AT_ONCE: Final = 500
"""Bytes that are asked for at once, at the least, of a link that breaks again and again."""

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
"""Seconds before another try; each in vain doubles the pause."""


class Endurance:
    """What a run has learned of the link to an account's server; it outlives the sessions."""

    def __init__(self) -> None:
        self._sessions = 0
        self._began = 0
        self._lived: int | None = None
        self._came_empty = False
        self._fruitless = 0

    def moved_on(self) -> None:
        """Something new is here to stay: the link is worth another try."""
        self._fruitless = 0

    def begins(self, spent: int) -> None:
        """A link is about to be made; `spent` is what the run has paid so far, in bytes."""
        self._began = spent

    def logged_in(self) -> None:
        """The server is there, and lets us in."""
        self._sessions += 1

    @property
    def reached(self) -> bool:
        """Whether there was a session in this run."""
        return self._sessions > 0

    @property
    def returned(self) -> bool:
        """Whether an earlier session of this run has broken."""
        return self._sessions > 1

    def broke(self, spent: int) -> None:
        """The link broke."""
        self._lived = spent - self._began

    def waited_long(self) -> None:
        """The link did not break but fell silent, and nobody waits so long many times."""
        self._fruitless += 2

    def pause(self, chance: float) -> float | None:
        """Seconds to wait before another session; None when it is not worth one, or there was none yet.

        `chance` lies between 0 and 1.

        The pauses grow, and no two programs that lost the same server come back at the same moment.
        """
        self._came_empty = self._came_empty or self._fruitless > 0
        self._fruitless += 1
        if not self.reached or self._fruitless >= TRIES:
            return None
        pause: float = _FIRST_PAUSE * 2 ** (self._fruitless - 1)
        return min(_LONGEST_PAUSE, pause) * (0.5 + chance)

    def at_once(self, spent: int) -> int | None:
        """How many bytes to ask for at once; None for as many as there are.

        Mostly that is best, for whatever comes before a link breaks is kept. But a record of TLS, 4 kB of it, is read
        whole or not at all: once a link broke before anything had come, no more is asked for than links like it bear.
        One that lives twice as long is not like it.
        """
        lives = spent - self._began
        if self._lived is None or not self._came_empty or lives >= 2 * self._lived:
            return None
        return max(_LEAST_AT_ONCE, (self._lived - lives) * 2 // 3)
