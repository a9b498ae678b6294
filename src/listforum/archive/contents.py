"""What a post consists of, as received and compressed: header fields, parts, or every byte; and its own words."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from gettext import gettext as _
from typing import Any, Final

from listforum.archive.database import Database
from listforum.archive.packing import packed, unpacked
from listforum.errors import UnknownItem
from listforum.mail.structure import shown_parts, split
from listforum.model.mail import Part, Received

_PART: Final = "section, type, size, charset, encoding, name, attached, flowed, delsp, alternative, content"

_AT_ONCE: Final = 50
"""Mails that are held at a time: a whole one may be large."""


class Contents:
    """Keeps and gives back mails as they came."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, post: int, received: Received, words: str | None) -> None:
        """Stores what came of a mail, in place of what was there."""
        whole = received.raw is not None
        header = None if whole else packed(received.header)
        raw = None if received.raw is None else packed(received.raw)
        self._database.run("INSERT OR REPLACE INTO content VALUES (?, ?, ?)", (post, header, raw))
        self._database.run("DELETE FROM part WHERE post = ?", (post,))
        if not whole:
            self._database.run_many(
                "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_part_row(post, nth, part) for nth, part in enumerate(received.parts)],
            )
        self.keep_words(post, words)

    def keep_words(self, post: int, words: str | None) -> None:
        if words is None:
            self._database.run("DELETE FROM own_words WHERE post = ?", (post,))
        else:
            self._database.run(
                "INSERT OR REPLACE INTO own_words VALUES (?, ?)", (post, packed(words.encode("utf-8", "surrogatepass")))
            )

    def received(self, post: int) -> Received:
        """The mail as it came, as far as it is here. Raises UnknownItem."""
        found = self._database.row(
            "SELECT header, raw, arrived FROM content JOIN post ON post.id = post WHERE post = ?", (post,)
        )
        if found is None:
            raise UnknownItem(_("There is no post {post}.").format(post=post))
        header, raw, arrived = found
        if raw is not None:
            return _whole(raw, arrived)
        return Received(unpacked(header), self._parts(post), None, arrived)

    def received_of(self, posts: Sequence[int]) -> Iterator[tuple[int, Received]]:
        """Posts and their mails, in no order; those that are not there are left out. Holds few of them at a time."""
        for start in range(0, len(posts), _AT_ONCE):
            among = json.dumps(list(posts[start : start + _AT_ONCE]))
            parts: defaultdict[int, list[Part]] = defaultdict(list)
            for post, *row in self._database.rows(
                f"SELECT post, {_PART} FROM part WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, nth",  # noqa: S608 - a constant
                (among,),
            ):
                parts[post].append(_part(row))
            for post, header, raw, arrived in self._database.rows(
                """SELECT post, header, raw, arrived FROM content JOIN post ON post.id = post
                   WHERE post IN (SELECT value FROM json_each(?))""",
                (among,),
            ):
                if raw is not None:
                    yield post, _whole(raw, arrived)
                else:
                    yield post, Received(unpacked(header), tuple(parts[post]), None, arrived)

    def add_parts(self, post: int, contents: Sequence[tuple[str, bytes]]) -> None:
        """Adds the fetched bytes of parts, by section; a repeated section is continued."""
        for section, content in contents:
            found = self._database.row("SELECT content FROM part WHERE post = ? AND section = ?", (post, section))
            if found is not None:
                known = unpacked(found[0]) if found[0] is not None else b""
                self._database.run(
                    "UPDATE part SET content = ? WHERE post = ? AND section = ?",
                    (packed(known + content), post, section),
                )

    def shorten(self, post: int, section: str) -> None:
        """Takes what is here of a part as all of it: the server has no more, whatever size it told."""
        self._database.run(
            "UPDATE part SET size = ? WHERE post = ? AND section = ?",
            (sum(len(part.content or b"") for part in self._parts(post) if part.section == section), post, section),
        )

    def settle_words(self, post: int) -> bool:
        """Works out own words and state anew after parts came; answers whether anything changed."""
        # Only a sync needs these: who opens a topic does not wait for them.
        from listforum.archive.arrival import words_of  # noqa: PLC0415 - as above
        from listforum.mail.quotes import own_words_digest  # noqa: PLC0415 - as above

        received = self.received(post)
        words = words_of(received.parts)
        if words is None or received.raw is not None:
            return False
        self.keep_words(post, words)
        self._database.run("UPDATE post SET state = 'text', digest = ? WHERE id = ?", (own_words_digest(words), post))
        return True

    def own_words(self, posts: Sequence[int]) -> Mapping[int, str]:
        """The own words of posts, where known."""
        return {
            post: unpacked(text).decode("utf-8", "surrogatepass")
            for post, text in self._database.rows(
                "SELECT post, text FROM own_words WHERE post IN (SELECT value FROM json_each(?))",
                (json.dumps(list(posts)),),
            )
        }

    def unfinished(self, post: int) -> tuple[Part, ...]:
        """The shown parts of a post that are not wholly here."""
        return tuple(part for part in shown_parts(self._parts(post)) if not part.complete)

    def _parts(self, post: int) -> tuple[Part, ...]:
        rows = self._database.rows(f"SELECT {_PART} FROM part WHERE post = ? ORDER BY nth", (post,))  # noqa: S608 - as above
        return tuple(map(_part, rows))


def _whole(raw: bytes, arrived: int | None) -> Received:
    mail = split(unpacked(raw))
    return Received(mail.header, mail.parts, mail.raw, arrived)


def _part(row: Sequence[Any]) -> Part:
    section, type_, size, charset, encoding, name, attached, flowed, delsp, alternative, content = row
    return Part(
        section=section,
        type=type_,
        size=size,
        charset=charset,
        encoding=encoding,
        name=name,
        attached=bool(attached),
        flowed=bool(flowed),
        delsp=bool(delsp),
        alternative=alternative,
        content=None if content is None else unpacked(content),
    )


def _part_row(post: int, nth: int, part: Part) -> tuple[object, ...]:
    return (
        post,
        nth,
        part.section,
        part.type,
        part.size,
        part.charset,
        part.encoding,
        part.name,
        part.attached,
        part.flowed,
        part.delsp,
        part.alternative,
        None if part.content is None else packed(part.content),
    )
