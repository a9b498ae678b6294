"""What a run has paid, for what, and what it may still pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from listforum.errors import BudgetError
from listforum.model import Bytes, Purpose
from listforum.wire.imap import ImapSession


@dataclass(slots=True)
class Meter:
    """Attributes the bytes of a connection to purposes as they are spent, and keeps a budget.

    `budget` is in bytes, both ways together; None means no limit.
    """

    budget: int | None = None
    read: Callable[[], Bytes] = Bytes
    spent: Bytes = field(default_factory=Bytes)
    _unbooked: dict[Purpose, Bytes] = field(default_factory=dict)
    _last: Bytes = field(default_factory=Bytes)

    def watch(self, session: ImapSession) -> None:
        """Reads the bytes of this session from now on."""
        self.read = lambda: session.bytes

    def book(self, purpose: Purpose) -> None:
        """Books everything since the last booking as paid for a purpose."""
        current = self.read()
        paid = current - self._last
        self._last = current
        self.spent = self.spent + paid
        self._unbooked[purpose] = self._unbooked.get(purpose, Bytes()) + paid

    def take(self) -> dict[Purpose, Bytes]:
        """What was booked since this was last asked, to be written to the ledger."""
        taken, self._unbooked = self._unbooked, {}
        return taken

    @property
    def current(self) -> Bytes:
        """Everything this run has paid up to this moment, booked or not."""
        return self.spent + (self.read() - self._last)

    @property
    def left(self) -> int | None:
        """Bytes that may still be spent; None without a limit."""
        return None if self.budget is None else max(0, self.budget - self.spent.total)

    def must_afford(self, worst: int) -> None:
        """Raises BudgetError when a request of this worst case would break the budget."""
        if self.left is not None and worst > self.left:
            raise BudgetError(
                f"The budget is used up: {self.left} bytes are left, and the next request may take {worst}."
            )
