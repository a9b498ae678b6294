"""What is still on the server, and what it is likely to cost, judged by what mails have cost so far."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from listforum.archive.archive import Archive
from listforum.archive.aside import SetAside
from listforum.archive.waiting import WaitingText
from listforum.mail.structure import shown_parts
from listforum.model.mail import Part
from listforum.model.server import Cursor
from listforum.model.traffic import Paid, Purpose
from listforum.sync import costs, plan
from listforum.sync.ranges import price_of
from listforum.sync.report import ListReport, Subscription

_ENOUGH: Final = 20
"""So many mails must have been paid for before their average tells anything."""

_HEADER: Final = 1_000
_TEXT: Final = 2_000
"""What a list's mail takes uncompressed before anything is known: the middle of a dozen public lists."""

_HEADER_SHRUNK: Final = 0.15
_TEXT_SHRUNK: Final = 0.25
"""What is left of mail where the server compresses (RFC 4978), before anything is known: a little more than usual."""

_CONNECTION: Final = 4_000
"""What a connection takes before there was one."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Bytes that one mail costs, commands and TLS included; `rate` is what a byte of told text costs."""

    header: int
    text: int
    rate: float

    @property
    def both(self) -> int:
        return self.header + self.text

    def of(self, parts_size: int) -> int:
        """What texts cost that have so many bytes, encoded and uncompressed, as `price_of` counts them."""
        return round(parts_size * self.rate)


def usual(archive: Archive, list_name: str, account: str) -> Usual:
    """The average of what was paid for a list of late; of all lists while it has no history; a guess before that.

    Sizes are told uncompressed and encoded. What a byte of them costs is learned too: BINARY and COMPRESS make it less.
    The guess knows whether the account's server compresses: the archive's memory has its capabilities, as a JSON list
    of words, under a name that begins with "capabilities:ACCOUNT:".
    """
    header_shrunk, text_shrunk = (_HEADER_SHRUNK, _TEXT_SHRUNK) if _compresses(archive, account) else (1.0, 1.0)
    headers, text = _lately(archive, "headers", list_name), _lately(archive, "text", list_name)
    return Usual(
        headers.bytes.total // headers.times if headers else round(_HEADER * header_shrunk),
        text.bytes.total // text.times if text else round(_TEXT * text_shrunk),
        text.bytes.total / text.size if text and text.size else text_shrunk,
    )


def _lately(archive: Archive, purpose: Purpose, list_name: str) -> Paid | None:
    """What was paid for a list, or else for all, if it is enough to judge by."""
    for name in (list_name, None):
        paid = archive.ledger.lately(purpose, name)
        if paid.times >= _ENOUGH:
            return paid
    return None


def _compresses(archive: Archive, account: str) -> bool:
    """Whether the account's server is known to compress."""
    return any("COMPRESS=DEFLATE" in json.loads(words) for words in archive.memory.named(f"capabilities:{account}:"))


def connection(archive: Archive) -> int:
    """What a connection is likely to cost, in bytes: handshake, login, opening a folder and looking for news."""
    return archive.ledger.connection() or _CONNECTION


def missing_text(archive: Archive, post: int) -> int:
    """How much text of a post is not here, in bytes, encoded and uncompressed, if its sizes are right."""
    return sum(max(0, part.size - (part.here or 0)) + costs.PART_OVERHEAD for part in archive.contents.unfinished(post))


def take_stock(archive: Archive, to: Subscription, report: ListReport) -> None:
    """Counts what is still on the server of a list, as far as the archive knows, and its price."""
    row = archive.lists.ensure(to.list, to.list_id)
    cursor = archive.cursors.get(to.account, to.folder, row)
    if cursor is None:
        return
    report.missing = missing_of(archive, row, to, cursor)
    report.older = cursor.older
    report.older_bytes = cursor.older * usual(archive, to.list, to.account).both
    report.plan_for(plan.make_plan(plan.News(), waiting_texts(archive, to, row, cursor), None))


def price_news(
    archive: Archive, to: Subscription, report: ListReport, new: Sequence[int], told: Mapping[int, tuple[Part, ...]]
) -> None:
    """As `take_stock`, with new mails of which nothing is here, by UID, and the price of all that in its plan.

    Where the server has `told` the parts of all of them, their texts are priced by that; else by what is usual.
    """
    take_stock(archive, to, report)
    usually = usual(archive, to.list, to.account)
    text = usually.text
    if new and all(uid in told for uid in new):
        text = usually.of(sum(costs.text_price(shown_parts(told[uid])) for uid in new)) // len(new)
    report.new_headers = len(new) + sum(one.missing == "mail" and not one.left_out for one in report.missing)
    news = plan.News(report.new_headers, usually.header, text)
    report.plan_for(plan.make_plan(news, (*report.plan.texts, *report.plan.muted), None))


def count_once(reports: Iterable[ListReport], before: Iterable[ListReport] = ()) -> None:
    """A text that waits in several lists is fetched once: its price is that of the first, or of one `before` them."""
    seen = {text.post for report in before for text in report.plan.texts}
    for report in reports:
        report.plan_for(report.plan.without(seen))
        seen.update(text.post for text in report.plan.texts)


def fit(reports: Iterable[ListReport], left: int | None) -> None:
    """Makes the plans of lists, one after the other, such that together they cost no more than is left."""
    for report in reports:
        report.plan = report.plan.within(left)
        left = None if left is None else left - report.plan.price


def waiting_texts(archive: Archive, to: Subscription, row: int, cursor: Cursor) -> tuple[plan.Text, ...]:
    """The texts of a list that are not here, each once, with what they are likely to cost."""
    folder = (row, to.account, to.folder, cursor.uidvalidity)
    every: Iterable[WaitingText] = (*archive.waiting.texts(*folder), *archive.waiting.aside(*folder))
    usually = usual(archive, to.list, to.account)
    return tuple(
        plan.Text(text.post, text.date, usually.of(price_of(text)), text.mark)
        for text in {text.post: text for text in every}.values()
    )


def missing_of(archive: Archive, row: int, to: Subscription, cursor: Cursor) -> tuple[SetAside, ...]:
    """What the server could not give of that part of a list that is read."""
    return tuple(
        one
        for one in archive.aside.of(row, to.account, to.folder, cursor.uidvalidity)
        if one.missing == "text" or one.uid >= cursor.floor
    )
