"""The IMAP session (RFC 3501): reads folders without leaving a trace, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from types import TracebackType

from imapclient.imap_utf7 import decode as decode_mailbox
from imapclient.response_parser import parse_response

from listforum.cancel import Cancel
from listforum.errors import ServerError
from listforum.model.traffic import Bytes
from listforum.wire import command
from listforum.wire.command import HEADER_FIELDS, LARGEST_UID, Command, Words
from listforum.wire.conversation import Conversation
from listforum.wire.deadline import Deadlines
from listforum.wire.dialogue import Limits, ProtocolError, Response
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.fetched import Answer, FetchedHeader, FetchedPart, PartRequest
from listforum.wire.link import Link
from listforum.wire.meter import Meter

__all__ = ["FetchedHeader", "FetchedPart", "Folder", "FolderState", "ImapSession", "PartRequest"]

PIECE = 65_536
LARGEST_HEADER = 1_048_576
LONGEST_STRUCTURE = 1_048_576
MOST_UIDS = 1_000_000
Octets = bytes
"""Inside `ImapSession`, where "bytes" is what it counts."""

SPECIAL_USES = frozenset({"\\all", "\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash"})


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder by its name, and what it is for (RFC 6154), such as "\\Sent"; "" when it is for anything."""

    name: str
    special_use: str
    selectable: bool


@dataclass(frozen=True, slots=True)
class FolderState:
    """What EXAMINE tells (RFC 3501, 6.3.2); UIDs hold as long as `uidvalidity` stays the same."""

    uidvalidity: int
    uidnext: int
    exists: int


class ImapSession:
    """A session with one account, connected and logged in by entering it as a context manager.

    For one thread; others may cancel and look at `bytes`, which stays readable when the session failed. All methods
    raise `LinkError`, `DeadlineError` or `Cancelled` when the link fails, after which the session is closed, and
    `ServerError` when the server refuses or makes no sense. Entering raises `CertificateError` and, only when the
    server refused them in a tagged answer, `LoginError` too.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        cancel: Cancel | None = None,
        deadlines: Deadlines | None = None,
        meter: Meter | None = None,
    ) -> None:
        link = Link(endpoint, cancel=cancel, deadlines=deadlines, meter=meter)
        self._conversation = Conversation(link, credentials)

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

    def __enter__(self) -> ImapSession:
        self._conversation.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log out without waiting for the answer, and hang up. May be called twice."""
        self._conversation.close()

    # --- folders ---

    def folders(self) -> tuple[Folder, ...]:
        """All folders, by name."""
        listing = 'LIST "" "*"'
        if {"SPECIAL-USE", "LIST-EXTENDED"} <= self.capabilities:
            listing += " RETURN (SPECIAL-USE)"
        responses = self._conversation.ask(Words(listing).done(), {"LIST"}, _("the folders cannot be listed"))
        found = {folder.name: folder for response in responses if (folder := _folder(response))}
        return tuple(found[name] for name in sorted(found))

    def examine(self, folder: str) -> FolderState:
        """Open a folder read-only; what follows is about its mails."""
        self._conversation.leave_folder()
        asked = command.examine(folder)
        responses = self._conversation.ask(
            asked, {"UIDVALIDITY", "UIDNEXT"}, _("the folder {folder} cannot be opened").format(folder=folder)
        )
        told = {response.kind: response.number() for response in responses}
        if not told.get("UIDVALIDITY"):
            raise ServerError(
                _("the server gives no lasting numbers (UIDVALIDITY) to the mails in {folder}").format(folder=folder)
            )
        exists = self._conversation.exists
        if "UIDNEXT" not in told:
            told["UIDNEXT"] = max(self.newest(1), default=0) + 1
        return FolderState(told["UIDVALIDITY"], told["UIDNEXT"], exists)

    # --- which mails ---

    def newest(self, count: int) -> tuple[int, ...]:
        """The UIDs of the newest `count` mails, ascending."""
        exists = self._conversation.exists
        if count <= 0 or not exists:
            return ()
        return self._uids(Words(f"UID SEARCH {max(1, exists - count + 1)}:*").done(), 1)[-count:]

    def uids_from(self, first: int, last: int = LARGEST_UID) -> tuple[int, ...]:
        """The UIDs from one to another, ascending."""
        return self._uids(command.search(first, last=last), first, last)

    def uids_with_list_id(self, list_id: str, first: int = 1, last: int = LARGEST_UID) -> tuple[int, ...]:
        """The UIDs from `first` to `last` of mails whose List-Id contains this (RFC 2919)."""
        return self.uids_with_header("List-Id", list_id, first, last)

    def uids_with_header(self, field: str, value: str, first: int = 1, last: int = LARGEST_UID) -> tuple[int, ...]:
        """The UIDs from `first` to `last` of mails in which a header field contains a value."""
        command.header_section([field])
        return self._uids(command.search(first, (f"HEADER {field}", value), last=last), first, last)

    def uids_addressed(
        self, address: str, without_list_id: str, first: int = 1, last: int = LARGEST_UID
    ) -> tuple[int, ...]:
        """The UIDs from `first` to `last` of mails to an address (To or Cc) that did not come through a list."""
        criteria = (("OR TO", address), ("CC", address), ("NOT HEADER List-Id", without_list_id))
        return self._uids(command.search(first, *criteria, last=last), first, last)

    def _uids(self, asked: Command, first: int, last: int = LARGEST_UID) -> tuple[int, ...]:
        responses = self._conversation.ask(asked, {"SEARCH"}, _("the search failed"))
        uids = {uid for response in responses for uid in response.numbers() if first <= uid <= last}
        if len(uids) > MOST_UIDS:
            raise ServerError(
                _("the server finds more than {most} mails, which is more than can be kept").format(most=MOST_UIDS)
            )
        return tuple(sorted(uids))

    # --- mails ---

    def headers(self, uids: Sequence[int], longest: int | None = None) -> Iterator[FetchedHeader]:
        """Arrival, parts and header fields of mails, each given as soon as it is complete.

        Of the fields of a mail `longest` bytes come at the most. Mails that are gone do not come. Left before its end,
        the session is closed.
        """
        items = f"UID INTERNALDATE BODYSTRUCTURE {command.header_item(HEADER_FIELDS, longest)}"
        for answer in self._fetch(uids, items, longest or LARGEST_HEADER):
            if header := answer.header():
                yield header

    def header_fields(
        self, uids: Sequence[int], fields: Sequence[str], longest: int | None = None
    ) -> Iterator[tuple[int, Octets]]:
        """Only these header fields of mails: UIDs and fields, given as `headers` does."""
        for answer in self._fetch(uids, f"UID {command.header_item(fields, longest)}", longest or LARGEST_HEADER):
            found = answer.header_fields()
            if found is not None:
                yield answer.uid, found

    def parts(self, wanted: Iterable[PartRequest]) -> Iterator[FetchedPart]:
        """Ranges of parts, given as `headers` does; alike ranges of many mails go in one command."""
        groups: dict[tuple[str, int, int], list[int]] = {}
        for request in wanted:
            groups.setdefault((request.section, request.offset, request.length), []).append(request.uid)
        for (section, offset, length), uids in groups.items():
            for answer in self._fetch(uids, f"UID {command.part_item(section, offset, length)}", length):
                content = answer.section(section, offset)
                if content is not None:
                    yield FetchedPart(answer.uid, section, offset, content)

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

    def _fetch(self, uids: Sequence[int], items: str, largest: int) -> Iterator[Answer]:
        for text, asked in command.uid_sets(uids):
            waiting = set(asked)
            limits = Limits(
                lines=10_000 + 20 * len(asked),
                literal=largest,
                volume=1_048_576 + len(asked) * (largest + LONGEST_STRUCTURE),
            )
            fetch = Words(f"UID FETCH {text} ({items})").done()
            for response in self._conversation.stream(fetch, "FETCH", limits, _("the mails cannot be fetched")):
                answer = Answer(response.records)
                if answer.uid in waiting:
                    yield answer


def _folder(response: Response) -> Folder | None:
    """One line of LIST; None where it makes no sense."""
    try:
        parsed = parse_response(response.records)
    except (ProtocolError, RecursionError, ValueError):
        return None
    if len(parsed) < 3 or not isinstance(parsed[0], tuple) or not isinstance(parsed[2], bytes | int):
        return None
    name = parsed[2] if isinstance(parsed[2], bytes) else str(parsed[2]).encode("ascii")
    attributes = {flag.decode("ascii", "replace").lower(): flag for flag in parsed[0] if isinstance(flag, bytes)}
    special = next((flag for flag in sorted(attributes) if flag in SPECIAL_USES), "")
    selectable = not attributes.keys() & {"\\noselect", "\\nonexistent"}
    return Folder(_decoded(name), special and "\\" + special[1:].capitalize(), selectable)


def _decoded(name: bytes) -> str:
    try:
        return decode_mailbox(name)
    except ValueError:
        return name.decode("ascii", "replace")
