"""One run on the network: what it may spend, what it has spent, what stopped it, and what it did for each list."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from gettext import gettext as _
from typing import Literal

from listforum.archive.archive import Archive
from listforum.config import Account, ListSettings, SyncSettings
from listforum.errors import (
    ArchiveError,
    BudgetError,
    Cancelled,
    CertificateError,
    DeadlineError,
    HomeError,
    LinkError,
    ListforumError,
    LoginError,
    ServerError,
    UnknownItem,
)
from listforum.forum.connecting import Connecting, Person
from listforum.model.server import Cursor
from listforum.model.traffic import Bytes, Progress
from listforum.sync import costs
from listforum.sync.meter import Meter
from listforum.sync.patience import Patience
from listforum.sync.pull import Pull
from listforum.sync.report import ListReport, Subscription
from listforum.sync.visit import Folders, Visit, glance_at, only_opened
from listforum.wire.folder import Glance
from listforum.wire.imap import ImapSession, Opening

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


LookAt = Callable[[Subscription, Cursor | None, int | None], Glance]
"""What is to be told of a list's folder in the same breath as the login, by its cursor and what is left to spend."""


class Run:
    """Keeps the report and the meter while accounts and lists are worked through."""

    def __init__(
        self,
        archive: Archive,
        sync: SyncSettings,
        connecting: Connecting,
        person: Person,
        budget: int | None = None,
        *,
        glance: LookAt = glance_at,
    ) -> None:
        self._glance = glance
        self.report = SyncReport()
        self.person = person
        self.meter = Meter(_least(archive, sync, budget))
        self.over = False
        self._archive = archive
        self._sync = sync
        self._connecting = connecting
        self._history = sync.history
        self._subscriptions: dict[str, Subscription] = {}
        self._began = time.monotonic()

    def keep_to_the_config(self) -> None:
        """Others may have spent meanwhile of what the config allows; what this run has spent is in the ledger."""
        left = _least(self._archive, self._sync, None)
        if left is not None:
            self.meter.limit(left)

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
        self._subscriptions[settings.name] = self.subscription(settings)
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

    def work_in(
        self,
        account: Account,
        reports: Sequence[ListReport],
        work: Callable[[Folders], None],
    ) -> None:
        """Works in a session with an account. Whatever ends it early is noted at those lists that were not done.

        When the link breaks, the work goes on in another session, as long as that brings anything new: it must pass
        over the lists that are done.
        """
        patience = Patience(costs.HEADERS_AT_ONCE)
        try:
            try:
                while not self._worked_through(account, reports, patience, work):
                    pass
            finally:
                self.meter.book("connect")
                self._write_ledger(reports[0].list)
        except ListforumError as error:
            undone = [report for report in reports if not report.done]
            if undone or not isinstance(error, LinkError):
                self._note(error, undone or reports)

    def _worked_through(
        self,
        account: Account,
        reports: Sequence[ListReport],
        patience: Patience,
        work: Callable[[Folders], None],
    ) -> bool:
        """Works in one session; answers False when it died and another is worth it."""
        self.meter.must_afford(costs.CONNECT_WORST)
        undone = [report for report in reports if not report.done]
        # who comes back knows what is new, or has just died of it
        opening = self._opening(account, undone or reports[:1], only_opened if patience.link.reached else self._glance)
        patience.link.begins(self.meter.spent.total)
        inside = False
        try:
            with self._let_in(account, patience, opening) as session:
                inside = True
                patience.link.logged_in()
                self.meter.came("connect", 1)
                self._remember(account, session, opening)
                work(Folders(session, self.meter, patience))
        except CertificateError:
            raise
        except LinkError as error:
            patience.link.broke(self.meter.spent.total)
            if isinstance(error, DeadlineError):
                patience.link.waited_long()
            pause = patience.link.pause(random.random())  # noqa: S311 - nobody gains by guessing it
            if pause is None and patience.link.reached and not inside and not isinstance(error, DeadlineError):
                words = _("the link broke and could not be made again: {why}").format(why=error)
                raise LinkError(words) from None
            if pause is None or (all(report.done for report in reports) and not patience.lined_up):
                raise
            self._wait(pause, str(error))
            return False
        return True

    @contextmanager
    def _let_in(self, account: Account, patience: Patience, opening: Opening) -> Iterator[ImapSession]:
        """A session. Raises LinkError where a server lets nobody in that did so before in this run.

        It may take the sessions that broke for living ones, and those for too many.
        """
        person, inside = self.person, False
        try:
            with self._connecting.imap(account, person.ask, person.cancel, self.meter.wire, opening) as session:
                inside = True
                yield session
        except ServerError as error:
            if inside or not patience.link.reached:
                raise
            raise LinkError(str(error)) from None

    def _opening(
        self,
        account: Account,
        reports: Sequence[ListReport],
        glance: LookAt,
    ) -> Opening:
        """What is known of an account's server, and what to look at first in it: the folders of these lists."""
        glances: dict[str, Glance] = {}
        for to in (self._subscriptions[report.list] for report in reports):
            row = self._archive.lists.ensure(to.list, to.list_id)
            cursor = self._archive.cursors.get(to.account, to.folder, row)
            glances.setdefault(to.folder, glance(to, cursor, self.meter.left))
        known = self._archive.memory.get(_capabilities_of(account))
        return Opening(frozenset(json.loads(known) if known else ()), tuple(glances.values()))

    def _remember(self, account: Account, session: ImapSession, opening: Opening) -> None:
        if session.remembered != opening.capabilities:
            with self._archive.transaction():
                self._archive.memory.put(_capabilities_of(account), json.dumps(sorted(session.remembered)))

    def _wait(self, seconds: float, why: str) -> None:
        """Lets the link recover. Raises Cancelled when the person does not want to wait."""
        self.meter.book("connect")
        what = _("{why}; trying again").format(why=why)
        self.person.progress(Progress(what, 0, 0, self.meter.spent, round(seconds, 1)))
        self.person.cancel.wait(seconds)

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

    def leave_over(self) -> None:
        """Something waits because the budget does not bear it, though it bears other things yet."""
        if self.meter.left is not None:
            self.report.stopped_by = self.report.stopped_by or "budget"

    def _note(self, error: ListforumError, reports: Sequence[ListReport]) -> None:
        stop = next((word for kind, word in _STOPS if isinstance(error, kind)), None)
        self.report.stopped_by = self.report.stopped_by or stop
        self.over = self.over or isinstance(error, BudgetError | Cancelled | HomeError | ArchiveError)
        if isinstance(error, BudgetError | Cancelled):
            return
        for report in reports:
            report.error = report.error or str(error)
        self.report.errors.append(f"{', '.join(report.list for report in reports)}: {error}")


def _capabilities_of(account: Account) -> str:
    """Where the archive remembers what an account's server can do."""
    return f"capabilities:{account.name}:{account.imap.host}"


def _least(archive: Archive, sync: SyncSettings, asked: int | None) -> int | None:
    """What may be spent: the least of what was asked for now and what the config leaves of its day or month (UTC)."""
    limits = [] if asked is None else [asked]
    if sync.budget is not None:
        today = datetime.now(UTC).date()
        first = today if sync.budget.per == "day" else today.replace(day=1)
        limits.append(sync.budget.bytes - archive.ledger.since(first.isoformat()).total)
    return max(0, min(limits)) if limits else None
