"""Posts that turn out to be one mail."""

from __future__ import annotations

from listforum.archive.arrival import understand
from listforum.archive.changes import Changes
from listforum.archive.contents import Contents
from listforum.archive.database import Database
from listforum.archive.digests import Digests
from listforum.archive.identity import Identity
from listforum.archive.storing import Storing
from listforum.archive.threads import Threads


class Twins:
    """Makes one post of two when their texts agree."""

    def __init__(
        self, database: Database, contents: Contents, threads: Threads, storing: Storing, identity: Identity
    ) -> None:
        self._database = database
        self._contents = contents
        self._threads = threads
        self._storing = storing
        self._digests = Digests(database, contents)
        self._identity = identity

    def settle(self, post: int, changes: Changes) -> int:
        """The post that a mail is, now that its text is here: itself, unless these words are known of another one."""
        if not self._digests.is_put_aside(post):
            return self._unite_with_twin(post, changes)
        arrival = understand(self._contents.received(post))
        known = self._identity.known(arrival)
        if known is None or known == post:
            self._database.run("UPDATE post SET burst = 0 WHERE id = ?", (post,))
            self._storing.name(post, arrival.header)
            return post
        (date,) = self._database.row("SELECT date FROM post WHERE id = ?", (post,)) or (0,)
        self._storing.complete(known, arrival, date, changes)
        self._storing.take_told_id(known, arrival.header.message_id)
        self._storing.name(known, arrival.header)
        self.merge(known, post, changes)
        return known

    def _unite_with_twin(self, post: int, changes: Changes) -> int:
        """The post that a mail is, of which only the size spoke for another one until its text came."""
        twin = self._identity.twin(post)
        if twin is None:
            return post
        kept, other = sorted((post, twin))
        self.merge(kept, other, changes)
        return kept

    def merge(self, kept: int, other: int, changes: Changes) -> None:
        """Gives everything known of `other` to `kept`, and forgets it; `kept` is to be threaded again."""
        for table in ("place", "post_list", "known_as", "mark", "verdict", "member"):
            self._database.run(f"UPDATE OR IGNORE {table} SET post = ? WHERE post = ?", (kept, other))  # noqa: S608
        self._database.run("UPDATE verdict SET parent = ? WHERE parent = ? AND post <> ?", (kept, other, kept))
        for table, column in (("outbox", "post"), ("outbox", "answered"), ("draft", "post")):
            self._database.run(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (kept, other))  # noqa: S608
        self._digests.came_singly(kept)
        changes.touch(kept)
        self._threads.forget(other)
