"""The person's own searches: those they keep under a name, and, where they want it, those they made last."""

from __future__ import annotations

from typing import Final

from listforum.archive.database import Database
from listforum.model.forum import SavedSearch

MOST_REMEMBERED: Final = 100


class Searches:
    """Keeps searches as they were typed. Names are the same when they are the same but for case and blanks around."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def saved(self) -> tuple[SavedSearch, ...]:
        """Every saved search, by name."""
        rows = self._database.rows("SELECT name, words FROM saved_search ORDER BY folded")
        return tuple(SavedSearch(*row) for row in rows)

    def named(self, name: str) -> SavedSearch | None:
        """The saved search of a name."""
        found = self._database.row("SELECT name, words FROM saved_search WHERE folded = ?", (_folded(name),))
        return None if found is None else SavedSearch(*found)

    def save(self, search: SavedSearch) -> SavedSearch | None:
        """Keeps a search under its name; answers the one whose place it takes."""
        with self._database.transaction():
            before = self.named(search.name)
            self._database.run(
                "INSERT OR REPLACE INTO saved_search VALUES (?, ?, ?)",
                (_folded(search.name), search.name, _storable(search.words)),
            )
            return before

    def remove(self, name: str) -> bool:
        """Throws the saved search of a name away; answers whether there was one."""
        return self._database.run("DELETE FROM saved_search WHERE folded = ?", (_folded(name),)) > 0

    def remembered(self) -> tuple[str, ...]:
        """What was searched for, the last first."""
        return tuple(words for (words,) in self._database.rows("SELECT words FROM sought ORDER BY nth DESC"))

    def remember(self, words: str) -> None:
        """Puts a search before all others; of those, the last ones stay, each once."""
        with self._database.transaction():
            self._database.run("DELETE FROM sought WHERE words = ?", (_storable(words),))
            self._database.run("INSERT INTO sought (words) VALUES (?)", (_storable(words),))
            self._database.run(
                "DELETE FROM sought WHERE nth NOT IN (SELECT nth FROM sought ORDER BY nth DESC LIMIT ?)",
                (MOST_REMEMBERED,),
            )

    def forget(self) -> bool:
        """Removes all that was searched for, from the disk as well; answers whether there was anything."""
        if self._database.row("SELECT 1 FROM sought LIMIT 1") is None:
            return False
        self._database.run("DELETE FROM sought")
        self._database.run("PRAGMA wal_checkpoint(TRUNCATE)")  # the journal beside the file still held the words
        return True


def _folded(name: str) -> str:
    return _storable(name).strip().casefold()


def _storable(text: str) -> str:
    """A terminal may hand over half a character, which the archive's texts cannot hold."""
    return text.encode("utf-8", "replace").decode()
