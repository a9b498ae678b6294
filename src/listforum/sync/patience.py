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
from listforum.sync.endurance import Endurance

Answer = TypeVar("Answer")

References = tuple[str, frozenset[str]]
"""A mail's Message-ID, and those it refers to."""

_REFUSALS: Final = 4
"""After so many refusals without a mail between them, it is not the mails."""

_GROWTH: Final = 4


class Patience:
    """What a run has learned of an account's server; it outlives the sessions.

    At the most `most` mails are to be asked for at once; `link` is what it has learned of the link. Mails are told by
    the row of their list and their UID. `references` are what mails that nobody keeps refer to, by their places: who
    comes back need not ask again.
    """

    def __init__(self, most: int) -> None:
        self._largest = most
        self._in_vain = 0
        self.link = Endurance()
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
        self.link.moved_on()
        self._broke_at = None

    def broke_at(self, mail: tuple[int, str]) -> bool:
        """The link died before what was to come of this mail; answers whether it did so before, and no further."""
        again = self._broke_at == mail
        self._broke_at = None if again else mail
        return again


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
