"""The archive as search reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from listforum.archive.archive import Archive
from listforum.mail.subject import display_subject
from listforum.model.forum import Document, PostRecord
from listforum.search.query import Mark


class ArchiveSource:
    """What `search.source.Source` asks for, out of an archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def generation(self) -> str:
        return self._archive.words.generation()

    def changed(self) -> int:
        return self._archive.words.changed()

    def documents(self, after: int, limit: int) -> Sequence[Document]:
        return self._without_tags(self._archive.words.after(after, limit))

    def count_changed(self, after: int) -> int:
        return self._archive.words.changed_after(after)

    def older(self, upto: int, than: tuple[int, int] | None, limit: int) -> Sequence[Document]:
        return self._without_tags(self._archive.words.older(upto, than, limit))

    def count_older(self, upto: int, than: tuple[int, int] | None) -> int:
        return self._archive.words.count_older(upto, than)

    def text_of(self, posts: Sequence[int]) -> Mapping[int, str]:
        return self._archive.words.own_words(posts)

    def files_of(self, posts: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        return self._archive.words.files(posts)

    def topics(self) -> Sequence[int]:
        return self._archive.topic_numbers.all()

    def marked(self, mark: Mark) -> Collection[int]:
        return self._archive.marked.posts(mark)

    def headings_of(self, posts: Sequence[int]) -> Mapping[int, PostRecord]:
        tags = self._archive.lists.tags()
        records = self._archive.topics.records(posts)
        return {post: replace(one, subject=_without(tags, one.subject)) for post, one in records.items()}

    def _without_tags(self, documents: Sequence[Document]) -> Sequence[Document]:
        tags = self._archive.lists.tags()
        return [replace(one, subject=_without(tags, one.subject)) for one in documents] if tags else documents


def _without(tags: Collection[str], subject: str) -> str:
    """A subject without the tag that a list puts into all of them, which would be found in every one."""
    return display_subject(subject, tags) if tags and "[" in subject else subject
