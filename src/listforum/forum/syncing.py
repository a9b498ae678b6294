"""Syncing: with sending, one of the only two moments that need the network."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from listforum.archive.archive import Archive
from listforum.config import Account, Config, ListSettings, Server
from listforum.credentials import read_secret
from listforum.errors import (
    BudgetError,
    Cancelled,
    ConfigError,
    DeadlineError,
    LinkError,
    ListforumError,
    LoginError,
    UnknownItem,
)
from listforum.home import Home
from listforum.model import Bytes, Progress
from listforum.secret import Secret
from listforum.sync.meter import Meter
from listforum.sync.pull import ListReport, Pull, Subscription
from listforum.sync.settle import settle_by_archive, settle_by_sent_folder
from listforum.wire.cancel import Cancel
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.imap import ImapSession
from listforum.wire.smtp import greet

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
    """What a sync did. `stopped_by` tells what ended it early; `errors` holds a sentence for each list that failed."""

    lists: list[ListReport] = field(default_factory=list)
    spent: Bytes = field(default_factory=Bytes)
    seconds: float = 0.0
    stopped_by: StoppedBy | None = None
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sync is asked to do: everything, headers only, or just to tell what it would cost."""

    extent: Literal["all", "headers", "price"] = "all"
    budget: int | None = None


class Syncing:
    """Brings mail in, with the lock of the home held."""

    def __init__(self, archive: Archive, config: Config, home: Home) -> None:
        self._archive = archive
        self._config = config
        self._home = home
        self._secrets: dict[str, Secret] = {}

    def sync(
        self,
        names: Sequence[str],
        wanted: Wanted,
        *,
        ask: Callable[[str], str],
        cancel: Cancel,
        progress: Callable[[Progress], None],
    ) -> SyncReport:
        """Syncs lists (all that are configured, when none are named), one connection for each account.

        Never raises for what stops a run on the way: the report tells. Raises UnknownItem and ConfigError for what is
        wrong before it starts, and BusyError when another listforum is at work.
        """
        chosen = self._chosen(names)
        report = SyncReport()
        began = time.monotonic()
        with self._home.lock("syncing"):
            self._archive.outbox.requeue_interrupted()
            for account, lists in chosen.items():
                meter = Meter(self._budget(wanted.budget, report.spent))
                with self._stops(report):
                    self._sync_account(account, lists, wanted, _Run(report, meter, ask, cancel, progress))
                report.spent = report.spent + meter.spent
                if report.stopped_by in {"cancel", "budget"}:
                    break
            settle_by_archive(self._archive)
        report.seconds = round(time.monotonic() - began, 3)
        return report

    def fetch(
        self, posts: Sequence[int], *, ask: Callable[[str], str], cancel: Cancel, progress: Callable[[Progress], None]
    ) -> SyncReport:
        """Fetches the whole text of posts that wait for it."""
        report = SyncReport()
        began = time.monotonic()
        with self._home.lock("fetching"):
            for settings, of_list in self._by_list(posts).items():
                account = self._config.accounts[settings.account]
                meter = Meter(self._budget(None, report.spent))
                with self._stops(report), self._session(account, ask, cancel) as session:
                    meter.watch(session)
                    pull = Pull(self._archive, session, self._subscription(settings), meter, progress)
                    report.lists.append(pull.report)
                    pull.whole_texts(of_list)
                    pull.count_waiting()
                report.spent = report.spent + meter.spent
        report.seconds = round(time.monotonic() - began, 3)
        return report

    def fetch_part(
        self,
        post: int,
        section: str,
        *,
        ask: Callable[[str], str],
        cancel: Cancel,
        progress: Callable[[Progress], None],
    ) -> SyncReport:
        """Fetches an attachment; what came before a cut is kept, and the next try goes on after it."""
        report = SyncReport()
        began = time.monotonic()
        with self._home.lock("fetching"):
            settings = next(iter(self._by_list([post])))
            meter = Meter(self._budget(None, report.spent))
            with (
                self._stops(report),
                self._session(self._config.accounts[settings.account], ask, cancel) as session,
            ):
                meter.watch(session)
                pull = Pull(self._archive, session, self._subscription(settings), meter, progress)
                report.lists.append(pull.report)
                pull.part(post, section)
            report.spent = meter.spent
        report.seconds = round(time.monotonic() - began, 3)
        return report

    @contextmanager
    def session(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> Iterator[ImapSession]:
        """A session that is logged in, for looking around."""
        with self._session(account, ask, cancel) as session:
            yield session

    def greet(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> None:
        """Logs in where the account sends, and leaves again. Raises ConfigError when it sends nowhere."""
        if account.smtp is None:
            raise ConfigError(f"the account has no smtp: add it under [accounts.{account.name}] in the config.")
        greet(_endpoint(account.smtp, account), self._credentials(account, account.smtp, ask, cancel), cancel)

    # --- one account ----------------------------------------------------------------------------------------------

    def _sync_account(self, account: Account, lists: Iterable[ListSettings], wanted: Wanted, run: _Run) -> None:
        with self._session(account, run.ask, run.cancel) as session:
            run.meter.watch(session)
            pulls = []
            for settings in lists:
                pull = Pull(self._archive, session, self._subscription(settings), run.meter, run.progress)
                run.report.lists.append(pull.report)
                pulls.append(pull)
                self._pull(pull, wanted, run)
            if wanted.extent == "all":
                settle_by_sent_folder(self._archive, account.name, session)

    def _pull(self, pull: Pull, wanted: Wanted, run: _Run) -> None:
        try:
            if wanted.extent == "price":
                pull.price()
                return
            pull.headers()
            if wanted.extent == "all":
                pull.texts()
        finally:
            run.meter.book("connect")
            if wanted.extent != "price":
                pull.count_waiting()
            pull.book()

    @contextmanager
    def _session(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> Iterator[ImapSession]:
        credentials = self._credentials(account, account.imap, ask, cancel)
        with ImapSession(_endpoint(account.imap, account), credentials, cancel=cancel) as session:
            yield session

    def _credentials(self, account: Account, server: Server, ask: Callable[[str], str], cancel: Cancel) -> Credentials:
        if account.name not in self._secrets:
            self._secrets[account.name] = read_secret(account, ask, lambda: cancel.cancelled)
        return Credentials(server.user, self._secrets[account.name], account.auth)

    @contextmanager
    def _stops(self, report: SyncReport) -> Iterator[None]:
        try:
            yield
        except ListforumError as error:
            for kind, word in _STOPS:
                if isinstance(error, kind):
                    report.stopped_by = word
                    break
            if not isinstance(error, Cancelled):
                report.errors.append(str(error))

    # --- what is asked for ----------------------------------------------------------------------------------------

    def _chosen(self, names: Sequence[str]) -> Mapping[Account, list[ListSettings]]:
        if not self._config.lists:
            raise ConfigError("The config names no list: add a [lists.NAME] table (listforum doctor shows which).")
        chosen: defaultdict[str, list[ListSettings]] = defaultdict(list)
        for name in dict.fromkeys(names or self._config.lists):
            if name not in self._config.lists:
                raise UnknownItem(f"There is no list “{name}” in the config. Known: {', '.join(self._config.lists)}.")
            chosen[self._config.lists[name].account].append(self._config.lists[name])
        return {self._config.accounts[account]: lists for account, lists in chosen.items()}

    def _by_list(self, posts: Sequence[int]) -> Mapping[ListSettings, list[int]]:
        found: defaultdict[ListSettings, list[int]] = defaultdict(list)
        for post in posts:
            names = [name for name in self._archive.topics.lists_of(post) if name in self._config.lists]
            if not names:
                raise UnknownItem(
                    f"Post {post} lies on no server that is configured: there is nothing to fetch it from."
                )
            found[self._config.lists[names[0]]].append(post)
        return found

    def _subscription(self, settings: ListSettings) -> Subscription:
        return Subscription(
            list=settings.name,
            account=settings.account,
            folder=settings.folder,
            list_id=settings.list_id or "",
            address=settings.address,
            history=self._config.sync.history,
        )

    def _budget(self, asked: int | None, spent: Bytes) -> int | None:
        """What may still be spent: the least of what was asked for now and what the config leaves of its period."""
        limits = [] if asked is None else [asked - spent.total]
        budget = self._config.sync.budget
        if budget is not None:
            today = datetime.now(UTC).date()
            first = today if budget.per == "day" else today.replace(day=1)
            limits.append(budget.bytes - self._archive.ledger.since(first.isoformat()).total)
        return max(0, min(limits)) if limits else None


@dataclass(frozen=True, slots=True)
class _Run:
    report: SyncReport
    meter: Meter
    ask: Callable[[str], str]
    cancel: Cancel
    progress: Callable[[Progress], None]


def _endpoint(server: Server, account: Account) -> Endpoint:
    return Endpoint(server.host, server.port, server.tls, account.ca_file)
