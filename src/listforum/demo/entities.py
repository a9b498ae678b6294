"""A mail cut into its MIME entities (RFC 2045, 2046), octet for octet as they lie in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

DEEPEST: Final = 50

_FIELD: Final = re.compile(rb"[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*|[^\r\n]+\Z")
_TOKEN: Final = re.compile(rb'[^\x00-\x20\x7f()<>@,;:\\"/\[\]?=]+')
_QUOTED: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_VALUE: Final = re.compile(rb'[^\x00-\x20\x7f;"()]+')
_PAIR: Final = re.compile(rb"\\(.)", re.DOTALL)
_BLANK: Final = re.compile(rb"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Typed:
    """A structured value of MIME, such as a Content-Type: its words (two of a type, else one) and its parameters."""

    words: tuple[bytes, ...]
    parameters: tuple[tuple[bytes, bytes], ...] = ()

    def parameter(self, name: bytes) -> bytes | None:
        return next((value for key, value in self.parameters if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Entity:
    """A mail, or a part of one: its header with the empty line after it, its body, and the entities inside.

    A multipart has its parts as `children`; a message/rfc822 has one child, the mail in it.
    """

    header: bytes
    body: bytes
    type: Typed
    declared: bool
    """Whether the header says what type it is."""
    children: tuple[Entity, ...] = ()
    fields: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    """Names in small letters, and raw lines."""

    @property
    def kind(self) -> bytes:
        """The type in small letters, such as b"text/plain"."""
        return b"/".join(self.type.words).lower()

    @property
    def multipart(self) -> bool:
        return self.kind.startswith(b"multipart/")

    @property
    def message(self) -> bool:
        """Whether it is a mail in a mail."""
        return self.kind == b"message/rfc822"

    def value(self, name: bytes) -> bytes | None:
        """The value of the first field of a name, unfolded (RFC 5322, 2.2.3)."""
        for key, lines in self.fields:
            if key == name:
                return lines.partition(b":")[2].replace(b"\r\n", b"").strip(b" \t")
        return None


TEXT: Final = Typed((b"text", b"plain"))
MESSAGE: Final = Typed((b"message", b"rfc822"))


def parse(mail: bytes) -> Entity:
    """A whole mail, of which lines end in CRLF."""
    return _entity(mail, TEXT, DEEPEST)


def split_fields(header: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The fields of a header: names in small letters, and raw lines with their ends."""
    return tuple(
        (lines.partition(b":")[0].strip(b" \t").lower(), lines)
        for lines in (match[0] for match in _FIELD.finditer(header))
        if lines != b"\r\n"
    )


def typed(value: bytes, separator: bytes = b"") -> Typed | None:
    """A structured value taken apart, comments left out; `separator` is b"/" for a type. None where it is none."""
    value = _without_comments(value)
    at = _BLANK.match(value).end()  # type: ignore[union-attr] # it matches nothing too
    words = []
    for _ in range(2 if separator else 1):
        if not (word := _TOKEN.match(value, at)):
            return None
        words.append(word[0])
        at = word.end()
        if separator and len(words) == 1:
            if not (cut := re.compile(rb"[ \t]*/[ \t]*").match(value, at)):
                return None
            at = cut.end()
    return Typed(tuple(words), tuple(_parameters(value, at)))


def _parameters(value: bytes, at: int) -> list[tuple[bytes, bytes]]:
    found = []
    start = re.compile(rb"[\s;]*([^\s;=]+)[ \t]*=[ \t]*")
    while name := start.match(value, at):
        if quoted := _QUOTED.match(value, name.end()):
            found.append((name[1], _PAIR.sub(rb"\1", quoted[1])))
            at = quoted.end()
        elif plain := _VALUE.match(value, name.end()):
            found.append((name[1], plain[0]))
            at = plain.end()
        else:
            at = name.end()
    return found


def _without_comments(value: bytes) -> bytes:
    """The value with each comment (RFC 5322, 3.2.2) gone; strings in quotes are left as they are."""
    kept = bytearray()
    depth = 0
    for match in re.finditer(rb'"(?:[^"\\]|\\.)*"|\\.|[()]|[^"\\()]+|.', value, re.DOTALL):
        piece = match[0]
        if piece == b"(":
            depth += 1
        elif piece == b")" and depth:
            depth -= 1
        elif not depth:
            kept += piece
    return bytes(kept)


def _entity(octets: bytes, default: Typed, depth: int) -> Entity:
    header, body = _split(octets)
    fields = split_fields(header)
    told = next(
        (lines.partition(b":")[2].replace(b"\r\n", b"") for key, lines in fields if key == b"content-type"), None
    )
    declared = None if told is None else typed(told, b"/")
    entity = Entity(header, body, declared or default, declared is not None, (), fields)
    if depth == 0:
        return entity
    children: tuple[Entity, ...] = ()
    if entity.multipart:
        inside = MESSAGE if entity.kind == b"multipart/digest" else TEXT
        boundary = entity.type.parameter(b"boundary")
        parts = _parts(body, boundary) if boundary else []
        children = tuple(_entity(part, inside, depth - 1) for part in parts)
    elif entity.message:
        children = (_entity(body, TEXT, depth - 1),)
    return Entity(header, body, entity.type, entity.declared, children, fields)


def _split(octets: bytes) -> tuple[bytes, bytes]:
    """The header, to the end of the empty line after it, and the body."""
    if octets.startswith(b"\r\n"):
        return octets[:2], octets[2:]
    end = octets.find(b"\r\n\r\n")
    return (octets, b"") if end < 0 else (octets[: end + 4], octets[end + 4 :])


def _parts(body: bytes, boundary: bytes) -> list[bytes]:
    """What lies between the lines of a boundary; the line end before one belongs to it (RFC 2046, 5.1.1)."""
    delimiter = re.compile(rb"(?:\A|\r\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r\n|\Z)")
    parts = []
    begin: int | None = None
    for found in delimiter.finditer(body):
        if begin is not None:
            parts.append(body[begin : found.start()])
        begin = found.end() + 2
        if found[1]:
            return parts
    if begin is not None:
        parts.append(body[begin:])
    return parts
