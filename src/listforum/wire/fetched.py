"""What FETCH brings (RFC 3501, 7.4.2), as nouns of our own."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from imapclient.response_parser import parse_response

from listforum.model.mail import Part
from listforum.wire import structure
from listforum.wire.dialogue import ProtocolError, Record

LONGEST_READ = 262_144
"""Bytes of a response, literals apart, that are worth taking apart: enough for a thousand parts."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_INTERNALDATE = re.compile(r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)", re.ASCII)
_LEADING_UID = re.compile(rb"\d{1,10} \(UID (\d{1,10}) ", re.IGNORECASE)
_PART_LITERAL = re.compile(
    rb"\* \d{1,10} FETCH \(UID (\d{1,10}) (BODY|BINARY)\[([0-9.]{1,300})\]<(\d{1,10})> ~?\{\d{1,10}\}\r?\n",
    re.IGNORECASE,
)
_LITERAL8 = re.compile(rb"~(\{\d{1,10}\})$")
_HEADER_LITERAL = re.compile(rb"BODY\[HEADER\.FIELDS \([^()\]]{0,4000}\)\](?:<0>)? \{\d{1,10}\}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FetchedHeader:
    """A mail but for its text: when it arrived, in seconds since 1970 UTC (None: unreadable), its parts and fields."""

    uid: int
    arrived: int | None
    parts: tuple[Part, ...]
    header: bytes


@dataclass(frozen=True, slots=True)
class PartRequest:
    """`length` bytes of a section, from `offset` on; the section of a mail that is not multipart is "1".

    With `decoded` the server may undo the content-transfer-encoding first (RFC 3516): offsets count decoded bytes then.
    """

    uid: int
    section: str
    offset: int
    length: int
    decoded: bool = False


@dataclass(frozen=True, slots=True)
class FetchedPart:
    """What a mail's section holds there; b"" past its end or where there is no such section.

    `decoded` tells what came of what was asked. What is not `whole` was cut off by the end of the link.
    """

    uid: int
    section: str
    offset: int
    content: bytes
    decoded: bool = False
    whole: bool = True


class Answer:
    """One FETCH response taken apart: its UID, and its items by name."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records = [_without_literal8(record) for record in records]
        self._items: dict[str, object] = {}
        try:
            self._items = _items(records)
        except (ProtocolError, RecursionError, ValueError, IndexError):
            # the lines and literals were framed well: only this mail's data makes no sense
            self.readable = False
        else:
            self.readable = True

    @property
    def uid(self) -> int:
        """The mail's UID; 0 where none can be found."""
        if self.readable:
            uid = self._items.get("UID")
            return uid if isinstance(uid, int) else 0
        first = self._records[0]
        match = _LEADING_UID.match(first[0] if isinstance(first, tuple) else first)
        return int(match[1]) if match else 0

    def header_fields(self) -> bytes | None:
        """The header fields asked for, or None where the response has none."""
        if not self.readable:
            return next((literal for line, literal in self._literals() if _HEADER_LITERAL.search(line)), None)
        for name, value in self._items.items():
            if name.startswith("BODY[HEADER.FIELDS"):
                return None if value is None else _octets(value)  # NIL: the mail went away meanwhile
        return None

    def _literals(self) -> Iterator[tuple[bytes, bytes]]:
        return (record for record in self._records if isinstance(record, tuple))

    def part(self, request: PartRequest) -> FetchedPart | None:
        """What came of a request, or None where the response is about something else."""
        kind = "BINARY" if request.decoded else "BODY"
        for name in (f"{kind}[{request.section.upper()}]<{request.offset}>", f"{kind}[{request.section.upper()}]"):
            if name in self._items and (request.offset == 0 or name.endswith(">")):
                content = _octets(self._items[name])
                return FetchedPart(self.uid, request.section, request.offset, content, request.decoded)
        return None

    def structure(self) -> tuple[Part, ...] | None:
        """The parts, or None where the response does not tell them."""
        told = self._items.get("BODYSTRUCTURE")
        return None if told is None else structure.parts(told)

    def header(self, known: Mapping[int, tuple[Part, ...]]) -> FetchedHeader | None:
        """All of it, with the parts where those are `known`; None where the response is about something else."""
        fields = self.header_fields()
        if not self.uid or fields is None:
            return None
        parts = known.get(self.uid) or structure.parts(self._items.get("BODYSTRUCTURE"))
        return FetchedHeader(self.uid, arrival(self._items.get("INTERNALDATE")), parts, fields)


def begun_part(line: bytes, content: bytes) -> FetchedPart | None:
    """What came of a part when the link broke in the middle of it; None where that cannot be told."""
    match = _PART_LITERAL.fullmatch(line)
    if not match or not content:
        return None
    decoded = match[2].upper() == b"BINARY"
    return FetchedPart(int(match[1]), match[3].decode("ascii"), int(match[4]), content, decoded, whole=False)


def arrival(value: object) -> int | None:
    """INTERNALDATE as seconds since 1970 UTC; None when it is no date or before 1970."""
    match = _INTERNALDATE.fullmatch(value.decode("ascii", "replace")) if isinstance(value, bytes) else None
    if not match or match[2].lower() not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[number]) for number in (1, 3, 4, 5, 6))
    offset = datetime.timedelta(hours=int(match[8]), minutes=int(match[9]))
    try:
        local = datetime.datetime(
            year, _MONTHS.index(match[2].lower()) + 1, day, hour, minute, min(second, 59), tzinfo=datetime.UTC
        )
        moment = int((local - (offset if match[7] == "+" else -offset)).timestamp())
    except (ValueError, OverflowError):
        return None
    return moment if moment >= 0 else None


def _items(records: Sequence[Record]) -> dict[str, object]:
    if sum(len(record if isinstance(record, bytes) else record[0]) for record in records) > LONGEST_READ:
        raise ProtocolError("more structure than a mail can need")
    parsed = parse_response(records)
    if len(parsed) != 2 or not isinstance(parsed[1], tuple) or len(parsed[1]) % 2:
        raise ProtocolError("not a FETCH response")
    names, values = parsed[1][::2], parsed[1][1::2]
    if not all(isinstance(name, bytes) for name in names):
        raise ProtocolError("not a FETCH response")
    return {_octets(name).decode("ascii", "replace").upper(): value for name, value in zip(names, values, strict=True)}


def _without_literal8(record: Record) -> Record:
    """A literal8's mark (RFC 3516, 4.4) would be taken for the value by the parser."""
    return record if isinstance(record, bytes) else (_LITERAL8.sub(rb"\1", record[0]), record[1])


def _octets(value: object) -> bytes:
    """A string of a response; the parser makes None of NIL and numbers of digits without quotes."""
    if isinstance(value, bytes):
        return value
    return str(value).encode("ascii") if isinstance(value, int) else b""
