"""The mailing lists of this archive, and what their posts taught about them."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _

from listforum.archive.database import Database
from listforum.errors import UnknownItem
from listforum.mail.subject import list_tag
from listforum.model.forum import ListInfo, Prefixes
from listforum.model.mail import Header

_SUBJECTS_FOR_TAG = 50
_ANSWERS_TO_JUDGE_BY = 20
_MOST = 0.8


class Lists:
    """Reads and keeps the list table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, name: str, list_id: str = "") -> int:
        """The id of the list of that name, made when it is new."""
        with self._database.transaction():
            self._database.run("INSERT OR IGNORE INTO list (name, list_id) VALUES (?, ?)", (name, list_id))
            if list_id:
                self._database.run("UPDATE list SET list_id = ? WHERE name = ?", (list_id, name))
            return self.id_of(name)

    def id_of(self, name: str) -> int:
        found = self._database.row("SELECT id FROM list WHERE name = ?", (name,))
        if found is None:
            known = ", ".join(self.names())
            words = _("There is no list “{name}” in the archive. Known: {known}.")
            raise UnknownItem(words.format(name=name, known=known or _("none yet")))
        return int(found[0])

    def names(self) -> tuple[str, ...]:
        """Every list's name, in order."""
        return tuple(name for (name,) in self._database.rows("SELECT name FROM list ORDER BY name"))

    def all(self) -> tuple[ListInfo, ...]:
        """Every list with its counts, by name."""
        return tuple(
            ListInfo(
                name=name,
                list_id=list_id,
                address=address,
                read_only=bool(read_only),
                posts=posts,
                unread=unread,
                topics=topics,
                last=last,
            )
            for name, list_id, address, read_only, posts, unread, topics, last in self._database.rows(
                """
                SELECT name, list_id, address, read_only,
                       (SELECT count(*) FROM post_list JOIN post ON post.id = post WHERE list = l.id AND NOT burst),
                       (SELECT count(*) FROM post_list JOIN post ON post.id = post
                        WHERE list = l.id AND NOT read AND NOT burst),
                       (SELECT count(*) FROM topic_list WHERE list = l.id),
                       (SELECT max(last) FROM topic_list WHERE list = l.id)
                FROM list AS l ORDER BY name
                """
            )
        )

    def of(self, post: int) -> tuple[int, ...]:
        """The ids of the lists that a post was seen in."""
        return tuple(row for (row,) in self._database.rows("SELECT list FROM post_list WHERE post = ?", (post,)))

    def posting_address(self, name: str) -> tuple[str | None, bool]:
        """Where posts to this list go, as its newest List-Post said, and whether it said that none are taken."""
        found = self._database.row("SELECT address, read_only FROM list WHERE id = ?", (self.id_of(name),))
        return (found[0], bool(found[1])) if found else (None, False)

    def list_id(self, name: str) -> str:
        """The List-Id by which the list's own mails are known; "" as long as none has one."""
        return self._own_id(self.id_of(name))

    def addresses(self) -> frozenset[str]:
        """Every address that ever was a list's, or is made of a List-Id, for telling a list from a person."""
        named = {row[0] for row in self._database.rows("SELECT address FROM list_address")}
        ids = (row[0] for row in self._database.rows("SELECT list_id FROM list WHERE list_id <> ''"))
        return frozenset(named | {list_id.replace(".", "@", 1) for list_id in ids})

    def tags(self) -> tuple[str, ...]:
        """The subject tags that lists are known to add."""
        return tuple(row[0] for row in self._database.rows("SELECT DISTINCT tag FROM list WHERE tag IS NOT NULL"))

    def prefixes(self, name: str) -> Prefixes:
        """Whether the answers of a list are taken to have their prefixes. Raises UnknownItem."""
        found = self._database.row("SELECT prefixes FROM list WHERE id = ?", (self.id_of(name),))
        return "lost" if found and found[0] == "lost" else "kept"

    def set_prefixes(self, name: str, prefixes: Prefixes) -> bool:
        """Stores that setting; answers whether it was another one. Raises UnknownItem."""
        row = self.id_of(name)
        return self._database.run("UPDATE list SET prefixes = ?1 WHERE id = ?2 AND prefixes <> ?1", (prefixes, row)) > 0

    def seems_to_have_lost_prefixes(self, name: str) -> bool:
        """Whether of many posts whose header names their parent most have no prefix. Raises UnknownItem."""
        found = self._database.row(
            """SELECT count(*), coalesce(sum(NOT reply_like), 0) FROM post_list
               JOIN post ON post.id = post_list.post JOIN edge ON child = post.id
               WHERE list = ? AND reason IN ('in-reply-to', 'references') AND NOT branch""",
            (self.id_of(name),),
        )
        answers, bare = found or (0, 0)
        return bool(answers >= _ANSWERS_TO_JUDGE_BY and bare > answers * _MOST)

    def learn(self, list_row: int, headers: Sequence[tuple[int, Header]]) -> None:
        """Takes the List-Id, the newest List-Post and the subject tag out of (date, header) pairs.

        Only mails that carry the list's own List-Id say where it is posted to: a folder may hold other lists' mails
        too, and anybody can write a List-Post into a mail that never passed the list.
        """
        ids = [h.list_id for _, h in headers if h.list_id]
        if ids:
            self._database.run("UPDATE list SET list_id = ? WHERE id = ? AND list_id = ''", (ids[0], list_row))
        self._database.run_many(
            "INSERT OR IGNORE INTO list_address VALUES (?, ?)",
            [(list_row, address.casefold()) for _, header in headers for address in header.list_post],
        )
        own = self._own_id(list_row).casefold()
        told = [
            pair for pair in headers if (pair[1].list_post or pair[1].read_only) and pair[1].list_id.casefold() == own
        ]
        if told:
            date, header = max(told, key=lambda pair: pair[0])
            self._database.run(
                "UPDATE list SET address = ?, read_only = ?, learned = ? WHERE id = ? AND coalesce(learned, -1) <= ?",
                (header.list_post[0] if header.list_post else None, header.read_only, date, list_row, date),
            )
        self._learn_tag(list_row)

    def _own_id(self, list_row: int) -> str:
        found = self._database.row("SELECT list_id FROM list WHERE id = ?", (list_row,))
        return str(found[0]) if found else ""

    def _subjects(self, list_row: int, every: int) -> list[str]:
        """Subjects of a list, from the newest on: of one in so many posts."""
        rows = self._database.rows(
            """SELECT subject FROM post JOIN post_list ON post = id
               WHERE list = ? AND post % ? = 0 ORDER BY post DESC LIMIT ?""",
            (list_row, every, _SUBJECTS_FOR_TAG),
        )
        return [subject for (subject,) in rows]

    def _learn_tag(self, list_row: int) -> None:
        recent = self._subjects(list_row, 1)
        found = self._database.row("SELECT count(*) FROM post_list WHERE list = ?", (list_row,))
        every = found[0] // _SUBJECTS_FOR_TAG if found else 0
        tag = list_tag(recent) or (list_tag(self._subjects(list_row, every)) if every > 1 else None)
        self._database.run("UPDATE list SET tag = ? WHERE id = ? AND tag IS NOT ?", (tag, list_row, tag))
