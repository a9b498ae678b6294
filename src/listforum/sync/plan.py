"""What to fetch, in which order, and what it may cost; pure.

First header fields, for nothing is known of a mail without them; then the texts of followed topics, then all others,
the newest first. Texts of muted topics stay on the server until somebody asks for them.

With a budget no request is made whose worst case is more than what is left. Where IMAP lets us bound an answer we do:
header fields and texts are asked for as ranges, searches as ranges of UIDs. What the server alone decides on (greeting,
certificates, the answer to EXAMINE, BODYSTRUCTURE) is allowed for generously, and the link is cut where it is exceeded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from listforum.model.forum import Mark
from listforum.model.mail import Part
from listforum.model.server import Cursor

TEXT_LIMIT: Final = 32_768
"""Bytes of a text part that are fetched unasked; the rest waits, with its price."""

FIRST_PIECE: Final = 8_192
PIECE: Final = 65_536
"""Bytes of a long part that are asked for at once: few at first, so that a link that dies soon brings something too."""

HEADERS_AT_ONCE: Final = 200
TEXTS_AT_ONCE: Final = 200

KEPT_AT_ONCE: Final = 131_072
"""Bytes of texts that are stored together; each storing waits for the disk."""

PIECES_TOGETHER: Final = 4
"""So many pieces are asked for in one breath, for a long link is idle while it waits for the next command."""

GLANCED_AT: Final = 60
"""Of so many new mails the parts are told in the same breath as the folder is opened: about 110 bytes of each."""

WORTH_COMPRESSING: Final = 5_000
"""From so many bytes on it saves more than its own round trip costs on a thin link."""

USUAL_HEADER: Final = 700
"""Bytes of a mail's header fields, about."""

USUAL_TEXT: Final = 2_000
"""Bytes of its text, about."""

DIGEST_LIMIT: Final = 1_048_576
"""Bytes of a digest's text that are fetched unasked: it is many mails in one."""

CONNECT_WORST: Final = 7_000
"""Handshake with a chain of certificates, greeting, login and capabilities."""

SETTLE_WORST: Final = 20_000
"""Finding the Sent folder among all folders, and looking for one's own mails in it."""

EXAMINE_WORST: Final = 2_000
FAREWELL: Final = 400
"""Logging out and hanging up."""

REQUEST: Final = 700
"""A command and its tagged answer, in their TLS records."""

PART_OVERHEAD: Final = 120
"""Bytes that an answer to a FETCH of one part takes beside the part itself, at the most."""

FIELDS_LIMIT: Final = 6_000
"""Bytes of header fields that are asked for of one mail while a budget is kept; 1,200 are usual."""

HEADER_WORST: Final = FIELDS_LIMIT + 2_000
"""What one mail's header fields and structure may take while a budget is kept."""

_HEADER_COMPRESSED: Final = 130
_HEADER_PLAIN: Final = 1_100
_SHRINKING: Final = 2
"""What a header's answer takes, and to which part of it DEFLATE packs a text: the middle of a dozen lists."""

_SHORTEST_TEXT: Final = 1_024
_SEARCHED_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """UIDs to fetch in one command, ascending, and the range that is settled once they are stored."""

    uids: tuple[int, ...]
    low: int
    high: int


def next_window(uids: Sequence[int], first: int, last: int, size: int) -> Window:
    """The newest of ascending `uids` within `first..last`; once they are stored, `low..high` is settled."""
    begin = max(0, len(uids) - size)
    return Window(tuple(uids[begin:]), uids[begin] if begin else first, last)


@dataclass(frozen=True, slots=True)
class History:
    """How far back a list is read: from UID `floor` on; `older` mails below it wait on the server."""

    floor: int
    older: int


def history(newest: Sequence[int], wanted: int, existing: int) -> History:
    """The floor that leaves the `wanted` newest of a list's mails above it; `newest` are at least those, ascending."""
    if existing <= wanted or not newest:
        return History(1, 0)
    kept = newest[-wanted:]
    return History(kept[0], existing - len(kept))


def unsettled(uids: Iterable[int], cursor: Cursor, stored: Iterable[int]) -> tuple[int, ...]:
    """The UIDs whose mail is neither stored nor known to be none of the list's, ascending."""
    known = set(stored)
    return tuple(
        sorted(uid for uid in set(uids) if uid >= cursor.floor and uid not in known and uid not in cursor.covered)
    )


# --- the plan -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is not here: of which post, when that was written (seconds), its price (bytes), its topic's mark."""

    post: int
    date: int
    price: int
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class News:
    """So many mails of which nothing is here, and what the header fields and the text of one cost, in bytes."""

    count: int = 0
    header: int = 0
    text: int = 0


What = Literal["headers", "followed", "new", "others", "muted", "budget"]
"""The parts of a plan, in their order: header fields; texts of followed topics, of new mails, of all others; what stays
on the server because its topic is muted, or because the budget does not bear it."""

LEFT: Final[frozenset[What]] = frozenset({"muted", "budget"})
"""What costs nothing now: the price says what it would cost."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a plan: how many mails it is about, and their price in bytes."""

    what: What
    count: int
    price: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is fetched, in the order of the steps and of the texts in them, and what is left where it is."""

    headers: News = field(default_factory=News)
    """New mails whose header fields are fetched."""
    new: News = field(default_factory=News)
    """New mails whose texts are fetched too."""
    followed: tuple[Text, ...] = ()
    others: tuple[Text, ...] = ()
    muted: tuple[Text, ...] = ()
    too_dear: tuple[Text, ...] = ()
    """Texts that the budget does not bear."""
    too_many: News = field(default_factory=News)
    """New mails of which it does not bear the text, or not even the header fields."""

    def within(self, budget: int | None) -> Plan:
        """The same with this budget."""
        news = News(self.new.count + self.too_many.count, self.headers.header, self.headers.text)
        return make_plan(news, (*self.texts, *self.muted, *self.too_dear), budget)

    def without(self, posts: Collection[int]) -> Plan:
        """The same without the texts of these posts."""
        groups = (self.followed, self.others, self.muted, self.too_dear)
        followed, others, muted, too_dear = (tuple(text for text in one if text.post not in posts) for one in groups)
        return replace(self, followed=followed, others=others, muted=muted, too_dear=too_dear)

    @property
    def texts(self) -> tuple[Text, ...]:
        """The texts to fetch of posts that are known, in their order."""
        return (*self.followed, *self.others)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every part of it, the empty ones too."""
        unread = self.too_many.count
        unseen = unread - (self.headers.count - self.new.count)
        return (
            Step("headers", self.headers.count, self.headers.count * self.headers.header),
            _step("followed", self.followed),
            Step("new", self.new.count, self.new.count * self.new.text),
            _step("others", self.others),
            _step("muted", self.muted),
            Step(
                "budget",
                unread + len(self.too_dear),
                unseen * self.too_many.header + unread * self.too_many.text + _price(self.too_dear),
            ),
        )

    @property
    def price(self) -> int:
        """What all that is fetched costs, in bytes."""
        return sum(step.price for step in self.steps if step.what not in LEFT)


def make_plan(news: News, texts: Iterable[Text], budget: int | None) -> Plan:
    """The plan that brings the most wanted first, and no more than `budget` bytes pay for; None pays for everything.

    What is too dear is passed over: cheaper things behind it come all the same. But no text is fetched as long as
    header fields are wanting.
    """
    left = budget
    headers, left = _bearable(news.count, news.header, left)
    known = sorted({text.post: text for text in sorted(texts, key=_in_order, reverse=True)}.values(), key=_in_order)
    muted = tuple(text for text in known if text.mark == "muted")
    wanted = [text for text in known if text.mark != "muted"]
    if headers < news.count:
        unread = News(news.count, news.header, news.text)
        return Plan(News(headers, news.header, news.text), muted=muted, too_dear=tuple(wanted), too_many=unread)
    followed, left = _chosen([text for text in wanted if text.mark == "followed"], left)
    new, left = _bearable(news.count, news.text, left)
    others, left = _chosen([text for text in wanted if text.mark != "followed"], left)
    chosen = {text.post for text in (*followed, *others)}
    return Plan(
        News(headers, news.header, news.text),
        News(new, news.header, news.text),
        followed,
        others,
        muted,
        tuple(text for text in wanted if text.post not in chosen),
        News(news.count - new, news.header, news.text),
    )


def _in_order(text: Text) -> tuple[int, int, int, str]:
    return -text.date, -text.post, text.price, text.mark or ""


def _bearable(count: int, price: int, left: int | None) -> tuple[int, int | None]:
    """How many of so many the purse bears, and what is left in it."""
    if left is None:
        return count, None
    bearable = min(count, left // price) if price > 0 else count
    return max(0, bearable), left - max(0, bearable) * price


def _chosen(texts: Iterable[Text], left: int | None) -> tuple[tuple[Text, ...], int | None]:
    chosen: list[Text] = []
    for text in texts:
        if left is None or text.price <= left:
            chosen.append(text)
            left = None if left is None else left - text.price
    return tuple(chosen), left


def _price(texts: Iterable[Text]) -> int:
    return sum(text.price for text in texts)


def _step(what: What, texts: Sequence[Text]) -> Step:
    return Step(what, len(texts), _price(texts))


# --- prices -------------------------------------------------------------------------------------------------------


def asked_length(part: Part, budget: int | None, limit: int = TEXT_LIMIT) -> int:
    """How many bytes of a text part to ask for, of which at the most `limit` are wanted.

    Sizes are told by the server and may be wrong. Without a budget all parts are asked for alike, so that many come in
    one command; with one, the answer is bounded by the next power of two above the size.
    """
    if budget is None:
        return limit
    length = _SHORTEST_TEXT
    while length < min(part.size, limit):
        length *= 2
    return length


def text_price(parts: Iterable[Part], limit: int = TEXT_LIMIT) -> int:
    """What fetching the text of a post costs, in bytes, if its sizes are right and nothing is compressed."""
    return sum(min(part.size, limit) + PART_OVERHEAD for part in parts if part.size)


def text_worst(parts: Iterable[Part], budget: int | None, limit: int = TEXT_LIMIT) -> int:
    """What asking for the text of a post costs at the most."""
    return sum(_encrypted(asked_length(part, budget, limit)) + PART_OVERHEAD for part in parts if part.size)


def piece_worst(length: int) -> int:
    """What asking for so many bytes of a part costs at the most."""
    return REQUEST + PART_OVERHEAD + _encrypted(length)


def headers_worst(count: int) -> int:
    """What asking for the headers of so many mails costs at the most; 11 bytes name a UID."""
    return REQUEST + count * (HEADER_WORST + 11)


def search_worst(first: int, last: int) -> int:
    """What searching among these UIDs costs at the most: that all of them are found."""
    return REQUEST + _encrypted((last - first + 1) * (len(str(last)) + 1))


def _encrypted(length: int) -> int:
    """A TLS record adds 22 bytes; servers have been seen to fill them with 4 kB."""
    return length + (length // 1_000 + 1) * 22


# --- what a link that breaks bears ---------------------------------------------------------------------------------


def headers_among(size: int, *, compressed: bool) -> int:
    """How many mails' header fields come in so many bytes, about; 1 at least."""
    return max(1, size // (_HEADER_COMPRESSED if compressed else _HEADER_PLAIN))


def texts_among(prices: Iterable[int], size: int, *, compressed: bool) -> int:
    """How many texts of these uncompressed prices come in so many bytes, about; 1 at least."""
    left, count = size * (_SHRINKING if compressed else 1), 0
    for price in prices:
        left -= price
        if left < 0:
            break
        count += 1
    return max(1, count)


# --- what fits ----------------------------------------------------------------------------------------------------


def headers_within(budget: int | None) -> int:
    """How many headers may be asked for at once so that even the longest fit into what is left; 1 when none do."""
    if budget is None:
        return HEADERS_AT_ONCE
    return max(1, min(HEADERS_AT_ONCE, (budget - REQUEST) // (HEADER_WORST + 11)))


def texts_within(worsts: Sequence[int], budget: int | None) -> int:
    """How many texts, in the order of their worst cases, may be asked for at once within what is left; 1 at least."""
    spent = 6 * REQUEST  # ranges of one length each make a command
    for count, worst in enumerate(worsts[:TEXTS_AT_ONCE]):
        spent += worst
        if budget is not None and spent > budget:
            return max(1, count)
    return min(len(worsts), TEXTS_AT_ONCE)


def search_windows(first: int, last: int, budget: int | None) -> Iterator[tuple[int, int]]:
    """Ranges of UIDs to search one after the other: all at once, or, with a budget, what a part of it bears."""
    size = last - first + 1
    if budget is not None:
        size = max(50, min(_SEARCHED_AT_ONCE, (budget // 2 - REQUEST) // (len(str(last)) + 2)))
    for low in range(first, last + 1, max(1, size)):
        yield low, min(last, low + size - 1)


def without(uids: Iterable[int], low: int, high: int) -> Iterator[tuple[int, int]]:
    """The ranges that are left of `low..high` where ascending `uids` are taken out of it."""
    for uid in uids:
        if low <= uid <= high:
            if low < uid:
                yield low, uid - 1
            low = uid + 1
    if low <= high:
        yield low, high
