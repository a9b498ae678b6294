"""The archive: one SQLite file, and a small class for each thing kept in it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Self

from listforum.archive.database import Database, new_generation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from listforum.archive.aside import Aside
    from listforum.archive.contents import Contents
    from listforum.archive.cursors import Cursors
    from listforum.archive.digests import Digests
    from listforum.archive.drafts import Drafts
    from listforum.archive.ledger import Ledger
    from listforum.archive.lists import Lists
    from listforum.archive.marked import Marked
    from listforum.archive.marks import Marks
    from listforum.archive.memory import Memory
    from listforum.archive.outbox import Outbox
    from listforum.archive.places import Places
    from listforum.archive.posts import Posts
    from listforum.archive.quoting import Quoting
    from listforum.archive.searches import Searches
    from listforum.archive.threads import Threads
    from listforum.archive.topic_numbers import TopicNumbers
    from listforum.archive.topic_rows import TopicRows
    from listforum.archive.topics import Topics
    from listforum.archive.waiting import Waiting
    from listforum.archive.words import Words


class Archive:
    """Everything that cannot be fetched again for free. Safe to use from several threads.

    Each thing kept in it is loaded when it is first used: who lists topics does not wait for the reader of mails.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)

    @cached_property
    def lists(self) -> Lists:
        from listforum.archive.lists import Lists

        return Lists(self._database)

    @cached_property
    def contents(self) -> Contents:
        from listforum.archive.contents import Contents

        return Contents(self._database)

    @cached_property
    def threads(self) -> Threads:
        from listforum.archive.threads import Threads

        return Threads(self._database, self.quoting, self.topic_rows)

    @cached_property
    def topic_rows(self) -> TopicRows:
        from listforum.archive.topic_rows import TopicRows

        return TopicRows(self._database)

    @cached_property
    def quoting(self) -> Quoting:
        from listforum.archive.quoting import Quoting

        return Quoting(self._database)

    @cached_property
    def digests(self) -> Digests:
        from listforum.archive.digests import Digests

        return Digests(self._database, self.contents)

    @cached_property
    def posts(self) -> Posts:
        from listforum.archive.posts import Posts

        return Posts(self._database, self.lists, self.contents, self.threads, self.quoting)

    @cached_property
    def places(self) -> Places:
        from listforum.archive.places import Places

        return Places(self._database)

    @cached_property
    def waiting(self) -> Waiting:
        from listforum.archive.waiting import Waiting

        return Waiting(self._database)

    @cached_property
    def aside(self) -> Aside:
        from listforum.archive.aside import Aside

        return Aside(self._database)

    @cached_property
    def topics(self) -> Topics:
        from listforum.archive.topics import Topics

        return Topics(self._database)

    @cached_property
    def marks(self) -> Marks:
        from listforum.archive.marks import Marks

        return Marks(self._database, self.topic_rows)

    @cached_property
    def outbox(self) -> Outbox:
        from listforum.archive.outbox import Outbox

        return Outbox(self._database)

    @cached_property
    def drafts(self) -> Drafts:
        from listforum.archive.drafts import Drafts

        return Drafts(self._database)

    @cached_property
    def memory(self) -> Memory:
        from listforum.archive.memory import Memory

        return Memory(self._database)

    @cached_property
    def cursors(self) -> Cursors:
        from listforum.archive.cursors import Cursors

        return Cursors(self._database)

    @cached_property
    def ledger(self) -> Ledger:
        from listforum.archive.ledger import Ledger

        return Ledger(self._database)

    @cached_property
    def words(self) -> Words:
        from listforum.archive.words import Words

        return Words(self._database, self.contents)

    @cached_property
    def topic_numbers(self) -> TopicNumbers:
        from listforum.archive.topic_numbers import TopicNumbers

        return TopicNumbers(self._database)

    @cached_property
    def marked(self) -> Marked:
        from listforum.archive.marked import Marked

        return Marked(self._database)

    @cached_property
    def searches(self) -> Searches:
        from listforum.archive.searches import Searches

        return Searches(self._database)

    @property
    def read_only(self) -> bool:
        """Whether the file could be opened for reading only."""
        return self._database.read_only

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done inside is kept together, or not at all."""
        with self._database.transaction():
            yield

    def problems(self) -> list[str]:
        """What is wrong with the file, in words; empty when all is well."""
        return self._database.problems()

    def rebuild(self, now: int, progress: Callable[[int, int], None]) -> tuple[int, int]:
        """Reads every kept mail anew by today's rules, and threads them; answers (posts, topics)."""
        from listforum.archive.arrival import understand
        from listforum.mail.bursting import may_burst

        with self._database.transaction():
            posts = [post for (post,) in self._database.rows("SELECT id FROM post ORDER BY id")]
            digests: list[int] = []
            for done, post in enumerate(posts):
                arrival = understand(self.contents.received(post))
                self.posts.reread(post, arrival, now)
                if may_burst(arrival.header, arrival.received.parts):
                    digests.append(post)
                progress(done + 1, len(posts))
            self.posts.burst_anew(digests, now)
            self.threads.rebuild()
            self._database.run("UPDATE meta SET value = ? WHERE key = 'generation'", (new_generation(),))
            self._database.run("DELETE FROM gone")
            found = self._database.row("SELECT count(*), (SELECT count(*) FROM topic) FROM post WHERE NOT burst")
            return (found[0], found[1]) if found else (0, 0)
