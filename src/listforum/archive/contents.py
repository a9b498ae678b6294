"""What a post consists of, as received and compressed: header fields, parts, or every byte; and its own words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from gettext import gettext as _
from typing import Final

from listforum.archive.database import Database
from listforum.archive.files import Files
from listforum.archive.packing import packed, unpacked
from listforum.archive.parts import Parts
from listforum.errors import UnknownItem
from listforum.mail import safe
from listforum.mail.structure import shown_parts, split
from listforum.model.mail import Part, Piece, Received
from listforum.topics.wording import Wording

_AT_ONCE: Final = 50
"""Mails that are held at a time: a whole one may be large."""


class Contents:
    """Keeps and gives back mails as they came."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._parts = Parts(database)
        self.files = Files(database)

    def keep(self, post: int, received: Received, words: str | None) -> None:
        """Stores what came of a mail, in place of what was there."""
        whole = received.raw is not None
        header = None if whole else packed(received.header)
        raw = None if received.raw is None else packed(received.raw)
        self._database.run("INSERT OR REPLACE INTO content VALUES (?, ?, ?)", (post, header, raw))
        self._parts.keep(post, () if whole else received.parts)
        self.files.keep(post, received.parts)
        self.keep_words(post, words)

    def keep_words(self, post: int, words: str | None) -> None:
        """Stores own words, made safe to show: they are shown and searched far more often than stored."""
        if words is None:
            self._database.run("DELETE FROM own_words WHERE post = ?", (post,))
        else:
            self._database.run(
                "INSERT OR REPLACE INTO own_words VALUES (?, ?)", (post, packed(safe.body(words).encode()))
            )

    def received(self, post: int) -> Received:
        """The mail as it came, as far as it is here and can be read; see `received_of`. Raises UnknownItem."""
        for _post, received in self.received_of([post]):
            return received
        raise UnknownItem(_("There is no post {post}.").format(post=post))

    def received_of(self, posts: Sequence[int]) -> Iterator[tuple[int, Received]]:
        """Posts and their mails, in no order; those that are not there are left out. Holds few of them at a time.

        A part has content when it is text that is shown, and nothing of that is still under way; `Part.here` tells of
        every part how much of it there is, and `pieces` gives it.
        """
        for start in range(0, len(posts), _AT_ONCE):
            rows = self._database.rows(
                """SELECT post, header, raw, arrived, state FROM content JOIN post ON post.id = post
                   WHERE post IN (SELECT value FROM json_each(?))""",
                (json.dumps(list(posts[start : start + _AT_ONCE])),),
            )
            here = [post for post, _header, raw, _arrived, state in rows if raw is None and state != "header"]
            under_way = [post for post, _header, raw, _arrived, state in rows if raw is None and state == "header"]
            parts = {**self._parts.to_read(here), **self._parts.described(under_way)}
            for post, header, raw, arrived, _state in rows:
                if raw is not None:
                    yield post, _whole(raw, arrived)
                else:
                    yield post, Received(unpacked(header), parts[post], None, arrived)

    def pieces(self, post: int, section: str) -> Iterator[bytes]:
        """The bytes of a part that are here, still in its `encoding_left`, one piece after the other."""
        found = self._database.row("SELECT raw FROM content WHERE post = ?", (post,))
        if found is not None and found[0] is not None:
            mail = split(unpacked(found[0]))
            return iter([part.content for part in mail.parts if part.section == section and part.content is not None])
        return self._parts.pieces(post, section)

    def add_parts(self, post: int, pieces: Sequence[Piece]) -> None:
        """Adds fetched bytes of parts; what is here already, and what belongs to no part, is ignored.

        A first piece that is decoded where what is here is not, or the other way round, takes the place of that. The
        post's state stays. Raises ValueError for a piece that leaves a gap, or does not fit what is here.
        """
        self._parts.add(post, pieces)

    def end_part(self, post: int, section: str) -> None:
        """Takes what is here of a part as all of it: the server has no more, whatever size it told."""
        self._parts.end(post, section)

    def settle_words(self, post: int) -> Wording | None:
        """Works out own words and state anew after parts came; answers what they tell threading, None for no change."""
        # Only a sync needs these: who opens a topic does not wait for them.
        from listforum.archive.arrival import words_of  # noqa: PLC0415 - as above
        from listforum.mail.quotes import own_words_digest  # noqa: PLC0415 - as above

        if self._database.row("SELECT 1 FROM content WHERE post = ? AND raw IS NOT NULL", (post,)):
            return None
        read = words_of(self._parts.to_read([post])[post])
        if read is None:
            return None
        words, wording = read
        self.keep_words(post, words)
        self._database.run("UPDATE post SET state = 'text', digest = ? WHERE id = ?", (own_words_digest(words), post))
        return wording

    def own_words(self, posts: Sequence[int]) -> Mapping[int, str]:
        """The own words of posts, where known; safe to show."""
        return {
            post: unpacked(text).decode()
            for post, text in self._database.rows(
                "SELECT post, text FROM own_words WHERE post IN (SELECT value FROM json_each(?))",
                (json.dumps(list(posts)),),
            )
        }

    def unfinished(self, post: int) -> tuple[Part, ...]:
        """The shown parts of a post that are not wholly here."""
        return tuple(part for part in shown_parts(self._parts.described([post])[post]) if not part.complete)


def _whole(raw: bytes, arrived: int | None) -> Received:
    mail = split(unpacked(raw))
    return Received(mail.header, mail.parts, mail.raw, arrived)
