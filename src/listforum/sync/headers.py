"""Header fields: of the list's mails, and of direct copies; newest first, each batch stored with its cursor."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from listforum.archive.arrival import Arrival, understand
from listforum.model import Cursor, Received
from listforum.sync import plan
from listforum.sync.report import ListReport, Phase, Report
from listforum.sync.visit import Visit
from listforum.wire.fetched import FetchedHeader

_LOOKED_AT_AGAIN = 200
"""UIDs back from the newest in which a copy waits for the post it refers to."""

_REFERRING = ("Message-ID", "In-Reply-To", "References")


class Headers:
    """Fetches the header fields of every mail of a list that is not here yet."""

    def __init__(self, visit: Visit, report: ListReport, progress: Report) -> None:
        self._visit = visit
        self._report = report
        self._progress = progress

    def fetch(self) -> None:
        """Fetches all there are, within the budget."""
        visit = self._visit
        cursor = visit.lay_cursor()
        left = list(visit.unsettled(cursor))
        visit.meter.book("connect")
        phase = Phase(f"{visit.to.list}: headers", len(left), visit.meter, self._progress)
        first, last = cursor.covered.first_gap(cursor.floor), visit.state.uidnext - 1
        while first <= last:
            window = plan.next_window(left, first, last, plan.headers_within(visit.meter.left))
            self._fetch_window(window, phase)
            del left[len(left) - len(window.uids) :]
            last = window.low - 1
        if visit.to.list_id:
            self._direct_copies()

    def count(self) -> int:
        """How many there are, without fetching them."""
        cursor = self._visit.lay_cursor()
        count = len(self._visit.unsettled(cursor))
        self._visit.meter.book("connect")
        return count

    def _fetch_window(self, window: plan.Window, phase: Phase) -> None:
        arrivals: list[Arrival] = []
        settled: tuple[int, int] | None = None
        try:
            if window.uids:
                for fetched in self._ask(window.uids):
                    arrivals.append(self._arrival(fetched))
                    phase.one_more()
            settled = (window.low, window.high)
        finally:
            self._visit.meter.book("headers")
            self._store(arrivals, settled)

    def _ask(self, uids: Sequence[int]) -> Iterable[FetchedHeader]:
        meter = self._visit.meter
        if meter.left is None:
            return self._visit.session.headers(uids)
        meter.must_afford(plan.headers_worst(len(uids)))
        return self._visit.session.headers(uids, plan.FIELDS_LIMIT)

    def _arrival(self, fetched: FetchedHeader) -> Arrival:
        received = Received(fetched.header, fetched.parts, None, fetched.arrived)
        return understand(received, self._visit.place(fetched.uid))

    def _store(self, arrivals: Iterable[Arrival], settled: tuple[int, int] | None) -> None:
        """One batch, its places, its bytes and its cursor, in one transaction."""
        visit = self._visit
        ours = [arrival for arrival in arrivals if self._is_ours(arrival)]
        with visit.archive.transaction():
            added = visit.archive.posts.add(visit.to.list, ours, int(time.time()))
            visit.write_ledger()
            cursor = visit.cursor()
            if settled and cursor:
                visit.keep(replace(cursor, covered=cursor.covered.with_range(*settled)))
        self._report.new_headers += len(added.new)

    def _is_ours(self, arrival: Arrival) -> bool:
        """SEARCH matches substrings: `a.example.org` is found in `xa.example.org` too."""
        told = arrival.header.list_id
        return not self._visit.to.list_id or not told or told.casefold() == self._visit.to.list_id.casefold()

    # --- direct copies --------------------------------------------------------------------------------------------

    def _direct_copies(self) -> None:
        """In a folder that holds other mail: mail to the list that reached the person directly, answering a post.

        Such a copy has no List-Id; when the list drops duplicates it is the only one there is.
        """
        visit = self._visit
        address = visit.to.address or visit.archive.lists.posting_address(visit.to.list)[0]
        cursor = visit.cursor()
        if not address or not cursor or cursor.direct >= visit.state.uidnext:
            return
        stored = visit.stored()
        candidates = [uid for uid in visit.addressed(address, cursor.direct) if uid not in stored]
        visit.meter.book("connect")
        answering, hopeful = self._answering(candidates)
        for begin in range(0, len(answering), size := plan.headers_within(visit.meter.left)):
            self._fetch_copies(answering[begin : begin + size])
        self._looked_until(cursor, hopeful)

    def _answering(self, candidates: Sequence[int]) -> tuple[list[int], list[int]]:
        """Those mails that refer to a post that is here, and those that refer to something that may yet come.

        Told by their References alone; a copy may answer another one.
        """
        told = dict(self._references(candidates))
        answering: list[int] = []
        ids: set[str] = set()
        found = True
        while found:
            found = False
            for uid in sorted(told.keys() - set(answering)):
                message_id, referred = told[uid]
                if referred & ids or self._visit.archive.posts.known_ids(referred):
                    answering.append(uid)
                    ids.add(message_id)
                    found = True
        return sorted(answering), sorted(
            uid for uid, (_, referred) in told.items() if referred and uid not in answering
        )

    def _references(self, candidates: Sequence[int]) -> Iterable[tuple[int, tuple[str, frozenset[str]]]]:
        meter = self._visit.meter
        longest = None if meter.left is None else plan.FIELDS_LIMIT
        for begin in range(0, len(candidates), size := plan.headers_within(meter.left)):
            asked = candidates[begin : begin + size]
            meter.must_afford(plan.headers_worst(len(asked)))
            for uid, fields in self._visit.session.header_fields(asked, _REFERRING, longest):
                header = understand(Received(fields, ())).header
                yield uid, (header.message_id, frozenset((*header.in_reply_to, *header.references)))
        self._visit.meter.book("headers")

    def _fetch_copies(self, uids: Sequence[int]) -> None:
        arrivals: list[Arrival] = []
        try:
            for fetched in self._ask(uids):
                arrivals.append(self._arrival(fetched))
        finally:
            self._visit.meter.book("headers")
            self._store(arrivals, None)

    def _looked_until(self, cursor: Cursor, hopeful: Sequence[int]) -> None:
        """A direct copy may overtake the post it answers: the latest of them are looked at again next time."""
        end = self._visit.state.uidnext
        again = [uid for uid in hopeful if uid >= end - _LOOKED_AT_AGAIN]
        now = self._visit.cursor() or cursor
        with self._visit.archive.transaction():
            self._visit.keep(replace(now, direct=min([end, *again])))
            self._visit.write_ledger()
