"""Which topic each post is in, held in memory for search, which asks at every key that is typed."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from listforum.archive.database import Database


@dataclass(frozen=True, slots=True)
class _Standing:
    """How far the archive had come: its name, its newest post that has a topic, and the newest entry in `moved`."""

    generation: str
    newest: int
    moves: int


class TopicNumbers:
    """Keeps up with the archive, whichever thread or process changed it, by reading what changed. Thread-safe.

    New posts are told by their numbers, and those that came into another topic, or are gone, by the table `moved`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: tuple[_Standing, array[int]] | None = None

    def all(self) -> Sequence[int]:
        """The topic of each post as it is now, by the post's number; 0 for numbers of no post.

        What was answered is never changed: the next answer may be another one.
        """
        if self._database.in_transaction:  # what may be taken back is not to be remembered
            return self._read(self._standing())
        with self._lock:
            now = self._standing()
            if self._known is None or self._known[0] != now:
                self._known = self._kept_up(*self._known, now) if self._known else (now, self._read(now))
            return self._known[1]

    def _standing(self) -> _Standing:
        found = self._database.row(
            """SELECT (SELECT value FROM meta WHERE key = 'generation'), (SELECT max(id) FROM post),
                      (SELECT min(id) FROM post WHERE topic = 0), (SELECT max(nth) FROM moved)"""
        )
        generation, newest, unplaced, moves = found or ("", 0, None, 0)
        newest = newest or 0
        return _Standing(str(generation), newest if unplaced is None else min(newest, unplaced - 1), moves or 0)

    def _read(self, now: _Standing) -> array[int]:
        topics = array("q", bytes(8 * (now.newest + 1)))
        # The plus keeps SQLite at the index of topics, which is much smaller than the table.
        for post, topic in self._database.rows("SELECT id, topic FROM post WHERE +id <= ?", (now.newest,)):
            topics[post] = topic
        return topics

    def _kept_up(self, then: _Standing, known: array[int], now: _Standing) -> tuple[_Standing, array[int]]:
        """The topics as they are `now`, from those that were known `then`."""
        moved = self._database.rows(
            "SELECT nth, moved.post, topic FROM moved LEFT JOIN post ON id = moved.post WHERE nth > ? ORDER BY nth",
            (then.moves,),
        )
        is_whole = moved[0][0] == then.moves + 1 if moved else now.moves == then.moves
        if now.generation != then.generation or not is_whole:
            return now, self._read(now)
        topics = known[:]
        topics.extend([0] * (now.newest + 1 - len(topics)))
        if now.newest > then.newest:
            new = "SELECT id, topic FROM post WHERE id > ? AND id <= ?"
            for post, topic in self._database.rows(new, (then.newest, now.newest)):
                topics[post] = topic
        for _nth, post, topic in moved:
            if post < len(topics):
                topics[post] = topic or 0
        return replace(now, moves=moved[-1][0] if moved else now.moves), topics
