"""Header fields: of the list's mails, and of direct copies; newest first, each batch stored with its cursor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from gettext import gettext as _

from listforum.archive.arrival import Arrival, understand
from listforum.errors import ServerError
from listforum.mail.address import same
from listforum.mail.structure import shown_parts
from listforum.model.mail import Part, Received
from listforum.sync import costs, plan
from listforum.sync.copies import Copies
from listforum.sync.patience import Asked
from listforum.sync.ranges import Terms, new_requests
from listforum.sync.report import ListReport, Phase, Report
from listforum.sync.texts import Texts
from listforum.sync.visit import Visit
from listforum.wire.fetched import FetchedHeader, FetchedPart
from listforum.wire.folder import News


class Headers:
    """Fetches the header fields of every mail of a list that is not here yet."""

    def __init__(self, visit: Visit, report: ListReport, progress: Report, texts: Texts) -> None:
        self._visit = visit
        self._report = report
        self._progress = progress
        self._texts = texts
        self._with_texts = False
        self._copies = Copies(visit)

    def fetch_with_texts(self) -> None:
        """Fetches all there are, and in the same breath the texts of mails whose parts the server has told already.

        That saves a round trip. Not where a text may belong to a muted topic, or be here already, or a budget is kept:
        these need to know the header fields first.
        """
        visit = self._visit
        self._with_texts = not (
            visit.meter.left is not None
            or visit.archive.marks.any_muted(visit.row)
            or visit.archive.places.may_be_known(visit.row, visit.to.account, visit.to.folder, visit.state.uidvalidity)
        )
        try:
            self.fetch()
        finally:
            self._with_texts = False

    def fetch(self) -> None:
        """Fetches all there are, within the budget."""
        visit = self._visit
        cursor = visit.lay_cursor()
        left = list(visit.unsettled(cursor))
        visit.meter.book("connect")
        visit.expect(len(left) * (costs.USUAL_HEADER + costs.USUAL_TEXT))  # the texts come next, or some other time
        phase = Phase(_("{list}: headers").format(list=visit.to.list), len(left), visit.meter, self._progress)
        first, last = cursor.covered.first_gap(cursor.floor), visit.state.uidnext - 1
        while first <= last:
            window = plan.next_window(left, first, last, visit.headers_at_once)
            refused = self._fetch(window.uids, (window.low, window.high), phase.one_more)
            left[len(left) - len(window.uids) :] = refused
            if not refused:
                last = window.low - 1
        if visit.to.list_id:
            self._fetch_copies()

    def new(self) -> Sequence[int]:
        """The UIDs of all there are, without fetching them, ascending."""
        cursor = self._visit.lay_cursor()
        uids = self._visit.unsettled(cursor)
        self._visit.meter.book("connect")
        return uids

    def again(self) -> None:
        """Asks once more, one by one, for mails that the server could not give."""
        before = self._report.new_headers
        for uid in self._visit.to_be_asked_again("mail"):
            with self._visit.alone(uid):
                self._fetch_alone(uid)
        if self._visit.to.list_id and self._report.new_headers > before:
            self._fetch_copies()

    def _fetch_copies(self) -> None:
        left = list(self._copies.new())
        while left:
            batch = left[: self._visit.headers_at_once]
            left[: len(batch)] = self._fetch(batch, None, lambda: None)
        self._copies.looked_through()

    def _fetch(
        self, uids: Sequence[int], settled: tuple[int, int] | None, one_more: Callable[[], None]
    ) -> Sequence[int]:
        """Fetches and stores; answers the UIDs that are to be asked for once more, fewer at once."""
        arrivals: list[Arrival] = []
        parts: list[FetchedPart] = []
        asked = Asked.of_mails(uids)
        answers = asked.watched(self._ask(uids) if uids else ())
        try:
            for fetched in answers:
                if isinstance(fetched, FetchedHeader):
                    asked.came(fetched.uid)
                    arrivals.append(self._arrival(fetched))
                    one_more()
                else:
                    if not parts:
                        self._visit.meter.book("headers")
                    parts.append(fetched)
        finally:
            self._visit.meter.book("text" if parts else "headers")
            complete = asked.ended and not asked.missing
            self._store(arrivals, settled if complete else None)
            if parts:
                self._texts.keep(parts)
        left = self._visit.settle(asked, "mail")
        if not complete and not left:
            self._store((), settled)
        return left

    def _fetch_alone(self, uid: int) -> None:
        visit = self._visit
        arrivals: list[Arrival] = []
        wanted = False
        try:
            wanted = not visit.to.list_id or uid in visit.of_list(uid, uid) or self._copies.is_one(uid)
            if wanted:
                asked = self._ask([uid])
                arrivals += [self._arrival(fetched) for fetched in asked if isinstance(fetched, FetchedHeader)]
        finally:
            visit.meter.book("headers")
            self._store(arrivals, None)
        if not arrivals and wanted and visit.still_there([uid]):
            raise ServerError(_("the server leaves out mail {uid}").format(uid=uid))
        with visit.archive.transaction():
            visit.came([uid])

    def _ask(self, uids: Sequence[int]) -> Iterable[FetchedHeader | FetchedPart]:
        meter, session = self._visit.meter, self._visit.session
        if meter.left is not None:
            meter.must_afford(costs.headers_worst(len(uids)))
            return session.headers(uids, costs.FIELDS_LIMIT)
        news = self._visit.news
        if news is None:
            return session.headers(uids)
        ahead = {uid: _shown(news, uid) for uid in uids if uid in news.parts or uid in news.simple}
        if not self._with_texts or len(ahead) < len(uids):
            return session.headers(uids, known=news.parts)
        terms = Terms(session.decodes)
        wanted = [one for uid in reversed(uids) for one in new_requests(uid, ahead[uid], terms)]
        texts = sum(costs.USUAL_TEXT if uid in news.simple else costs.text_price(ahead[uid]) for uid in uids)
        self._visit.expect(len(uids) * costs.USUAL_HEADER + texts)
        return session.mails(uids, news.parts, wanted)

    def _arrival(self, fetched: FetchedHeader) -> Arrival:
        received = Received(fetched.header, fetched.parts, None, fetched.arrived)
        return understand(received, self._visit.place(fetched.uid))

    def _store(self, arrivals: Iterable[Arrival], settled: tuple[int, int] | None) -> None:
        """One batch, its places, its bytes and its cursor, in one transaction."""
        visit = self._visit
        ours = [arrival for arrival in arrivals if self._is_ours(arrival)]
        with visit.archive.transaction():
            added = visit.archive.posts.add(visit.to.list, ours, int(time.time()))
            visit.meter.came("headers", len(ours))
            visit.write_ledger()
            before = cursor = visit.cursor()
            if settled and cursor:
                cursor = replace(cursor, covered=cursor.covered.with_range(*settled))
                visit.keep(cursor)
        if ours or cursor != before:
            visit.patience.moved_on()
        self._report.new_headers += len(added.new)

    def _is_ours(self, arrival: Arrival) -> bool:
        """SEARCH matches substrings: `a.example.org` is found in `xa.example.org`, `a@b.org` in `xa@b.org`.

        A mail without a List-Id is the list's only when it was sent to the list: the rest is somebody's private mail.
        """
        wanted, header = self._visit.to.list_id, arrival.header
        if not wanted:
            return True
        if header.list_id:
            return header.list_id.casefold() == wanted.casefold()
        address = self._visit.posting_address
        return address is not None and any(same(address, one.address) for one in (*header.to, *header.cc))


def _shown(news: News, uid: int) -> tuple[Part, ...]:
    """The parts to ask for of a mail of which nothing is here yet."""
    return shown_parts(news.parts[uid]) if uid in news.parts else (Part("1", "text/plain", costs.TEXT_LIMIT),)
