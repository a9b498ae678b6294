"""Digests and their mails: which posts they are, and whether a digest itself still is to be read."""

from __future__ import annotations

from dataclasses import replace

from listforum.archive.arrival import Arrival, understand
from listforum.archive.contents import Contents
from listforum.archive.database import Database
from listforum.mail.bursting import burst
from listforum.mail.header import read_header
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

    def is_alone(self, post: int) -> bool:
        """Whether a post is known from digests only."""
        return self._database.row("SELECT 1 FROM member WHERE post = ? AND alone LIMIT 1", (post,)) is not None

    def came_singly(self, post: int) -> None:
        """A post that was known from digests came as a mail of its own."""
        self._database.run("UPDATE member SET alone = 0 WHERE post = ?", (post,))

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

    def settle(self, digest: int, *, complete: bool) -> bool:
        """Says whether a digest need not be read itself any more; answers whether that is news."""
        statement = "UPDATE post SET burst = ? WHERE id = ? AND burst <> ?"
        return self._database.run(statement, (complete, digest, complete)) > 0

    def were_read(self, digest: int) -> bool:
        """Whether the person has read a digest, or all of its mails that are posts already."""
        found = self._database.row(
            """SELECT CASE WHEN burst THEN (SELECT min(other.read) FROM member JOIN post AS other ON other.id = member.post
                                            WHERE member.digest = post.id)
                      ELSE read END FROM post WHERE id = ?""",
            (digest,),
        )
        return bool(found and found[0])


def _arrival(mail: Received, sent: int | None) -> Arrival:
    arrival = understand(mail)
    if mail.arrived is None and arrival.header.date is None:
        arrival = replace(arrival, received=replace(mail, arrived=sent))
    return replace(arrival, in_digest=True)
