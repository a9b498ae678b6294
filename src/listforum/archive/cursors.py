"""How far a folder has been read for a list: the cursor that is never ahead of what was stored."""

from __future__ import annotations

from listforum.archive.database import Database
from listforum.model.server import Cursor, UidSet


class Cursors:
    """Reads and keeps cursors; written in the same transaction as the posts they speak of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, account: str, folder: str, list_row: int) -> Cursor | None:
        found = self._database.row(
            """SELECT uidvalidity, covered, floor, history, older, direct FROM cursor
               WHERE account = ? AND folder = ? AND list = ?""",
            (account, folder, list_row),
        )
        if found is None:
            return None
        uidvalidity, covered, floor, history, older, direct = found
        return Cursor(uidvalidity, UidSet.parse(covered), floor, history, older, direct)

    def put(self, account: str, folder: str, list_row: int, cursor: Cursor) -> None:
        self._database.run(
            "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                account,
                folder,
                list_row,
                cursor.uidvalidity,
                str(cursor.covered),
                cursor.floor,
                cursor.history,
                cursor.older,
                cursor.direct,
            ),
        )
