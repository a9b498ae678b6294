"""Posts: which mail is which post, and what is kept of each.

A post is the same when Message-ID, Date, base subject and author agree and, once both texts are known, the author's own
words; anything else is another post, so nobody can hide or replace somebody else's. Nothing a server says deletes one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from listforum.archive.arrival import DERIVED, NO_WORDING, Arrival, is_derived, understand
from listforum.archive.contents import Contents
from listforum.archive.database import Database
from listforum.archive.digests import Digests, tells_more
from listforum.archive.identity import Identity, has_more_attachments, tells_the_same
from listforum.archive.lists import Lists
from listforum.archive.quoting import Quoting
from listforum.archive.threads import Threads
from listforum.mail.bursting import may_burst
from listforum.mail.structure import attachment_parts
from listforum.mail.subject import bare_subject
from listforum.mail.thread_index import thread_index
from listforum.model.forum import State
from listforum.model.mail import Header, Part, Piece
from listforum.model.server import Place
from listforum.topics.evidence import evidence, own_place
from listforum.topics.subjects import prefixed

_LATENESS = 15 * 60
"""Seconds a mail may be dated after its arrival before its arrival orders it."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a batch, in its order: the post each mail is; `new` are those that were not known before."""

    posts: tuple[int, ...]
    new: frozenset[int]


class Posts:
    """Stores mails as posts, and answers which post an id, a place or a mail is."""

    def __init__(
        self, database: Database, lists: Lists, contents: Contents, threads: Threads, quoting: Quoting
    ) -> None:
        self._database = database
        self._lists = lists
        self._contents = contents
        self._threads = threads
        self._quoting = quoting
        self._digests = Digests(database, contents)
        self._identity = Identity(database, contents, self._digests)

    def add(self, list_name: str, arrivals: Sequence[Arrival], now: int) -> Added:
        """Stores a batch of one list in one transaction, threads it, and learns about the list from it."""
        with self._database.transaction():
            list_row = self._lists.ensure(list_name)
            changes = _Changes(self._database)
            posts: list[int] = []
            new: set[int] = set()
            rethread: set[int] = set()
            for arrival in arrivals:
                stored = self._store(arrival, [list_row], now, changes)
                post = stored.post
                if stored.new:
                    new.add(post)
                if stored.changed:
                    rethread.add(post)
                if self._is_senders_copy(list_row, post, arrival):
                    self._settle_as_sent(post)
                else:
                    self.put_place(post, arrival.place)
                posts.append(post)
                if stored.changed and may_burst(arrival.header, arrival.received.parts):
                    rethread |= self._burst(post, now, changes)
            self._threads.rethread(rethread)
            self._lists.learn(list_row, [(min(a.header.date or 0, now), a.header) for a in arrivals])
            return Added(tuple(posts), frozenset(new))

    def add_own(self, list_name: str, arrival: Arrival, now: int) -> int:
        """Stores a post the person has written, read, before any server has seen it."""
        with self._database.transaction():
            added = self.add(list_name, [arrival], now)
            self._database.run("UPDATE post SET read = 1 WHERE id = ?", (added.posts[0],))
            self._threads.refresh_of(added.posts)
            return added.posts[0]

    def add_texts(self, texts: Iterable[tuple[int, Sequence[Piece]]]) -> None:
        """Adds fetched text, by post, and everything that follows from it: its state, its words. See `add_parts`."""
        with self._database.transaction():
            changes = _Changes(self._database)
            worded: set[int] = set()
            digests: set[int] = set()
            for post, pieces in texts:
                self._contents.add_parts(post, pieces)
                wording = self._contents.settle_words(post)
                if wording is not None:
                    self._quoting.keep(post, wording)
                    changes.touch(post)
                    settled = self._settle_copy(post, changes)
                    worded.add(settled)
                    digests.update(self._digests.concerned(settled))
            worded = {post for post in worded if self._exists(post)}
            for digest in sorted(digests):
                worded |= self._burst(digest, None, changes)
            self._threads.rethread(worded)

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
        if arrived is None and sent == header.date:
            order = min(order, date)  # an imported mail was here when it was imported, whatever its date
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
        self._contents.keep_words(post, arrival.own_words)
        self._quoting.keep(post, arrival.wording)

    def burst_anew(self, digests: Iterable[int], now: int) -> None:
        """Makes posts of the mails in these digests by today's rules, and no others; does not thread them."""
        with self._database.transaction():
            changes = _Changes(self._database)
            before = self._digests.alone()
            bursting = set(digests)
            for digest in sorted(bursting | self._digests.all()):
                self._burst(digest, now, changes)
            for post in before - self._digests.members():
                self._threads.forget(post)

    def merge(self, kept: int, other: int) -> None:
        """Makes two posts that turned out to be one mail one post: everything known of `other` goes to `kept`."""
        with self._database.transaction():
            self._merge(kept, other, _Changes(self._database))
            self._threads.rethread([kept])

    def _merge(self, kept: int, other: int, changes: _Changes) -> None:
        for table in ("place", "post_list", "known_as", "mark", "verdict", "member"):
            self._database.run(f"UPDATE OR IGNORE {table} SET post = ? WHERE post = ?", (kept, other))  # noqa: S608
        self._database.run("UPDATE verdict SET parent = ? WHERE parent = ? AND post <> ?", (kept, other, kept))
        for table, column in (("outbox", "post"), ("outbox", "answered"), ("draft", "post")):
            self._database.run(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (kept, other))  # noqa: S608
        self._digests.came_singly(kept)
        changes.touch(kept)
        self._threads.forget(other)

    def remove_unsent(self, post: int) -> None:
        """Takes back a post of the person's own that never went out and lies nowhere else."""
        with self._database.transaction():
            if not self._database.row("SELECT 1 FROM place WHERE post = ?", (post,)):
                self._threads.forget(post)

    def at(self, account: str, folder: str, uidvalidity: int) -> dict[int, int]:
        """The posts that lie in a folder, by UID."""
        return dict(
            self._database.rows(
                "SELECT uid, post FROM place WHERE account = ? AND folder = ? AND uidvalidity = ?",
                (account, folder, uidvalidity),
            )
        )

    def places(self, post: int) -> tuple[Place, ...]:
        """Where a post lies, the newest UIDVALIDITY first; one that came in digests only lies where they do."""
        mails = json.dumps([post, *self._digests.carriers(post)])
        return tuple(
            Place(*row)
            for row in self._database.rows(
                """SELECT account, folder, uidvalidity, uid FROM place
                   WHERE post IN (SELECT value FROM json_each(?)) ORDER BY uidvalidity DESC""",
                (mails,),
            )
        )

    def put_place(self, post: int, place: Place | None) -> None:
        if place:
            self._database.run(
                "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?, ?)",
                (place.account, place.folder, place.uidvalidity, place.uid, post),
            )

    def known_ids(self, message_ids: Iterable[str]) -> frozenset[str]:
        """Those of the Message-IDs that some post is known by."""
        return frozenset(
            found
            for message_id in message_ids
            for (found,) in self._database.rows(
                "SELECT message_id FROM known_as WHERE message_id = ? LIMIT 1", (message_id,)
            )
        )

    # --- copies that the sender's provider keeps ---

    def _is_senders_copy(self, list_row: int, post: int, arrival: Arrival) -> bool:
        """A copy of one's own mail that never passed the list: a folder of all mail holds what was sent, too."""
        header = arrival.header
        if arrival.place is None or header.list_id or header.list_post or header.read_only:
            return False
        found = self._database.row(
            "SELECT 1 FROM list, outbox WHERE list.id = ? AND list.list_id <> '' AND outbox.post = ?", (list_row, post)
        )
        return found is not None

    def _settle_as_sent(self, post: int) -> None:
        self._database.run(
            """UPDATE outbox SET state = 'sent', error = NULL
               WHERE post = ? AND state IN ('queued', 'uncertain', 'failed')""",
            (post,),
        )

    # --- digests --------------------------------------------------------------------------------------------------

    def _burst(self, digest: int, now: int | None, changes: _Changes) -> set[int]:
        """Makes posts of the mails in a digest, as far as they are here; answers what is to be threaded again.

        Which post each is, is looked up anew: more may be known of it, or of a post that it seemed to be.
        """
        mails, complete = self._digests.mails_in(digest)
        latest = self._digests.latest(digest) if now is None else now
        lists = self._lists.of(digest)
        read = self._digests.were_read(digest)
        touched: set[int] = set()
        for nth, arrival in mails.items():
            before = self._digests.made_of(digest, nth, arrival.received)
            stored = self._store(arrival, lists, latest, changes, before)
            if stored.new and read:
                self._database.run("UPDATE post SET read = 1 WHERE id = ?", (stored.post,))
            if stored.changed:
                touched.add(stored.post)
            alone = stored.new or self._digests.is_alone(stored.post)
            self._digests.remember(digest, nth, stored.post, alone=alone)
        if self._digests.settle(digest, mails.keys(), complete=complete):
            changes.touch(digest)
            touched.add(digest)
        if mails and complete:
            self._contents.keep_words(digest, None)
            self._quoting.keep(digest, NO_WORDING)
        return touched

    # --- storing --------------------------------------------------------------------------------------------------

    def _store(
        self, arrival: Arrival, lists: Sequence[int], now: int, changes: _Changes, before: int | None = None
    ) -> _Stored:
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
            changed = self._complete(post, arrival, now, changes)
            changed |= self._take_told_id(post, arrival.header.message_id)
        changed |= self._name(post, arrival.header)
        put = [self._put_in_list(row, post) for row in lists]
        if any(put) and not changed:
            changes.touch(post)
            changed = True
        return _Stored(post, new, changed)

    # --- copies that wait for their text ---

    def _is_to_be_proven(self, post: int, arrival: Arrival) -> bool:
        """Whether only its text can tell that a mail is the one whose words a digest told."""
        if arrival.own_words is not None or arrival.in_digest or may_burst(arrival.header, arrival.received.parts):
            return False
        return self._digests.is_alone(post)

    def _put_aside(self, arrival: Arrival, lists: Sequence[int], now: int, changes: _Changes) -> _Stored:
        """Keeps a mail, neither listed nor known by its ids, until its text shows which post it is."""
        post = self._insert(arrival, now, changes)
        self._database.run("UPDATE post SET burst = 1 WHERE id = ?", (post,))
        for row in lists:
            self._put_in_list(row, post)
        return _Stored(post, new=False, changed=True)

    def _settle_copy(self, post: int, changes: _Changes) -> int:
        """The post that a mail is, now that its text is here: itself, unless these words are known of another one."""
        if not self._digests.is_put_aside(post):
            return self._unite_with_twin(post, changes)
        arrival = understand(self._contents.received(post))
        known = self._identity.known(arrival)
        if known is None or known == post:
            self._database.run("UPDATE post SET burst = 0 WHERE id = ?", (post,))
            self._name(post, arrival.header)
            return post
        (date,) = self._database.row("SELECT date FROM post WHERE id = ?", (post,)) or (0,)
        self._complete(known, arrival, date, changes)
        self._take_told_id(known, arrival.header.message_id)
        self._name(known, arrival.header)
        self._merge(known, post, changes)
        return known

    def _unite_with_twin(self, post: int, changes: _Changes) -> int:
        """The post that a mail is, of which only the size spoke for another one until its text came."""
        twin = self._identity.twin(post)
        if twin is None:
            return post
        kept, other = sorted((post, twin))
        self._merge(kept, other, changes)
        return kept

    def _exists(self, post: int) -> bool:
        return self._database.row("SELECT 1 FROM post WHERE id = ?", (post,)) is not None

    def _insert(self, arrival: Arrival, now: int, changes: _Changes) -> int:
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
        self._quoting.keep(post, arrival.wording)
        return post

    def _take_told_id(self, post: int, message_id: str) -> bool:
        """Puts the Message-ID that a mail has in place of one that was derived because a digest did not tell it."""
        if is_derived(message_id):
            return False
        statement = "UPDATE post SET message_id = ? WHERE id = ? AND message_id LIKE ?"
        return self._database.run(statement, (message_id, post, f"%{DERIVED}")) > 0

    def _name(self, post: int, header: Header) -> bool:
        names = {header.message_id, header.original_message_id, *own_place(header)} - {""}
        return sum(self._database.run("INSERT OR IGNORE INTO known_as VALUES (?, ?)", (n, post)) for n in names) > 0

    def _refer(self, post: int, referred: Sequence[str]) -> None:
        self._database.run_many(
            "INSERT INTO referred VALUES (?, ?, ?)", [(post, nth, told) for nth, told in enumerate(referred)]
        )

    def _complete(self, post: int, arrival: Arrival, now: int, changes: _Changes) -> bool:
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

    def _complete_from_digest(self, post: int, arrival: Arrival, now: int, changes: _Changes) -> bool:
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

    def _put_in_list(self, list_row: int, post: int) -> bool:
        return self._database.run("INSERT OR IGNORE INTO post_list VALUES (?, ?)", (list_row, post)) > 0


@dataclass(frozen=True, slots=True)
class _Stored:
    """What became of a mail: its post, whether that is new, and whether it is to be threaded again."""

    post: int
    new: bool
    changed: bool


class _Changes:
    """Hands out change numbers inside one transaction; the search index catches up by them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        found = database.row("SELECT value FROM meta WHERE key = 'change'")
        self._last = int(found[0]) if found else 0

    def next(self) -> int:
        """A number greater than all before it, those of posts that were taken back included."""
        self._last += 1
        self._database.run("UPDATE meta SET value = ? WHERE key = 'change'", (str(self._last),))
        return self._last

    def touch(self, post: int) -> None:
        self._database.run("UPDATE post SET change = ? WHERE id = ?", (self.next(), post))


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
