"""Reading topics and posts out of the archive."""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from gettext import gettext as _
from typing import Final

from listforum.archive.database import Database, Row
from listforum.errors import UnknownItem
from listforum.model.forum import Edge, Grounds, PostRecord, QuoteSource, TopicLink, TopicSummary, Verdict, View

TOPICS_MARKED: Final = "SELECT m.topic FROM mark JOIN post AS m ON m.id = mark.post WHERE kind = '{}'"
"""The topics that have a mark of some kind."""

_MARKED: Final = f"t.id IN ({TOPICS_MARKED})"

_WHERE: Final[dict[View, str]] = {
    "all": "1",
    "unread": "t.unread > 0",
    "unanswered": """t.people = 1
        AND (t.posts = 1 OR NOT EXISTS (SELECT 1 FROM post WHERE post.id = t.root AND anonymous))""",
    "followed": _MARKED.format("follow"),
    "unmuted": f"NOT {_MARKED.format('mute')}",
    "readable": """t.unread > 0 AND EXISTS (
        SELECT 1 FROM post WHERE post.topic = t.id AND post.read = 0 AND post.state <> 'header')""",
}

_SUMMARY: Final = f"""
    SELECT t.id, root.subject, t.posts, t.unread, t.people, t.started, t.last, root.author,
           {_MARKED.format("follow")}, {_MARKED.format("mute")}, {_MARKED.format("star")}
"""

_RECORD: Final = """
    SELECT post.id, topic, message_id, subject, author, address, date, state, read,
           parent, reason, confidence, missing, ghost, branch, grounds
    FROM post JOIN edge ON child = post.id
"""


class Topics:
    """Answers with topics and posts as the archive has them; nothing here changes anything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def window(self, list_row: int, views: Iterable[View], limit: int, offset: int) -> tuple[TopicSummary, ...]:
        """A list's topics that are in all these views, the newest activity first."""
        rows = self._database.rows(
            f"""{_SUMMARY} FROM topic_list AS l JOIN topic AS t ON t.id = l.topic JOIN post AS root ON root.id = t.root
                WHERE l.list = ? AND {in_all(views)}
                ORDER BY l.last DESC, l.topic DESC LIMIT ? OFFSET ?""",
            (list_row, limit, offset),
        )
        return tuple(map(_summary, rows))

    def in_views(self, list_row: int | None, views: Collection[View]) -> array[int]:
        """The topics of a list, or, with None, of all lists, that are in all these views, the newest activity first."""
        among = set(views) - {"all"}
        if list_row is None:
            statement = f"SELECT t.id FROM topic AS t WHERE {in_all(among)} ORDER BY t.last DESC, t.id DESC"  # noqa: S608
            return _numbers(self._database.rows(statement))
        joined = "JOIN topic AS t ON t.id = l.topic" if among else ""
        return _numbers(
            self._database.rows(
                f"""SELECT l.topic FROM topic_list AS l {joined} WHERE l.list = ? AND {in_all(among)}
                    ORDER BY l.last DESC, l.topic DESC""",  # noqa: S608 - conditions are constants above
                (list_row,),
            )
        )

    def summaries(self, topics: Sequence[int]) -> dict[int, TopicSummary]:
        """Topics by number; those that are not there are left out."""
        rows = self._database.rows(
            f"""{_SUMMARY} FROM topic AS t JOIN post AS root ON root.id = t.root
                WHERE t.id IN (SELECT value FROM json_each(?))""",  # noqa: S608 - a constant
            (json.dumps(list(topics)),),
        )
        return {row[0]: _summary(row) for row in rows}

    def titles(self, topics: Sequence[int]) -> dict[int, tuple[str, str]]:
        """The subject of each topic, and who began it."""
        rows = self._database.rows(
            """SELECT topic.id, root.subject, root.author FROM topic JOIN post AS root ON root.id = topic.root
               WHERE topic.id IN (SELECT value FROM json_each(?))""",
            (json.dumps(list(topics)),),
        )
        return {topic: (subject, author) for topic, subject, author in rows}

    def count(self, views: Collection[View]) -> int:
        """How many topics are in all these views."""
        found = self._database.row(f"SELECT count(*) FROM topic AS t WHERE {in_all(views)}")  # noqa: S608 - as above
        return int(found[0]) if found else 0

    def posts(self, topic: int) -> tuple[PostRecord, ...]:
        """The posts of a topic, oldest first. Raises UnknownItem."""
        rows = self._database.rows(f"{_RECORD} WHERE topic = ? AND NOT burst ORDER BY date, post.id", (topic,))
        if not rows:
            raise UnknownItem(_("There is no topic {topic}.").format(topic=topic))
        return tuple(map(_record, rows))

    def post(self, post: int) -> PostRecord:
        """One post. Raises UnknownItem."""
        row = self._database.row(f"{_RECORD} WHERE post.id = ?", (post,))
        if row is None:
            raise UnknownItem(_("There is no post {post}.").format(post=post))
        return _record(row)

    def records(self, posts: Sequence[int]) -> dict[int, PostRecord]:
        """Posts by number; those that are not there are left out."""
        rows = self._database.rows(
            f"{_RECORD} WHERE post.id IN (SELECT value FROM json_each(?))",  # noqa: S608 - a constant
            (json.dumps(list(posts)),),
        )
        return {record.post: record for record in map(_record, rows)}

    def root(self, topic: int) -> PostRecord:
        """The post a topic is named after. Raises UnknownItem."""
        row = self._database.row("SELECT root FROM topic WHERE id = ?", (topic,))
        if row is None:
            raise UnknownItem(_("There is no topic {topic}.").format(topic=topic))
        return self.post(row[0])

    def of(self, posts: Iterable[int]) -> dict[int, int]:
        """The current topic of each post."""
        rows = self._database.rows(
            "SELECT id, topic FROM post WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(posts)),)
        )
        return dict(rows)

    def lists_of(self, post: int) -> tuple[str, ...]:
        """The names of the lists a post was seen in."""
        rows = self._database.rows(
            "SELECT name FROM post_list JOIN list ON list.id = list WHERE post = ? ORDER BY list.id", (post,)
        )
        return tuple(name for (name,) in rows)

    def lists_of_each(self, posts: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The names of the lists that each of these posts was seen in."""
        names: defaultdict[int, list[str]] = defaultdict(list)
        for post, name in self._database.rows(
            """SELECT post, name FROM post_list JOIN list ON list.id = list
               WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, list.id""",
            (json.dumps(list(posts)),),
        ):
            names[post].append(name)
        return {post: tuple(known) for post, known in names.items()}

    def in_list(self, list_row: int) -> tuple[int, ...]:
        """The topics that have a post in a list, the newest activity first."""
        rows = self._database.rows(
            "SELECT topic FROM topic_list WHERE list = ? ORDER BY last DESC, topic DESC", (list_row,)
        )
        return tuple(topic for (topic,) in rows)

    # --- what ties posts and topics together --------------------------------------------------------------------------

    def sources(self, posts: Sequence[int]) -> dict[int, tuple[QuoteSource, ...]]:
        """Where the quotes of each of these posts come from, as far as that is known, in the order of the lines."""
        found: defaultdict[int, list[QuoteSource]] = defaultdict(list)
        for post, *told in self._database.rows(
            """SELECT passage.post, line, lines, source, post.topic, post.author, post.date
               FROM passage JOIN post ON post.id = source
               WHERE lines > 0 AND passage.post IN (SELECT value FROM json_each(?)) ORDER BY passage.post, line, nth""",
            (json.dumps(list(posts)),),
        ):
            found[post].append(QuoteSource(*told))
        return {post: tuple(sources) for post, sources in found.items()}

    def origins(self, topic: int) -> tuple[TopicLink, ...]:
        """The topic that this one branched off, if any; its subject is that of its root, as it was written."""
        return self._links("here.topic = ? AND here.id = child AND there.id = parent", topic)

    def branches(self, topic: int) -> tuple[TopicLink, ...]:
        """The topics that branched off this one, the oldest first; their subjects as they were written."""
        return self._links("here.topic = ? AND here.id = parent AND there.id = child", topic)

    def _links(self, tied: str, topic: int) -> tuple[TopicLink, ...]:
        rows = self._database.rows(
            f"""SELECT topic.id, root.subject, here.id, there.id, topic.posts
                FROM post AS here CROSS JOIN edge CROSS JOIN post AS there
                JOIN topic ON topic.id = there.topic JOIN post AS root ON root.id = topic.root
                WHERE {tied} AND branch AND there.topic <> here.topic ORDER BY there.date, there.id""",  # noqa: S608
            (topic,),
        )
        return tuple(TopicLink(*row) for row in rows)

    def verdicts(self, posts: Iterable[int]) -> dict[int, Verdict]:
        """The person's word on where posts belong, for those of these posts that they decided on."""
        rows = self._database.rows(
            "SELECT post, parent FROM verdict WHERE post IN (SELECT value FROM json_each(?))",
            (json.dumps(list(posts)),),
        )
        return {post: Verdict(post, parent) for post, parent in rows}

    def numbers(self) -> tuple[int, ...]:
        """Every topic, the oldest number first."""
        return tuple(topic for (topic,) in self._database.rows("SELECT id FROM topic ORDER BY id"))

    def posts_in_list(self, list_row: int, before: int | None = None) -> frozenset[int]:
        """The posts of a list; those older than `before`, in seconds UTC, when it is given."""
        rows = self._database.rows(
            """SELECT post FROM post_list JOIN post ON post.id = post
               WHERE list = ? AND (? IS NULL OR date < ?) AND NOT burst""",
            (list_row, before, before),
        )
        return frozenset(post for (post,) in rows)


def in_all(views: Iterable[View]) -> str:
    """The condition that a topic `t` is in all of these views."""
    return " AND ".join(["1", *(_WHERE[view] for view in views)])


def _numbers(rows: Iterable[Row]) -> array[int]:
    return array("q", [number for (number,) in rows])


def _summary(row: Row) -> TopicSummary:
    return TopicSummary(*row[:8], *map(bool, row[8:]))


def _record(row: Row) -> PostRecord:
    post, topic, message_id, subject, author, address, date, state, read = row[:9]
    parent, reason, confidence, missing, ghost, branch, grounds = row[9:]
    return PostRecord(
        post=post,
        topic=topic,
        message_id=message_id,
        subject=subject,
        author=author,
        address=address,
        date=date,
        state=state,
        read=bool(read),
        edge=Edge(post, parent, reason, confidence, missing, ghost, bool(branch), _grounds(grounds)),
    )


def _grounds(told: str | None) -> Grounds | None:
    return Grounds(**json.loads(told)) if told else None
