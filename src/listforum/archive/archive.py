"""The archive: one SQLite file, and a small class for each thing kept in it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from listforum.archive.arrival import understand
from listforum.archive.contents import Contents
from listforum.archive.cursors import Cursors
from listforum.archive.database import Database
from listforum.archive.ledger import Ledger
from listforum.archive.lists import Lists
from listforum.archive.marks import Marks
from listforum.archive.outbox import Outbox
from listforum.archive.posts import Posts
from listforum.archive.threads import Threads
from listforum.archive.topics import Topics
from listforum.archive.words import Words


class Archive:
    """Everything that cannot be fetched again for free. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self.lists = Lists(self._database)
        self.contents = Contents(self._database)
        self.threads = Threads(self._database)
        self.posts = Posts(self._database, self.lists, self.contents, self.threads)
        self.topics = Topics(self._database)
        self.marks = Marks(self._database, self.threads)
        self.outbox = Outbox(self._database)
        self.cursors = Cursors(self._database)
        self.ledger = Ledger(self._database)
        self.words = Words(self._database, self.contents)

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
        with self._database.transaction():
            posts = [post for (post,) in self._database.rows("SELECT id FROM post ORDER BY id")]
            for done, post in enumerate(posts):
                self.posts.reread(post, understand(self.contents.received(post)), now)
                progress(done + 1, len(posts))
            self.threads.rebuild()
            self._database.run("UPDATE meta SET value = ? WHERE key = 'generation'", (secrets.token_hex(8),))
            topics = self._database.row("SELECT count(*) FROM topic")
            return len(posts), int(topics[0]) if topics else 0
