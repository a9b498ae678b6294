"""Small things that are kept by name beside the tables."""

from __future__ import annotations

from listforum.archive.database import Database


class Memory:
    """Keeps a text under each name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        """What was kept under a name; None when nothing was."""
        found = self._database.row("SELECT value FROM meta WHERE key = ?", (name,))
        return None if found is None else str(found[0])

    def named(self, beginning: str) -> tuple[str, ...]:
        """What was kept under names that begin so."""
        rows = self._database.rows("SELECT value FROM meta WHERE substr(key, 1, ?) = ?", (len(beginning), beginning))
        return tuple(str(value) for (value,) in rows)

    def put(self, name: str, value: str) -> None:
        """Keeps a text under a name, in place of what was there."""
        self._database.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
