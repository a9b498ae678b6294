"""What a reader meets: posts and topics, why a post stands where it stands, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["header", "text", "whole"]
"""What of a post is here: its header fields, its readable text too, or every byte of it."""

View = Literal["all", "unread", "unanswered", "followed", "unmuted", "readable"]
"""Which topics: `readable` ones have an unread post whose text is here."""

Prefixes = Literal["kept", "lost"]
"""Whether the subjects of a list's answers still begin with "Re:", or its archive took that off, as Pipermail does."""

Mark = Literal["followed", "muted"]
"""What a person wants of a topic: its texts before all others, or none of them unless they are asked for."""

Reason = Literal["in-reply-to", "references", "thread-index", "digest", "quote", "subject", "person"]
"""Why a post has its parent: a header of its own, what it quotes, its subject, or the word of the person reading.

With `digest` it answers a digest, and was found to answer this mail of it.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What threading needs to know of a post.

    `ids` are all Message-IDs it is known by, `referred` the ids it points at, nearest first: In-Reply-To, then
    References from the newest to the oldest, then places in an Outlook conversation. `seniority` orders posts that
    claim the same id: the earliest wins. Posts of the same `base` have the same subject, but for prefixes and tags.
    `burst` marks a digest whose mails are posts of their own: it is nobody's parent. `arrived` is when a server took
    it, in seconds UTC, or None where nobody saw it arrive.
    """

    post: int
    ids: tuple[str, ...]
    referred: tuple[str, ...]
    replied: int
    date: int
    seniority: tuple[int, int, str]
    subject: str = ""
    base: str = ""
    burst: bool = False
    arrived: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word of the person: this post belongs below `parent`, or, with None, begins a topic of its own."""

    post: int
    parent: int | None


@dataclass(frozen=True, slots=True)
class Grounds:
    """What of a post's words speaks for its parent.

    `lines` counts quoted lines that were found among the parent's own; `author_named` and `moment_named` say whether
    the attribution above them names its author, and when it was written; `same_subject` that only prefixes differ.
    """

    lines: int = 0
    author_named: bool = False
    moment_named: bool = False
    same_subject: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a post hangs, and why. A root has no parent and no reason; it may still miss one that is not here.

    A `branch` has a parent in another topic: it begins a topic of its own because its subject changed. `grounds` are
    told where no header but the post's words decided.
    """

    child: int
    parent: int | None
    reason: Reason | None
    confidence: float
    missing: str | None = None
    ghost: str | None = None
    branch: bool = False
    grounds: Grounds | None = None


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
class QuoteSource:
    """Where a quoted passage comes from: lines `line` to `line + lines` (excluded) of a text stand in `post`.

    Lines count from 0. `topic` is the one that post stands in; `author` wrote it, at `date` (seconds since 1970 UTC).
    """

    line: int
    lines: int
    post: int
    topic: int
    author: str = ""
    date: int = 0


@dataclass(frozen=True, slots=True)
class TopicLink:
    """Another topic that this one branched off, or that branched off this one.

    `here` is the post of this topic that the link hangs on, `there` the one of the other topic, which has `posts`.
    """

    topic: int
    subject: str
    here: int
    there: int
    posts: int = 0


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as it is read: its record, its text with quotes (None when not fetched) and its attachments.

    `sources` say which posts its quotes come from; `lists` are all the lists it was seen in.
    """

    record: PostRecord
    parent_topic: int | None
    text: str | None
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...] = ()
    sources: tuple[QuoteSource, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic opened: its posts, oldest first; the topic it branched off, and those that branched off it."""

    topic: int
    subject: str
    list: str
    posts: tuple[PostView, ...]
    origin: TopicLink | None = None
    branches: tuple[TopicLink, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicOutline:
    """A topic's posts, oldest first, without their texts; the topic it branched off, and those that branched off it."""

    topic: int
    subject: str
    list: str
    posts: tuple[PostRecord, ...]
    origin: TopicLink | None = None
    branches: tuple[TopicLink, ...] = ()


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
class SavedSearch:
    """A query that the person keeps under a name, to stand beside the lists."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """A post as it is indexed. One that stands in no list is not to be found.

    `change` is its change number: a counter of the whole archive that grows whenever the words, subject, author or
    lists of any post change. `address` is empty when unproven, `own_words` when the text is not here; `date` is in
    seconds since 1970 UTC. `files` are the names of attachments; `has` says what is in it besides words: "attachment",
    "patch", "link".
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
    files: tuple[str, ...] = ()
    has: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A post that answers a query, and its lists. `matches` are character positions in `snippet`, half-open."""

    post: int
    topic: int
    message_id: str
    subject: str
    author: str
    date: int
    snippet: str
    matches: tuple[tuple[int, int], ...]
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The hits shown, and how many there are in all (topics, or posts where posts were asked for).

    `behind` counts the changes of the archive that were not searched, because they are still to be indexed. Unless it
    is `complete`, there may be more than `total`. `problems` are sentences on what in the query was not understood.
    `meant` is a query that would find something, where nothing was found; "" where none is known.
    """

    total: int
    hits: tuple[SearchHit, ...]
    milliseconds: float
    behind: int = 0
    complete: bool = True
    problems: tuple[str, ...] = ()
    meant: str = ""
