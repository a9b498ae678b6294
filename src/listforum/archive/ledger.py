"""Every byte that went over the wire, by day, list and purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal

from listforum.archive.database import Database
from listforum.model.traffic import Bytes, Purpose

_RECENT_DAYS: Final = 10

By = Literal["day", "list", "purpose"]


class Ledger:
    """Adds up what was paid."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, now: int, list_name: str, spent: Mapping[Purpose, Bytes]) -> None:
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        self._database.run_many(
            """INSERT INTO ledger (day, list, purpose, up, down) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT DO UPDATE SET up = up + excluded.up, down = down + excluded.down""",
            [(day, list_name, purpose, paid.up, paid.down) for purpose, paid in spent.items() if paid.total],
        )

    def connected(self, now: int, list_name: str, times: int) -> None:
        """Counts connections, whose bytes are added for "connect"."""
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        self._database.run(
            """INSERT INTO ledger (day, list, purpose, up, down, times) VALUES (?, ?, 'connect', 0, 0, ?)
               ON CONFLICT DO UPDATE SET times = times + excluded.times""",
            (day, list_name, times),
        )

    def connection(self) -> int | None:
        """What a connection has cost on the average of the last days that had one, in bytes; None before the first."""
        found = self._database.row(
            """SELECT sum(up + down) / sum(times) FROM (
                   SELECT sum(up) AS up, sum(down) AS down, sum(times) AS times FROM ledger
                   WHERE purpose = 'connect' GROUP BY day HAVING sum(times) > 0 ORDER BY day DESC LIMIT ?)""",
            (_RECENT_DAYS,),
        )
        return None if found is None or found[0] is None else int(found[0])

    def by(self, column: By) -> tuple[tuple[str, Bytes], ...]:
        """The sums for each day, list or purpose, in order."""
        return tuple(
            (key, Bytes(up, down))
            for key, up, down in self._database.rows(
                f"SELECT {column}, sum(up), sum(down) FROM ledger GROUP BY {column} ORDER BY {column}"  # noqa: S608
            )
        )

    def paid(self, list_name: str | None) -> dict[Purpose, Bytes]:
        """What was paid for a list, or, with None, for all lists, by purpose."""
        rows = self._database.rows(
            "SELECT purpose, sum(up), sum(down) FROM ledger WHERE list = ? OR ? IS NULL GROUP BY purpose",
            (list_name, list_name),
        )
        return {purpose: Bytes(up, down) for purpose, up, down in rows}

    def since(self, first: str) -> Bytes:
        """What was paid from a day (ISO 8601) on."""
        up, down = self._database.row(
            "SELECT coalesce(sum(up), 0), coalesce(sum(down), 0) FROM ledger WHERE day >= ?", (first,)
        ) or (0, 0)
        return Bytes(up, down)
