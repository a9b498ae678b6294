"""Texts that are still on the server: of which posts, and of how many bytes."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass

from listforum.archive.aside import TRIES
from listforum.archive.database import Database
from listforum.mail.structure import shown_parts
from listforum.model.forum import Mark
from listforum.model.mail import Part


@dataclass(frozen=True, slots=True)
class WaitingText:
    """A post without its text, the UID of its mail in one folder, and its shown parts, without content.

    `date` is when it was written, in seconds since 1970; `mark` is that of its topic.
    """

    post: int
    uid: int
    parts: tuple[Part, ...]
    date: int = 0
    mark: Mark | None = None


class Waiting:
    """Answers which texts wait; nothing here changes anything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def texts(self, list_row: int, account: str, folder: str, uidvalidity: int) -> tuple[WaitingText, ...]:
        """The posts of a list in a folder whose text is not here, newest first, each once; none that is set aside."""
        return self._texts("aside.uid IS NULL", (list_row, account, folder, uidvalidity))

    def aside(self, list_row: int, account: str, folder: str, uidvalidity: int) -> tuple[WaitingText, ...]:
        """Those whose text was set aside, and is still to be asked for again."""
        return self._texts(f"aside.times < {TRIES}", (list_row, account, folder, uidvalidity))

    def _texts(self, which: str, folder: tuple[int, str, str, int]) -> tuple[WaitingText, ...]:
        rows = self._database.rows(
            f"""SELECT post.id, min(place.uid), date, topic FROM post JOIN post_list ON post_list.post = post.id
               JOIN place ON place.post = post.id
               LEFT JOIN set_aside AS aside USING (list, account, folder, uidvalidity, uid)
               WHERE state = 'header' AND list = ? AND account = ? AND folder = ? AND uidvalidity = ? AND {which}
               GROUP BY post.id ORDER BY date DESC, post.id DESC""",  # noqa: S608 - both conditions stand above
            folder,
        )
        parts, marks = self._parts([post for post, *_ in rows]), self._marks()
        return tuple(
            WaitingText(post, uid, shown_parts(parts[post]), date, marks.get(topic)) for post, uid, date, topic in rows
        )

    def _marks(self) -> dict[int, Mark]:
        """The marked topics. One that is followed and muted is muted: what costs nothing can still be asked for."""
        rows = self._database.rows(
            """SELECT topic, max(kind = 'mute') FROM mark JOIN post ON post.id = mark.post
               WHERE kind IN ('follow', 'mute') GROUP BY topic"""
        )
        return {topic: "muted" if muted else "followed" for topic, muted in rows}

    def _parts(self, posts: list[int]) -> defaultdict[int, list[Part]]:
        """The parts of posts as they were described, without content."""
        found: defaultdict[int, list[Part]] = defaultdict(list)
        rows = self._database.rows(
            """SELECT post, section, type, size, name, attached, alternative FROM part
               WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, nth""",
            (json.dumps(posts),),
        )
        for post, section, type_, size, name, attached, alternative in rows:
            found[post].append(Part(section, type_, size, name=name, attached=bool(attached), alternative=alternative))
        return found
