"""An archive in memory, as search sees archives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from listforum.model.forum import Document
from listforum.search.query import Mark


@dataclass(frozen=True, slots=True)
class KeptHeading:
    message_id: str
    subject: str
    author: str
    address: str | None
    date: int


class MemoryArchive:
    """Posts that can be added, changed and moved to other topics."""

    def __init__(self, documents: Iterable[Document] = (), generation: str = "first") -> None:
        self.generation_name = generation
        self.change = 0
        self.marks: dict[Mark, frozenset[int]] = {}
        self.by_post: dict[int, Document] = {}
        for document in documents:
            self.put(document)

    def put(self, document: Document) -> None:
        """Add a post, or replace it; it gets the next change number."""
        self.change += 1
        self.by_post[document.post] = replace(document, change=self.change)

    def move(self, post: int, topic: int) -> None:
        """Put a post into another topic, which changes no words."""
        self.by_post[post] = replace(self.by_post[post], topic=topic)

    def generation(self) -> str:
        return self.generation_name

    def changed(self) -> int:
        return self.change

    def documents(self, after: int, limit: int) -> Sequence[Document]:
        newer = sorted((each for each in self.by_post.values() if each.change > after), key=lambda each: each.change)
        return newer[:limit]

    def text_of(self, posts: Sequence[int]) -> Mapping[int, str]:
        return {post: self.by_post[post].own_words for post in posts if post in self.by_post}

    def files_of(self, posts: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        return {post: self.by_post[post].files for post in posts if post in self.by_post}

    def count_changed(self, after: int) -> int:
        return sum(1 for each in self.by_post.values() if each.change > after)

    def older(self, upto: int, than: tuple[int, int] | None, limit: int) -> Sequence[Document]:
        return self._older(upto, than)[:limit]

    def count_older(self, upto: int, than: tuple[int, int] | None) -> int:
        return len(self._older(upto, than))

    def _older(self, upto: int, than: tuple[int, int] | None) -> list[Document]:
        found = [each for each in self.by_post.values() if each.change <= upto]
        found.sort(key=lambda each: (each.date, each.post), reverse=True)
        return [each for each in found if than is None or (each.date, each.post) < than]

    def topics(self) -> Sequence[int]:
        known = [0] * (max(self.by_post, default=0) + 1)
        for post, each in self.by_post.items():
            known[post] = each.topic
        return known

    def marked(self, mark: Mark) -> Collection[int]:
        return self.marks.get(mark, frozenset())

    def headings_of(self, posts: Sequence[int]) -> Mapping[int, KeptHeading]:
        return {post: heading(self.by_post[post]) for post in posts if post in self.by_post}


def heading(document: Document) -> KeptHeading:
    return KeptHeading(
        f"{document.post}@example.org", document.subject, document.author, document.address or None, document.date
    )


def document(
    post: int,
    own_words: str = "",
    *,
    subject: str = "",
    author: str = "",
    address: str = "",
    topic: int | None = None,
    lists: tuple[str, ...] = ("garden",),
    date: int | None = None,
    files: tuple[str, ...] = (),
    has: tuple[str, ...] = (),
) -> Document:
    """A post; without more, in a topic of its own, each a day younger than the one before."""
    return Document(
        post=post,
        change=0,
        topic=post if topic is None else topic,
        lists=lists,
        subject=subject,
        author=author,
        address=address,
        date=1_700_000_000 + post * 86_400 if date is None else date,
        own_words=own_words,
        files=files,
        has=has,
    )
