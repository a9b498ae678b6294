"""What a run has paid, for what, and what it may still pay."""

from __future__ import annotations

from gettext import gettext as _

from listforum.errors import BudgetError
from listforum.model.traffic import Bytes, Paid, Purpose
from listforum.sync.costs import FAREWELL
from listforum.wire.meter import Meter as WireMeter


class Meter:
    """Attributes the bytes of a run's connections to purposes as they are spent, and keeps a budget.

    `budget` is in bytes, both ways together; None means no limit. Connections count on `wire`, which lets none of them
    read beyond the budget.
    """

    def __init__(self, budget: int | None = None) -> None:
        self._most = None if budget is None else max(0, budget - FAREWELL)
        self.wire = WireMeter(most=self._most)
        self._booked = Bytes()
        self._unwritten: dict[Purpose, Paid] = {}

    @property
    def spent(self) -> Bytes:
        """Everything this run has paid up to this moment."""
        return self.wire.bytes

    @property
    def left(self) -> int | None:
        """Bytes that may still be spent; None without a limit."""
        return None if self._most is None else max(0, self._most - self.spent.total)

    def must_afford(self, worst: int) -> None:
        """Raises BudgetError when a request of this worst case would break the budget."""
        if self.left is not None and worst > self.left:
            raise BudgetError(
                _("The budget is used up: {left} bytes are left, and the next request may take {worst}.").format(
                    left=self.left, worst=worst
                )
            )

    def expect_limit(self) -> None:
        """A limit may come later: the links that are made from here on are ready for one."""
        self.wire.may_be_limited = True

    def limit(self, budget: int) -> None:
        """From here on only so many bytes may be spent, and never more than could be before."""
        most = self.spent.total + max(0, budget - FAREWELL)
        self._most = most if self._most is None else min(self._most, most)
        self.wire.limit(self._most)

    def book(self, purpose: Purpose) -> None:
        """Books everything since the last booking as paid for a purpose."""
        current = self.spent
        self._add(purpose, Paid(current - self._booked))
        self._booked = current

    def came(self, purpose: Purpose, times: int, size: int = 0) -> None:
        """Counts what came for what was paid: so many mails, texts or connections, and the told size of texts."""
        self._add(purpose, Paid(times=times, size=size))

    def _add(self, purpose: Purpose, paid: Paid) -> None:
        self._unwritten[purpose] = self._unwritten.get(purpose, Paid()) + paid

    def take(self) -> dict[Purpose, Paid]:
        """What was booked since this was last asked, to be written to the ledger."""
        taken, self._unwritten = self._unwritten, {}
        return taken
