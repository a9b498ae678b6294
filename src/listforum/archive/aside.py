"""Mails that a server could not give: set aside so that the others come, and asked for again a few times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from listforum.archive.database import Database
from listforum.model.server import Place

TRIES: Final = 5
"""So often a mail is asked for alone before it is left out."""

Missing = Literal["mail", "text"]
"""What of a mail is not here: all of it, or only its text."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A mail that did not come when it was asked for; `times` counts how often it was asked for alone, in vain."""

    uid: int
    missing: Missing
    times: int

    @property
    def left_out(self) -> bool:
        return self.times >= TRIES


class Aside:
    """Keeps what was set aside of a folder for one list: written before the cursor passes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, list_row: int, account: str, folder: str, uidvalidity: int) -> tuple[SetAside, ...]:
        """What is still missing of a list in a folder: what was tried least comes first, and of that the newest."""
        rows = self._database.rows(
            """SELECT uid, missing, times FROM set_aside AS aside
               WHERE list = ? AND account = ? AND folder = ? AND uidvalidity = ?
                 AND (missing = 'mail' OR EXISTS (
                   SELECT 1 FROM place JOIN post ON post.id = place.post
                   WHERE place.account = aside.account AND place.folder = aside.folder
                     AND place.uidvalidity = aside.uidvalidity AND place.uid = aside.uid AND state = 'header'))
               ORDER BY times, uid DESC""",
            (list_row, account, folder, uidvalidity),
        )
        return tuple(SetAside(*row) for row in rows)

    def put(self, list_row: int, places: Iterable[Place], missing: Missing) -> None:
        """Sets mails aside; one that is set aside already stays as it is."""
        self._database.run_many(
            "INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?, ?, ?, ?, 0)",
            [(list_row, place.account, place.folder, place.uidvalidity, place.uid, missing) for place in places],
        )

    def tried(self, list_row: int, place: Place) -> None:
        """Counts that a mail was asked for alone, in vain."""
        self._database.run(
            f"UPDATE set_aside SET times = times + 1 WHERE {_ONE}",  # noqa: S608 - a constant
            (list_row, place.account, place.folder, place.uidvalidity, place.uid),
        )

    def came(self, list_row: int, places: Iterable[Place]) -> None:
        """Forgets what has come, or is known to be gone or none of the list's."""
        self._database.run_many(
            f"DELETE FROM set_aside WHERE {_ONE}",  # noqa: S608 - a constant
            [(list_row, place.account, place.folder, place.uidvalidity, place.uid) for place in places],
        )

    def forget(self, list_row: int, account: str, folder: str) -> None:
        """Forgets all of a list in a folder: its UIDs no longer mean what they meant."""
        self._database.run(
            "DELETE FROM set_aside WHERE list = ? AND account = ? AND folder = ?", (list_row, account, folder)
        )


_ONE: Final = "list = ? AND account = ? AND folder = ? AND uidvalidity = ? AND uid = ?"
