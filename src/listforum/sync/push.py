"""From the outbox to SMTP: nothing is sent twice, wherever it stops."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from gettext import gettext as _

from listforum.archive.archive import Archive
from listforum.cancel import Cancel
from listforum.errors import Cancelled, ListforumError, UsageError
from listforum.model.outgoing import OutboxItem
from listforum.model.traffic import Bytes, Paid
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.meter import Meter
from listforum.wire.smtp import Delivery, deliver


@dataclass(slots=True)
class SendReport:
    """Outbox items by what became of them: of this run `sent` and `failed`; all that are `uncertain` or `waiting`.

    `spent` is what the run has paid.
    """

    sent: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    uncertain: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    spent: Bytes = field(default_factory=Bytes)


@dataclass(frozen=True, slots=True)
class Route:
    """The way out of an account: its submission server, and who logs in there, asked only when there is need."""

    account: str
    endpoint: Endpoint
    credentials: Callable[[], Credentials]


def push(
    archive: Archive,
    route: Route,
    cancel: Cancel,
    report: SendReport,
    begin: Callable[[OutboxItem], None] = lambda _item: None,
) -> None:
    """Sends what is queued for an account, oldest first, and notes in the report what was sent and what was refused.

    `begin` is told each item before it is sent.
    The caller holds the lock of the home. Raises what the wire raises when the server cannot be reached, does not let
    us in, or the person cancels; whatever it did not come to stays queued, and what it was at keeps the words.
    """
    for item in archive.outbox.in_states("queued"):
        if item.account == route.account:
            cancel.check()
            begin(item)
            _send(archive, item, route, cancel, report)
            _file(report, archive, item)


def _send(archive: Archive, item: OutboxItem, route: Route, cancel: Cancel, report: SendReport) -> None:
    credentials = route.credentials()
    if not archive.outbox.move(item.item, "sending", now=int(time.time())):
        return  # dropped, or settled, since it was looked up
    sender, mail = archive.outbox.mail(item.item)
    spent = Meter()
    try:
        delivery = deliver(
            route.endpoint,
            credentials,
            sender=sender,
            recipients=item.to,
            mail=mail,
            cancel=cancel,
            before_final_dot=lambda: _doubt(archive, item.item),
            meter=spent,
        )
    except UsageError as error:  # what no server would take
        archive.outbox.move(item.item, "failed", error=str(error))
    except ListforumError as error:
        # `deliver` raises only while the mail is surely not sent: from doubt, too, it may go back.
        with archive.transaction():
            words = None if isinstance(error, Cancelled) else str(error)
            archive.outbox.move(item.item, "queued", error=words)
            _book(archive, item, spent)
        raise
    else:
        with archive.transaction():
            _settle(archive, item.item, delivery)
            _book(archive, item, spent)
    finally:
        report.spent += spent.bytes


def _doubt(archive: Archive, item: int) -> None:
    """Commits that the mail may have gone out, before the byte that lets it go."""
    if not archive.outbox.move(item, "uncertain"):
        raise ListforumError(_("The outbox changed under way: nothing was sent."))


def _settle(archive: Archive, item: int, delivery: Delivery) -> None:
    if delivery.outcome == "accepted":
        archive.outbox.move(item, "sent")
    elif delivery.outcome == "refused":
        archive.outbox.move(item, "failed", error=delivery.words)
    elif delivery.outcome == "retry":
        archive.outbox.move(item, "queued", error=delivery.words)
    else:
        archive.outbox.note(item, delivery.words)


def _book(archive: Archive, item: OutboxItem, spent: Meter) -> None:
    archive.ledger.add(int(time.time()), item.list, {"send": Paid(spent.bytes)})


def _file(report: SendReport, archive: Archive, item: OutboxItem) -> None:
    state = archive.outbox.state(item.item)
    if state in {"sent", "on the list"}:
        report.sent.append(item.item)
    elif state == "failed":
        report.failed.append(item.item)
