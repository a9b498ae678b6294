"""The words of IMAP (RFC 3501, 9): commands taken apart from left to right, and strings written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_ATOM: Final = re.compile(rb'[^\x00-\x20(){%*"\\\]\x7f-\xff]+')
_ASTRING: Final = re.compile(rb'[^\x00-\x20(){%*"\\\x7f-\xff]+')
_LIST_MAILBOX: Final = re.compile(rb'[^\x00-\x20(){"\\\x7f-\xff]+')
_QUOTED: Final = re.compile(rb'"((?:[^"\\\r\n\0]|\\["\\])*)"')
_LITERAL: Final = re.compile(rb"\{(\d{1,10})\+?\}\r\n")
_NUMBER: Final = re.compile(rb"\d{1,10}")
_SET: Final = re.compile(rb"(?:\*|\d{1,10})(?::(?:\*|\d{1,10}))?(?:,(?:\*|\d{1,10})(?::(?:\*|\d{1,10}))?)*")
_ESCAPED: Final = re.compile(rb'\\(["\\])')
_SPECIAL: Final = re.compile(rb'(["\\])')
_NO_QUOTED: Final = re.compile(rb"[\x00\r\n\x7f-\xff]")
_LONGEST_QUOTED: Final = 1000


class CommandError(Exception):
    """A command that is none; its text is what to say after BAD."""


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """Numbers of mails, "*" being the largest there is."""

    ranges: tuple[tuple[int | None, int | None], ...]
    """First and last of each, in any order; None stands for "*"."""

    def among(self, numbers: Iterable[int]) -> frozenset[int]:
        """Those of the numbers that are in the set."""
        there = sorted(numbers)
        largest = there[-1] if there else 0
        found: set[int] = set()
        for ends in self.ranges:
            low, high = sorted(largest if end is None else end for end in ends)
            found.update(number for number in there if low <= number <= high)
        return frozenset(found)


class Words:
    """A command, read word by word. Its literals stand in it as they came, each after its {size} and line end.

    Methods raise `CommandError` where something else stands.
    """

    def __init__(self, command: bytes) -> None:
        self._command = command.removesuffix(b"\n").removesuffix(b"\r")
        self._at = 0

    def take(self, octets: bytes) -> bool:
        """Whether these octets stand here, in any case; if so they are read."""
        if self._command[self._at : self._at + len(octets)].upper() != octets:
            return False
        self._at += len(octets)
        return True

    def expect(self, octets: bytes) -> None:
        if not self.take(octets):
            raise CommandError(f"expected {octets.decode('ascii')!r} at octet {self._at}")

    def space(self) -> None:
        self.expect(b" ")

    def end(self) -> None:
        if self._at != len(self._command):
            raise CommandError(f"did not expect anything at octet {self._at}")

    def ahead(self, octets: bytes) -> bool:
        """Whether one of these octets stands here."""
        return self._command[self._at : self._at + 1] in {octets[at : at + 1] for at in range(len(octets))}

    def atom(self) -> str:
        """An atom, in capitals."""
        return self._match(_ATOM, "a word")[0].decode("ascii").upper()

    def word(self, pattern: re.Pattern[bytes], what: str) -> re.Match[bytes]:
        """What matches a pattern; `what` names it where nothing does."""
        return self._match(pattern, what)

    def number(self) -> int:
        return int(self._match(_NUMBER, "a number")[0])

    def astring(self) -> bytes:
        return self._string() if self.ahead(b'"{') else self._match(_ASTRING, "a string")[0]

    def list_mailbox(self) -> bytes:
        """A mailbox's name that may have wildcards."""
        return self._string() if self.ahead(b'"{') else self._match(_LIST_MAILBOX, "a pattern")[0]

    def sequence_set(self) -> SequenceSet:
        text = self._match(_SET, "a set of numbers")[0].decode("ascii")
        ranges = []
        for one in text.split(","):
            ends = [None if end == "*" else int(end) for end in one.split(":")]
            if 0 in ends:
                raise CommandError("no mail has the number 0")
            ranges.append((ends[0], ends[-1]))
        return SequenceSet(tuple(ranges))

    def at_sequence_set(self) -> bool:
        return self.ahead(b"0123456789*")

    def _string(self) -> bytes:
        if self.ahead(b'"'):
            return _ESCAPED.sub(rb"\1", self._match(_QUOTED, "a quoted string")[1])
        size = int(self._match(_LITERAL, "a literal")[1])
        literal = self._command[self._at : self._at + size]
        if len(literal) < size or b"\0" in literal:
            raise CommandError("a literal is not what it should be")
        self._at += size
        return literal

    def _match(self, pattern: re.Pattern[bytes], what: str) -> re.Match[bytes]:
        match = pattern.match(self._command, self._at)
        if not match:
            raise CommandError(f"expected {what} at octet {self._at}")
        self._at = match.end()
        return match


def string(octets: bytes) -> bytes:
    """A string as a server sends it: quoted where that can be, else a literal."""
    if len(octets) > _LONGEST_QUOTED or _NO_QUOTED.search(octets):
        return literal(octets)
    return b'"' + _SPECIAL.sub(rb"\\\1", octets) + b'"'


def nstring(octets: bytes | None) -> bytes:
    """A string, or NIL for None."""
    return b"NIL" if octets is None else string(octets)


def literal(octets: bytes) -> bytes:
    return b"{%d}\r\n" % len(octets) + octets
