"""Where the posts of a list lie on the servers: which are known there, and which have gone from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from listforum.archive.database import Database
from listforum.model.server import Place


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many mails were fetched over the wire: their headers, and their texts."""

    headers: int
    texts: int


class Places:
    """Reads and keeps places by list and folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stored(self, list_row: int, account: str, folder: str, uidvalidity: int) -> frozenset[int]:
        """The UIDs in a folder of those mails that are posts of a list."""
        rows = self._database.rows(
            """SELECT uid FROM place JOIN post_list ON post_list.post = place.post
               WHERE list = ? AND account = ? AND folder = ? AND uidvalidity = ?""",
            (list_row, account, folder, uidvalidity),
        )
        return frozenset(uid for (uid,) in rows)

    def ever(self, list_row: int, account: str, folder: str) -> int:
        """How many posts of a list have been seen in a folder, under whatever UIDVALIDITY."""
        found = self._database.row(
            """SELECT count(DISTINCT place.post) FROM place JOIN post_list ON post_list.post = place.post
               WHERE list = ? AND account = ? AND folder = ?""",
            (list_row, account, folder),
        )
        return int(found[0]) if found else 0

    def fetched(self, list_row: int | None) -> Fetched:
        """How many mails of a list, or, with None, of all lists, came over the wire."""
        headers, texts = self._database.row(
            """SELECT count(*), coalesce(sum(state = 'text'), 0)
               FROM place JOIN post ON post.id = place.post JOIN post_list ON post_list.post = post.id
               WHERE list = ? OR ? IS NULL""",
            (list_row, list_row),
        ) or (0, 0)
        return Fetched(headers, texts)

    def gone(self, places: Iterable[Place]) -> None:
        """Forgets places where a server no longer has the mail; the posts stay."""
        self._database.run_many(
            "DELETE FROM place WHERE account = ? AND folder = ? AND uidvalidity = ? AND uid = ?",
            [(place.account, place.folder, place.uidvalidity, place.uid) for place in places],
        )

    def forget(self, account: str, folder: str, uidvalidity: int) -> None:
        """Forgets all places of a folder: its UIDs no longer mean what they meant."""
        self._database.run(
            "DELETE FROM place WHERE account = ? AND folder = ? AND uidvalidity = ?", (account, folder, uidvalidity)
        )
