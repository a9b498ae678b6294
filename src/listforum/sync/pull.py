"""From IMAP to the archive: headers, then texts, newest first, each batch stored with its cursor in one transaction.

Whatever stops it - a cut link, a budget, the person - what arrived whole is kept, and the next run goes on from there.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival, understand
from listforum.errors import UnknownItem
from listforum.model import Cursor, Part, Place, Progress, Purpose, Received, UidSet
from listforum.sync import plan
from listforum.sync.meter import Meter
from listforum.wire.fetched import FetchedHeader, PartRequest
from listforum.wire.imap import FolderState, ImapSession


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a list's mail lies: in an account's folder, alone or (with `list_id`) among other mail."""

    list: str
    account: str
    folder: str
    list_id: str
    address: str | None
    history: int


@dataclass(slots=True)
class ListReport:
    """What a sync did for one list. `older` posts were left on the server; `older_bytes` is what they would cost."""

    list: str
    new_headers: int = 0
    new_texts: int = 0
    waiting_texts: int = 0
    waiting_bytes: int = 0
    older: int = 0
    older_bytes: int = 0


Report = Callable[[Progress], None]


class Pull:
    """One sync of one list over a session that is logged in."""

    def __init__(
        self, archive: Archive, session: ImapSession, subscription: Subscription, meter: Meter, progress: Report
    ) -> None:
        self._archive = archive
        self._session = session
        self._to = subscription
        self._meter = meter
        self._progress = progress
        self._row = archive.lists.ensure(subscription.list, subscription.list_id)
        self.report = ListReport(subscription.list)
        self._state = FolderState(0, 1, 0)
        self._began = time.monotonic()
        self._first_byte = meter.spent

    def headers(self) -> None:
        """Fetches the header fields of every mail of the list that is not here yet."""
        cursor = self._position()
        first = cursor.covered.first_gap(cursor.floor)
        last = self._state.uidnext - 1
        wanted = self._unsettled(cursor, first, last)
        self._meter.book("connect")
        left = list(wanted)
        while first <= last:
            size = plan.headers_within(self._meter.left) if left else 1
            self._meter.must_afford(plan.HEADER_WORST * min(1, len(left)))
            window = plan.next_window(left, first, last, size)
            self._fetch_window(window, len(wanted))
            del left[len(left) - len(window.uids) :]
            last = window.low - 1
        self._direct_copies()

    def price(self) -> None:
        """Asks how much is new and what it would cost, without fetching it."""
        cursor = self._position()
        first, last = cursor.covered.first_gap(cursor.floor), self._state.uidnext - 1
        count = len(self._unsettled(cursor, first, last))
        self._meter.book("connect")
        self.report.new_headers = count
        self.count_waiting()
        self.report.waiting_texts += count
        self.report.waiting_bytes += count * self._usual_price()

    def texts(self) -> None:
        """Fetches the texts that wait, newest first."""
        waiting = self._archive.topics.waiting(self._row, self._to.account, self._to.folder, self._state.uidvalidity)
        done = 0
        while done < len(waiting):
            prices = [self._price_of(post) for post, _ in waiting[done : done + plan.TEXTS_AT_ONCE]]
            count = plan.texts_within(prices, self._meter.left)
            self._meter.must_afford(prices[0] if not count else 0)
            self._fetch_texts(waiting[done : done + count])
            done += count
            self._tell("texts", done, len(waiting))

    def whole_texts(self, posts: Sequence[int]) -> None:
        """Fetches all the text of these posts, however long it is. Raises UnknownItem when one is not there."""
        for done, post in enumerate(posts, 1):
            for part in self._archive.contents.unfinished(post):
                self._rest_of(post, part, "text")
            self._tell("texts", done, len(posts))

    def part(self, post: int, section: str) -> None:
        """Fetches one part of a post, in pieces, from where an earlier try was cut."""
        for part in self._archive.contents.received(post).parts:
            if part.section == section and not part.complete:
                self._rest_of(post, part, "attachment")

    def book(self) -> None:
        """Writes what was paid and not yet booked to the ledger."""
        self._archive.ledger.add(int(time.time()), self._to.list, self._meter.take())

    def count_waiting(self) -> None:
        """Counts the texts that are still on the server, and their price."""
        waiting = self._archive.topics.waiting(self._row, self._to.account, self._to.folder, self._state.uidvalidity)
        self.report.waiting_texts = len(waiting)
        self.report.waiting_bytes = sum(self._price_of(post) for post, _ in waiting)
        cursor = self._archive.cursors.get(self._to.account, self._to.folder, self._row)
        if cursor:
            self.report.older = cursor.older
            self.report.older_bytes = cursor.older * self._usual_price()

    # --- where we stand -------------------------------------------------------------------------------------------

    def _position(self) -> Cursor:
        """Opens the folder, and finds the cursor that holds for its UIDVALIDITY and for how far back to read."""
        self._state = self._session.examine(self._to.folder)
        cursor = self._archive.cursors.get(self._to.account, self._to.folder, self._row)
        if cursor is None or cursor.uidvalidity != self._state.uidvalidity:
            cursor = self._begin(cursor)
        elif cursor.older and self._to.history > cursor.history:
            past = self._history(self._to.history)
            cursor = replace(cursor, floor=past.floor, older=past.older, history=self._to.history)
        else:
            return cursor
        with self._archive.transaction():
            self._archive.cursors.put(self._to.account, self._to.folder, self._row, cursor)
        return cursor

    def _begin(self, before: Cursor | None) -> Cursor:
        """A first sync; or a new UIDVALIDITY, when everything known must be found again under its new UIDs."""
        wanted = self._to.history
        if before is not None:
            known = len(self._archive.posts.at(self._to.account, self._to.folder, before.uidvalidity))
            wanted = max(wanted, known)
        past = self._history(wanted)
        return Cursor(self._state.uidvalidity, UidSet(), past.floor, self._to.history, past.older, past.floor)

    def _history(self, wanted: int) -> plan.History:
        if self._to.list_id:
            uids = self._session.uids_with_list_id(self._to.list_id)
            return plan.history(uids, wanted, len(uids))
        newest = self._session.newest(wanted) if self._state.exists > wanted else ()
        return plan.history(newest, wanted, self._state.exists)

    def _unsettled(self, cursor: Cursor, first: int, last: int) -> tuple[int, ...]:
        if first > last:
            return ()
        if self._to.list_id:
            found = self._session.uids_with_list_id(self._to.list_id, first)
        else:
            found = self._session.uids_from(first)
        stored = self._archive.posts.at(self._to.account, self._to.folder, self._state.uidvalidity)
        return plan.unsettled((uid for uid in found if uid <= last), cursor, stored)

    def _price_of(self, post: int) -> int:
        return plan.text_price(self._archive.contents.waiting(post))

    def _usual_price(self) -> int:
        """What a post of this list has cost so far, header and text; a guess while there are few."""
        fetched = self.report.new_headers
        spent = (self._meter.spent - self._first_byte).total
        return spent // fetched if fetched >= 20 and self.report.new_texts >= fetched // 2 else plan.HEADER_USUAL * 3

    # --- headers --------------------------------------------------------------------------------------------------

    def _fetch_window(self, window: plan.Window, total: int) -> None:
        arrivals: list[Arrival] = []
        settled = False
        try:
            if window.uids:
                for fetched in self._session.headers(window.uids):
                    arrivals.append(self._arrival(fetched))
                    self._tell("headers", self.report.new_headers + len(arrivals), total)
            settled = True
        finally:
            self._meter.book("headers")
            self._store(arrivals, (window.low, window.high) if settled else None)

    def _arrival(self, fetched: FetchedHeader) -> Arrival:
        place = Place(self._to.account, self._to.folder, self._state.uidvalidity, fetched.uid)
        return understand(Received(fetched.header, fetched.parts, None, fetched.arrived), place)

    def _store(self, arrivals: Iterable[Arrival], settled: tuple[int, int] | None) -> None:
        """One batch, its places, its bytes and its cursor, in one transaction."""
        ours = [arrival for arrival in arrivals if self._is_ours(arrival)]
        with self._archive.transaction():
            added = self._archive.posts.add(self._to.list, ours, int(time.time()))
            self._archive.ledger.add(int(time.time()), self._to.list, self._meter.take())
            cursor = self._archive.cursors.get(self._to.account, self._to.folder, self._row)
            if settled and cursor:
                covered = cursor.covered.with_range(*settled)
                self._archive.cursors.put(
                    self._to.account, self._to.folder, self._row, replace(cursor, covered=covered)
                )
        self.report.new_headers += len(added.new)

    def _is_ours(self, arrival: Arrival) -> bool:
        """SEARCH matches substrings: `a.example.org` is found in `xa.example.org` too."""
        told = arrival.header.list_id
        return not self._to.list_id or not told or told.casefold() == self._to.list_id.casefold()

    # --- direct copies --------------------------------------------------------------------------------------------

    def _direct_copies(self) -> None:
        """In a folder that holds other mail: mail to the list that reached the person directly, answering a post.

        Such a copy has no List-Id; when the list drops duplicates it is the only one there is.
        """
        address = self._to.address or self._archive.lists.posting_address(self._to.list)[0]
        cursor = self._archive.cursors.get(self._to.account, self._to.folder, self._row)
        if not self._to.list_id or not address or not cursor or cursor.direct >= self._state.uidnext:
            return
        found = self._session.uids_addressed(address, self._to.list_id, cursor.direct)
        stored = self._archive.posts.at(self._to.account, self._to.folder, self._state.uidvalidity)
        candidates = [uid for uid in found if uid < self._state.uidnext and uid not in stored]
        answering = self._answering(candidates)
        arrivals = [self._arrival(fetched) for fetched in self._session.headers(answering)] if answering else []
        self._meter.book("headers")
        with self._archive.transaction():
            self._store(arrivals, None)
            cursor = self._archive.cursors.get(self._to.account, self._to.folder, self._row) or cursor
            self._archive.cursors.put(
                self._to.account, self._to.folder, self._row, replace(cursor, direct=self._state.uidnext)
            )

    def _answering(self, candidates: Sequence[int]) -> list[int]:
        """Those mails that refer to a post that is here, told by their References alone."""
        if not candidates:
            return []
        self._meter.must_afford(plan.HEADER_WORST * len(candidates))
        answering: list[int] = []
        for uid, fields in self._session.header_fields(candidates, ("In-Reply-To", "References")):
            told = understand(Received(fields, ())).header
            if self._archive.posts.known_ids((*told.in_reply_to, *told.references)):
                answering.append(uid)
        return answering

    # --- texts ----------------------------------------------------------------------------------------------------

    def _fetch_texts(self, batch: Sequence[tuple[int, int]]) -> None:
        needed = {post: self._archive.contents.waiting(post) for post, _ in batch}
        post_at = {uid: post for post, uid in batch}
        requests = [
            PartRequest(uid, part.section, 0, plan.TEXT_LIMIT)
            for post, uid in batch
            for part in needed[post]
            if part.size
        ]
        arrived: defaultdict[int, list[tuple[str, bytes]]] = defaultdict(list)
        for parts_of, parts in needed.items():
            arrived[parts_of] += [(part.section, b"") for part in parts if not part.size]
        try:
            for fetched in self._session.parts(requests) if requests else ():
                arrived[post_at[fetched.uid]].append((fetched.section, fetched.content))
        finally:
            self._meter.book("text")
            whole = [(post, got) for post, got in arrived.items() if len(got) >= len(needed[post])]
            with self._archive.transaction():
                self._archive.posts.add_texts(whole)
                self._archive.ledger.add(int(time.time()), self._to.list, self._meter.take())
            self.report.new_texts += len(whole)

    def _rest_of(self, post: int, part: Part, purpose: Purpose) -> None:
        uid = self._uid_of(post)
        begin = 0 if part.content is None else len(part.content)
        got = bytearray()
        try:
            for offset in range(begin, part.size, plan.PIECE):
                length = min(plan.PIECE, part.size - offset)
                self._meter.must_afford(length + plan.PART_OVERHEAD)
                pieces = [p.content for p in self._session.parts([PartRequest(uid, part.section, offset, length)])]
                got += b"".join(pieces)
                self._meter.book(purpose)
                self._tell(part.name or "text", offset + length, part.size)
                if len(got) < offset + length - begin:
                    break  # shorter than the server said: there is no more
        finally:
            self._meter.book(purpose)
            with self._archive.transaction():
                if got or not part.size:
                    self._archive.posts.add_texts([(post, [(part.section, bytes(got))])])
                self.book()
            self.report.new_texts += purpose == "text"

    def _uid_of(self, post: int) -> int:
        if not self._state.uidvalidity:
            self._state = self._session.examine(self._to.folder)
        for place in self._archive.posts.places(post):
            if (place.account, place.folder, place.uidvalidity) == (
                self._to.account,
                self._to.folder,
                self._state.uidvalidity,
            ):
                return place.uid
        raise UnknownItem(f"Post {post} is no longer where it was on the server: sync the list first.")

    def _tell(self, what: str, done: int, total: int) -> None:
        elapsed = time.monotonic() - self._began
        left = elapsed / done * (total - done) if done and elapsed > 1 else None
        paid = self._meter.current
        self._progress(Progress(f"{self._to.list}: {what}", done, total, paid, left))
