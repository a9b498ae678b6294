"""The nouns of the domain.

Times are whole seconds since 1970 UTC; sizes are bytes as the server counts them. Message-IDs stand without angle
brackets. Text is decoded but not made safe for a terminal: that is `mail.safe`'s work, at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

State = Literal["header", "text", "whole"]
"""What of a post is here: its header fields, its readable text too, or every byte of it."""

OutboxState = Literal["draft", "queued", "sending", "uncertain", "sent", "on the list", "failed"]

Purpose = Literal["connect", "headers", "text", "attachment", "send"]
"""What bytes on the wire were paid for."""

View = Literal["all", "unread", "unanswered", "followed", "unmuted", "readable"]
"""Which topics: `readable` ones have an unread post whose text is here."""

Reason = Literal["in-reply-to", "references", "person"]
"""Why a post has its parent: a header of its own, or the word of the person reading."""


# --- a mail, as it came -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a mail's MIME tree (RFC 2045), as described by its own header or by BODYSTRUCTURE.

    `content` is as received, still in `encoding`; None when it was not fetched. It may be shorter than `size`: then
    it is the beginning. `size` counts encoded bytes. `alternative` is the section of the nearest multipart/alternative
    around it ("" when that is the whole mail's body; None when there is none): of several such parts one is shown.
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

    @property
    def complete(self) -> bool:
        return self.content is not None and len(self.content) >= self.size


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it came: its header fields, its parts, and all its bytes when those are here.

    `arrived` is the server's INTERNALDATE; None for an imported mail, whose arrival nobody witnessed.
    """

    header: bytes
    parts: tuple[Part, ...]
    raw: bytes | None = None
    arrived: int | None = None


# --- a mail, understood -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name and an addr-spec (RFC 5322, 3.4); either may be empty, and neither is proven."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Author:
    """The person who wrote a post, as far as the headers tell.

    `address` is None when no header proves one: an ambiguous From, or a list that hides its writers. `evidence` names
    the header field the address stands in.
    """

    name: str
    address: str | None
    evidence: Literal["from", "reply-to", "x-original-from", "none"]


@dataclass(frozen=True, slots=True)
class Header:
    """The header fields of a mail, decoded (RFC 5322, 2047, 2919, 2369).

    `references` and `in_reply_to` hold valid ids only, oldest first, without repeats; `date` is the Date field, None
    when absent or unreadable, and is not trusted further than that. `list_post` holds the addr-specs of the mailto URIs
    of List-Post; `read_only` is its `NO`.
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


BlockKind = Literal["own", "attribution", "quote", "forwarded", "signature", "footer"]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines of one kind; `depth` counts the quote levels, 0 for what is not quoted."""

    kind: BlockKind
    text: str
    depth: int = 0


# --- a forum ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """What threading needs to know of a post.

    `ids` are all Message-IDs it is known by, `referred` the ids it points at, nearest first: In-Reply-To, then
    References from the newest to the oldest. `seniority` orders posts that claim the same id: the earliest wins.
    """

    post: int
    ids: tuple[str, ...]
    referred: tuple[str, ...]
    replied: int
    date: int
    seniority: tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word of the person: this post belongs below `parent`, or, with None, begins a topic of its own."""

    post: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a post hangs, and why. A root has no parent and no reason; it may still miss one that is not here."""

    child: int
    parent: int | None
    reason: Reason | None
    confidence: float
    missing: str | None = None
    ghost: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post lies on a server (RFC 3501, 2.3.1.1)."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class UidSet:
    """A set of UIDs as sorted, disjoint ranges; its text is an IMAP sequence-set (RFC 3501, 9)."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        pairs = (item.split(":") for item in text.split(",") if item)
        return cls(tuple((int(pair[0]), int(pair[-1])) for pair in pairs))

    def __str__(self) -> str:
        return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in self.ranges)

    def __contains__(self, uid: int) -> bool:
        return any(low <= uid <= high for low, high in self.ranges)

    def with_range(self, low: int, high: int) -> UidSet:
        """This set and every UID from `low` to `high`, both included."""
        if low > high:
            return self
        apart = [(a, b) for a, b in self.ranges if b + 1 < low or high + 1 < a]
        meeting = [(a, b) for a, b in self.ranges if not (b + 1 < low or high + 1 < a)]
        merged = (min([low, *(a for a, _ in meeting)]), max([high, *(b for _, b in meeting)]))
        return UidSet(tuple(sorted([*apart, merged])))

    def first_gap(self, floor: int) -> int:
        """The lowest UID from `floor` on that is not in this set."""
        for low, high in self.ranges:
            if low <= floor <= high:
                floor = high + 1
        return floor

    @property
    def highest(self) -> int:
        return self.ranges[-1][1] if self.ranges else 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """What has been read of a folder for one list.

    `covered` UIDs are settled: their mail is stored, or is none of the list's. Below `floor` lies older mail that the
    first sync left on the server: `older` mails of it, not fetched until asked for. `history` is the setting by which
    the floor was laid. Direct copies have been looked for below UID `direct`.
    """

    uidvalidity: int
    covered: UidSet
    floor: int
    history: int
    older: int
    direct: int = 1


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not shown as text. `n` counts from 1 within its post; `state` says whether its bytes are here."""

    n: int
    name: str
    type: str
    bytes: int
    state: Literal["waiting", "here"]


@dataclass(frozen=True, slots=True)
class ListInfo:
    """A mailing list as the archive knows it. `address` is where posts go; None when nothing told, or read-only."""

    name: str
    list_id: str
    address: str | None
    read_only: bool
    posts: int
    unread: int
    topics: int
    last: int | None


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """One row of a topic list."""

    topic: int
    subject: str
    posts: int
    unread: int
    people: int
    started: int
    last: int
    starter: str
    followed: bool
    muted: bool
    starred: bool


@dataclass(frozen=True, slots=True)
class PostRecord:
    """A post as the archive keeps it, but for its text."""

    post: int
    topic: int
    message_id: str
    subject: str
    author: str
    address: str | None
    date: int
    state: State
    read: bool
    edge: Edge


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as it is read: its record, its text with quotes (None when not fetched) and its attachments."""

    record: PostRecord
    parent_topic: int | None
    text: str | None
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic opened: its posts, oldest first."""

    topic: int
    subject: str
    list: str
    posts: tuple[PostView, ...]


@dataclass(frozen=True, slots=True)
class TopicOutline:
    """A topic's posts, oldest first, without their texts."""

    topic: int
    subject: str
    list: str
    posts: tuple[PostRecord, ...]


@dataclass(frozen=True, slots=True)
class ViewCounts:
    """How many topics each view holds over all lists, how much of the outbox is not settled yet, and the drafts.

    Muted topics count neither as unread nor as unanswered.
    """

    unread: int
    followed: int
    unanswered: int
    outbox: int
    drafts: int


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a reader was: the list (None for all), the view, the topic and post that were open, the line at the top."""

    list: str | None
    view: str
    topic: int | None
    post: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Document:
    """A post as it is indexed.

    `change` is its change number: a counter of the whole archive that grows whenever the words, subject, author or
    lists of any post change. `address` is empty when unproven, `own_words` when the text is not here; `date` is in
    seconds since 1970 UTC.
    """

    post: int
    change: int
    topic: int
    lists: tuple[str, ...]
    subject: str
    author: str
    address: str
    date: int
    own_words: str


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A post that answers a query. `matches` are character positions in `snippet`, half-open."""

    post: int
    topic: int
    message_id: str
    subject: str
    author: str
    date: int
    snippet: str
    matches: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The hits shown, and how many there are in all (topics, or posts where posts were asked for).

    `behind` counts the changes of the archive that were not searched, because they are still to be indexed.
    """

    total: int
    hits: tuple[SearchHit, ...]
    milliseconds: float
    behind: int = 0


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """Something to send, or sent. `public` tells whether it goes to everyone on the list or to one person."""

    item: int
    account: str
    sender: str
    list: str
    state: OutboxState
    to: tuple[str, ...]
    public: bool
    subject: str
    message_id: str
    post: int | None
    error: str | None
    queued: int
    tried: int | None = None


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A text that is being written: an answer to `post`, to the list or in private, or the first post of a topic.

    `draft` is 0 as long as it was not saved. `post` is None for a new topic, and where the answered post is gone.
    """

    draft: int
    kind: Literal["reply", "private", "post"]
    list: str
    post: int | None
    subject: str
    text: str
    saved: int


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a text would go, and under which name. `changes_class`: in private, though what it answers was public."""

    list: str
    to: str
    public: bool
    sender: str
    changes_class: bool


@dataclass(frozen=True, slots=True)
class Bytes:
    """TCP payload, both ways, TLS included."""

    up: int = 0
    down: int = 0

    def __add__(self, other: Bytes) -> Bytes:
        return Bytes(self.up + other.up, self.down + other.down)

    def __sub__(self, other: Bytes) -> Bytes:
        return Bytes(self.up - other.up, self.down - other.down)

    @property
    def total(self) -> int:
        return self.up + self.down


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work has come. `seconds_left` is None until there is a rate to judge by."""

    what: str
    done: int
    total: int
    bytes: Bytes
    seconds_left: float | None = None
