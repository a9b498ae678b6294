"""What the person marked: posts read, topics followed, muted or starred."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Literal

from listforum.archive.database import Database
from listforum.archive.topic_rows import TopicRows

Kind = Literal["follow", "mute", "star"]


class Marks:
    """A topic's mark stands on a post of it, so it goes where that post goes when topics are joined or split."""

    def __init__(self, database: Database, rows: TopicRows) -> None:
        self._database = database
        self._rows = rows

    def read(self, posts: Collection[int]) -> tuple[int, ...]:
        """Marks posts as read; answers those that were not."""
        return self._set_read(posts, 1)

    def unread(self, posts: Collection[int]) -> tuple[int, ...]:
        """Marks posts as unread; answers those that were read."""
        return self._set_read(posts, 0)

    def put(self, kind: Kind, topics: Collection[int]) -> int:
        """Marks topics; answers how many did not have the mark."""
        with self._database.transaction():
            missing = [topic for topic in topics if not self._marked(kind, topic)]
            self._database.run_many("INSERT INTO mark VALUES (?, ?)", [(topic, kind) for topic in missing])
            return len(missing)

    def take(self, kind: Kind, topics: Collection[int]) -> int:
        """Takes a mark off topics; answers how many had it."""
        with self._database.transaction():
            marked = [topic for topic in topics if self._marked(kind, topic)]
            self._database.run_many(
                "DELETE FROM mark WHERE kind = ? AND post IN (SELECT id FROM post WHERE topic = ?)",
                [(kind, topic) for topic in marked],
            )
            return len(marked)

    def any_muted(self, list_row: int) -> bool:
        """Whether a topic of a list is muted."""
        return bool(
            self._database.row(
                """SELECT 1 FROM mark JOIN post ON post.id = mark.post JOIN topic_list ON topic_list.topic = post.topic
                   WHERE kind = 'mute' AND list = ? LIMIT 1""",
                (list_row,),
            )
        )

    def _marked(self, kind: Kind, topic: int) -> bool:
        return bool(
            self._database.row(
                "SELECT 1 FROM mark JOIN post ON post.id = mark.post WHERE kind = ? AND topic = ? LIMIT 1",
                (kind, topic),
            )
        )

    def _set_read(self, posts: Collection[int], value: int) -> tuple[int, ...]:
        with self._database.transaction():
            rows = self._database.rows(
                "SELECT id FROM post WHERE read <> ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
                (value, json.dumps(sorted(posts))),
            )
            changed = tuple(post for (post,) in rows)
            if changed:
                self._database.run(
                    "UPDATE post SET read = ? WHERE id IN (SELECT value FROM json_each(?))",
                    (value, json.dumps(changed)),
                )
                self._rows.refresh_of(changed)
            return changed
