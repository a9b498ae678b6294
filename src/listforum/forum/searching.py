"""Searching the archive, offline."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from gettext import gettext as _
from typing import Final, Literal

from listforum.archive.archive import Archive
from listforum.errors import QueryError
from listforum.forum.archive_source import ArchiveSource
from listforum.forum.indexing import Indexing
from listforum.home import Home
from listforum.mail import safe
from listforum.mail.subject import display_subject
from listforum.model.forum import SearchAnswer, SearchHit
from listforum.search.answer import Wish, never
from listforum.search.index import NeedsRebuild, SearchIndex
from listforum.search.manifest import FILE
from listforum.search.parse import parse, parse_unfinished, with_known_lists
from listforum.search.query import InList, Query, list_term
from listforum.search.snippet import marks, place

MOST_COMPARED: Final = 200
"""The newest posts of a topic that stand for it when related ones are looked for."""


class Searching:
    """Keeps the index up with the archive, and asks it."""

    def __init__(self, archive: Archive, home: Home, indexing: Indexing | None = None) -> None:
        self._archive = archive
        self._home = home
        self._indexing = indexing or Indexing(archive, home)
        self._index = SearchIndex(home.index, ArchiveSource(archive))
        self._writable = home.writable() and not archive.read_only

    def search(
        self,
        text: str,
        list_name: str | None = None,
        *,
        sort: Literal["newest", "best"] = "newest",
        limit: int = 20,
        unit: Literal["topics", "posts"] = "topics",
        progress: Callable[[int, int], None] | None = None,
    ) -> SearchAnswer:
        """Answers a query (see `search.parse`). Raises QueryError, or UnknownItem for a `list_name` that is not here.

        In a query the case of a list's name does not count.

        Where `Indexing` is in charge it searches what is indexed, and the answer says how much is not.
        """
        began = time.perf_counter()
        query = self._understood(parse, text)
        if list_name is not None:
            self._archive.lists.id_of(list_name)
            query = replace(query, required=(*query.required, (InList(list_term(list_name)),)))
        wish = Wish(sort, limit, unit)
        answer = self._indexed(query, wish) if self._indexing.in_charge else self._whole(query, wish, progress)
        elapsed = (time.perf_counter() - began) * 1000
        answer = self._guessed(text, answer)
        return replace(answer, hits=tuple(self._shown(answer.hits)), milliseconds=round(elapsed, 1))

    def typed(
        self,
        text: str,
        *,
        sort: Literal["newest", "best"] = "newest",
        limit: int = 20,
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[SearchAnswer]:
        """Answers while somebody types, whose last word may go on: each answer knows more than the one before.

        Ends without a complete answer when it is cancelled, or not asked on. Raises QueryError.
        """
        query, wish = self._understood(parse_unfinished, text), Wish(sort, limit, "topics")
        for answer in self._answers(query, wish, cancelled):
            yield self._guessed(text, replace(answer, hits=tuple(self._shown(answer.hits))), cancelled)

    def topics(self, text: str, cancelled: Callable[[], bool] = never) -> array[int]:
        """Every topic that answers a query, the one with the newest answering post first; not all when cancelled.

        Raises QueryError.
        """
        query = self._understood(parse, text)
        try:
            return array("q", self._index.topics(query, cancelled))
        except NeedsRebuild:
            return array("q")

    def related(self, topic: int, limit: int = 20) -> array[int]:
        """The topics of all lists that share rare words with one, the most like first. Raises UnknownItem."""
        posts = [record.post for record in self._archive.topics.posts(topic)][-MOST_COMPARED:]
        try:
            return array("q", self._index.related(topic, posts, limit))
        except NeedsRebuild:
            return array("q")

    def _understood(self, understand: Callable[[str, date], Query], text: str) -> Query:
        return with_known_lists(understand(text, datetime.now(UTC).date()), self._archive.lists.names())

    def _guessed(self, text: str, answer: SearchAnswer, cancelled: Callable[[], bool] = never) -> SearchAnswer:
        """An answer that found nothing, with a query that would find something, where one is near."""
        if answer.total or not answer.complete:
            return answer
        try:
            meant = self._index.corrected(text, cancelled)
            found = bool(meant) and any(self._index.topics(self._understood(parse, meant), cancelled))
        except (NeedsRebuild, QueryError):
            return answer
        return replace(answer, meant=safe.line(meant)) if found else answer

    def highlights(self, text: str, query: str) -> tuple[tuple[int, int], ...]:
        """Where the words of a typed query stand in a text, as characters, half-open. Raises QueryError."""
        return marks(text, parse_unfinished(query, datetime.now(UTC).date()))

    def place(self, text: str, query: str) -> int:
        """Where a text shows best why a typed query found it, as a character; 0 where it does not.

        Raises QueryError.
        """
        return place(text, parse_unfinished(query, datetime.now(UTC).date()))

    def _whole(self, query: Query, wish: Wish, progress: Callable[[int, int], None] | None) -> SearchAnswer:
        if self._writable:
            self.catch_up(progress)
        try:
            return self._index.search(query, sort=wish.sort, limit=wish.limit, unit=wish.unit)
        except NeedsRebuild:
            return self._index.scan(query, sort=wish.sort, limit=wish.limit, unit=wish.unit)

    def _indexed(self, query: Query, wish: Wish) -> SearchAnswer:
        *_before, answer = self._answers(query, wish, never)
        return answer

    def _answers(self, query: Query, wish: Wish, cancelled: Callable[[], bool]) -> Iterator[SearchAnswer]:
        """What the index answers; where there is none, what reading every post does, or that all is to be indexed."""
        try:
            yield from self._index.answers(query, wish, cancelled)
        except NeedsRebuild:
            if self._indexing.in_charge:
                yield SearchAnswer(0, (), 0.0, self._indexing.behind(), problems=query.problems)
            else:
                yield self._index.scan(query, sort=wish.sort, limit=wish.limit, unit=wish.unit)

    def _shown(self, hits: Sequence[SearchHit]) -> Iterator[SearchHit]:
        tags = self._archive.lists.tags()
        lists = self._archive.topics.lists_of_each([hit.post for hit in hits])
        for hit in hits:
            yield replace(
                hit,
                lists=tuple(map(safe.line, lists.get(hit.post, ()))),
                message_id=safe.line(hit.message_id),
                subject=safe.line(display_subject(hit.subject, tags)) or _("(no subject)"),
                author=safe.line(hit.author) or _("(unknown)"),
            )

    def catch_up(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Indexes what changed since the last time; answers how many posts."""
        return self._index.catch_up(progress)

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Makes the index anew from the archive."""
        return self._index.rebuild(progress)

    def exists(self) -> bool:
        """Whether there is an index; the first search makes one."""
        return (self._home.index / FILE).exists()

    def problems(self) -> Sequence[str]:
        """What is wrong with the index, in words."""
        return self._index.check()
