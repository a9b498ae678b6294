"""A mail: as it came, and as it is understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Heading:
    """What a mail in a mail tells of itself, decoded: its writers, when it was written, in its own words, its subject.

    Each is one line, "" where it is not told. `in_digest` tells one of many in a digest from a forwarded mail. The ids
    are as received, with their brackets.
    """

    from_: str
    date: str
    subject: str
    in_digest: bool = False
    message_id: str = ""
    in_reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a mail's MIME tree (RFC 2045), as described by its own header or by BODYSTRUCTURE.

    `content` is as received, still in `encoding` unless `decoded` says that the server undid it (RFC 3516); None when
    it was not fetched, or is not needed for reading. It may be the beginning only. `size` counts encoded bytes, as told
    before any of them came; `ended` says that the server has no more than what is here, whatever it told. `kept` is how
    many bytes the archive has of it, where that is not what `content` holds. `alternative` is the section of the
    nearest multipart/alternative around it ("" when that is the whole mail's body; None when there is none): of several
    such parts one is shown.

    A mail in the mail (message/rfc822) that is no attachment is no leaf: it has a `heading` and no size, its content
    are its header fields where these are here, and its leaves stand after it, numbered below its section.
    """

    section: str
    type: str
    size: int
    charset: str = ""
    encoding: str = "7bit"
    name: str | None = None
    attached: bool = False
    flowed: bool = False
    delsp: bool = False
    alternative: str | None = None
    content: bytes | None = None
    decoded: bool = False
    ended: bool = False
    kept: int | None = None
    heading: Heading | None = None

    @property
    def here(self) -> int | None:
        """How many bytes of it are here, as they were fetched: decoded or not; None when it was not fetched."""
        if self.kept is not None:
            return self.kept
        return None if self.content is None else len(self.content)

    @property
    def complete(self) -> bool:
        return self.here is not None and (self.ended or self.here >= self.size)

    @property
    def encoding_left(self) -> str:
        """The content-transfer-encoding that is still to be undone."""
        return "binary" if self.decoded else self.encoding


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a part from an offset on, in a part that is `decoded` counted after the server undid its encoding."""

    section: str
    offset: int
    content: bytes
    decoded: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it came: its header fields, its parts, and all its bytes when those are here.

    `arrived` is the server's INTERNALDATE; None for an imported mail, whose arrival nobody witnessed.
    """

    header: bytes
    parts: tuple[Part, ...]
    raw: bytes | None = None
    arrived: int | None = None


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name and an addr-spec (RFC 5322, 3.4); either may be empty, and neither is proven."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Author:
    """The person who wrote a post, as far as the headers tell.

    `address` is None when no header proves one: an ambiguous From, or a list that hides its writers. `evidence` names
    the header field the address stands in; with "list" the name is the list's own, and nobody is told to have written.
    """

    name: str
    address: str | None
    evidence: Literal["from", "reply-to", "x-original-from", "cc", "list", "none"]


@dataclass(frozen=True, slots=True)
class Header:
    """The header fields of a mail, decoded (RFC 5322, 2047, 2919, 2369).

    `references` and `in_reply_to` hold valid ids only, oldest first, without repeats; `date` is the Date field, None
    when absent or unreadable, and is not trusted further than that. `list_post` holds the addr-specs of the mailto URIs
    of List-Post; `read_only` is its `NO`. `thread_index` is the field as it came, not checked.
    """

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: int | None
    subject: str
    author: Author
    from_: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    list_id: str
    list_post: tuple[str, ...]
    read_only: bool
    original_message_id: str
    defects: tuple[str, ...] = ()
    thread_index: str = ""


BlockKind = Literal["own", "patch", "code", "attribution", "quote", "forwarded", "signature", "footer"]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines of one kind; `depth` counts the quote levels, 0 for what is not quoted.

    The kinds "patch" and "code" are the author's own too, but no prose.
    """

    kind: BlockKind
    text: str
    depth: int = 0
