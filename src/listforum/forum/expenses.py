"""What the link has cost, against what it may cost, and how fast it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from listforum.errors import ConfigError
from listforum.model.traffic import Bytes, Spending

if TYPE_CHECKING:
    from listforum.archive.archive import Archive
    from listforum.archive.ledger import By
    from listforum.config import Config

_PACE: Final = "bytes a second"
_LEAST_BYTES: Final = 5_000
_LEAST_SECONDS: Final = 0.5
"""Less than this tells more of the server's mood than of the link."""


class Expenses:
    """Reads the ledger; needs no config, but knows the budget only where there is one."""

    def __init__(self, archive: Archive, config: Callable[[], Config]) -> None:
        self._archive = archive
        self._config = config

    def spending(self) -> Spending:
        """What this day and this month (UTC) have cost, and what they may cost."""
        today = datetime.now(UTC).date()
        since = self._archive.ledger.since
        spent = (since(today.isoformat()), since(today.replace(day=1).isoformat()))
        try:
            budget = self._config().sync.budget
        except ConfigError:
            budget = None
        return Spending(*spent) if budget is None else Spending(*spent, budget.bytes, budget.per)

    def by(self, column: By) -> tuple[tuple[str, Bytes], ...]:
        """What went over the wire, by day, list or purpose."""
        return self._archive.ledger.by(column)

    def learn_pace(self, spent: Bytes, seconds: float) -> None:
        """A run has moved so much in so long: the newest run counts as much as all before it.

        The mean is that of the time a byte takes: who comes from a fast link to a slow one is not told of the fast one.
        """
        if spent.total >= _LEAST_BYTES and seconds >= _LEAST_SECONDS:
            pace, before = spent.total / seconds, self.pace()
            self._archive.memory.put(_PACE, str(round(pace if before is None else 2 * pace * before / (pace + before))))

    def forget_pace(self) -> None:
        """The next link is another one."""
        self._archive.memory.put(_PACE, "0")

    def pace(self) -> int | None:
        """How many bytes a second the link has moved in earlier runs; None when nothing tells."""
        known = self._archive.memory.get(_PACE)
        return int(known) if known and int(known) > 0 else None
