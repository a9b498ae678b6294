"""Every byte that went over the wire, by day, list and purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal

from listforum.archive.database import Database
from listforum.model.traffic import Bytes, Paid, Purpose

_RECENT_DAYS: Final = 10

By = Literal["day", "list", "purpose"]


class Ledger:
    """Adds up what was paid."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, now: int, list_name: str, spent: Mapping[Purpose, Paid]) -> None:
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        self._database.run_many(
            """INSERT INTO ledger (day, list, purpose, up, down, times, size) VALUES (?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT DO UPDATE SET up = up + excluded.up, down = down + excluded.down,
                   times = times + excluded.times, size = size + excluded.size""",
            [
                (day, list_name, purpose, paid.bytes.up, paid.bytes.down, paid.times, paid.size)
                for purpose, paid in spent.items()
                if paid != Paid()
            ],
        )

    def connection(self) -> int | None:
        """What a connection has cost on the average of the last days that had one, in bytes; None before the first."""
        paid = self.lately("connect", None)
        return paid.bytes.total // paid.times if paid.times else None

    def lately(self, purpose: Purpose, list_name: str | None) -> Paid:
        """What was paid for a purpose, and what came for it, on the last days on which anything came.

        Of a list, or, with None, of all lists. How much a mail costs changes with the server and with what it can do.
        """
        up, down, times, size = self._database.row(
            """SELECT coalesce(sum(up), 0), coalesce(sum(down), 0), coalesce(sum(times), 0), coalesce(sum(size), 0)
               FROM (SELECT sum(up) AS up, sum(down) AS down, sum(times) AS times, sum(size) AS size FROM ledger
                     WHERE purpose = ? AND (list = ? OR ? IS NULL)
                     GROUP BY day HAVING sum(times) > 0 ORDER BY day DESC LIMIT ?)""",
            (purpose, list_name, list_name, _RECENT_DAYS),
        ) or (0, 0, 0, 0)
        return Paid(Bytes(up, down), times, size)

    def by(self, column: By) -> tuple[tuple[str, Bytes], ...]:
        """The sums for each day, list or purpose, in order."""
        return tuple(
            (key, Bytes(up, down))
            for key, up, down in self._database.rows(
                f"SELECT {column}, sum(up), sum(down) FROM ledger GROUP BY {column} ORDER BY {column}"  # noqa: S608
            )
        )

    def since(self, first: str) -> Bytes:
        """What was paid from a day (ISO 8601) on."""
        up, down = self._database.row(
            "SELECT coalesce(sum(up), 0), coalesce(sum(down), 0) FROM ledger WHERE day >= ?", (first,)
        ) or (0, 0)
        return Bytes(up, down)
