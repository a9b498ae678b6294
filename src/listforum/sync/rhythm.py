"""How often a wait for new mails is renewed, and what waiting costs; pure.

A server may end a wait of 30 minutes (RFC 2177), and a network between may forget a silent link much sooner: mostly
after 5 to 15 minutes. Every renewal is paid for, so the first try is long; a link that was found dead makes it shorter.
"""

from __future__ import annotations

from typing import Final

LONGEST: Final = 24 * 60
SHORTEST: Final = 6 * 60
"""Seconds between two renewals."""

ASKED: Final = 10 * 60
"""Seconds between two questions to a server that tells nothing by itself."""

RENEWAL: Final = 175
"""Bytes of a renewal in its TLS records: DONE and its answer, IDLE and its answer."""

QUESTION: Final = 110
FOLDER: Final = 110
"""Bytes of asking whether there is news, and how one more folder stands."""

_STILL_HERE: Final = 39
_STILL_HERE_SECONDS: Final = 120
"""What Dovecot says by itself, and how often."""

_TRUSTED: Final = 8
_DAY: Final = 86_400
_FALSE_ALARM: Final = 5.0
_LONGEST_ALARM: Final = 300.0
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 1_800.0
_LONGEST_FREE_PAUSE: Final = 120.0


class Rhythm:
    """How long one wait lasts on a link: learned, and to be remembered as `seconds`."""

    def __init__(self, seconds: int = LONGEST) -> None:
        self.seconds = max(SHORTEST, min(LONGEST, seconds))
        self._held = 0

    def held(self) -> None:
        """The link was alive at its renewal. If it is so again and again, a longer wait is tried."""
        self._held += 1
        if self._held >= _TRUSTED:
            self.seconds = min(LONGEST, self.seconds * 3 // 2)
            self._held = 0

    def died(self) -> None:
        """The link was found dead when it was to be renewed."""
        self.seconds = max(SHORTEST, self.seconds // 2)
        self._held = 0


class Calm:
    """How long to hold still: after news that were none of ours, and before coming back to a link that died."""

    def __init__(self) -> None:
        self._alarms = self._deaths = 0

    def something_came(self) -> None:
        """It was worth it."""
        self._alarms = 0

    def false_alarm(self) -> float:
        """Seconds before the next look: other people's mail, or a server's whim, must not cost a sync each."""
        self._alarms += 1
        return float(min(_LONGEST_ALARM, _FALSE_ALARM * 2 ** min(self._alarms - 1, 16)))

    def link_held(self) -> None:
        """The link lived long enough to be worth coming back for."""
        self._deaths = 0

    def link_died(self, chance: float, paid: int) -> float:
        """Seconds before coming back; `chance` lies between 0 and 1. Trying is free where nothing answers at all."""
        self._deaths += 1
        longest = _LONGEST_PAUSE if paid else _LONGEST_FREE_PAUSE
        return float(min(longest, _FIRST_PAUSE * 2 ** min(self._deaths - 1, 16)) * (0.5 + chance))


def bytes_a_day(seconds: int = LONGEST, other_folders: int = 0) -> int:
    """What a day of waiting costs on a server that tells by itself, and that it is still there; without what comes.

    About 40 kB; other servers cost less. A server that must be asked costs about 16 kB.
    """
    renewals = _DAY // seconds
    return renewals * (RENEWAL + other_folders * FOLDER) + _DAY // _STILL_HERE_SECONDS * _STILL_HERE
