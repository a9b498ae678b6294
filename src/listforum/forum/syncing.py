"""Syncing: with sending, one of the only two moments that need the network."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from gettext import gettext as _
from typing import Final

from listforum.archive.archive import Archive
from listforum.archive.aside import Missing
from listforum.cancel import Cancel
from listforum.config import Account, Config, ListSettings
from listforum.errors import ArchiveError, BusyError, ConfigError, HomeError, UnknownItem
from listforum.forum.connecting import Connecting, Person
from listforum.forum.expenses import Expenses
from listforum.forum.offering import Approve, Offering, Pair, Wanted, Work, price
from listforum.forum.run import Run, SyncReport
from listforum.home import Home
from listforum.model.forum import Mark
from listforum.model.traffic import Paid, Progress
from listforum.sync import costs
from listforum.sync.price import take_stock
from listforum.sync.report import ListReport
from listforum.sync.settle import settle_by_archive, settle_by_sent_folder
from listforum.sync.visit import Folders
from listforum.wire.imap import ImapSession
from listforum.wire.meter import Meter
from listforum.words import N_

__all__ = ["Approve", "Syncing", "Wanted"]

_FOLLOWED: Final[tuple[Mark, ...]] = ("followed",)


class Syncing:
    """Brings mail in, with the lock of the home held."""

    def __init__(self, archive: Archive, config: Config, home: Home, connecting: Connecting | None = None) -> None:
        self._archive = archive
        self._config = config
        self._home = home
        self._connecting = connecting or Connecting()

    def sync(
        self,
        names: Sequence[str],
        wanted: Wanted,
        *,
        ask: Callable[[str], str],
        cancel: Cancel,
        progress: Callable[[Progress], None],
        approve: Approve | None = None,
    ) -> SyncReport:
        """Syncs lists (all that are configured, when none are named), one connection for each account.

        `approve` is asked in each account's session, once the new mails are counted and before anything is fetched: its
        reports are those of a sync that only tells the price, without that of the connection, which is paid by then. It
        is asked again before the texts, where the headers show that they cost far more: its reports then tell what
        waits and no new headers, for those are here. Its None ends the run as if it was cancelled.

        Never raises for what stops a run on the way: the report tells. Raises UnknownItem and ConfigError for what is
        wrong before it starts, and BusyError when another listforum is at work.
        """
        chosen = self.chosen(names)
        with self._home.lock(N_("syncing")):
            self._archive.outbox.requeue_interrupted()
            person = Person(ask, cancel, progress)
            run = Run(self._archive, self._config.sync, self._connecting, person, wanted.budget)
            pairs = {account: [(one, run.begin(one)) for one in lists] for account, lists in chosen.items()}
            for account, lists in pairs.items():
                if not run.over:
                    self._sync_account(account, lists, wanted, run, approve)
            for report in run.report.lists:
                report.left_early = not report.done
            if wanted.extent != "price":
                for one, report in (pair for lists in pairs.values() for pair in lists):
                    take_stock(self._archive, run.subscription(one), report)
            settle_by_archive(self._archive)
            done = run.end()
            Expenses(self._archive, lambda: self._config).learn_pace(done.spent, done.seconds)
            return done

    @contextmanager
    def session(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> Iterator[ImapSession]:
        """A session that is logged in, for looking around; what it costs is booked too."""
        meter = Meter()
        try:
            with self._connecting.imap(account, ask, cancel, meter) as session:
                yield session
        finally:
            names = [one.name for one in self._config.lists.values() if one.account == account.name]
            # who looks around wants to know of the server; the archive's troubles are told elsewhere
            with suppress(HomeError, ArchiveError, BusyError):
                self._archive.ledger.add(int(time.time()), (names or [account.name])[0], {"connect": Paid(meter.bytes)})

    def greet(self, account: Account, ask: Callable[[str], str], cancel: Cancel) -> None:
        """Logs in where the account sends, and leaves again. Raises ConfigError when it sends nowhere."""
        self._connecting.greet(account, ask, cancel)

    # --- one account ----------------------------------------------------------------------------------------------

    def _sync_account(
        self, account: Account, lists: Sequence[Pair], wanted: Wanted, run: Run, approve: Approve | None
    ) -> None:
        reports = [report for _one, report in lists]
        before = run.meter.spent
        if wanted.extent == "price":
            run.work_in(account, reports, lambda folders: self._price(folders, lists, run))
            _add_to_first(reports, (run.meter.spent - before).total)
            return
        offering = Offering(self._archive, run, wanted, approve)

        run.work_in(account, reports, lambda folders: self.bring(folders, lists, offering, run))

    def bring(self, folders: Folders, lists: Sequence[Pair], offering: Offering, run: Run) -> None:
        """Brings in what is agreed to of lists of one account, in a session. The lock of the home is held."""
        pulls = [(run.pull(folders, one, report), report) for one, report in lists]
        offering.offer(pulls)
        self._headers(pulls, offering, run)
        if offering.texts_wanted:
            offering.offer_texts([pair for pair in lists if not pair[1].done])
        self._texts(folders, pulls, offering, run)

    def _headers(self, pulls: Sequence[Work], offering: Offering, run: Run) -> None:
        for pull, report in pulls:
            if not report.done:
                with run.one_list(report):
                    (pull.news if offering.texts_wanted else pull.headers)()

    def _texts(self, folders: Folders, pulls: Sequence[Work], offering: Offering, run: Run) -> None:
        """Texts, when they are wanted, and last what the server could not give before."""
        if offering.texts_wanted:
            self._wanted_texts([(pull, report) for pull, report in pulls if not report.done], run)
        for _pull, report in pulls:
            report.done = True
        if offering.texts_wanted and (run.meter.left is None or run.meter.left > costs.SETTLE_WORST):
            settle_by_sent_folder(self._archive, pulls[0][0].account, folders.session)
        undisturbed = [(pull, report) for pull, report in pulls if report.error is None]
        self._ask_again(undisturbed, run, ("mail", "text") if offering.texts_wanted else ("mail",))
        if offering.texts_wanted and any(pull.too_dear for pull, _report in undisturbed):
            run.leave_over()

    def _wanted_texts(self, pulls: Sequence[Work], run: Run) -> None:
        """Those of followed topics of every list, then all others, beginning in the folder that is open."""
        last: Work | None = None
        for pull, report in pulls:
            with run.one_list(report):
                last = (pull, report) if pull.texts(_FOLLOWED) else last
        for pull, report in sorted(pulls, key=lambda work: work is not last):
            if not report.done:
                with run.one_list(report):
                    pull.texts()

    def _ask_again(self, pulls: Sequence[Work], run: Run, kinds: Sequence[Missing]) -> None:
        """At the very end: whatever this does to the session, all else is here."""
        for pull, _report in pulls:
            for missing in kinds:
                pull.line_up(missing)
        for pull, report in pulls:
            with run.one_list(report):
                for missing in kinds:
                    pull.again(missing)
                    if "text" in kinds:
                        pull.texts()

    def _price(self, folders: Folders, lists: Sequence[Pair], run: Run) -> None:
        for one, report in lists:
            take_stock(self._archive, run.subscription(one), report)
        price([(run.pull(folders, one, report), report) for one, report in lists], run)
        for _one, report in lists:
            report.done = True

    # --- what is asked for ----------------------------------------------------------------------------------------

    def chosen(self, names: Sequence[str]) -> Mapping[Account, list[ListSettings]]:
        """The lists of these names, or all, by account. Raises UnknownItem and ConfigError."""
        if not self._config.lists:
            raise ConfigError(_("The config names no list: add a [lists.NAME] table (listforum doctor shows which)."))
        chosen: defaultdict[str, list[ListSettings]] = defaultdict(list)
        for name in dict.fromkeys(names or self._config.lists):
            if name not in self._config.lists:
                raise UnknownItem(
                    _("There is no list “{name}” in the config. Known: {known}.").format(
                        name=name, known=", ".join(self._config.lists)
                    )
                )
            chosen[self._config.lists[name].account].append(self._config.lists[name])
        return {self._config.accounts[account]: lists for account, lists in chosen.items()}


def _add_to_first(reports: Sequence[ListReport], connection: int) -> None:
    """Adds what a connection costs to the price of the first list that has anything to fetch."""
    first = next((report for report in reports if report.waiting_bytes), None)
    if first:
        first.waiting_bytes += connection
