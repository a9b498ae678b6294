"""From the outbox to SMTP: nothing is sent twice, wherever it stops."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from listforum.archive.archive import Archive
from listforum.errors import ListforumError
from listforum.model import OutboxItem
from listforum.wire.cancel import Cancel
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.smtp import Delivery, deliver


@dataclass(slots=True)
class SendReport:
    """The outbox items of a run, by what became of them."""

    sent: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    uncertain: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)


def push(
    archive: Archive, account: str, endpoint: Endpoint, credentials: Callable[[], Credentials], cancel: Cancel
) -> SendReport:
    """Sends what is queued for an account, oldest first; the caller holds the lock of the home.

    Raises what the wire raises when the server cannot be reached, does not let us in, or the person cancels; the items
    it did not come to are queued as before.
    """
    report = SendReport()
    for item in archive.outbox.in_states("queued"):
        if item.account == account:
            _send(archive, item, endpoint, credentials, cancel)
            _file(report, archive.outbox.get(item.item))
    return report


def _send(
    archive: Archive, item: OutboxItem, endpoint: Endpoint, credentials: Callable[[], Credentials], cancel: Cancel
) -> None:
    sender, mail = archive.outbox.mail(item.item)
    secret = credentials()
    if not archive.outbox.move(item.item, "sending", now=int(time.time())):
        return
    try:
        delivery = deliver(
            endpoint,
            secret,
            sender=sender,
            recipients=item.to,
            mail=mail,
            cancel=cancel,
            before_final_dot=lambda: _doubt(archive, item.item),
        )
    except ListforumError:
        archive.outbox.move(item.item, "queued")  # allowed from `sending` only: past the dot it stays uncertain
        raise
    with archive.transaction():
        _settle(archive, item.item, delivery)
        archive.ledger.add(int(time.time()), item.list, {"send": delivery.bytes})


def _doubt(archive: Archive, item: int) -> None:
    """Commits that the mail may have gone out, before the byte that lets it go."""
    if not archive.outbox.move(item, "uncertain"):
        raise ListforumError("The outbox changed under way: nothing was sent.")


def _settle(archive: Archive, item: int, delivery: Delivery) -> None:
    if delivery.outcome == "accepted":
        archive.outbox.move(item, "sent")
    elif delivery.outcome == "refused":
        archive.outbox.move(item, "failed", error=delivery.words)
    elif delivery.outcome == "retry":
        archive.outbox.move(item, "queued", error=delivery.words)
    else:
        archive.outbox.note(item, delivery.words)


def _file(report: SendReport, item: OutboxItem) -> None:
    if item.state in {"sent", "on the list"}:
        report.sent.append(item.item)
    elif item.state == "failed":
        report.failed.append(item.item)
    elif item.state == "uncertain":
        report.uncertain.append(item.item)
    else:
        report.waiting.append(item.item)
