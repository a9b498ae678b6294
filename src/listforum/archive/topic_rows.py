"""One row for each topic, as lists of topics are drawn from: how many posts, how many unread, by whom, since when."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from listforum.archive.database import Database


class TopicRows:
    """Counts topics anew when their posts change; knows nothing of why they belong together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def refresh_of(self, posts: Iterable[int]) -> None:
        """Counts the topics of these posts anew."""
        rows = self._database.rows(
            "SELECT DISTINCT topic FROM post WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(posts)),)
        )
        self.refresh([topic for (topic,) in rows])

    def refresh(self, topics: Collection[int]) -> None:
        """Writes the rows of these topics anew, and removes those that have no posts left; burst digests are none."""
        among = json.dumps(sorted(topics))
        self._database.run(
            "DELETE FROM topic_list WHERE topic IN (SELECT value FROM json_each(?))",
            (among,),
        )
        self._database.run("DELETE FROM topic WHERE id IN (SELECT value FROM json_each(?))", (among,))
        self._database.run(
            """INSERT INTO topic (id, root, posts, unread, people, started, last)
               SELECT topic, 0, count(*), sum(NOT read), count(DISTINCT lower(coalesce(address, author))),
                      min(date), max(date)
               FROM post WHERE topic IN (SELECT value FROM json_each(?)) AND NOT burst GROUP BY topic""",
            (among,),
        )
        self._database.run(
            """UPDATE topic SET root = (
                   SELECT post.id FROM post JOIN edge ON child = post.id
                   WHERE post.topic = topic.id AND NOT burst
                   ORDER BY parent IS NOT NULL AND NOT branch, coalesce(arrived, date), date, post.id LIMIT 1)
               WHERE id IN (SELECT value FROM json_each(?))""",
            (among,),
        )
        self._database.run(
            """INSERT INTO topic_list (list, topic, last)
               SELECT DISTINCT list, topic.id, topic.last
               FROM topic JOIN post ON post.topic = topic.id JOIN post_list ON post_list.post = post.id
               WHERE topic.id IN (SELECT value FROM json_each(?)) AND NOT burst""",
            (among,),
        )
