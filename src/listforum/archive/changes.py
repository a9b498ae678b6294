"""Change numbers: whatever was derived from the archive catches up by them."""

from __future__ import annotations

from listforum.archive.database import Database


class Changes:
    """Hands out change numbers inside one transaction; the search index catches up by them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next(self) -> int:
        """A number greater than all before it, those of posts that were taken back included."""
        self._database.run("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'change'")
        found = self._database.row("SELECT value FROM meta WHERE key = 'change'")
        return int(found[0]) if found else 0

    def touch(self, post: int) -> None:
        self._database.run("UPDATE post SET change = ? WHERE id = ?", (self.next(), post))
