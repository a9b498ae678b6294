"""A list's folder, opened: what the server says of it now, and how far it has been read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from listforum.archive.archive import Archive
from listforum.archive.waiting import WaitingText
from listforum.errors import ServerError, UnknownItem
from listforum.model import Cursor, Place, Purpose, UidSet
from listforum.sync import plan
from listforum.sync.meter import Meter
from listforum.sync.report import Subscription
from listforum.wire.imap import FolderState, ImapSession


class Folders:
    """Which folder of a session is open: opening the open one again costs nothing."""

    def __init__(self, session: ImapSession, meter: Meter) -> None:
        self.session = session
        self.meter = meter
        self._open: tuple[str, FolderState] | None = None

    def open(self, folder: str) -> FolderState:
        """What the server said when the folder was opened. Raises ServerError when it cannot be."""
        if self._open is None or self._open[0] != folder:
            self._open = None
            self.meter.must_afford(plan.EXAMINE_WORST)
            self._open = (folder, self.session.examine(folder))
        return self._open[1]


class Visit:
    """One list in its folder, with everything that is needed to read it."""

    def __init__(self, archive: Archive, folders: Folders, subscription: Subscription) -> None:
        self.archive = archive
        self.session = folders.session
        self.meter = folders.meter
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
            raise ServerError(f"the folder {self.to.folder} is not open")
        return self._state

    def open(self) -> None:
        """Opens the folder. A folder that has changed its UIDVALIDITY is read anew from here on."""
        self._state = self._folders.open(self.to.folder)

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

    def uid_of(self, post: int) -> int:
        """The UID of a post's mail in this folder. Raises UnknownItem when it is not there."""
        for place in self.archive.posts.places(post):
            if place == self.place(place.uid):
                return place.uid
        raise UnknownItem(f"The mail of post {post} is no longer on the server: what is not here cannot be had.")

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
            raise ServerError(f"the server has numbered the mails in {self.to.folder} anew: sync {self.to.list} first")

    def lay_cursor(self) -> Cursor:
        """The cursor that holds for what the server says now, and for how far back the list is to be read."""
        before = self.cursor()
        if before is None or self._is_renumbered(before):
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
        self.meter.must_afford(plan.REQUEST + wanted * (len(str(self.state.uidnext)) + 1))
        self._found = self.session.newest(wanted)
        return plan.history(self._found, wanted, self.state.exists)

    # --- searching ------------------------------------------------------------------------------------------------

    def unsettled(self, cursor: Cursor) -> tuple[int, ...]:
        """The UIDs of mails that are yet to be read, ascending."""
        found = self._search(cursor.covered.first_gap(cursor.floor)) if self._found is None else self._found
        return plan.unsettled(found, cursor, self.stored())

    def addressed(self, address: str, first: int) -> tuple[int, ...]:
        """The UIDs of mails to an address that did not come through the list, ascending."""
        return tuple(
            uid
            for low, high in self._windows(first)
            for uid in self.session.uids_addressed(address, self.to.list_id, low, high)
        )

    def _search(self, first: int) -> tuple[int, ...]:
        uids: list[int] = []
        for low, high in self._windows(first):
            if self.to.list_id:
                uids += self.session.uids_with_list_id(self.to.list_id, low, high)
            else:
                uids += self.session.uids_from(low, high)
        return tuple(uids)

    def _windows(self, first: int) -> Iterator[tuple[int, int]]:
        for low, high in plan.search_windows(first, self.state.uidnext - 1, self.meter.left):
            self.meter.must_afford(plan.search_worst(low, high))
            yield low, high
