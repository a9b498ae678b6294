"""What search needs of the archive, which it is never given whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from listforum.model.forum import Document
from listforum.search.query import Mark


class Heading(Protocol):
    """What a hit says of its post besides the snippet. `model.PostRecord` is one."""

    @property
    def message_id(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def address(self) -> str | None: ...
    @property
    def date(self) -> int: ...


class Source(Protocol):
    """The archive as search sees it. Subject, author and address are the same in a document and in a heading.

    Posts that are asked for and are not there are left out of an answer. Sequences of posts may be long (tens of
    thousands), in no order, and hold no post twice.
    """

    def generation(self) -> str:
        """A name that changes when the archive was rebuilt or replaced: then everything is indexed anew."""
        ...

    def changed(self) -> int:
        """The newest change number, 0 in an empty archive; never an older one than was returned before."""
        ...

    def documents(self, after: int, limit: int) -> Sequence[Document]:
        """At most `limit` posts whose change number is greater than `after`, in the order of their change numbers."""
        ...

    def count_changed(self, after: int) -> int:
        """How many posts `documents` would give without a limit."""
        ...

    def older(self, upto: int, than: tuple[int, int] | None, limit: int) -> Sequence[Document]:
        """At most `limit` posts whose change number is not greater than `upto`, newest first.

        Only such as come after `than` in that order, which is the date and the number of a post; None for the start.
        """
        ...

    def count_older(self, upto: int, than: tuple[int, int] | None) -> int:
        """How many posts `older` would give without a limit."""
        ...

    def text_of(self, posts: Sequence[int]) -> Mapping[int, str]:
        """The own words of posts, for phrases and snippets; empty where the text is not here."""
        ...

    def files_of(self, posts: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """The names of the attachments of posts, of those that have any."""
        ...

    def topics(self) -> Sequence[int]:
        """The topic each post is in now, by the post's number; 0 for numbers of no post.

        It is asked for at every search, and reaches to the newest post of that moment. What was given is not changed.
        """
        ...

    def marked(self, mark: Mark) -> Collection[int]:
        """The posts that have a mark, or whose topic has it."""
        ...

    def headings_of(self, posts: Sequence[int]) -> Mapping[int, Heading]:
        """Message-ID, subject, author and date of posts."""
        ...
