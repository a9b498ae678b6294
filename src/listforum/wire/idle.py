"""Waiting until mails come: IDLE (RFC 2177) where the server has it, else asking now and then.

What it costs is decided by how often it is renewed, and by what the server says meanwhile: many say every two minutes
that they are still here, which nobody can forbid them. Keep-alive packets of TCP are not used: a silent link costs
nothing, and one that died in silence is found at the renewal.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from gettext import gettext as _
from typing import Final

from listforum.wire.dialogue import Dialogue, Limits, Tagged
from listforum.wire.link import Link

CHATTER: Final = Limits(lines=5_000, line=65_536, literal=0, volume=262_144)
"""What a server may say unasked in one wait: a folder in which much is going on, but no end of it."""

_LOOK: Final = 60.0
"""Seconds after which the clock is looked at: a machine that slept may have slept through its renewal."""


class Idle:
    """One wait in the open folder, with nothing else under way. Raises `ProtocolError`, and what `Link` raises."""

    def __init__(self, link: Link, dialogue: Dialogue) -> None:
        self._link, self._dialogue = link, dialogue

    def wait(self, seconds: float) -> bool:
        """IDLE, for so long or until mails come. Answers whether the server did it, and left its end to us."""
        self._dialogue.say(b"IDLE", CHATTER)
        if self._agreed() or self._pass(seconds):
            return False
        return self._ended(b"DONE\r\n").status == "OK"

    def ask_after(self, seconds: float) -> None:
        """Lets so many seconds pass, and asks; sooner when the server tells by itself that mails have come."""
        self._dialogue.listen(CHATTER)
        self._pass(seconds)
        if not self._dialogue.news:
            self._dialogue.say(b"NOOP", CHATTER)
            self._ended(b"")

    def _agreed(self) -> Tagged | None:
        """Until the server waits with us, or has ended the command instead."""
        with self._answer():
            while not isinstance(heard := self._dialogue.hear(), Tagged):
                if heard == "go on":
                    return None
        return heard

    def _pass(self, seconds: float) -> Tagged | None:
        """Until mails come or the time is over; the command's end, where the server ends it first."""
        until = _now() + seconds
        while not self._dialogue.news and (left := until - _now()) > 0:
            if self._link.line_comes(min(left, _LOOK), CHATTER.line):
                with self._answer():
                    heard = self._dialogue.hear()
                if isinstance(heard, Tagged):
                    return heard
        return None

    def _ended(self, said: bytes) -> Tagged:
        """Says this, and waits for the end of the command."""
        with self._answer():
            self._dialogue.send(said)
            while not isinstance(heard := self._dialogue.hear(), Tagged):
                pass
        return heard

    def _answer(self) -> AbstractContextManager[None]:
        words = _("waiting for an answer of {host}").format(host=self._link.endpoint.host)
        return self._link.phase(words, self._link.deadlines.answer)


def _now() -> float:
    """Seconds on a clock that goes on while the machine sleeps, where there is one."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
