"""SEARCH (RFC 3501, 6.4.4): criteria that a mail meets or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from listforum.demo.entities import split_fields
from listforum.demo.imap_words import CommandError, Words
from listforum.mail.words import decode_value, decode_words

CHARSETS: Final = frozenset({b"US-ASCII", b"UTF-8"})


class CharsetError(Exception):
    """Text in a charset that is not known here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mail that may be found, by its place in the folder and its UID; `header` reads its header."""

    number: int
    uid: int
    header: Callable[[], bytes]


Criterion = Callable[[Candidate], bool]

_FIELDS: Final = ("BCC", "CC", "FROM", "SUBJECT", "TO")


def read_criteria(words: Words, numbers: Mapping[int, int]) -> Criterion:
    """All criteria of a command; `numbers` maps places in the folder to UIDs.

    Raises `CommandError`, and `CharsetError` for text that cannot be read here.
    """
    if words.take(b"CHARSET "):
        if words.astring().upper() not in CHARSETS:
            raise CharsetError
        words.space()
    criteria = _Reader(words, numbers)
    found = [criteria.one()]
    while words.take(b" "):
        found.append(criteria.one())
    return _all(found)


class _Reader:
    def __init__(self, words: Words, numbers: Mapping[int, int]) -> None:
        self._words = words
        self._numbers = numbers

    def one(self, depth: int = 30) -> Criterion:
        if not depth:
            raise CommandError("too many criteria in one another")
        words = self._words
        if words.at_sequence_set():
            there = words.sequence_set().among(self._numbers)
            return lambda mail: mail.number in there
        if words.take(b"("):
            return self._several(depth)
        return self._key(words.atom(), depth)

    def _several(self, depth: int) -> Criterion:
        found = [self.one(depth - 1)]
        while not self._words.take(b")"):
            self._words.space()
            found.append(self.one(depth - 1))
        return _all(found)

    def _key(self, key: str, depth: int) -> Criterion:
        if key == "ALL":
            return lambda _: True
        self._words.space()
        if key == "NOT":
            excluded = self.one(depth - 1)
            return lambda mail: not excluded(mail)
        if key == "OR":
            first = self.one(depth - 1)
            self._words.space()
            second = self.one(depth - 1)
            return lambda mail: first(mail) or second(mail)
        if key == "UID":
            there = self._words.sequence_set().among(self._numbers.values())
            return lambda mail: mail.uid in there
        if key in _FIELDS:
            return _field_holds(key.lower().encode("ascii"), self._words.astring())
        if key == "HEADER":
            name = self._words.astring().lower()
            self._words.space()
            return _field_holds(name, self._words.astring())
        raise CommandError(f"{key} is not searched for here")


def _field_holds(name: bytes, text: bytes) -> Criterion:
    """Whether a field of that name holds a text, in any case; an empty text only asks for the field."""
    wanted = text.decode("utf-8", "replace").casefold()

    def criterion(mail: Candidate) -> bool:
        return any(wanted in _readable(lines) for key, lines in split_fields(mail.header()) if key == name)

    return criterion


def _readable(lines: bytes) -> str:
    value = lines.partition(b":")[2].replace(b"\r\n", b"").strip()
    return decode_words(decode_value(value)).casefold()


def _all(criteria: list[Criterion]) -> Criterion:
    return lambda mail: all(criterion(mail) for criterion in criteria)
