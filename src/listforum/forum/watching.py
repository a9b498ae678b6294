"""Waiting for new posts: a sync, and another whenever something has come, until the person ends it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from listforum.archive.archive import Archive
from listforum.config import Config
from listforum.forum.connecting import Connecting, Person
from listforum.forum.offering import Approve, Wanted
from listforum.forum.run import Run, SyncReport
from listforum.forum.syncing import Syncing
from listforum.forum.watch import Came, Place, Terms, Watch
from listforum.home import Home
from listforum.model.traffic import Bytes
from listforum.sync import rhythm

__all__ = ["Came", "Watching"]


class Watching:
    """Keeps a session with each account, and syncs in it as soon as the server tells of news.

    The lock of the home is held while it syncs, and not while it waits. Nothing is sent.
    """

    def __init__(self, archive: Archive, config: Config, home: Home, connecting: Connecting | None = None) -> None:
        self._archive = archive
        self._config = config
        self._connecting = connecting or Connecting()
        self._syncing = Syncing(archive, config, home, self._connecting)
        self._place = Place(archive, home, self._syncing)

    def price(self, names: Sequence[str] = ()) -> int:
        """What a day of waiting costs, in bytes, without what comes; rather more than less. Raises as `watch` does."""
        folders = [{one.folder for one in lists} for lists in self._syncing.chosen(names).values()]
        return sum(rhythm.bytes_a_day(other_folders=len(several) - 1) for several in folders)

    def watch(
        self, names: Sequence[str], wanted: Wanted, person: Person, came: Came, approve: Approve | None = None
    ) -> SyncReport:
        """Syncs and waits until the person stops it, the budget is spent, or no account can be waited at any more.

        `approve` is asked in the first sync only. The report tells of all syncs together; that the person ended the
        wait is no stop, but that they ended a sync is one. A budget is shared out among the accounts. Raises
        UnknownItem and ConfigError for what is wrong before it starts.
        """
        chosen = self._syncing.chosen(names)
        share = None if wanted.budget is None else wanted.budget // len(chosen)
        terms = Terms(replace(wanted, budget=share), person, came, approve)
        watches = []
        for account, lists in chosen.items():
            run = Run(self._archive, self._config.sync, self._connecting, person, share)
            watches.append(Watch(self._place, account, lists, terms, run))
        return _together(_side_by_side([watch.until_it_ends for watch in watches]))


def _side_by_side(works: Sequence[Callable[[], SyncReport]]) -> Sequence[SyncReport]:
    """Does all at once, the last one in this thread. The others die with the program, whatever they wait for."""
    ended: queue.SimpleQueue[tuple[int, SyncReport] | BaseException] = queue.SimpleQueue()

    def do(at: int) -> None:
        try:
            ended.put((at, works[at]()))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits for all
            ended.put(error)

    for at in range(len(works) - 1):
        threading.Thread(target=do, args=(at,), daemon=True).start()
    do(len(works) - 1)
    reports: dict[int, SyncReport] = {}
    for _work in works:
        outcome = ended.get()
        if isinstance(outcome, BaseException):
            raise outcome
        reports[outcome[0]] = outcome[1]
    return [reports[at] for at in sorted(reports)]


def _together(reports: Sequence[SyncReport]) -> SyncReport:
    """The reports of accounts as one."""
    return SyncReport(
        [one for report in reports for one in report.lists],
        sum((report.spent for report in reports), Bytes()),
        max(report.seconds for report in reports),
        next((report.stopped_by for report in reports if report.stopped_by), None),
        [error for report in reports for error in report.errors],
    )
