"""When a link dies or a server fails to give mails: which is to blame, how many to ask for next, when to give up; pure.

Servers answer a FETCH mail by mail, in the order of their UIDs. Some hang up at a mail that they cannot read, some
refuse the whole command, some leave it out. So the first mail that did not come is set aside and the others are asked
for again; but links die by themselves, too: only where two die at the same mail, and nothing came between, is it the
mail. Where nothing at all came, one mail is asked for first, and then ever more of them. What was set aside is asked
for alone when all else is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from listforum.errors import BudgetError, LinkError, ListforumError, ServerError
from listforum.model.server import Place

Answer = TypeVar("Answer")

References = tuple[str, frozenset[str]]
"""A mail's Message-ID, and those it refers to."""

TRIES: Final = 7
"""So many times in a row a run logs in to an account, at the most, without anything new to show for it."""

_LEAST_AT_ONCE: Final = 500
"""Bytes that are asked for at once, at the least, of a link that breaks again and again."""

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
"""Seconds before another try; each in vain doubles the pause."""

_REFUSALS: Final = 4
"""After so many refusals without a mail between them, it is not the mails."""

_GROWTH: Final = 4


class Patience:
    """What a run has learned of an account's server; it outlives the sessions.

    At the most `most` mails are to be asked for at once. Mails are told by the row of their list and their UID.
    `references` are what mails that nobody keeps refer to, by their places: who comes back need not ask again.
    """

    def __init__(self, most: int) -> None:
        self._largest = most
        self._in_vain = 0
        self._sessions = 0
        self._began = 0
        self._lived: int | None = None
        self._came_empty = False
        self._fruitless = 0
        self._broke_at: tuple[int, str] | None = None
        self._alone: set[tuple[int, int]] = set()
        self._lined_up: set[tuple[int, int]] = set()
        self.references: dict[Place, References] = {}
        self.most = most

    def answered(self) -> None:
        """Mails came; whether any of it is new is for `moved_on` to say."""
        self._in_vain = 0
        self.most = min(self._largest, self.most * _GROWTH)

    def unanswered(self) -> None:
        """None of those came that were asked for."""
        self._in_vain += 1
        self.most = 1

    @property
    def exhausted(self) -> bool:
        return self._in_vain > _REFUSALS

    @property
    def lined_up(self) -> bool:
        """Whether any mails are yet to be asked for alone."""
        return bool(self._lined_up)

    def line_up(self, mails: Iterable[tuple[int, int]]) -> None:
        """These are to be asked for alone."""
        self._lined_up |= set(mails) - self._alone

    def first_time(self, mail: tuple[int, int]) -> bool:
        """Whether a mail has not been asked for alone in this run; from now on it has."""
        if mail in self._alone:
            return False
        self._alone.add(mail)
        self._lined_up.discard(mail)
        return True

    def moved_on(self) -> None:
        """Something new is here to stay, if it is only a piece of a text: the link is worth another try.

        What comes and is not kept does not count: it would come again in each session, for ever.
        """
        self._fruitless = 0
        self._broke_at = None

    def begins(self, spent: int) -> None:
        """A link is about to be made; `spent` is what the run has paid so far, in bytes."""
        self._began = spent

    def broke(self, spent: int) -> None:
        """The link broke."""
        self._lived = spent - self._began

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

    def broke_at(self, mail: tuple[int, str]) -> bool:
        """The link died before what was to come of this mail; answers whether it did so before, and no further."""
        again = self._broke_at == mail
        self._broke_at = None if again else mail
        return again

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """The UIDs of what to set aside and of what else has not come, and what ends the work on it, if anything."""

    blamed: tuple[int, ...]
    left: tuple[int, ...]
    error: ListforumError | None = None


class Asked:
    """What is asked for of mails in one go, as (UID, section) in the order of the answers, and what became of it.

    The section is "" for header fields.
    """

    def __init__(self, wanted: Iterable[tuple[int, str]]) -> None:
        self._open = dict.fromkeys(wanted)
        self._any = False
        self._failure: ListforumError | None = None
        self.ended = False

    @classmethod
    def of_mails(cls, uids: Iterable[int]) -> Asked:
        """The header fields of mails."""
        return cls((uid, "") for uid in uids)

    def watched(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        """The answers, until their end or the server's failure, which is kept for the verdict."""
        try:
            yield from answers
            self.ended = True
        except (ServerError, LinkError, BudgetError) as error:
            self._failure = error

    def came(self, uid: int, section: str = "") -> None:
        self._any = True
        self._open.pop((uid, section), None)

    @property
    def missing(self) -> tuple[int, ...]:
        """The UIDs of what has not come, first what was to come first."""
        return tuple(dict.fromkeys(uid for uid, _ in self._open))

    def verdict(self, patience: Patience, *, connected: bool) -> Verdict:
        """What is to be done, once no more answers come."""
        if self._any:
            patience.answered()
        if self._failure is None:
            return Verdict((), self.missing)
        if not self._any:
            patience.unanswered()
        if not connected:
            return self._broken(self._failure, patience)
        if patience.exhausted:
            return Verdict((), self.missing, self._failure)
        return Verdict(self.missing, ()) if len(self.missing) == 1 else Verdict((), self.missing)

    def _broken(self, failure: ListforumError, patience: Patience) -> Verdict:
        error = LinkError(str(failure)) if isinstance(failure, ServerError) else failure
        first = next(iter(self._open), None)
        # no link dies of a budget by itself
        if first and (isinstance(failure, BudgetError) or patience.broke_at(first)):
            return Verdict((first[0],), tuple(uid for uid in self.missing if uid != first[0]), error)
        return Verdict((), self.missing, error)
