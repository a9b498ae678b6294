"""What is kept of a mail: a post of its own, or what it adds to the post that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from listforum.archive.arrival import DERIVED, Arrival, is_derived, understand
from listforum.archive.changes import Changes
from listforum.archive.contents import Contents
from listforum.archive.database import Database
from listforum.archive.digests import Digests, tells_more
from listforum.archive.identity import Identity, has_more_attachments, tells_the_same
from listforum.archive.quoting import Quoting
from listforum.mail.bursting import may_burst
from listforum.mail.structure import attachment_parts
from listforum.mail.subject import bare_subject
from listforum.mail.thread_index import thread_index
from listforum.model.forum import State
from listforum.model.mail import Header, Part
from listforum.topics.evidence import evidence, own_place
from listforum.topics.subjects import prefixed

_LATENESS = 15 * 60
"""Seconds a mail may be dated after its arrival before its arrival orders it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a mail: its post, whether that is new, and whether it is to be threaded again."""

    post: int
    new: bool
    changed: bool


class Storing:
    """Stores mails, one at a time, and reads stored ones anew; threads nothing."""

    def __init__(
        self, database: Database, contents: Contents, quoting: Quoting, digests: Digests, identity: Identity
    ) -> None:
        self._database = database
        self._contents = contents
        self._quoting = quoting
        self._digests = digests
        self._identity = identity

    def store(
        self, arrival: Arrival, lists: Sequence[int], now: int, changes: Changes, before: int | None = None
    ) -> Stored:
        """Stores a mail, or what it adds to the post that it is, in these lists.

        `before` is the post that was made of it when older rules told other words of it.
        """
        post = self._identity.known(arrival) or before
        if post is not None and self._is_to_be_proven(post, arrival):
            return self._put_aside(arrival, lists, now, changes)
        new = post is None
        if post is None:
            post = self._insert(arrival, now, changes)
            changed = True
        else:
            changed = self.complete(post, arrival, now, changes)
            changed |= self.take_told_id(post, arrival.header.message_id)
        changed |= self.name(post, arrival.header)
        put = [self._put_in_list(row, post) for row in lists]
        if any(put) and not new:
            changes.touch(post)
            changed = True
        return Stored(post, new, changed)

    def reread(self, post: int, arrival: Arrival, now: int) -> None:
        """Takes today's understanding of a kept mail in place of the one it was stored with."""
        header = arrival.header
        referred, replied = _referred(header)
        arrived, sent, date = self._database.row("SELECT arrived, sent, date FROM post WHERE id = ?", (post,)) or (
            None,
            None,
            0,
        )
        order = _order(header.date, arrived, now)
        if arrived is None and sent == header.date and sent is not None and sent > now:
            order = min(order, date)  # what claims to be of the future is of when it was imported, and stays there
        self._database.run(
            """UPDATE post SET subject = ?, base = ?, author = ?, address = ?, anonymous = ?, sent = ?, date = ?,
                               replied = ?, reply_like = ?, digest = ?
               WHERE id = ?""",
            (
                header.subject,
                bare_subject(header.subject),
                header.author.name,
                None if self._digests.is_alone(post) else header.author.address,
                header.author.evidence == "list",
                header.date,
                order,
                replied,
                _is_like_a_reply(header),
                arrival.digest,
                post,
            ),
        )
        self._database.run("DELETE FROM referred WHERE post = ?", (post,))
        self._refer(post, referred)
        self._contents.files.keep(post, arrival.received.parts)
        self._contents.keep_words(post, arrival.own_words)
        self._quoting.keep(post, arrival.wording)

    def _is_to_be_proven(self, post: int, arrival: Arrival) -> bool:
        """Whether only its text can tell that a mail is the one whose words a digest told."""
        if arrival.own_words is not None or arrival.in_digest or may_burst(arrival.header, arrival.received.parts):
            return False
        return self._digests.is_alone(post)

    def _put_aside(self, arrival: Arrival, lists: Sequence[int], now: int, changes: Changes) -> Stored:
        """Keeps a mail, neither listed nor known by its ids, until its text shows which post it is."""
        post = self._found_aside(arrival)
        changed = post is None
        if post is None:
            post = self._insert(arrival, now, changes)
            self._database.run("UPDATE post SET burst = 1 WHERE id = ?", (post,))
        for row in lists:
            self._put_in_list(row, post)
        return Stored(post, new=False, changed=changed)

    def _found_aside(self, arrival: Arrival) -> int | None:
        """The same mail, put aside before: a folder that is numbered anew tells its headers once more."""
        rows = self._database.rows(
            "SELECT id FROM post WHERE sent = ? AND digest IS NULL AND burst AND message_id = ? ORDER BY id",
            (arrival.header.date, arrival.header.message_id),
        )
        for (post,) in rows:
            kept = self._contents.received(post)
            if kept.header == arrival.received.header and _sizes(kept.parts) == _sizes(arrival.received.parts):
                return int(post)
        return None

    def _insert(self, arrival: Arrival, now: int, changes: Changes) -> int:
        header, received = arrival.header, arrival.received
        referred, replied = _referred(header)
        post = self._database.insert(
            """INSERT INTO post (message_id, subject, base, author, address, anonymous, sent, arrived, date, replied,
                                 reply_like, state, digest, topic, change)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)""",
            (
                header.message_id,
                header.subject,
                bare_subject(header.subject),
                header.author.name,
                None if arrival.in_digest else header.author.address,
                header.author.evidence == "list",
                header.date,
                received.arrived,
                _order(header.date, received.arrived, now),
                replied,
                _is_like_a_reply(header),
                _state(arrival),
                arrival.digest,
                changes.next(),
            ),
        )
        self._refer(post, referred)
        self._contents.keep(post, received, arrival.own_words)
        self._quoting.add(post, arrival.wording)
        return post

    def complete(self, post: int, arrival: Arrival, now: int, changes: Changes) -> bool:
        """Adds what the archive did not have of a known post; answers whether its place may be another one now."""
        if self._digests.is_alone(post):
            return self._complete_from_digest(post, arrival, now, changes)
        if arrival.in_digest:
            return False
        worded = self._take_whole(post, arrival, now)
        if worded:
            changes.touch(post)
        arrived, sent = self._database.row("SELECT arrived, sent FROM post WHERE id = ?", (post,)) or (None, None)
        first = min((a for a in (arrived, arrival.received.arrived) if a is not None), default=None)
        if first != arrived:
            self._database.run(
                "UPDATE post SET arrived = ?, date = ? WHERE id = ?", (first, _order(sent, first, now), post)
            )
            changes.touch(post)
            return True
        return worded

    def _take_whole(self, post: int, arrival: Arrival, now: int) -> bool:
        """Takes the whole of a mail of which less is here; answers whether there was anything to take.

        The post keeps the header that came first. A copy with another one gives its words where none are here, and
        never an attachment: anybody may have made it.
        """
        if arrival.received.raw is None:
            return False
        kept = self._contents.received(post)
        if kept.raw is not None and not has_more_attachments(arrival.received, kept):
            return False
        if not tells_the_same(kept, arrival.header):
            if self._database.row("SELECT 1 FROM post WHERE id = ? AND state = 'header'", (post,)) is None:
                return False
            arrival = understand(replace(kept, parts=_with_texts_of(kept.parts, arrival.received.parts)))
        self._contents.keep(post, arrival.received, arrival.own_words)
        self._database.run("UPDATE post SET state = ? WHERE id = ?", (_state(arrival), post))
        self.reread(post, arrival, now)
        return True

    def _complete_from_digest(self, post: int, arrival: Arrival, now: int, changes: Changes) -> bool:
        """Takes the mail itself, or what another digest tells more of it, in place of what a digest told."""
        known = self._contents.received(post)
        if not arrival.in_digest:
            if arrival.own_words is None:
                return False
            self._digests.came_singly(post)
            arrived = arrival.received.arrived
        else:
            arrived = min((a for a in (known.arrived, arrival.received.arrived) if a is not None), default=None)
            if not tells_more(arrival.received, known):
                if arrived == known.arrived:
                    return False
                arrival = replace(arrival, received=known)
        received = replace(arrival.received, arrived=arrived)
        self._contents.keep(post, received, arrival.own_words)
        self._database.run("UPDATE post SET state = ?, arrived = ? WHERE id = ?", (_state(arrival), arrived, post))
        self.reread(post, replace(arrival, received=received), now)
        changes.touch(post)
        return True

    def take_told_id(self, post: int, message_id: str) -> bool:
        """Puts the Message-ID that a mail has in place of one that was derived because a digest did not tell it."""
        if is_derived(message_id):
            return False
        statement = "UPDATE post SET message_id = ? WHERE id = ? AND message_id LIKE ?"
        return self._database.run(statement, (message_id, post, f"%{DERIVED}")) > 0

    def name(self, post: int, header: Header) -> bool:
        """Makes a post known by every id that its header gives it; answers whether any is new."""
        names = {header.message_id, header.original_message_id, *own_place(header)} - {""}
        return sum(self._database.run("INSERT OR IGNORE INTO known_as VALUES (?, ?)", (n, post)) for n in names) > 0

    def _refer(self, post: int, referred: Sequence[str]) -> None:
        self._database.run_many(
            "INSERT INTO referred VALUES (?, ?, ?)", [(post, nth, told) for nth, told in enumerate(referred)]
        )

    def _put_in_list(self, list_row: int, post: int) -> bool:
        return self._database.run("INSERT OR IGNORE INTO post_list VALUES (?, ?)", (list_row, post)) > 0


def _sizes(parts: Sequence[Part]) -> list[tuple[str, str, int]]:
    return [(part.section, part.type, part.size) for part in parts]


def _with_texts_of(parts: Sequence[Part], other: Sequence[Part]) -> tuple[Part, ...]:
    """The texts of another copy, and the files that were told of this one, which are still to be had."""
    files = set(map(id, attachment_parts(other)))
    texts = [part for part in other if id(part) not in files]
    taken = {part.section for part in texts}
    return (*texts, *(part for part in attachment_parts(parts) if part.section not in taken))


def _is_like_a_reply(header: Header) -> bool:
    """Whether its header says that it answers something, even if not what."""
    place = thread_index(header.thread_index)
    return prefixed(header.subject) or (place is not None and bool(place.parents))


def _referred(header: Header) -> tuple[tuple[str, ...], int]:
    told = evidence(0, (header.message_id,), header, 0, (0, 0, ""))
    return told.referred, told.replied


def _state(arrival: Arrival) -> State:
    if arrival.received.raw is not None:
        return "whole"
    return "header" if arrival.own_words is None else "text"


def _order(sent: int | None, arrived: int | None, now: int) -> int:
    """The time that orders a post: its Date, but never later than it can have been sent."""
    latest = now if arrived is None else min(arrived + _LATENESS, max(now, arrived))
    if sent is None:
        return 0 if arrived is None else arrived
    return min(sent, latest)
