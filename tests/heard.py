"""What a server answered to FETCH, as it came out of every link of this process: which answers came twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from listforum.wire.link import Link

_LITERAL = re.compile(rb"(?:BODY|BINARY)\[([^\]]*)\](?:<(\d+)>)? ~?\{(\d+)\+?\}\r\n\Z")
_FETCH = re.compile(rb"\* \d+ FETCH \(.*?\bUID (\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `first` up to `end` of a section of a mail; `whole` when the server had said as much of it."""

    uid: int
    section: str
    first: int
    end: int
    whole: bool


@dataclass(slots=True)
class Heard:
    """What was heard on each link, decrypted and inflated."""

    streams: dict[Link, bytearray] = field(default_factory=dict)

    @property
    def sections(self) -> int:
        """How many sections of mails came whole."""
        return sum(span.whole for span in self._spans())

    @property
    def complete_twice(self) -> int:
        """How many sections of mails came whole although they had come whole before."""
        whole = Counter((span.uid, span.section, span.first) for span in self._spans() if span.whole)
        return whole.total() - len(whole)

    @property
    def structures_twice(self) -> int:
        """How many mails' structures came although they had come before."""
        told: Counter[bytes] = Counter()
        for stream in self.streams.values():
            for line, _spans in responses(bytes(stream)):
                if b"BODYSTRUCTURE (" in line and line.endswith(b")\r\n") and (fetch := _FETCH.match(line)):
                    told[fetch[1]] += 1
        return told.total() - len(told)

    @property
    def text_twice(self) -> int:
        """How many bytes of parts came although they had come before, in an answer that a cut ended early."""
        came: set[tuple[int, str, int]] = set()
        twice = 0
        for span in self._spans():
            if not span.section.startswith("HEADER"):
                places = {(span.uid, span.section, place) for place in range(span.first, span.end)}
                twice += len(places & came)
                came |= places
        return twice

    def _spans(self) -> Iterator[Span]:
        for stream in self.streams.values():
            for _line, spans in responses(bytes(stream)):
                yield from spans


def responses(stream: bytes) -> Iterator[tuple[bytes, list[Span]]]:
    """Every FETCH response that came whole, or as far as it came: without its literals, and these."""
    at = 0
    while at < len(stream):
        text, spans = bytearray(), []
        while True:
            line = _line(stream, at)
            at += len(line)
            text += line
            literal = _LITERAL.search(line)
            if not literal:
                break
            size, offset = int(literal[3]), int(literal[2] or 0)
            have = min(size, len(stream) - at)
            at += have
            spans.append((literal[1].decode("ascii"), offset, offset + have, have == size))
            if have < size:
                break
        fetch = _FETCH.match(text)
        if fetch:
            yield bytes(text), [Span(int(fetch[1]), *span) for span in spans]


@contextmanager
def hearing() -> Iterator[Heard]:
    """Listens to every IMAP link of this process."""
    heard = Heard()
    take = Link._take

    def taken(link: Link, size: int) -> bytes:
        data = take(link, size)
        heard.streams.setdefault(link, bytearray()).extend(data)
        return data

    with patch.object(Link, "_take", taken):
        yield heard


def _line(stream: bytes, at: int) -> bytes:
    end = stream.find(b"\r\n", at)
    return stream[at:] if end < 0 else stream[at : end + 2]
