"""FETCH (RFC 3501, 6.4.5): what is asked of mails, and the answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from listforum.demo.body_structure import body_structure
from listforum.demo.entities import Entity
from listforum.demo.envelope import envelope
from listforum.demo.imap_words import CommandError, Words, literal, string
from listforum.demo.mailbox import Stored

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ITEM: Final = re.compile(rb"[A-Za-z0-9.]+")
_PART: Final = re.compile(rb"[1-9]\d{0,4}(?:\.[1-9]\d{0,4})*")


@dataclass(frozen=True, slots=True)
class Asked:
    """A mail that is asked about. `open` reads it and takes it apart; what needs no octet of it does not."""

    stored: Stored
    open: Callable[[], tuple[bytes, Entity]]


Item = Callable[[Asked], bytes]
"""Writes the name and the value of one item of a mail."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a mail: the number of the part, what of it ("" is its body), and the names of header fields."""

    part: tuple[int, ...] = ()
    what: str = ""
    names: tuple[bytes, ...] = ()

    def of(self, mail: Entity, whole: bytes) -> bytes:
        """The octets of the section; none where the mail has no such part."""
        if not self.part:
            return self._of_message(mail) if self.what else whole
        part = find_part(mail, self.part)
        if part is None:
            return b""
        if not self.what:
            return part.body
        if self.what == "MIME":
            return part.header
        return self._of_message(part.children[0]) if part.type.message and part.children else b""

    def _of_message(self, message: Entity) -> bytes:
        if self.what == "TEXT":
            return message.body
        if self.what == "HEADER":
            return message.header
        wanted = self.what == "HEADER.FIELDS"
        chosen = (lines for name, lines in message.fields if (name in self.names) == wanted)
        return b"".join(chosen) + b"\r\n"

    def __bytes__(self) -> bytes:
        words = ".".join([*map(str, self.part), *([self.what] if self.what else [])]).encode("ascii")
        if not self.names:
            return words
        return words + b" (" + b" ".join(map(_field_name, self.names)) + b")"


def find_part(mail: Entity, numbers: Sequence[int]) -> Entity | None:
    """The part with a number such as 2.1; the only part of a mail that is not multipart is number 1."""
    here = mail
    for level, number in enumerate(numbers):
        if level and here.type.message and here.children:
            here = here.children[0]
        elif level and not here.type.multipart:
            return None
        if here.type.multipart:
            if number > len(here.children):
                return None
            here = here.children[number - 1]
        elif number != 1:
            return None
    return here


def read_items(words: Words) -> tuple[Item, ...]:
    """The items of a FETCH: one, or several in parentheses. Raises `CommandError`."""
    if not words.take(b"("):
        return (_read_item(words),)
    items = [_read_item(words)]
    while not words.take(b")"):
        words.space()
        items.append(_read_item(words))
    return tuple(items)


def uid(mail: Asked) -> bytes:
    return b"UID %d" % mail.stored.uid


def _flags(_: Asked) -> bytes:
    return b"FLAGS ()"


def _internaldate(mail: Asked) -> bytes:
    moment = datetime.fromtimestamp(mail.stored.arrived, UTC)
    text = f"{moment:%d}-{_MONTHS[moment.month - 1]}-{moment.year:04} {moment:%H:%M:%S} +0000"
    return b"INTERNALDATE " + string(text.encode("ascii"))


def _size(mail: Asked) -> bytes:
    return b"RFC822.SIZE %d" % mail.stored.size


def _structure(mail: Asked) -> bytes:
    return b"BODYSTRUCTURE " + body_structure(mail.open()[1])


def _envelope(mail: Asked) -> bytes:
    return b"ENVELOPE " + envelope(mail.open()[1])


_ITEMS: Final[dict[str, Item]] = {
    "UID": uid,
    "FLAGS": _flags,
    "INTERNALDATE": _internaldate,
    "RFC822.SIZE": _size,
    "BODYSTRUCTURE": _structure,
    "ENVELOPE": _envelope,
}


def _read_item(words: Words) -> Item:
    name = words.word(_ITEM, "an item")[0].decode("ascii").upper()
    if name in _ITEMS:
        return _ITEMS[name]
    # without PEEK it is the same: no mail is ever marked here
    if name not in {"BODY", "BODY.PEEK"} or not words.take(b"["):
        raise CommandError(f"{name} is not served here")
    section = _read_section(words)
    words.expect(b"]")
    return _body(section, _read_range(words))


def _read_section(words: Words) -> Section:
    part: tuple[int, ...] = ()
    if words.ahead(b"123456789"):
        part = tuple(int(number) for number in words.word(_PART, "a part")[0].split(b"."))
        if not words.take(b"."):
            return Section(part)
    elif words.ahead(b"]"):
        return Section()
    what = words.word(_ITEM, "a section")[0].decode("ascii").upper()
    if what in {"HEADER.FIELDS", "HEADER.FIELDS.NOT"}:
        return Section(part, what, _read_names(words))
    if what not in {"HEADER", "TEXT"} and not (part and what == "MIME"):
        raise CommandError(f"{what} is no section")
    return Section(part, what)


def _read_names(words: Words) -> tuple[bytes, ...]:
    words.expect(b" (")
    names = [words.astring()]
    while not words.take(b")"):
        words.space()
        names.append(words.astring())
    return tuple(name.lower() for name in names)


def _read_range(words: Words) -> tuple[int, int] | None:
    if not words.take(b"<"):
        return None
    first = words.number()
    words.expect(b".")
    length = words.number()
    words.expect(b">")
    if not length:
        raise CommandError("a range of nothing")
    return first, length


def _body(section: Section, asked: tuple[int, int] | None) -> Item:
    name = b"BODY[" + bytes(section) + b"]" + (b"<%d>" % asked[0] if asked else b"")

    def item(mail: Asked) -> bytes:
        whole, entity = mail.open()
        octets = section.of(entity, whole)
        if asked:
            octets = octets[asked[0] : asked[0] + asked[1]]
        return name + b" " + literal(octets)

    return item


def _field_name(name: bytes) -> bytes:
    return name.upper() if re.fullmatch(rb"[a-z0-9-]+", name) else string(name.upper())
