"""One run on the link: what is queued goes out, then what is new comes in, at a price that the person has agreed to."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from listforum.errors import Cancelled, ListforumError
from listforum.model.traffic import Bytes, Progress
from listforum.tui.pace import Pace
from listforum.tui.worker import Job, Worker

if TYPE_CHECKING:
    from listforum.cancel import Cancel
    from listforum.forum import Forum
    from listforum.forum.connecting import Person
    from listforum.forum.offering import Wanted
    from listforum.forum.run import ListReport, SyncReport
    from listforum.forum.sending import Sent
    from listforum.model.outgoing import OutboxItem
    from listforum.tui.companion import Event

Phase = Literal["connecting", "price", "working", "stopping", "done"]

_SECONDS_BETWEEN = 0.1
"""Progress is shown so often at the most: on a thin line to the terminal, too, it must not be what takes the time."""


@dataclass(slots=True)
class Outcome:
    """What came of a run: posts sent, lists read, or what kept it from starting."""

    sent: Sent | None = None
    synced: SyncReport | None = None
    error: ListforumError | None = None


@dataclass(slots=True)
class Exchange:
    """What stands on the screen about the run that is under way, or was the last one.

    Only the thread of the screen touches it, but for `wait_for_answer`.
    """

    asked: Callable[[str], str]
    changed: Callable[[], None]
    cancel: Cancel
    what: str = ""
    phase: Phase = "connecting"
    progress: Progress | None = None
    offered: tuple[ListReport, ...] = ()
    headings_here: bool = False
    """Whether the price that is offered is that of texts alone, asked for again once their headings had come."""
    agreed: Literal["all", "headers"] = "all"
    """What the person has agreed to."""
    outcome: Outcome = field(default_factory=Outcome)
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    _answers: queue.SimpleQueue[Wanted | None] = field(default_factory=queue.SimpleQueue)

    @property
    def running(self) -> bool:
        return self.phase != "done"

    @property
    def spent(self) -> Bytes:
        """Everything that this run has paid so far."""
        total = Bytes()
        if self.outcome.sent is not None:
            total += self.outcome.sent.spent
        if self.outcome.synced is not None:
            return total + self.outcome.synced.spent
        return total if self.progress is None else total + self.progress.bytes

    def agree(self, wanted: Wanted) -> None:
        """The person takes the price, for all of it or for a part."""
        if self.phase == "price":
            self.phase = "working"
            self.agreed = "headers" if wanted.extent == "headers" else "all"
            self._answers.put(wanted)
            self.changed()

    def stop(self) -> None:
        """The person stops the run, wherever it is; at the price, this is a no."""
        if self.running:
            self.phase = "stopping"
            self.cancel.cancel()
            self._answers.put(None)
            self.changed()

    # --- what the thread of the network is told and tells ---------------------------------------------------------

    def wait_for_answer(self) -> Wanted | None:
        """Blocks the thread of the network until the person has answered; each account has a price of its own."""
        return None if self.cancel.cancelled else self._answers.get()

    def show_price(self, reports: tuple[ListReport, ...]) -> None:
        if self.phase != "stopping":
            before = {report.list for report in self.offered}
            self.headings_here = all(report.list in before for report in reports)
            self.offered, self.phase = reports, "price"
        self.changed()

    def show_progress(self, progress: Progress) -> None:
        self.progress = progress
        if self.phase == "connecting":
            self.phase = "working"
        self.changed()

    def end(self, outcome: Outcome) -> None:
        self.outcome, self.phase = outcome, "done"
        self.seconds = time.monotonic() - self.began
        self.changed()


Deliver = Callable[[Callable[[], None]], object]


class Link:
    """Starts runs in the thread of the network, one at a time."""

    def __init__(self, forum: Forum, worker: Worker, deliver: Deliver) -> None:
        self._forum, self._worker, self._deliver = forum, worker, deliver
        self.exchange: Exchange | None = None
        self.pace = Pace()

    @property
    def busy(self) -> bool:
        return self.exchange is not None and self.exchange.running

    def begin(self, exchange: Exchange, work: Callable[[Exchange], Outcome], done: Callable[[Exchange], None]) -> None:
        """Runs `work` in the thread of the network, then `done` in that of the screen."""
        self.exchange = exchange
        self.pace.begin()

        def ended(outcome: Outcome) -> None:
            exchange.end(outcome)
            done(exchange)

        def failed(error: ListforumError) -> None:
            ended(Outcome(exchange.outcome.sent, error=error))

        self._worker.do(Job(lambda: work(exchange), ended, failed))

    def send_and_sync(self, exchange: Exchange) -> Outcome:
        """Sends what is queued, then fetches what is new, once the price is agreed to. In the thread of the network."""
        from listforum.forum.offering import Wanted

        outcome = Outcome()
        progress = self._teller(exchange)
        if self._forum.reading.counts().outbox:
            outcome.sent = self._forum.sending.send(ask=exchange.asked, cancel=exchange.cancel, progress=progress)
            self._deliver(lambda: setattr(exchange.outcome, "sent", outcome.sent))
        if exchange.cancel.cancelled or (outcome.sent is not None and outcome.sent.cancelled):
            return outcome  # who gives no password to send with is not asked for it again
        outcome.synced = self._forum.syncing.sync(
            (),
            Wanted(),
            ask=exchange.asked,
            cancel=exchange.cancel,
            progress=progress,
            approve=lambda reports: self._approved(exchange, reports),
        )
        return outcome

    def fetch_texts(self, posts: Sequence[int]) -> Callable[[Exchange], Outcome]:
        """The work of fetching all the text of posts."""
        return lambda exchange: Outcome(synced=self._forum.fetching.texts(posts, self._person(exchange)))

    def fetch_part(self, post: int, section: str) -> Callable[[Exchange], Outcome]:
        """The work of fetching one attachment."""
        return lambda exchange: Outcome(synced=self._forum.fetching.part(post, section, self._person(exchange)))

    def _person(self, exchange: Exchange) -> Person:
        from listforum.forum.connecting import Person

        return Person(exchange.asked, exchange.cancel, self._teller(exchange))

    def _approved(self, exchange: Exchange, reports: Sequence[ListReport]) -> Wanted | None:
        from listforum.forum.offering import Wanted

        if not any(report.waiting_bytes for report in reports):
            return Wanted()
        self.pace.remember(self._forum.expenses.pace())
        offered = tuple(reports)
        self._deliver(lambda: exchange.show_price(offered))
        answer = exchange.wait_for_answer()
        self.pace.begin()
        return answer

    def _teller(self, exchange: Exchange) -> Callable[[Progress], None]:
        last = 0.0

        def tell(progress: Progress) -> None:
            nonlocal last
            now = time.monotonic()
            self.pace.note(progress.bytes.total, now)
            if now - last >= _SECONDS_BETWEEN or progress.done >= progress.total:
                last = now
                self._deliver(lambda: exchange.show_progress(progress))

        return tell


def stopped(outcome: Outcome) -> bool:
    """Whether it was the person who ended a run early."""
    synced, sent = outcome.synced, outcome.sent
    return (
        isinstance(outcome.error, Cancelled)
        or (synced is not None and synced.stopped_by == "cancel")
        or (sent is not None and sent.cancelled)
    )


def events_of(outcome: Outcome, items: Sequence[OutboxItem]) -> Iterator[Event]:
    """What a run means to whoever stands beside the reader."""
    if outcome.synced is not None:
        yield "synced" if outcome.synced.stopped_by is None and not outcome.synced.errors else "cut"
    if outcome.sent is not None and outcome.sent.report.sent:
        yield "sent"
    if any(item.state == "on the list" for item in items):
        yield "on the list"
