"""A list's folder, opened: what the server says of it now, and how far it has been read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from gettext import gettext as _

from listforum.archive.archive import Archive
from listforum.archive.aside import Missing, SetAside
from listforum.archive.waiting import WaitingText
from listforum.errors import BudgetError, LinkError, ServerError, UnknownItem
from listforum.model.server import Cursor, Place, UidSet
from listforum.model.traffic import Purpose
from listforum.sync import costs, plan
from listforum.sync.meter import Meter
from listforum.sync.patience import Asked, Patience
from listforum.sync.price import missing_of
from listforum.sync.report import Subscription
from listforum.sync.search import Search, search
from listforum.wire.folder import FolderState, Glance, News, Opened
from listforum.wire.imap import ImapSession


def glance_at(to: Subscription, cursor: Cursor | None, budget: int | None) -> Glance:
    """What to have told of a list's folder when it is opened, by somebody who has read so far.

    Where every byte is counted, or nobody has been here before, only how it stands: what there is may be much.
    """
    if cursor is None or budget is not None:
        return Glance(to.folder)
    first = cursor.covered.first_gap(cursor.floor)
    return Glance(to.folder, first, to.list_id, costs.GLANCED_AT)


def only_opened(to: Subscription, cursor: Cursor | None, budget: int | None) -> Glance:  # noqa: ARG001 - as `glance_at`
    """For what is known already: how the folder stands is all that is to be told."""
    return Glance(to.folder)


class Folders:
    """A session that is logged in, what it may cost, and what the run has learned of its server."""

    def __init__(self, session: ImapSession, meter: Meter, patience: Patience | None = None) -> None:
        self.session = session
        self.meter = meter
        self.patience = patience or Patience(costs.HEADERS_AT_ONCE)

    def open(self, glance: Glance) -> Opened:
        """What the server said when the folder was opened; opening the open one again costs nothing.

        Raises ServerError when it cannot be opened.
        """
        opened = self.session.opened
        if opened and opened[0].folder == glance.folder:
            return opened[1]
        self.meter.must_afford(costs.EXAMINE_WORST)
        return self.session.look(glance)


class Visit:
    """One list in its folder, with everything that is needed to read it."""

    def __init__(self, archive: Archive, folders: Folders, subscription: Subscription) -> None:
        self.archive = archive
        self.session = folders.session
        self.meter = folders.meter
        self.patience = folders.patience
        self.to = subscription
        self.row = archive.lists.ensure(subscription.list, subscription.list_id)
        self._folders = folders
        self._state: FolderState | None = None
        self._found: tuple[int, ...] | None = None

    # --- the folder -----------------------------------------------------------------------------------------------

    @property
    def state(self) -> FolderState:
        """What the server says of the folder, which must have been opened."""
        if self._state is None:
            raise ServerError(_("the folder {folder} is not open").format(folder=self.to.folder))
        return self._state

    def look(self) -> None:
        """Learns how the folder stands; it is not even opened where the server has told that nothing is new in it."""
        state, cursor = self.session.state(self.to.folder), self.cursor()
        if state and cursor and self._is_read(cursor, state):
            self._state = state
        else:
            self.open()

    def _is_read(self, cursor: Cursor, state: FolderState) -> bool:
        end = state.uidnext
        return (
            cursor.uidvalidity == state.uidvalidity
            and cursor.covered.first_gap(cursor.floor) == end
            and not (self.to.list_id and cursor.direct < end)
            and not (cursor.older and self.to.history > cursor.history)
        )

    def open(self) -> None:
        """Opens the folder. A folder that has changed its UIDVALIDITY is read anew from here on."""
        # a server may break at a mail that it is asked about: then none but the one to blame must be asked about
        glance = only_opened if self.patience.link.returned else glance_at
        opened = self._folders.open(glance(self.to, self.cursor(), self.meter.left))
        if opened.state != self._state:
            self._found = None  # what was found would not be all there is
        self._state = opened.state

    def expect(self, size: int) -> None:
        """So many bytes are about to come."""
        left = self.meter.left
        if size >= costs.WORTH_COMPRESSING and (left is None or left > costs.REQUEST):
            self.session.compress()

    @property
    def news(self) -> News | None:
        """What the server told of mails when the folder was opened, if it was asked for this list."""
        opened, cursor = self.session.opened, self.cursor()
        if opened is None or cursor is None or cursor.uidvalidity != self.state.uidvalidity:
            return None
        glance, told = opened
        return told.news if (glance.folder, glance.list_id) == (self.to.folder, self.to.list_id) else None

    @property
    def posting_address(self) -> str | None:
        """Where the list is posted to, as the config or its mails say."""
        return self.to.address or self.archive.lists.posting_address(self.to.list)[0]

    def place(self, uid: int) -> Place:
        return Place(self.to.account, self.to.folder, self.state.uidvalidity, uid)

    def stored(self) -> frozenset[int]:
        """The UIDs of the mails that are posts of this list."""
        return self.archive.places.stored(self.row, self.to.account, self.to.folder, self.state.uidvalidity)

    def waiting(self) -> tuple[WaitingText, ...]:
        """The texts that wait in this folder, newest first."""
        cursor = self.cursor()
        if cursor is None:
            return ()
        uidvalidity = cursor.uidvalidity if self._state is None else self._state.uidvalidity
        return self.archive.waiting.texts(self.row, self.to.account, self.to.folder, uidvalidity)

    def gone(self, uids: Iterable[int]) -> None:
        """The server has no mail of these UIDs any more."""
        with self.archive.transaction():
            self.archive.places.gone([self.place(uid) for uid in uids])

    def still_there(self, uids: Iterable[int]) -> tuple[int, ...]:
        """Which of these mails the server still has, though it did not give them; ascending."""
        asked = set(uids)
        low, high = min(asked), max(asked)
        self.meter.must_afford(costs.search_worst(low, high))
        return tuple(uid for uid in self.session.uids_from(low, high) if uid in asked)

    def uid_of(self, post: int) -> int:
        """The UID of a post's mail in this folder. Raises UnknownItem when it is not there."""
        for place in self.archive.posts.places(post):
            if place == self.place(place.uid):
                return place.uid
        raise UnknownItem(
            _("The mail of post {post} is no longer on the server: what is not here cannot be had.").format(post=post)
        )

    # --- mails that the server could not give ---------------------------------------------------------------------

    @property
    def headers_at_once(self) -> int:
        """How many mails' header fields may be asked for in one command."""
        most = min(self.patience.most, costs.headers_within(self.meter.left))
        borne = self.patience.link.at_once(self.meter.spent.total)
        return most if borne is None else min(most, costs.headers_among(borne, compressed=self.session.compressed))

    def texts_at_once(self, prices: Iterable[int]) -> int:
        """How many texts of these uncompressed prices, in bytes, may be asked for in one command."""
        most = min(costs.TEXTS_AT_ONCE, self.patience.most)
        borne = self.patience.link.at_once(self.meter.spent.total)
        compressed = self.session.compressed
        return most if borne is None else min(most, costs.texts_among(prices, borne, compressed=compressed))

    def settle(self, asked: Asked, missing: Missing) -> Sequence[int]:
        """Sets aside what the server could not give; answers the UIDs to be asked for again.

        Raises what ended the session, and ServerError when the server refuses everything.
        """
        verdict = asked.verdict(self.patience, connected=self.session.connected)
        left_out = self.still_there(verdict.left) if asked.ended and verdict.left else ()
        if aside := (*verdict.blamed, *left_out):
            with self.archive.transaction():
                self.set_aside(aside, missing)
        if verdict.error:
            raise verdict.error
        return () if asked.ended else verdict.left

    def aside(self) -> tuple[SetAside, ...]:
        """The mails that are set aside, of what the list is read of."""
        cursor = self.cursor()
        return () if cursor is None else missing_of(self.archive, self.row, self.to, cursor)

    def set_aside(self, uids: Iterable[int], missing: Missing) -> None:
        self.archive.aside.put(self.row, [self.place(uid) for uid in uids], missing)

    def came(self, uids: Iterable[int]) -> None:
        """These mails are here, or gone, or none of the list's."""
        self.archive.aside.came(self.row, [self.place(uid) for uid in uids])

    def to_ask_for(self, missing: Missing) -> Sequence[int]:
        """The mails that are set aside and not left out yet, what was tried least first."""
        return [one.uid for one in self.aside() if one.missing == missing and not one.left_out]

    def line_up(self, missing: Missing) -> bool:
        """Lines up the mails that are to be asked for alone once more; answers whether there are any."""
        again = self.to_ask_for(missing)
        self.patience.line_up((self.row, uid) for uid in again)
        return bool(again)

    def to_be_asked_again(self, missing: Missing) -> Iterator[int]:
        """The mails that are to be asked for alone, each once in a run."""
        return (uid for uid in self.to_ask_for(missing) if self.patience.first_time((self.row, uid)))

    @contextmanager
    def alone(self, uid: int) -> Iterator[None]:
        """Asks for one mail alone: that it does not come counts against it, and ends nothing but a session."""
        try:
            yield
        except (ServerError, LinkError, BudgetError) as error:
            if isinstance(error, BudgetError) and self.session.connected:
                raise  # it was not asked for
            with self.archive.transaction():
                self.archive.aside.tried(self.row, self.place(uid))
                self.write_ledger()
            if not self.session.connected:
                raise (LinkError(str(error)) if isinstance(error, ServerError) else error) from error

    # --- how far it was read --------------------------------------------------------------------------------------

    def cursor(self) -> Cursor | None:
        """How far the folder was read, as the archive has it."""
        return self.archive.cursors.get(self.to.account, self.to.folder, self.row)

    def keep(self, cursor: Cursor) -> None:
        self.archive.cursors.put(self.to.account, self.to.folder, self.row, cursor)

    def write_ledger(self) -> None:
        """Writes what was booked to the ledger."""
        self.archive.ledger.add(int(time.time()), self.to.list, self.meter.take())

    def book(self, purpose: Purpose) -> None:
        """Books what was paid since the last booking, in the ledger too."""
        self.meter.book(purpose)
        self.write_ledger()

    def must_be_numbered_as_before(self) -> None:
        """Raises ServerError when UIDs mean other mails now than when the list was read."""
        cursor = self.cursor()
        if cursor is None or self._is_renumbered(cursor):
            raise ServerError(
                _("the server has numbered the mails in {folder} anew: sync {list} first").format(
                    folder=self.to.folder, list=self.to.list
                )
            )

    def lay_cursor(self) -> Cursor:
        """The cursor that holds for what the server says now, and for how far back the list is to be read."""
        before = self.cursor()
        if before is None or self._is_renumbered(before):
            if before:
                self.archive.aside.forget(self.row, self.to.account, self.to.folder)
            cursor = self._begin()
        elif before.older and self.to.history > before.history:
            cursor = self._further_back(before)
        else:
            return before
        with self.archive.transaction():
            if before and before.uidvalidity == cursor.uidvalidity and self._is_renumbered(before):
                self.archive.places.forget(self.to.account, self.to.folder, cursor.uidvalidity)
            self.keep(cursor)
        return cursor

    def _is_renumbered(self, cursor: Cursor) -> bool:
        """Whether UIDs mean other mails now; some servers forget to say so, and only UIDNEXT goes back."""
        return cursor.uidvalidity != self.state.uidvalidity or cursor.covered.highest >= self.state.uidnext

    def _begin(self) -> Cursor:
        """A first sync; or new UIDs, under which everything known must be found again."""
        known = self.archive.places.ever(self.row, self.to.account, self.to.folder)
        past = self._past(max(self.to.history, known))
        return Cursor(self.state.uidvalidity, UidSet(), past.floor, self.to.history, past.older, past.floor)

    def _further_back(self, cursor: Cursor) -> Cursor:
        past = self._past(self.to.history)
        if past.floor >= cursor.floor:  # so much has come since that the newest are all here
            return replace(cursor, history=self.to.history)
        floor = past.floor
        return replace(cursor, floor=floor, older=past.older, history=self.to.history, direct=min(cursor.direct, floor))

    def _past(self, wanted: int) -> plan.History:
        if self.to.list_id:
            self._found = self._search(1)
            return plan.history(self._found, wanted, len(self._found))
        if self.state.exists <= wanted:
            return plan.history((), wanted, self.state.exists)
        self.meter.must_afford(costs.REQUEST + wanted * (len(str(self.state.uidnext)) + 1))
        self._found = self.session.newest(wanted)
        return plan.history(self._found, wanted, self.state.exists)

    # --- searching ------------------------------------------------------------------------------------------------

    def unsettled(self, cursor: Cursor) -> tuple[int, ...]:
        """The UIDs of mails that are yet to be read, ascending."""
        if self._found is None:
            first, news = cursor.covered.first_gap(cursor.floor), self.news
            self._found = news.uids if news and news.first <= first else self._search(first)
        aside = (one.uid for one in self.aside())
        return plan.unsettled(self._found, cursor, self.stored().union(aside))

    def of_list(self, low: int, high: int) -> Sequence[int]:
        """The UIDs from one to another of mails of the list, ascending. Raises ServerError when that is refused."""
        self.meter.must_afford(costs.search_worst(low, high))
        if self.to.list_id:
            return self.session.uids_with_list_id(self.to.list_id, low, high)
        return self.session.uids_from(low, high)

    def addressed(self, address: str, first: int) -> tuple[int, ...]:
        """The UIDs from `first` on of mails to an address that did not come through the list, ascending."""
        return self._around(first, lambda low, high: self.addressed_within(address, low, high))

    def addressed_within(self, address: str, low: int, high: int) -> Sequence[int]:
        """Those from one UID to another. Raises ServerError when that is refused."""
        self.meter.must_afford(costs.search_worst(low, high))
        return self.session.uids_addressed(address, self.to.list_id, low, high)

    def _search(self, first: int) -> tuple[int, ...]:
        if self.to.list_id:
            return self._around(first, self.of_list)
        windows = costs.search_windows(first, self.state.uidnext - 1, self.meter.left)
        return tuple(uid for window in windows for uid in self.of_list(*window))

    def _around(self, first: int, matching: Search) -> tuple[int, ...]:
        """Searches for what only the mails themselves tell; those that the server cannot read are set aside."""
        found: list[int] = []
        known = sorted(one.uid for one in self._known_aside() if one.uid >= first)
        for low, high in costs.search_windows(first, self.state.uidnext - 1, self.meter.left):
            for begin, end in costs.without(known, low, high):
                answer = search(begin, end, matching, self._existing)
                found += answer.uids
                if answer.unreadable:
                    with self.archive.transaction():
                        self.set_aside(answer.unreadable, "mail")
        return tuple(found)

    def _known_aside(self) -> tuple[SetAside, ...]:
        return self.archive.aside.of(self.row, self.to.account, self.to.folder, self.state.uidvalidity)

    def _existing(self, low: int, high: int) -> Sequence[int]:
        self.meter.must_afford(costs.search_worst(low, high))
        return self.session.uids_from(low, high)
