"""What a server tells of a folder (RFC 3501, 6.3.1, 6.3.8, 6.3.10), and of what is new in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from imapclient.imap_utf7 import decode as decode_mailbox
from imapclient.response_parser import parse_response

from listforum.model.mail import Part
from listforum.wire import command
from listforum.wire.command import Command, Words
from listforum.wire.conversation import Heard
from listforum.wire.dialogue import ProtocolError, Response
from listforum.wire.fetched import Answer

SPECIAL_USES: Final = frozenset({"\\all", "\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash"})
STATE: Final = frozenset({"UIDVALIDITY", "UIDNEXT", "EXISTS"})
NEWS: Final = frozenset({*STATE, "FETCH", "STATUS"})

_STATUS: Final = re.compile(rb"\(([^()]*)\)\s*$")


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
    """What is to be told of a folder in one breath: how it stands, and of what the mails from UID `first` on consist.

    Of no more than `most` UIDs, for nobody knows yet how many there are; of none when that is 0.
    """

    folder: str
    first: int = 1
    most: int = 0

    def commands(self) -> tuple[Command, ...]:
        """EXAMINE, and a FETCH behind it where something is to be told of mails."""
        opening = command.examine(self.folder)
        if not self.most:
            return (opening,)
        last = min(self.first + self.most - 1, command.LARGEST_UID)
        return (opening, Words(f"UID FETCH {self.first}:{last} (UID BODYSTRUCTURE)").done())


@dataclass(frozen=True, slots=True)
class News:
    """The mails there are from UID `first` to UID `last`, and their parts."""

    first: int = 1
    last: int = 0
    parts: Mapping[int, tuple[Part, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """How a folder stands, and what is new in it, as far as that was asked. `uidnext` is 0 when it was not told."""

    state: FolderState
    news: News = field(default_factory=News)


def opened(glance: Glance, heard: tuple[Heard, ...]) -> Opened | None:
    """What was heard to the commands of a glance; None where the folder could not be opened."""
    if heard[0].end.status != "OK":
        return None
    told = {response.kind: response.number() for response in heard[0].responses}
    state = FolderState(told.get("UIDVALIDITY", 0), told.get("UIDNEXT", 0), told.get("EXISTS", 0))
    if len(heard) == 1 or heard[1].end.status != "OK":
        return Opened(state)
    last = glance.first + glance.most - 1
    return Opened(state, News(glance.first, last, dict(_structures(heard[1], glance.first, last))))


def status_state(heard: Heard) -> FolderState | None:
    """What STATUS tells of a folder that is not open; None where it tells too little."""
    response = heard.first("STATUS")
    match = _STATUS.search(response.words()) if response and heard.end.status == "OK" else None
    words = match[1].upper().split() if match else []
    told = {name: int(value) for name, value in zip(words[::2], words[1::2], strict=False) if value.isdigit()}
    if not {b"UIDVALIDITY", b"UIDNEXT", b"MESSAGES"} <= told.keys():
        return None
    return FolderState(told[b"UIDVALIDITY"], told[b"UIDNEXT"], told[b"MESSAGES"])


def listed_folder(response: Response) -> Folder | None:
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


def _structures(heard: Heard, first: int, last: int) -> list[tuple[int, tuple[Part, ...]]]:
    answers = (Answer(response.records) for response in heard.responses if response.kind == "FETCH")
    told = ((answer.uid, answer.structure()) for answer in answers)
    return [(uid, parts) for uid, parts in told if parts is not None and first <= uid <= last]


def _decoded(name: bytes) -> str:
    try:
        return decode_mailbox(name)
    except ValueError:
        return name.decode("ascii", "replace")
