"""Texts that are still on the server: of which posts, and of how many bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from listforum.archive.aside import TRIES
from listforum.archive.database import Database
from listforum.archive.parts import Parts
from listforum.mail.digest import is_digest
from listforum.mail.structure import shown_parts
from listforum.model.forum import Mark
from listforum.model.mail import Part


@dataclass(frozen=True, slots=True)
class Begun:
    """How many bytes of a text are here already, and whether the server had undone its encoding when they came."""

    bytes: int
    decoded: bool


@dataclass(frozen=True, slots=True)
class WaitingText:
    """A post without its text, the UID of its mail in one folder, and its shown parts, without content.

    `date` is when it was written, in seconds since 1970; `mark` is that of its topic.
    `begun` tells, by section, of which parts something is here; `digest` that the post is many mails in one.
    """

    post: int
    uid: int
    parts: tuple[Part, ...]
    date: int = 0
    mark: Mark | None = None
    begun: Mapping[str, Begun] = field(default_factory=dict)
    digest: bool = False


class Waiting:
    """Answers which texts wait; nothing here changes anything."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._parts = Parts(database)

    def texts(self, list_row: int, account: str, folder: str, uidvalidity: int) -> tuple[WaitingText, ...]:
        """The posts of a list in a folder whose text is not here, newest first, each once; none that is set aside."""
        return self._texts("aside.uid IS NULL", (list_row, account, folder, uidvalidity))

    def aside(self, list_row: int, account: str, folder: str, uidvalidity: int) -> tuple[WaitingText, ...]:
        """Those whose text was set aside, and is still to be asked for again."""
        return self._texts(f"aside.times < {TRIES}", (list_row, account, folder, uidvalidity))

    def _texts(self, which: str, folder: tuple[int, str, str, int]) -> tuple[WaitingText, ...]:
        rows = self._database.rows(
            f"""SELECT post.id, min(place.uid), date, topic, subject
               FROM post JOIN post_list ON post_list.post = post.id
               JOIN place ON place.post = post.id
               LEFT JOIN set_aside AS aside USING (list, account, folder, uidvalidity, uid)
               WHERE state = 'header' AND list = ? AND account = ? AND folder = ? AND uidvalidity = ? AND {which}
               GROUP BY post.id ORDER BY date DESC, post.id DESC""",  # noqa: S608 - both conditions stand above
            folder,
        )
        marks = self._marks()
        parts = {post: shown_parts(found) for post, found in self._parts.described([row[0] for row in rows]).items()}
        return tuple(
            WaitingText(post, uid, parts[post], date, marks.get(topic), _begun(parts[post]), is_digest(subject))
            for post, uid, date, topic, subject in rows
        )

    def _marks(self) -> dict[int, Mark]:
        """The marked topics. One that is followed and muted is muted: what costs nothing can still be asked for."""
        rows = self._database.rows(
            """SELECT topic, max(kind = 'mute') FROM mark JOIN post ON post.id = mark.post
               WHERE kind IN ('follow', 'mute') GROUP BY topic"""
        )
        return {topic: "muted" if muted else "followed" for topic, muted in rows}


def _begun(parts: Sequence[Part]) -> Mapping[str, Begun]:
    return {part.section: Begun(part.here, part.decoded) for part in parts if part.here is not None}
