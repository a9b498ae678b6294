"""One run on the network: what it may spend, what it has spent, what stopped it, and what it did for each list."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from listforum.archive.archive import Archive
from listforum.config import Account, ListSettings, SyncSettings
from listforum.errors import (
    ArchiveError,
    BudgetError,
    Cancelled,
    DeadlineError,
    HomeError,
    LinkError,
    ListforumError,
    LoginError,
    ServerError,
    UnknownItem,
)
from listforum.forum.connecting import Connecting, Person
from listforum.model.traffic import Bytes
from listforum.sync import plan
from listforum.sync.meter import Meter
from listforum.sync.patience import Patience
from listforum.sync.pull import Pull
from listforum.sync.report import ListReport, Subscription
from listforum.sync.visit import Folders, Visit

__all__ = ["ListReport", "Run", "StoppedBy", "SyncReport"]

StoppedBy = Literal["budget", "link", "login", "cancel", "deadline"]

_STOPS: Sequence[tuple[type[ListforumError], StoppedBy]] = (
    (BudgetError, "budget"),
    (Cancelled, "cancel"),
    (DeadlineError, "deadline"),
    (LinkError, "link"),
    (LoginError, "login"),
)


@dataclass(slots=True)
class SyncReport:
    """What a run did. `stopped_by` tells what ended it, or an account's part of it, early.

    `errors` holds a sentence for whatever failed; a budget or the person that ended it is no failure.
    """

    lists: list[ListReport] = field(default_factory=list)
    spent: Bytes = field(default_factory=Bytes)
    seconds: float = 0.0
    stopped_by: StoppedBy | None = None
    errors: list[str] = field(default_factory=list)


class Run:
    """Keeps the report and the meter while accounts and lists are worked through."""

    def __init__(
        self,
        archive: Archive,
        sync: SyncSettings,
        connecting: Connecting,
        person: Person,
        budget: int | None = None,
    ) -> None:
        self.report = SyncReport()
        self.person = person
        self.meter = Meter(_least(archive, sync, budget))
        self.over = False
        self._archive = archive
        self._connecting = connecting
        self._history = sync.history
        self._began = time.monotonic()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """While the person thinks, no time is counted."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._began += time.monotonic() - began

    def begin(self, settings: ListSettings) -> ListReport:
        """An empty report for a list that is to be worked on."""
        report = ListReport(settings.name)
        self.report.lists.append(report)
        return report

    def end(self) -> SyncReport:
        """The report, complete."""
        self.report.spent = self.meter.spent
        self.report.seconds = round(time.monotonic() - self._began, 3)
        return self.report

    def subscription(self, settings: ListSettings) -> Subscription:
        return Subscription(
            list=settings.name,
            account=settings.account,
            folder=settings.folder,
            list_id=settings.list_id or "",
            address=settings.address,
            history=self._history,
        )

    def pull(self, folders: Folders, settings: ListSettings, report: ListReport) -> Pull:
        """The work on one list in an open session."""
        visit = Visit(self._archive, folders, self.subscription(settings))
        return Pull(visit, report, self.person.progress)

    def work_in(self, account: Account, reports: Sequence[ListReport], work: Callable[[Folders], None]) -> None:
        """Works in a session with an account. Whatever ends it early is noted at those lists that were not done.

        Where the link dies at a mail, that one is set aside and the work goes on in another session: it must pass over
        the lists that are done.
        """
        patience = Patience(plan.HEADERS_AT_ONCE)
        try:
            try:
                while not self._worked_through(account, patience, work):
                    pass
            finally:
                self.meter.book("connect")
                self._write_ledger(reports[0].list)
        except ListforumError as error:
            undone = [report for report in reports if not report.done]
            if undone or not isinstance(error, LinkError):
                self._note(error, undone or reports)

    def _worked_through(self, account: Account, patience: Patience, work: Callable[[Folders], None]) -> bool:
        """Works in one session; answers False when it died and another is worth it."""
        self.meter.must_afford(plan.CONNECT_WORST)
        person = self.person
        try:
            with self._connecting.imap(account, person.ask, person.cancel, self.meter.wire) as session:
                self.meter.came("connect", 1)
                work(Folders(session, self.meter, patience))
        except LinkError as error:
            if isinstance(error, DeadlineError) or not patience.another_session():
                raise
            return False
        return True

    def _write_ledger(self, list_name: str) -> None:
        self._archive.ledger.add(int(time.time()), list_name, self.meter.take())

    @contextmanager
    def one_list(self, report: ListReport) -> Iterator[None]:
        """Work on one list: what fails in it alone is noted, and the session goes on."""
        try:
            yield
        except (ServerError, UnknownItem) as error:
            report.done = True
            self._note(error, [report])

    def _note(self, error: ListforumError, reports: Sequence[ListReport]) -> None:
        stop = next((word for kind, word in _STOPS if isinstance(error, kind)), None)
        self.report.stopped_by = self.report.stopped_by or stop
        self.over = self.over or isinstance(error, BudgetError | Cancelled | HomeError | ArchiveError)
        if isinstance(error, BudgetError | Cancelled):
            return
        for report in reports:
            report.error = report.error or str(error)
        self.report.errors.append(f"{', '.join(report.list for report in reports)}: {error}")


def _least(archive: Archive, sync: SyncSettings, asked: int | None) -> int | None:
    """What may be spent: the least of what was asked for now and what the config leaves of its day or month (UTC)."""
    limits = [] if asked is None else [asked]
    if sync.budget is not None:
        today = datetime.now(UTC).date()
        first = today if sync.budget.per == "day" else today.replace(day=1)
        limits.append(sync.budget.bytes - archive.ledger.since(first.isoformat()).total)
    return max(0, min(limits)) if limits else None
