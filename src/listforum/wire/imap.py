"""The IMAP session (RFC 3501): reads folders without leaving a trace, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from types import MappingProxyType, TracebackType
from typing import Final

from listforum.cancel import Cancel
from listforum.errors import LinkError, ServerError
from listforum.model.mail import Part
from listforum.model.traffic import Bytes
from listforum.wire import command
from listforum.wire.command import LARGEST_UID, Command, Words
from listforum.wire.conversation import Conversation, Heard
from listforum.wire.deadline import Deadlines
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.fetch import HeaderFields, Headers, fetch, parts, ranges
from listforum.wire.fetched import FetchedHeader, FetchedPart, PartRequest
from listforum.wire.folder import (
    NEWS,
    STATE,
    Folder,
    FolderState,
    Glance,
    Opened,
    folder_states,
    found_uids,
    listed_folder,
    opened,
)
from listforum.wire.link import Link
from listforum.wire.meter import Meter

PIECE: Final = 65_536
Octets = bytes
"""Inside `ImapSession`, where "bytes" is what it counts."""

_NOTHING_KNOWN: Final[Mapping[int, tuple[Part, ...]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody knows who was here before: the server's capabilities, and what to look at first."""

    capabilities: frozenset[str] = frozenset()
    glances: tuple[Glance, ...] = ()


class ImapSession:
    """A session with one account, connected and logged in by entering it as a context manager.

    `opened` is the folder that is open: how it was asked for, and what was told of it. For one thread; others may
    cancel and look at `bytes`, which stays readable when the session failed. All methods raise `LinkError`,
    `DeadlineError` or `Cancelled` when the link fails, after which the session is closed, and `ServerError` when the
    server refuses or makes no sense. Entering raises `CertificateError` and, only when the server refused them in a
    tagged answer, `LoginError` too.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        cancel: Cancel | None = None,
        deadlines: Deadlines | None = None,
        meter: Meter | None = None,
        opening: Opening | None = None,
    ) -> None:
        self._opening = opening or Opening()

        def begin() -> Conversation:
            link = Link(endpoint, cancel=cancel, deadlines=deadlines, meter=meter)
            return Conversation(link, credentials, self._opening.capabilities)

        self._begin = begin
        self._conversation = self._begin()
        self._states: dict[str, FolderState] = {}
        self.opened: tuple[Glance, Opened] | None = None

    @property
    def bytes(self) -> Bytes:
        """TCP payload so far, TLS included."""
        return self._conversation.link.bytes

    @property
    def connected(self) -> bool:
        """Whether anything can still be asked: a session does not outlive what breaks its link or makes no sense."""
        return self._conversation.connected

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server says it can do, in capitals."""
        return self._conversation.capabilities

    @property
    def remembered(self) -> frozenset[str]:
        """The capabilities that are to be told to the `Opening` of the next session."""
        return self._conversation.remembered

    @property
    def compressed(self) -> bool:
        return self._conversation.link.compressed

    @property
    def decodes(self) -> bool:
        """Whether the server undoes content-transfer-encodings (RFC 3516)."""
        return "BINARY" in self.capabilities

    def __enter__(self) -> ImapSession:
        try:
            heard = self._conversation.open(self._first_words(), NEWS)
        except (LinkError, ServerError):
            if not self._conversation.let_in:
                raise
            # the server broke at a mail that it was asked about behind the login: it is only to let us in
            self._conversation = self._begin()
            heard = self._conversation.open()
        try:
            self._understand(heard)
        except ServerError:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log out without waiting for the answer, and hang up. May be called twice."""
        self._conversation.close()

    def compress(self) -> None:
        """Has everything that follows compressed (RFC 4978), where the server can. Costs a round trip, once."""
        self._conversation.compress()

    # --- the first words ---

    def _first_words(self) -> Sequence[Command]:
        """Of the first folder everything, of the others how they stand; STATUS is for folders that are not open."""
        if not self._opening.glances or not self._opening.capabilities:
            return ()
        first, *others = self._opening.glances
        return (*(command.status(one.folder) for one in others), *first.commands(self._opening.capabilities))

    def _understand(self, heard: Sequence[Heard]) -> None:
        if not heard:
            return
        first, *others = self._opening.glances
        seen = opened(first, heard[len(others) :])
        if seen and seen.state.uidvalidity and seen.state.uidnext:
            self.opened = first, seen
        told = dict(folder_states(response for said in heard for response in said.responses))
        self._states = {glance.folder: told[glance.folder] for glance in others if glance.folder in told}

    def state(self, folder: str) -> FolderState | None:
        """How a folder stood when the session began, as far as the server told."""
        if self.opened and self.opened[0].folder == folder:
            return self.opened[1].state
        return self._states.get(folder)

    # --- folders ---

    def folders(self) -> tuple[Folder, ...]:
        """All folders, by name."""
        listing = 'LIST "" "*"'
        if {"SPECIAL-USE", "LIST-EXTENDED"} <= self.capabilities:
            listing += " RETURN (SPECIAL-USE)"
        responses = self._conversation.ask(Words(listing).done(), {"LIST"}, _("the folders cannot be listed"))
        found = {folder.name: folder for response in responses if (folder := listed_folder(response))}
        return tuple(found[name] for name in sorted(found))

    def examine(self, folder: str) -> FolderState:
        """Open a folder read-only; what follows is about its mails."""
        return self.look(Glance(folder)).state

    def look(self, glance: Glance) -> Opened:
        """Open a folder read-only, and have told what is new in it; what follows is about its mails."""
        self.opened = None
        self._conversation.leave_folder()
        heard = self._conversation.ask_all(glance.commands(self.capabilities), NEWS if glance.first else STATE)
        self._conversation.expect_ok(
            heard[0].end, _("the folder {folder} cannot be opened").format(folder=glance.folder)
        )
        seen = opened(glance, heard)
        if seen is None or not seen.state.uidvalidity:
            raise ServerError(
                _("the server gives no lasting numbers (UIDVALIDITY) to the mails in {folder}").format(
                    folder=glance.folder
                )
            )
        if not seen.state.uidnext:
            state = FolderState(seen.state.uidvalidity, max(self.newest(1), default=0) + 1, seen.state.exists)
            seen = Opened(state, seen.news)
        self.opened = glance, seen
        return seen

    def status(self, folders: Iterable[str]) -> Mapping[str, FolderState]:
        """How folders stand that are not open, asked in one breath; without those of which the server tells nothing."""
        asked = [command.status(folder) for folder in folders]
        heard = self._conversation.ask_all(asked, {"STATUS"}) if asked else ()
        return dict(folder_states(response for said in heard for response in said.responses))

    @property
    def waits_idly(self) -> bool:
        """Whether the server tells by itself when mails come (RFC 2177)."""
        return "IDLE" in self.capabilities

    def wait_for_news(self, seconds: float) -> bool:
        """Wait until mails come into the open folder, for so many seconds at the most; answers whether any have come.

        A server that does not tell by itself is asked when the time is over. Both keep the session alive.
        """
        return self._conversation.wait(seconds)

    def look_anew(self) -> None:
        """What the server has told of folders holds no more: the next who wants to know is to ask."""
        self.opened, self._states = None, {}

    # --- which mails ---

    def newest(self, count: int) -> tuple[int, ...]:
        """The UIDs of the newest `count` mails, ascending."""
        exists = self._conversation.exists
        if count <= 0 or not exists:
            return ()
        by = "UID SEARCH RETURN (ALL)" if "ESEARCH" in self.capabilities else "UID SEARCH"
        return self._uids(Words(f"{by} {max(1, exists - count + 1)}:*").done(), 1)[-count:]

    def uids_from(self, first: int, last: int = LARGEST_UID) -> tuple[int, ...]:
        """The UIDs from one to another, ascending."""
        return self._search(first, last)

    def uids_with_list_id(self, list_id: str, first: int = 1, last: int = LARGEST_UID) -> tuple[int, ...]:
        """The UIDs from `first` to `last` of mails whose List-Id contains this (RFC 2919)."""
        return self.uids_with_header("List-Id", list_id, first, last)

    def uids_with_header(self, field: str, value: str, first: int = 1, last: int = LARGEST_UID) -> tuple[int, ...]:
        """The UIDs from `first` to `last` of mails in which a header field contains a value."""
        command.header_section([field])
        return self._search(first, last, (f"HEADER {field}", value))

    def uids_addressed(
        self, address: str, without_list_id: str, first: int = 1, last: int = LARGEST_UID
    ) -> tuple[int, ...]:
        """The UIDs from `first` to `last` of mails to an address (To or Cc) that did not come through a list."""
        criteria = (("OR TO", address), ("CC", address), ("NOT HEADER List-Id", without_list_id))
        return self._search(first, last, *criteria)

    def _search(self, first: int, last: int, *criteria: tuple[str, ...]) -> tuple[int, ...]:
        return self._uids(command.search_among(self.capabilities, first, *criteria, last=last), first, last)

    def _uids(self, asked: Command, first: int, last: int = LARGEST_UID) -> tuple[int, ...]:
        responses = self._conversation.ask(asked, {"SEARCH", "ESEARCH"}, _("the search failed"))
        return found_uids(responses, first, last)

    # --- mails ---

    def headers(
        self,
        uids: Sequence[int],
        longest: int | None = None,
        known: Mapping[int, tuple[Part, ...]] = _NOTHING_KNOWN,
    ) -> Iterator[FetchedHeader]:
        """Arrival, parts and header fields of mails, each given as soon as it is complete.

        Of the fields of a mail `longest` bytes come at the most; parts that are `known` are not asked for. Mails
        that are gone do not come. Left before its end, the session is closed.
        """
        return fetch(self._conversation, _headers(uids, longest, known))

    def header_fields(
        self, uids: Sequence[int], fields: Sequence[str], longest: int | None = None
    ) -> Iterator[tuple[int, Octets]]:
        """Only these header fields of mails: UIDs and fields, given as `headers` does."""
        return fetch(self._conversation, [HeaderFields(tuple(uids), tuple(fields), longest)])

    def parts(self, wanted: Iterable[PartRequest]) -> Iterator[FetchedPart]:
        """Ranges of parts, given as `headers` does; what the link's end cut off comes too, and is not `whole`."""
        return parts(self._conversation, ranges(wanted))

    def mails(
        self, uids: Sequence[int], known: Mapping[int, tuple[Part, ...]], wanted: Iterable[PartRequest]
    ) -> Iterator[FetchedHeader | FetchedPart]:
        """Headers and ranges of parts, in one breath; given as `parts` does."""
        return parts(self._conversation, [*_headers(uids, None, known), *ranges(wanted)])

    def whole(self, uid: int, size_limit: int) -> Octets:
        """All bytes of a mail. Raises `ServerError` when it is gone or larger than `size_limit`."""
        pieces: list[Octets] = []
        for offset in range(0, size_limit + 1, PIECE):
            parts = list(self.parts([PartRequest(uid, "", offset, PIECE)]))
            if not parts:
                raise ServerError(_("mail {uid} is gone").format(uid=uid))
            pieces.append(parts[0].content)
            if len(parts[0].content) < PIECE:
                break
        if sum(map(len, pieces)) > size_limit:
            raise ServerError(_("mail {uid} is larger than {limit} bytes").format(uid=uid, limit=size_limit))
        return b"".join(pieces)


def _headers(uids: Sequence[int], longest: int | None, known: Mapping[int, tuple[Part, ...]]) -> Iterator[Headers]:
    """Those mails whose parts are known, and the others."""
    for among in (tuple(uid for uid in uids if uid in known), tuple(uid for uid in uids if uid not in known)):
        if among:
            yield Headers(among, longest, known)
