"""What a server tells of a folder (RFC 3501, 6.3.1, 6.3.8, 6.3.10), and of what is new in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from gettext import gettext as _
from typing import Final

from imapclient.imap_utf7 import decode as decode_mailbox
from imapclient.response_parser import parse_response

from listforum.errors import ServerError
from listforum.model.mail import Part
from listforum.wire import command
from listforum.wire.command import Command, Words
from listforum.wire.conversation import Heard
from listforum.wire.dialogue import ProtocolError, Response
from listforum.wire.fetched import Answer

SPECIAL_USES: Final = frozenset({"\\all", "\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash"})
STATE: Final = frozenset({"UIDVALIDITY", "UIDNEXT", "EXISTS"})
NEWS: Final = frozenset({*STATE, "SEARCH", "ESEARCH", "FETCH", "STATUS"})
MOST_UIDS: Final = 1_000_000

_NOT_SIMPLE: Final = (
    ("HEADER Content-Type", ""),
    ("NOT HEADER Content-Type", "text/plain"),
    ("NOT HEADER Content-Type", "multipart/alternative"),
)
"""Section 1 is the text of mails of these types, or of none: the plainest alternative comes first (RFC 2046, 5.1.4)."""

_FEW: Final = 5
"""Of more mails it is cheaper to be told later, and compressed."""

_WITH_SAVED: Final = 4
"""So many commands has a glance at the parts of what a search has saved."""

_ALL: Final = re.compile(rb" ALL ([\d:,]+)", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class Glance:
    """What is to be told of a folder in one breath: how it stands, and what lies in it from UID `first` on.

    Nothing more than how it stands when `first` is 0. With a `list_id` only the mails with this List-Id are told of.
    `most` is of how many UIDs it is told what the mails consist of, for nobody knows yet how many there are.
    """

    folder: str
    first: int = 0
    list_id: str = ""
    most: int = 0

    def commands(self, capabilities: frozenset[str]) -> tuple[Command, ...]:
        """EXAMINE, and what is to be asked behind it."""
        opening = command.examine(self.folder)
        if not self.first:
            return (opening,)
        listed = (("HEADER List-Id", self.list_id),) if self.list_id else ()
        looking = command.search_among(capabilities, self.first, *listed)
        return (opening, looking, *(self._asking_for_parts(capabilities, listed) if self.most else ()))

    @property
    def last(self) -> int:
        """The last UID of which it is told what the mail consists of."""
        return min(self.first + self.most - 1, command.LARGEST_UID)

    def _asking_for_parts(self, capabilities: frozenset[str], listed: tuple[tuple[str, str], ...]) -> Sequence[Command]:
        """BODYSTRUCTURE in clear is the dearest of all: only of mails whose Content-Type does not tell enough.

        The server finds these and remembers them (SEARCHRES, RFC 5182). One that cannot is not asked about mails that
        are none of the list's.
        """
        if {"ESEARCH", "SEARCHRES"} <= capabilities:
            finding = command.search_and_save(self.first, *listed, *_NOT_SIMPLE, last=self.last)
            return (finding, Words("UID FETCH $ (UID BODYSTRUCTURE)").done())
        if listed:
            return ()
        last = min(self.last, self.first + _FEW - 1) if "COMPRESS=DEFLATE" in capabilities else self.last
        return (Words(f"UID FETCH {self.first}:{last} (UID BODYSTRUCTURE)").done(),)


@dataclass(frozen=True, slots=True)
class News:
    """The UIDs there are from `first` on, ascending, and what some of these mails consist of.

    Of a `simple` one nothing is known but that its text is section 1.
    """

    first: int
    uids: tuple[int, ...]
    parts: Mapping[int, tuple[Part, ...]] = field(default_factory=dict)
    simple: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Opened:
    """How a folder stands, and what is new in it, where that was asked and told; `uidnext` may be 0, for untold."""

    state: FolderState
    news: News | None = None


def opened(glance: Glance, heard: Sequence[Heard]) -> Opened | None:
    """What was heard to the commands of a glance; None where the folder could not be opened.

    Answers are told by what they are: servers work on several commands at once, and may end them in any order.
    """
    if heard[0].end.status != "OK":
        return None
    responses = [response for one in heard for response in one.responses]
    told = {response.kind: response.number() for response in responses if response.kind in STATE}
    state = FolderState(told.get("UIDVALIDITY", 0), told.get("UIDNEXT", 0), told.get("EXISTS", 0))
    if len(heard) == 1 or heard[1].end.status != "OK":
        return Opened(state)
    uids, parts = found_uids(responses, glance.first), _structures(responses)
    simple: frozenset[int] = frozenset()
    if len(heard) == _WITH_SAVED and all(one.end.status == "OK" for one in heard):
        simple = frozenset(uid for uid in uids if uid <= glance.last and uid not in parts)
    return Opened(state, News(glance.first, uids, parts, simple))


def found_uids(responses: Iterable[Response], first: int, last: int = command.LARGEST_UID) -> tuple[int, ...]:
    """The UIDs from one to another that SEARCH (RFC 3501, 7.2.5) or ESEARCH (RFC 4731) tells, ascending.

    Raises `ServerError` when there are more than anybody could keep.
    """
    uids: set[int] = set()
    told = 0
    for low, high in (found for response in responses for found in _ranges(response)):
        begin, end = max(low, first), min(high, last)
        told += max(0, end - begin + 1)  # the same ones again and again are much to keep apart, too
        if told > MOST_UIDS:
            raise ServerError(
                _("the server finds more than {most} mails, which is more than can be kept").format(most=MOST_UIDS)
            )
        uids.update(range(begin, end + 1))
    return tuple(sorted(uids))


def _ranges(response: Response) -> Iterator[tuple[int, int]]:
    if response.kind == "SEARCH":
        yield from ((uid, uid) for uid in response.numbers())
    match = _ALL.search(response.words()) if response.kind == "ESEARCH" else None
    for item in match[1].split(b",") if match else ():
        ends = [int(end) for end in item.split(b":") if end.isdigit() and len(end) <= 10]
        if ends:
            yield min(ends), max(ends)


def folder_states(responses: Iterable[Response]) -> Iterator[tuple[str, FolderState]]:
    """What STATUS tells of folders, by name; nothing of those of which it tells too little."""
    for response in (one for one in responses if one.kind == "STATUS"):
        try:
            parsed = parse_response(response.records)
        except (ProtocolError, RecursionError, ValueError):
            continue
        if len(parsed) != 2 or not isinstance(parsed[0], bytes | int) or not isinstance(parsed[1], tuple):
            continue
        told = dict(zip(parsed[1][::2], parsed[1][1::2], strict=False))
        uidvalidity, uidnext, exists = (told.get(name) for name in (b"UIDVALIDITY", b"UIDNEXT", b"MESSAGES"))
        if isinstance(uidvalidity, int) and isinstance(uidnext, int) and isinstance(exists, int):
            yield _name(parsed[0]), FolderState(uidvalidity, uidnext, exists)


def listed_folder(response: Response) -> Folder | None:
    """One line of LIST; None where it makes no sense."""
    try:
        parsed = parse_response(response.records)
    except (ProtocolError, RecursionError, ValueError):
        return None
    if len(parsed) < 3 or not isinstance(parsed[0], tuple) or not isinstance(parsed[2], bytes | int):
        return None
    attributes = {flag.decode("ascii", "replace").lower(): flag for flag in parsed[0] if isinstance(flag, bytes)}
    special = next((flag for flag in sorted(attributes) if flag in SPECIAL_USES), "")
    selectable = not attributes.keys() & {"\\noselect", "\\nonexistent"}
    return Folder(_name(parsed[2]), special and "\\" + special[1:].capitalize(), selectable)


def _structures(responses: Iterable[Response]) -> dict[int, tuple[Part, ...]]:
    answers = (Answer(response.records) for response in responses if response.kind == "FETCH")
    told = ((answer.uid, answer.structure()) for answer in answers)
    return {uid: parts for uid, parts in told if uid and parts is not None}


def _name(word: bytes | int) -> str:
    name = word if isinstance(word, bytes) else str(word).encode("ascii")
    try:
        return decode_mailbox(name)
    except ValueError:
        return name.decode("ascii", "replace")
