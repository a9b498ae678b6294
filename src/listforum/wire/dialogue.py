"""imaplib on our own link: its framing of tags, lines and literals, with bounds it does not have."""

from __future__ import annotations

import imaplib
import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from listforum.errors import ListforumError
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


Said = tuple[int, Response | Tagged]
"""What the server said, and to which of the commands that it was asked together."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A literal that was under way when the link broke: the line that announced it, and what came of it."""

    line: bytes
    content: bytes


class Dialogue(imaplib.IMAP4):
    """An IMAP connection from its greeting on, over a connected link.

    After STARTTLS there is no greeting, and the one in clear is not to be believed: `greeted` says that a session
    begins with one of ours. `known` are capabilities that need not be asked for where the greeting has none. `exists`
    is how many mails the open folder has, None before the server has said so; `news`, whether any have come since it
    first did. Methods raise `imaplib.IMAP4.error` and what `Link` raises.
    """

    def __init__(self, link: Link, *, greeted: bytes = b"", known: Collection[str] = ()) -> None:
        self._link = link
        self._preface = greeted
        self._known = known
        self._line = b""
        self._tag = b""
        self.unfinished: Unfinished | None = None
        self.exists: int | None = None
        self.news = False
        self._allow(GREETING)
        try:
            super().__init__()
        except ProtocolError:
            if "BYE" in self.untagged_responses:
                raise ByeError(Response("BYE", tuple(self.untagged_responses["BYE"])).words()) from None
            raise

    # --- what imaplib lets its heirs bring: the bytes ---

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """The link is open already."""

    def read(self, size: int) -> bytes:
        self._spend(size)
        if size > self._limits.literal:
            raise ProtocolError("a literal is larger than anything that was asked for")
        try:
            content = self._link.read(size)
        except ListforumError:
            self.unfinished = Unfinished(self._line, self._link.rest()[:size])
            raise
        self.unfinished = Unfinished(self._line, content)  # until its response is complete, too
        return content

    def readline(self) -> bytes:
        if self._preface:
            line, self._preface = self._preface, b""
            return line
        self._lines += 1
        if self._lines > self._limits.lines:
            raise ProtocolError("the answer has too many lines")
        self._line = self._link.readline(self._limits.line)
        self._spend(len(self._line))
        return self._line

    def send(self, data: Any) -> None:
        if data:
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
        elif self._known:
            listed = [word.encode("ascii", "replace") for word in self._known]
        else:
            heard = self.converse([(b"CAPABILITY",)], frozenset({"CAPABILITY"}), GREETING)
            listed = [said.words() for _, said in heard if isinstance(said, Response)]
        self.capabilities = tuple(b" ".join(listed).decode("ascii", "replace").upper().split())

    def converse(self, commands: Sequence[Command], kinds: frozenset[str], limits: Limits) -> Iterator[Said]:
        """Say commands in one breath; give each response of these kinds as soon as it is complete, and each end.

        A response is taken as one to the first command that has not ended: servers may end them in another order
        (RFC 3501, 5.5). Nothing else that the server says is kept, but for the number of mails in `exists`.
        """
        self._allow(limits)
        self.untagged_responses.clear()
        self.unfinished = None
        tags = [self._new_tag() for _ in commands]
        speech = _Speech(tags, commands)
        self.send(speech.next())
        ends: dict[bytes, tuple[str, list[bytes]] | None] = self.tagged_commands  # type: ignore[assignment] # typeshed
        waiting = dict(zip(tags, range(len(tags)), strict=True))
        while waiting:
            if self._get_response() is None:  # a continuation
                self.send(speech.go_on())
                continue
            self.unfinished = None
            ended = next((tag for tag in waiting if ends[tag] is not None), None)
            number = waiting[ended] if ended else next(iter(waiting.values()))
            for response in self._heard(kinds):
                yield number, response
            if ended:
                status, words = ends.pop(ended) or ("BAD", [b""])
                del waiting[ended]
                self.send(speech.without(ended))
                yield number, Tagged(status, words[-1])

    # --- a command that goes on until it is told to end ---

    def say(self, command: bytes, limits: Limits) -> None:
        """Say a command; `hear` tells what comes of it."""
        self.listen(limits)
        self._tag = self._new_tag()
        self.send(self._tag + b" " + command + b"\r\n")

    def listen(self, limits: Limits) -> None:
        """Say nothing; `hear` tells what the server says by itself."""
        self._allow(limits)
        self.untagged_responses.clear()
        self.unfinished = None

    def hear(self) -> Literal["go on"] | Tagged | None:
        """The next thing that the server says: its "+", the end of what was said, or None for anything else."""
        if self._get_response() is None:
            return "go on"
        for _response in self._heard(frozenset()):
            pass
        ends: dict[bytes, tuple[str, list[bytes]] | None] = self.tagged_commands  # type: ignore[assignment] # typeshed
        end = ends.get(self._tag)
        if end is None:
            return None
        del ends[self._tag]
        return Tagged(end[0], end[1][-1])

    def _heard(self, kinds: frozenset[str]) -> Iterator[Response]:
        heard = [Response(kind, tuple(records)) for kind, records in self.untagged_responses.items()]
        self.untagged_responses.clear()
        for response in heard:
            if response.kind == "BYE":
                raise ByeError(response.words())
            if response.kind == "EXISTS":
                self.news = self.news or (self.exists is not None and response.number() > self.exists)
                self.exists = response.number()
            elif response.kind == "EXPUNGE" and self.exists:
                self.exists -= 1
            if response.kind in kinds:
                yield response

    def _allow(self, limits: Limits) -> None:
        self._limits = limits
        self._lines = self._volume = 0

    def _spend(self, size: int) -> None:
        self._volume += size
        if self._volume > self._limits.volume:
            raise ProtocolError("the answer is larger than anything that was asked for")


class _Speech:
    """Commands in the order they are said; a piece that must wait for the server's "+" holds up what follows it."""

    def __init__(self, tags: Sequence[bytes], commands: Sequence[Command]) -> None:
        self._left = deque(
            (tag, (tag + b" " if position == 0 else b"") + piece + b"\r\n", position > 0)
            for tag, command in zip(tags, commands, strict=True)
            for position, piece in enumerate(command)
        )

    def next(self) -> bytes:
        """Everything up to the first piece that must wait."""
        said = b""
        while self._left and not self._left[0][2]:
            said += self._left.popleft()[1]
        return said

    def go_on(self) -> bytes:
        """The piece that waited, and what follows it. Raises `ProtocolError` when there is none."""
        if not self._left:
            raise ProtocolError("the server waits for more than there is to say")
        return self._left.popleft()[1] + self.next()

    def without(self, ended: bytes) -> bytes:
        """What can be said now that a command has ended, whose remaining pieces nobody waits for any more."""
        self._left = deque(item for item in self._left if item[0] != ended)
        return self.next()


class ByeError(ProtocolError):
    """The server said BYE; `words` are its own."""

    def __init__(self, words: bytes) -> None:
        super().__init__("the server ended the session")
        self.words = words
