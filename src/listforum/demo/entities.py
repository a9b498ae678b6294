"""A mail cut into its MIME entities (RFC 2045, 2046), octet for octet as they lie in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DEEPEST: Final = 50

_FIELD: Final = re.compile(rb"[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*|[^\r\n]+\Z")
_TOKEN: Final = re.compile(rb'[^\x00-\x20\x7f()<>@,;:\\"/\[\]?=]+')
_QUOTED: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_VALUE: Final = re.compile(rb'[^\x00-\x20\x7f;"()]+')
_PAIR: Final = re.compile(rb"\\(.)", re.DOTALL)
_SLASH: Final = re.compile(rb"[ \t]*/[ \t]*")
_PARAMETER: Final = re.compile(rb"[\s;]*([^\s;=]+)[ \t]*=[ \t]*")
_COMMENTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|\\.|[()]|[^"\\()]+|.', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """A structured value of MIME, such as a Content-Type: its words (two of a type, else one) and its parameters."""

    words: tuple[bytes, ...]
    parameters: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def kind(self) -> bytes:
        """The words in small letters, such as b"text/plain"."""
        return b"/".join(self.words).lower()

    @property
    def multipart(self) -> bool:
        return self.kind.startswith(b"multipart/")

    @property
    def message(self) -> bool:
        """Whether it is that of a mail in a mail."""
        return self.kind == b"message/rfc822"

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
    children: tuple[Entity, ...] = ()
    fields: tuple[tuple[bytes, bytes], ...] = ()
    """Names in small letters, and raw lines."""

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


def media_type(value: bytes) -> Typed | None:
    """A Content-Type taken apart (RFC 2045, 5.1), comments left out. None where it is none."""
    value = _without_comments(value).strip()
    if not (major := _TOKEN.match(value)) or not (slash := _SLASH.match(value, major.end())):
        return None
    minor = _TOKEN.match(value, slash.end())
    return Typed((major[0], minor[0]), _parameters(value, minor.end())) if minor else None


def token(value: bytes) -> Typed | None:
    """A value that begins with one word, such as a Content-Disposition, taken apart likewise."""
    value = _without_comments(value).strip()
    word = _TOKEN.match(value)
    return Typed((word[0],), _parameters(value, word.end())) if word else None


def _parameters(value: bytes, at: int) -> tuple[tuple[bytes, bytes], ...]:
    found = []
    while name := _PARAMETER.match(value, at):
        at = name.end()
        if quoted := _QUOTED.match(value, at):
            found.append((name[1], _PAIR.sub(rb"\1", quoted[1])))
            at = quoted.end()
        elif plain := _VALUE.match(value, at):
            found.append((name[1], plain[0]))
            at = plain.end()
    return tuple(found)


def _without_comments(value: bytes) -> bytes:
    """The value with each comment (RFC 5322, 3.2.2) gone; strings in quotes are left as they are."""
    kept = bytearray()
    depth = 0
    for match in _COMMENTED.finditer(value):
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
        (lines.partition(b":")[2].replace(b"\r\n", b"") for key, lines in fields if key == b"content-type"), b""
    )
    kind = media_type(told) or default
    return Entity(header, body, kind, _children(kind, body, depth), fields)


def _children(kind: Typed, body: bytes, depth: int) -> tuple[Entity, ...]:
    if not depth:
        return ()
    if kind.message:
        return (_entity(body, TEXT, depth - 1),)
    boundary = kind.parameter(b"boundary") if kind.multipart else None
    inside = MESSAGE if kind.kind == b"multipart/digest" else TEXT
    return tuple(_entity(part, inside, depth - 1) for part in _parts(body, boundary)) if boundary else ()


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
