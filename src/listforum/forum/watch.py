"""Waiting for the new posts of one account: its session, its lists, its patience with the link."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from gettext import gettext as _
from typing import Final

from listforum.archive.archive import Archive
from listforum.config import Account, ListSettings
from listforum.errors import BusyError, Cancelled, DeadlineError, ServerError
from listforum.forum.connecting import Person
from listforum.forum.offering import Approve, Offering, Pair, Wanted
from listforum.forum.run import Run, SyncReport
from listforum.forum.syncing import Syncing
from listforum.home import Home
from listforum.model.traffic import Progress
from listforum.sync import costs
from listforum.sync.price import take_stock
from listforum.sync.report import ListReport
from listforum.sync.rhythm import ASKED, LONGEST, Calm, Rhythm
from listforum.sync.settle import settle_by_archive
from listforum.sync.visit import Folders
from listforum.wire.folder import FolderState, Glance
from listforum.wire.imap import ImapSession
from listforum.words import N_

_BUSY_SECONDS: Final = 1.0
"""How often it is looked whether another listforum is done."""

_HELD_SECONDS: Final = 300
"""A session that lived so long is worth coming back for at once."""

Came = Callable[[Sequence[ListReport]], None]
"""Is told what came, list by list, each time that something did."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is wanted, by whom, and who is told what came; `approve` is asked before the first sync."""

    wanted: Wanted
    person: Person
    came: Came
    approve: Approve | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the work is done: the archive in its home, whose lock is held while it is written."""

    archive: Archive
    home: Home
    syncing: Syncing


class Watch:
    """The wait at one account, with `run` for what it may spend and has done."""

    def __init__(self, place: Place, account: Account, lists: Sequence[ListSettings], terms: Terms, run: Run) -> None:
        self._place, self._account, self._terms, self._run = place, account, terms, run
        self._pairs: Sequence[Pair] = [(one, run.begin(one)) for one in lists]
        known = place.archive.memory.get(self._rhythm_name)
        self._rhythm = Rhythm(int(known) if known and known.isdigit() else LONGEST)
        self._calm = Calm()
        self._offering = Offering(place.archive, run, terms.wanted, terms.approve)
        self._answered: dict[str, FolderState] = {}
        self._over = False

    def until_it_ends(self) -> SyncReport:
        """Syncs and waits; answers what all of it did."""
        run = self._run
        while not self._over:
            began, spent = time.monotonic(), run.meter.spent.total
            self._to_do(self._pairs)
            run.work_in(self._account, [report for _one, report in self._pairs], self._in_session)
            if self._over or run.over or not self._worth_coming_back():
                break
            if time.monotonic() - began >= _HELD_SECONDS:
                self._calm.link_held()
            try:
                self._hold_still(run.meter.spent.total - spent)
            except Cancelled:
                break
        return run.end()

    def _worth_coming_back(self) -> bool:
        """A link may come again; who was refused is refused again."""
        return all(report.done for _one, report in self._pairs) or self._run.report.stopped_by in ("link", "deadline")

    def _hold_still(self, paid: int) -> None:
        seconds = self._calm.link_died(random.random(), paid)  # noqa: S311 - nobody gains by guessing it
        self._tell(_("The link is gone; trying again"), seconds)
        self._terms.person.cancel.wait(seconds)

    # --- in a session -----------------------------------------------------------------------------------------------

    def _in_session(self, folders: Folders) -> None:
        try:
            self._sync(folders, self._pairs)  # what is done already is passed over
            self._wait(folders)
        except Cancelled:
            self._over = True
            if not all(report.done for _one, report in self._pairs):
                raise
        except ServerError:
            self._over = True
            raise

    def _sync(self, folders: Folders, pairs: Sequence[Pair]) -> bool:
        """Answers whether anything came."""
        before = [replace(report) for _one, report in pairs]
        with self._locked():
            self._place.archive.outbox.requeue_interrupted()
            self._place.syncing.bring(folders, pairs, self._offering, self._run)
            for one, report in pairs:
                take_stock(self._place.archive, self._run.subscription(one), report)
            settle_by_archive(self._place.archive)
            self._write_ledger()
        self._agreed()
        self._no_more_failing()
        news = [_since(old, report) for old, (_one, report) in zip(before, pairs, strict=True)]
        came = [one for one in news if one.new_headers or one.new_texts]
        if came:
            self._terms.came(came)
        return bool(came)

    def _agreed(self) -> None:
        """What was agreed to holds for all that comes later, too: nobody is asked again."""
        extent = self._terms.wanted.extent if self._offering.texts_wanted else "headers"
        self._offering = Offering(self._place.archive, self._run, Wanted(extent), None)

    def _to_do(self, pairs: Sequence[Pair]) -> None:
        for _one, report in pairs:
            report.done, report.error = False, None

    def _no_more_failing(self) -> None:
        """What went wrong before is made good; what is still wrong with a list stands in its report."""
        report = self._run.report
        if report.stopped_by in ("link", "deadline"):
            report.stopped_by = None
        report.errors[:] = [f"{one.list}: {one.error}" for one in report.lists if one.error is not None]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """With the lock of the home, once nobody else has it. Raises Cancelled."""
        with ExitStack() as stack:
            while True:
                try:
                    stack.enter_context(self._place.home.lock(N_("syncing")))
                    break
                except BusyError as busy:
                    self._tell(str(busy))
                    self._terms.person.cancel.wait(_BUSY_SECONDS)
            yield

    # --- waiting ----------------------------------------------------------------------------------------------------

    def _wait(self, folders: Folders) -> None:
        """Waits in the folder with most lists, looks into the others at each renewal, and syncs what has news."""
        session = folders.session
        names = [one.folder for one, report in self._pairs if report.error is None]
        if not names:
            self._over = True
            return
        here = max(names, key=names.count)
        told = False
        while True:
            states = self._states(folders, here, dict.fromkeys(name for name in names if name != here))
            news = self._behind(states) | ({here} if told else set())
            if not news:
                self._tell(_("Waiting for new posts"))
                told = self._renewed(session)
                continue
            self._answered |= states
            pairs = [pair for pair in self._pairs if pair[0].folder in news]
            session.look_anew()
            self._to_do(pairs)
            if self._sync(folders, pairs):
                self._calm.something_came()
            else:
                self._tell(_("Waiting for new posts"))
                self._terms.person.cancel.wait(self._calm.false_alarm())
            told = False

    def _states(self, folders: Folders, here: str, others: Collection[str]) -> Mapping[str, FolderState]:
        """How the folders stand; the one to wait in is open then."""
        states = {here: folders.open(Glance(here)).state}
        if others:
            self._run.meter.must_afford(costs.REQUEST * len(others))
            states |= folders.session.status(others)
            self._book()
        return states

    def _behind(self, states: Mapping[str, FolderState]) -> set[str]:
        """The folders with mails that were not there when they were read; each state of a folder is news but once."""
        return {
            one.folder
            for one, _report in self._pairs
            if one.folder in states
            and self._answered.get(one.folder) != states[one.folder]
            and self._is_behind(one, states[one.folder])
        }

    def _is_behind(self, one: ListSettings, state: FolderState) -> bool:
        row = self._place.archive.lists.ensure(one.name, one.list_id or "")
        cursor = self._place.archive.cursors.get(one.account, one.folder, row)
        if cursor is None or cursor.uidvalidity != state.uidvalidity:
            return True
        return cursor.covered.first_gap(cursor.floor) < state.uidnext

    def _renewed(self, session: ImapSession) -> bool:
        """One wait; answers whether mails have come."""
        self._book()
        self._run.keep_to_the_config()
        self._run.meter.must_afford(costs.REQUEST)
        seconds = self._rhythm.seconds if session.waits_idly else ASKED
        try:
            told = session.wait_for_news(seconds)
        except DeadlineError:
            self._rhythm.died()
            self._remember_rhythm()
            raise
        finally:
            self._book()
        if not told and session.waits_idly:
            self._rhythm.held()
            self._remember_rhythm()
        return told

    # --- what is kept and told --------------------------------------------------------------------------------------

    @property
    def _rhythm_name(self) -> str:
        return f"rhythm:{self._account.name}:{self._account.imap.host}"

    def _remember_rhythm(self) -> None:
        memory = self._place.archive.memory
        if memory.get(self._rhythm_name) != str(self._rhythm.seconds):
            memory.put(self._rhythm_name, str(self._rhythm.seconds))

    def _book(self) -> None:
        self._run.meter.book("connect")
        self._write_ledger()

    def _write_ledger(self) -> None:
        self._place.archive.ledger.add(int(time.time()), self._pairs[0][0].name, self._run.meter.take())

    def _tell(self, what: str, seconds: float | None = None) -> None:
        self._terms.person.progress(Progress(what, 0, 0, self._run.meter.spent, seconds))


def _since(before: ListReport, now: ListReport) -> ListReport:
    """What a report tells beyond an earlier one of the same list."""
    return replace(now, new_headers=now.new_headers - before.new_headers, new_texts=now.new_texts - before.new_texts)
