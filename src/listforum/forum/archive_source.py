"""The archive as search reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from listforum.archive.archive import Archive
from listforum.mail import safe
from listforum.model.forum import Document, PostRecord
from listforum.search.query import Mark


class ArchiveSource:
    """The archive as the index reads it; its texts are made safe, so that what is found is what is shown."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def generation(self) -> str:
        return self._archive.words.generation()

    def changed(self) -> int:
        return self._archive.words.changed()

    def documents(self, after: int, limit: int) -> Sequence[Document]:
        changed = self._archive.words.after(after, limit)
        return [replace(one, own_words=safe.body(one.own_words)) for one in changed]

    def text_of(self, posts: Sequence[int]) -> Mapping[int, str]:
        return {post: safe.body(text) for post, text in self._archive.words.own_words(posts).items()}

    def headings_of(self, posts: Sequence[int]) -> Mapping[int, PostRecord]:
        return self._archive.topics.records(posts)

    def files_of(self, posts: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        return {}

    def topics(self) -> Sequence[int]:
        known = self._archive.words.topics()
        return known

    def marked(self, mark: Mark) -> Collection[int]:
        return ()

    def older(self, upto: int, than: tuple[int, int] | None, limit: int) -> Sequence[Document]:
        raise NotImplementedError

    def count_older(self, upto: int, than: tuple[int, int] | None) -> int:
        raise NotImplementedError
