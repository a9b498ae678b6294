"""Digests and their mails: which posts they are, and whether a digest itself still is to be read."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from listforum.archive.arrival import Arrival, understand
from listforum.archive.contents import Contents
from listforum.archive.database import Database
from listforum.mail.bursting import burst
from listforum.mail.digest import is_digest
from listforum.mail.header import read_header
from listforum.mail.structure import shown_parts
from listforum.model.mail import Received


class Digests:
    """Keeps which posts the mails in digests are.

    A digest of which every mail is here as a post is `burst`: it stays a post, so that nothing of it is fetched twice,
    but it is neither listed, nor counted, nor found.
    """

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents

    def members_of(self, post: int) -> tuple[int, ...]:
        """The posts that the mails of a digest are, in its order; () for any other post."""
        rows = self._database.rows("SELECT post FROM member WHERE digest = ? ORDER BY nth", (post,))
        return tuple(dict.fromkeys(member for (member,) in rows))

    def digests_of(self, post: int) -> tuple[int, ...]:
        """The digests that a post stood in."""
        rows = self._database.rows("SELECT DISTINCT digest FROM member WHERE post = ? ORDER BY digest", (post,))
        return tuple(digest for (digest,) in rows)

    def carriers(self, post: int) -> tuple[int, ...]:
        """Of a post that never came singly the digests that hold all its parts, under the same sections."""
        digests = self._database.rows("SELECT DISTINCT digest FROM member WHERE post = ? AND alone", (post,))
        sections = "SELECT section FROM part WHERE post = ?"
        return tuple(
            digest for (digest,) in digests if not self._database.row(f"{sections} EXCEPT {sections}", (post, digest))
        )

    def has_any_alone(self) -> bool:
        """Whether any post is known from digests only."""
        return self._database.row("SELECT 1 FROM member WHERE alone LIMIT 1") is not None

    def is_alone(self, post: int) -> bool:
        """Whether a post is known from digests only."""
        return self._database.row("SELECT 1 FROM member WHERE post = ? AND alone LIMIT 1", (post,)) is not None

    def is_put_aside(self, post: int) -> bool:
        """Whether a post is a mail that was put aside until its text shows which post it is, and no burst digest."""
        statement = "SELECT 1 FROM post WHERE id = ? AND burst AND NOT EXISTS (SELECT 1 FROM member WHERE digest = id)"
        return self._database.row(statement, (post,)) is not None

    def came_singly(self, post: int) -> None:
        """A post that was known from digests came as a mail of its own."""
        self._database.run("UPDATE member SET alone = 0 WHERE post = ?", (post,))

    def concerned(self, post: int) -> tuple[int, ...]:
        """The digests that are to be burst again when the text of a post came: that it stood in, and itself."""
        found = self._database.row("SELECT subject FROM post WHERE id = ?", (post,))
        mails = "SELECT 1 FROM part WHERE post = ? AND type = 'message/rfc822' AND heading IS NOT NULL"
        itself = found is not None and (is_digest(found[0]) or self._database.row(mails, (post,)) is not None)
        return (*self.digests_of(post), post) if itself else self.digests_of(post)

    def latest(self, digest: int) -> int:
        """The moment before which every mail of a digest was written, as far as anybody knows."""
        found = self._database.row("SELECT max(date, coalesce(arrived, date)) FROM post WHERE id = ?", (digest,))
        return int(found[0]) if found else 0

    def mails_in(self, digest: int) -> tuple[dict[int, Arrival], bool]:
        """The mails of a digest that are here as a whole, by their place in it; and whether these are all.

        Of a digest whose arrival nobody witnessed, a mail without a date takes the digest's.
        """
        received = self._contents.received(digest)
        header = read_header(received.header)
        found = burst(received, header)
        return {nth: _arrival(mail, header.date) for nth, mail in found.mails.items()}, found.complete

    def remember(self, digest: int, nth: int, post: int, *, alone: bool) -> None:
        """A mail of a digest is this post."""
        self._database.run("INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?)", (digest, nth, post, alone))

    def settle(self, digest: int, mails: Collection[int], *, complete: bool) -> bool:
        """These are the mails of a digest, and all of them or not; answers whether it is now to be listed, or no more.

        A digest of which nothing could be told apart is to be read itself.
        """
        known = json.dumps(sorted(mails))
        statement = "DELETE FROM member WHERE digest = ? AND nth NOT IN (SELECT value FROM json_each(?))"
        self._database.run(statement, (digest, known))
        burst = complete and bool(mails)
        return self._database.run("UPDATE post SET burst = ? WHERE id = ? AND burst <> ?", (burst, digest, burst)) > 0

    def made_of(self, digest: int, nth: int, mail: Received) -> int | None:
        """The post that was made of a mail of a digest, perhaps by older rules; its header fields are the same."""
        found = self._database.row("SELECT post FROM member WHERE digest = ? AND nth = ? AND alone", (digest, nth))
        if found is None or self._contents.received(found[0]).header != mail.header:
            return None
        return int(found[0])

    def all(self) -> frozenset[int]:
        """Every digest of which a mail is a post."""
        return frozenset(digest for (digest,) in self._database.rows("SELECT DISTINCT digest FROM member"))

    def members(self) -> frozenset[int]:
        """Every post that stood in a digest."""
        return frozenset(post for (post,) in self._database.rows("SELECT DISTINCT post FROM member"))

    def alone(self) -> frozenset[int]:
        """Every post that is known from digests only."""
        return frozenset(post for (post,) in self._database.rows("SELECT DISTINCT post FROM member WHERE alone"))

    def were_read(self, digest: int) -> bool:
        """Whether the person has read a digest, or all of its mails that are posts already."""
        found = self._database.row(
            """SELECT CASE WHEN burst THEN (
                   SELECT min(other.read) FROM member JOIN post AS other ON other.id = member.post
                   WHERE member.digest = post.id)
               ELSE read END FROM post WHERE id = ?""",
            (digest,),
        )
        return bool(found and found[0])


def tells_more(mail: Received, other: Received) -> bool:
    """Whether what a digest tells of a mail goes beyond what is known; never so both ways of two digests.

    Where the header fields are the same, other parts are more: they are those that today's rules find.
    """
    if mail.header == other.header:
        return _shape(mail) != _shape(other)
    return _telling(mail) > _telling(other)


def _telling(mail: Received) -> tuple[bool, bool, int, bytes]:
    header = read_header(mail.header)
    return bool(header.message_id), bool(header.references), len(mail.header), mail.header


def _shape(mail: Received) -> list[tuple[object, ...]]:
    shown = set(map(id, shown_parts(mail.parts)))
    return [
        (part.section, part.type, part.charset, part.flowed, part.size, part.content if id(part) in shown else None)
        for part in mail.parts
    ]


def _arrival(mail: Received, sent: int | None) -> Arrival:
    arrival = understand(mail)
    if mail.arrived is None and arrival.header.date is None:
        arrival = replace(arrival, received=replace(mail, arrived=sent))
    return replace(arrival, in_digest=True)
