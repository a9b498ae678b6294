"""imaplib on our own link: its framing of tags, lines and literals, with bounds it does not have."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from listforum.wire.command import Command
from listforum.wire.link import Link

ProtocolError = imaplib.IMAP4.error
"""The server made no sense; `imaplib`, `imapclient` and this module all raise it."""

Record = bytes | tuple[bytes, bytes]
"""A line of a response, or a line that ends in {size} with the literal that follows."""

_CAPABILITY_CODE = re.compile(rb"\[CAPABILITY ([^\]]*)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may answer to one command: lines, bytes of a line, of a literal, and of everything together."""

    lines: int = 100_000
    line: int = 4_194_304
    literal: int = 65_536
    volume: int = 16_777_216


GREETING = Limits(lines=100, line=65_536, literal=0, volume=131_072)


@dataclass(frozen=True, slots=True)
class Response:
    """An untagged response: its kind in capitals, such as FETCH, and what came with it."""

    kind: str
    records: tuple[Record, ...]

    def words(self) -> bytes:
        """Its line, without a literal."""
        last = self.records[-1] if self.records else b""
        return last if isinstance(last, bytes) else last[0]

    def number(self) -> int:
        """The number in a response such as EXISTS; 0 where there is none below 2**32."""
        return next(self.numbers(), 0)

    def numbers(self) -> Iterator[int]:
        """The numbers in a response such as SEARCH, up to what is none."""
        for word in self.words().split():
            if not word.isdigit() or len(word) > 10 or int(word) >= 2**32:
                return
            yield int(word)


@dataclass(frozen=True, slots=True)
class Tagged:
    """The end of a command: OK, NO or BAD, and the server's words."""

    status: str
    text: bytes


class Dialogue(imaplib.IMAP4):
    """An IMAP connection from its greeting on, over a connected link.

    After STARTTLS there is no greeting, and the one in clear is not to be believed: `greeted` says that a session
    begins with one of ours. Methods raise `imaplib.IMAP4.error` and what `Link` raises.
    """

    def __init__(self, link: Link, *, greeted: bytes = b"") -> None:
        self._link = link
        self._preface = greeted
        self.exists = 0
        self._allow(GREETING)
        super().__init__()

    # --- what imaplib lets its heirs bring: the bytes ---

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """The link is open already."""

    def read(self, size: int) -> bytes:
        self._spend(size)
        if size > self._limits.literal:
            raise ProtocolError("a literal is larger than anything that was asked for")
        return self._link.read(size)

    def readline(self) -> bytes:
        if self._preface:
            line, self._preface = self._preface, b""
            return line
        self._lines += 1
        if self._lines > self._limits.lines:
            raise ProtocolError("the answer has too many lines")
        line = self._link.readline(self._limits.line)
        self._spend(len(line))
        return line

    def send(self, data: Any) -> None:
        self._link.send(bytes(data))

    def shutdown(self) -> None:
        self._link.close()

    # --- what imaplib would write down, passwords included ---

    @property
    def debug(self) -> int:
        return 0

    @debug.setter
    def debug(self, level: int) -> None:
        """Lines of the protocol are logged by nobody."""

    def _log(self, line: str) -> None:
        """Nor kept."""

    # --- what is asked and answered ---

    def _get_capabilities(self) -> None:
        # the greeting mostly has them, which saves a round trip
        match = _CAPABILITY_CODE.search(self.welcome or b"")
        if match:
            listed = [match[1]]
        else:
            heard = self.converse((b"CAPABILITY",), frozenset({"CAPABILITY"}), GREETING)
            listed = [said.words() for said in heard if isinstance(said, Response)]
        self.capabilities = tuple(b" ".join(listed).decode("ascii", "replace").upper().split())

    def converse(self, command: Command, kinds: frozenset[str], limits: Limits) -> Iterator[Response | Tagged]:
        """Say a command; give each response of these kinds as soon as it is complete, and last the tagged one.

        Nothing else that the server says is kept, but for the number of mails in `exists`.
        """
        self._allow(limits)
        self.untagged_responses.clear()
        tag = self._new_tag()
        self.send(tag + b" " + command[0] + b"\r\n")
        more = list(command[1:])
        ends: dict[bytes, tuple[str, list[bytes]] | None] = self.tagged_commands  # type: ignore[assignment] # typeshed
        while (end := ends[tag]) is None:
            if self._get_response() is None:  # a continuation
                if not more:
                    raise ProtocolError("the server waits for more than there is to say")
                self.send(more.pop(0) + b"\r\n")
                continue
            yield from self._heard(kinds)
        del ends[tag]
        yield Tagged(end[0], end[1][-1])

    def _heard(self, kinds: frozenset[str]) -> Iterator[Response]:
        heard = [Response(kind, tuple(records)) for kind, records in self.untagged_responses.items()]
        self.untagged_responses.clear()
        for response in heard:
            if response.kind == "BYE":
                raise ByeError(response.words())
            if response.kind == "EXISTS":
                self.exists = response.number()
            elif response.kind == "EXPUNGE":
                self.exists = max(0, self.exists - 1)
            if response.kind in kinds:
                yield response

    def _allow(self, limits: Limits) -> None:
        self._limits = limits
        self._lines = self._volume = 0

    def _spend(self, size: int) -> None:
        self._volume += size
        if self._volume > self._limits.volume:
            raise ProtocolError("the answer is larger than anything that was asked for")


class ByeError(ProtocolError):
    """The server said BYE; `words` are its own."""

    def __init__(self, words: bytes) -> None:
        super().__init__("the server ended the session")
        self.words = words
