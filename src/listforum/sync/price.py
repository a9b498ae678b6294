"""What is still on the server, and what it is likely to cost, judged by what mails have cost so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from listforum.archive.archive import Archive
from listforum.archive.aside import SetAside
from listforum.model.server import Cursor
from listforum.model.traffic import Bytes
from listforum.sync import plan
from listforum.sync.report import ListReport, Subscription

_ENOUGH: Final = 20
"""So many mails must have been paid for before their average tells anything."""

_HEADER: Final = 1_000
_TEXT: Final = 2_000
"""What a list's mail takes before anything is known: the middle of a dozen public lists."""

_CONNECTION: Final = 4_000
"""What a connection takes before there was one."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Bytes that one mail costs, commands and TLS included."""

    header: int
    text: int

    @property
    def both(self) -> int:
        return self.header + self.text


def usual(archive: Archive, list_name: str) -> Usual:
    """The average of what was paid for a list; of all lists while it has no history; a guess before that."""
    fetched, paid = archive.places.fetched(archive.lists.id_of(list_name)), archive.ledger.paid(list_name)
    fetched_of_all, paid_of_all = archive.places.fetched(None), archive.ledger.paid(None)
    header = _average(paid.get("headers"), fetched.headers) or _average(
        paid_of_all.get("headers"), fetched_of_all.headers
    )
    text = _average(paid.get("text"), fetched.texts) or _average(paid_of_all.get("text"), fetched_of_all.texts)
    return Usual(header or _HEADER, text or _TEXT)


def connection(archive: Archive) -> int:
    """What a connection is likely to cost, in bytes: handshake, login, opening a folder and looking for news."""
    return archive.ledger.connection() or _CONNECTION


def missing_text(archive: Archive, post: int) -> int:
    """What fetching all the text of a post that is not here costs, in bytes, if its sizes are right."""
    return sum(part.size - len(part.content or b"") + plan.PART_OVERHEAD for part in archive.contents.unfinished(post))


def take_stock(archive: Archive, to: Subscription, report: ListReport) -> None:
    """Counts what is still on the server of a list, as far as the archive knows, and its price."""
    row = archive.lists.ensure(to.list, to.list_id)
    cursor = archive.cursors.get(to.account, to.folder, row)
    if cursor is None:
        return
    folder = (row, to.account, to.folder, cursor.uidvalidity)
    every = (*archive.waiting.texts(*folder), *archive.waiting.aside(*folder))
    waiting = {text.post: text for text in every}.values()
    report.missing = missing_of(archive, row, to, cursor)
    report.waiting_texts = len(waiting)
    report.waiting_bytes = sum(plan.text_price(text.parts) for text in waiting)
    report.older = cursor.older
    report.older_bytes = cursor.older * usual(archive, to.list).both


def missing_of(archive: Archive, row: int, to: Subscription, cursor: Cursor) -> tuple[SetAside, ...]:
    """What the server could not give of that part of a list that is read."""
    return tuple(
        one
        for one in archive.aside.of(row, to.account, to.folder, cursor.uidvalidity)
        if one.missing == "text" or one.uid >= cursor.floor
    )


def _average(paid: Bytes | None, count: int) -> int | None:
    return paid.total // count if paid and count >= _ENOUGH else None
