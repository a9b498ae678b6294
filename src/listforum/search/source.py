"""What search needs of the archive, which it is never given whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from listforum.model.forum import Document


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

    def text_of(self, posts: Sequence[int]) -> Mapping[int, str]:
        """The own words of posts, for phrases and snippets; empty where the text is not here."""
        ...

    def topics_of(self, posts: Sequence[int]) -> Mapping[int, int]:
        """The topics posts are in now."""
        ...

    def headings_of(self, posts: Sequence[int]) -> Mapping[int, Heading]:
        """Message-ID, subject, author and date of posts."""
        ...
