"""What to fetch, and in which order; pure.

First header fields, for nothing is known of a mail without them; then the texts of followed topics, then all others,
the newest first. Texts of muted topics stay on the server until somebody asks for them. What each costs, `costs` says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from listforum.model.forum import Mark
from listforum.model.server import Cursor


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
