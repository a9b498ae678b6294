"""Posts: which mail is which post, and what is kept of each.

A post is the same when Message-ID, Date, base subject and author agree and, once both texts are known, the author's own
words; anything else is another post, so nobody can hide or replace somebody else's. Nothing a server says deletes one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listforum.archive.arrival import NO_WORDING, Arrival
from listforum.archive.changes import Changes
from listforum.archive.contents import Contents
from listforum.archive.database import Database
from listforum.archive.digests import Digests
from listforum.archive.identity import Identity
from listforum.archive.lists import Lists
from listforum.archive.quoting import Quoting
from listforum.archive.storing import Storing
from listforum.archive.threads import Threads
from listforum.archive.twins import Twins
from listforum.mail.bursting import may_burst
from listforum.model.mail import Piece
from listforum.model.server import Place


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
        identity = Identity(database, contents, self._digests)
        self._storing = Storing(database, contents, quoting, self._digests, identity)
        self._twins = Twins(database, contents, threads, self._storing, identity)

    def add(self, list_name: str, arrivals: Sequence[Arrival], now: int) -> Added:
        """Stores a batch of one list in one transaction, threads it, and learns about the list from it."""
        with self._database.transaction():
            list_row = self._lists.ensure(list_name)
            changes = Changes(self._database)
            posts: list[int] = []
            new: set[int] = set()
            rethread: set[int] = set()
            for arrival in arrivals:
                stored = self._storing.store(arrival, [list_row], now, changes)
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
                elif stored.changed and not stored.new:
                    for digest in self._digests.digests_of(post):  # its words may be others than those told there
                        rethread |= self._burst(digest, None, changes)
            self._threads.rethread(rethread)
            self._lists.learn(list_row, [(min(a.header.date or 0, now), a.header) for a in arrivals])
            return Added(tuple(posts), frozenset(new))

    def add_own(self, list_name: str, arrival: Arrival, now: int) -> int:
        """Stores a post the person has written, read, before any server has seen it."""
        with self._database.transaction():
            added = self.add(list_name, [arrival], now)
            self._database.run("UPDATE post SET read = 1 WHERE id = ?", (added.posts[0],))
            self._threads.rows.refresh_of(added.posts)
            return added.posts[0]

    def add_texts(self, texts: Iterable[tuple[int, Sequence[Piece]]]) -> None:
        """Adds fetched text, by post, and everything that follows from it: its state, its words. See `add_parts`."""
        with self._database.transaction():
            changes = Changes(self._database)
            worded: set[int] = set()
            digests: set[int] = set()
            for post, pieces in texts:
                self._contents.add_parts(post, pieces)
                wording = self._contents.settle_words(post)
                if wording is not None:
                    self._quoting.keep(post, wording)
                    changes.touch(post)
                    settled = self._twins.settle(post, changes)
                    worded.add(settled)
                    digests.update(self._digests.concerned(settled))
            worded = {post for post in worded if self._exists(post)}
            for digest in sorted(digests):
                worded |= self._burst(digest, None, changes)
            self._threads.rethread(worded)

    def reread(self, post: int, arrival: Arrival, now: int) -> None:
        """Takes today's understanding of a kept mail in place of the one it was stored with."""
        self._storing.reread(post, arrival, now)

    def burst_anew(self, digests: Iterable[int], now: int) -> None:
        """Makes posts of the mails in these digests by today's rules, and no others; does not thread them."""
        with self._database.transaction():
            changes = Changes(self._database)
            before = self._digests.alone()
            bursting = set(digests)
            for digest in sorted(bursting | self._digests.all()):
                self._burst(digest, now, changes)
            for post in before - self._digests.members():
                self._threads.forget(post)

    def merge(self, kept: int, other: int) -> None:
        """Makes two posts that turned out to be one mail one post: everything known of `other` goes to `kept`."""
        with self._database.transaction():
            self._twins.merge(kept, other, Changes(self._database))
            self._threads.rethread([kept])

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

    def _burst(self, digest: int, now: int | None, changes: Changes) -> set[int]:
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
            stored = self._storing.store(arrival, lists, latest, changes, before)
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

    def _exists(self, post: int) -> bool:
        return self._database.row("SELECT 1 FROM post WHERE id = ?", (post,)) is not None
