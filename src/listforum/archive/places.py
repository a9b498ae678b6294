"""Where the posts of a list lie on the servers: which are known there, and which have gone from there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from listforum.archive.database import Database
from listforum.model.server import Place

_LATELY: Final = 2_000
"""Posts of a list among which it is looked for one that another list has too."""


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

    def may_be_known(self, list_row: int, account: str, folder: str, uidvalidity: int) -> bool:
        """Whether new mails in a folder may be posts that are here already.

        They may where the folder was numbered anew and not all was found again, and where the list has lately shared
        posts with another.
        """
        return (
            self._database.row(
                """SELECT 1 FROM place JOIN post_list ON post_list.post = place.post
                   WHERE list = ? AND account = ? AND folder = ? AND uidvalidity <> ? AND NOT EXISTS (
                       SELECT 1 FROM place AS now WHERE now.post = place.post AND now.account = place.account
                           AND now.folder = place.folder AND now.uidvalidity = ?)
                   LIMIT 1""",
                (list_row, account, folder, uidvalidity, uidvalidity),
            )
            is not None
            or self._database.row(
                """SELECT 1 FROM (SELECT post FROM post_list WHERE list = ? ORDER BY post DESC LIMIT ?) AS lately
                   JOIN post_list AS other ON other.post = lately.post WHERE other.list <> ? LIMIT 1""",
                (list_row, _LATELY, list_row),
            )
            is not None
        )

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
