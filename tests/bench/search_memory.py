"""An archive in memory that answers at once, so that the search room alone is measured. Posts come and never change."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from listforum.model.forum import Document
from listforum.search.query import Mark


@dataclass(frozen=True, slots=True)
class KeptHeading:
    """What a hit says of its post."""

    message_id: str
    subject: str
    author: str
    address: str | None
    date: int


class QuickArchive:
    """Posts as search asks for them."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._in_order: list[Document] = []
        self.by_post: dict[int, Document] = {}
        for document in documents:
            self.put(document)

    def put(self, document: Document) -> None:
        """Adds a post; it gets the next change number."""
        kept = replace(document, change=len(self._in_order) + 1)
        self._in_order.append(kept)
        self.by_post[kept.post] = kept
        for outdated in ("_newest", "_topics"):
            self.__dict__.pop(outdated, None)

    def generation(self) -> str:
        return "only"

    def changed(self) -> int:
        return len(self._in_order)

    def count_changed(self, after: int) -> int:
        return len(self._in_order) - after

    def documents(self, after: int, limit: int) -> Sequence[Document]:
        return self._in_order[after : after + limit]

    def older(self, upto: int, than: tuple[int, int] | None, limit: int) -> Sequence[Document]:
        begin = self._begin(than)
        some = self._newest[1][begin : begin + limit]
        return [document for document in some if document.change <= upto]

    def count_older(self, upto: int, than: tuple[int, int] | None) -> int:
        return sum(document.change <= upto for document in self._newest[1][self._begin(than) :])

    def text_of(self, posts: Sequence[int]) -> Mapping[int, str]:
        return {post: self.by_post[post].own_words for post in posts if post in self.by_post}

    def files_of(self, posts: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        return {post: self.by_post[post].files for post in posts if post in self.by_post}

    def topics(self) -> Sequence[int]:
        return self._topics

    def marked(self, mark: Mark) -> Collection[int]:
        return ()

    def headings_of(self, posts: Sequence[int]) -> Mapping[int, KeptHeading]:
        return {post: _heading(self.by_post[post]) for post in posts if post in self.by_post}

    def _begin(self, than: tuple[int, int] | None) -> int:
        return 0 if than is None else bisect_right(self._newest[0], (-than[0], -than[1]))

    @cached_property
    def _newest(self) -> tuple[list[tuple[int, int]], list[Document]]:
        """The posts, newest first, and before them their places in that order."""
        newest = sorted(self._in_order, key=lambda each: (-each.date, -each.post))
        return [(-each.date, -each.post) for each in newest], newest

    @cached_property
    def _topics(self) -> array[int]:
        known = array("q", bytes(8 * (max(self.by_post, default=0) + 1)))
        for post, each in self.by_post.items():
            known[post] = each.topic
        return known


def _heading(document: Document) -> KeptHeading:
    return KeptHeading(
        f"{document.post}@example.org", document.subject, document.author, document.address or None, document.date
    )
