"""listforum's side of the benchmark of search: the one place that knows how search is called.

"archive" is the real thing: mails imported into a home, indexed from its database. "memory" is the search room alone:
the same posts, texts and topics in memory.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, Literal

from search_memory import QuickArchive

from listforum.archive.archive import Archive
from listforum.config import Config
from listforum.errors import ConfigError
from listforum.forum import Forum
from listforum.forum.archive_source import ArchiveSource
from listforum.forum.readers import read_batch
from listforum.home import Home
from listforum.model.forum import Document
from listforum.search import writer
from listforum.search.answer import Wish
from listforum.search.index import SearchIndex
from listforum.search.parse import parse
from listforum.search.scan import every_document
from listforum.search.source import Source

LIST: Final = "bench"
TODAY: Final = date(2026, 1, 1)
DOCUMENTS: Final = "documents"
MORE: Final = "more"
NEW: Final = 50
"""Posts that come at once."""

Sort = Literal["newest", "best"]
Unit = Literal["topics", "posts"]


class Ours:
    """An index, kept up and searched."""

    def __init__(self, directory: Path, source: Source) -> None:
        self._directory = directory
        self._index = SearchIndex(directory, source)

    def index(self) -> int:
        """Brings the index up; answers how many posts were written."""
        return self._index.catch_up()

    def search(self, typed: str, sort: Sort, limit: int, unit: Unit) -> tuple[int, list[int]]:
        """The exact number of hits, and the posts of the first of them."""
        answer = self._index.search(parse(typed, TODAY), sort=sort, limit=limit, unit=unit)
        return answer.total, [hit.post for hit in answer.hits]

    def first(self, typed: str, limit: int) -> int:
        """How many hits the first answer shows, be it complete or not."""
        answers = self._index.answers(parse(typed, TODAY), Wish("newest", limit, "topics"), lambda: False)
        return len(next(answers).hits)

    def merge(self) -> int:
        """Makes one segment of all, as if they were due; answers how many there were."""
        segments = 0

        def all_of_them(found: Sequence[object]) -> Sequence[object]:
            nonlocal segments
            segments = max(segments, len(found))
            return found if len(found) > 1 else ()

        due, writer.due = writer.due, all_of_them  # type: ignore[assignment]
        try:
            self._index.catch_up()
        finally:
            writer.due = due
        return segments


class InArchive(Ours):
    """Posts of a home."""

    def __init__(self, directory: Path) -> None:
        self._more: list[bytes] = pickle.loads((directory / MORE).read_bytes())
        home = Home(directory / "home")
        self._archive = Archive(home.database)
        super().__init__(home.index, ArchiveSource(self._archive))

    def add(self, nth: int) -> None:
        """Lets some posts more come into the archive, which are not indexed yet."""
        some = self._more[nth * NEW : (nth + 1) * NEW]
        self._archive.posts.add(LIST, read_batch(some), 0)


class InMemory(Ours):
    """Posts in memory."""

    def __init__(self, directory: Path) -> None:
        self._source = QuickArchive(documents_of(directory))
        super().__init__(directory / "index-memory", self._source)

    def add(self, nth: int) -> None:
        """Lets some posts more come, which are copies of others."""
        newest = max(self._source.by_post)
        for number in range(NEW):
            pattern = self._source.by_post[newest - nth * NEW - number]
            self._source.put(replace(pattern, post=newest + number + 1, date=pattern.date + 1))


def imported(mails: Path, more: Sequence[bytes], directory: Path) -> list[Document]:
    """Imports a directory of mails into a home, as `listforum import` does; answers its posts, and keeps them."""
    home = Home(directory / "home")
    home.prepare()
    with Forum(home, _no_config) as forum:
        forum.upkeep.import_files(mails, LIST, lambda done, total: None)
        documents = list(every_document(ArchiveSource(forum.archive)))
    (directory / DOCUMENTS).write_bytes(pickle.dumps(documents))
    (directory / MORE).write_bytes(pickle.dumps(list(more)))
    return documents


def documents_of(directory: Path) -> list[Document]:
    """The posts of the home in a directory, as they are indexed."""
    documents: list[Document] = pickle.loads((directory / DOCUMENTS).read_bytes())
    return documents


def _no_config() -> Config:
    raise ConfigError("there is none")
