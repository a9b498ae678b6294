"""Archives of any size, made of the mails of one mailbox over and over: each copy with ids and words of its own.

In each round all letters change places by a rule of that round, in subjects, names, addresses and texts alike, so that
a quote still matches the text it was taken from, an answer still has the subject and the ids of what it answers, and a
line such as "On Monday Maria wrote:" still names the author; but nothing matches a copy from another round. Dates stay:
the list is that many times as busy.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.header import Header as EncodedHeader
from email.utils import formataddr, formatdate
from functools import lru_cache
from itertools import count, islice

from topics_mailbox import ANSWER

from listforum.archive.arrival import Arrival, understand
from listforum.mail.readable import readable_text
from listforum.model.mail import Header, Part, Received

_LETTERS = string.ascii_lowercase
_LEADING = re.compile(rf"(?:\[[^\[\]]*\]\s*|{ANSWER.pattern})*", re.IGNORECASE)
_WORD = re.compile(r"[^\s<>\"'(),:*]+")
_MARKS = re.compile(r"[ \t>|]*")
_STRUCTURE = re.compile(r"(?:--|__|==|From:|Sent:|Date:|To:|Cc:|Subject:)|.*(?::|>)\s*$|.*\d\d:\d\d", re.IGNORECASE)
"""What begins or ends a quote or a signature rather than being written: in such lines only names change."""


@dataclass(frozen=True, slots=True)
class Template:
    """A mail, and its readable text."""

    header: Header
    text: str


class Copies:
    """Endless posts made of some mails."""

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self._templates = [Template(a.header, readable_text(a.received.parts).text or "") for a in arrivals]
        names = (word for template in self._templates for word in template.header.author.name.split())
        self._names = frozenset(name for name in names if len(name) > 2)

    def mails(self, posts: int, begin: int = 0) -> Iterator[bytes]:
        """Whole mails."""
        return self._every(self._mail, begin, posts)

    def mails_without_headers(self, posts: int) -> Iterator[bytes]:
        """Whole mails that name no parent: their words alone can tell."""
        return self._every(lambda template, nth: self._mail(_without_parent(template), nth), 0, posts)

    def headers(self, posts: int) -> Iterator[Arrival]:
        """Posts whose header is here and whose text is not."""
        for position, nth in self._positions(0, posts):
            yield without_text(self._header(self._templates[position].header, nth))

    def _every(self, make: Callable[[Template, int], bytes], begin: int, posts: int) -> Iterator[bytes]:
        return (make(self._templates[position], nth) for position, nth in self._positions(begin, posts))

    def _positions(self, begin: int, posts: int) -> Iterator[tuple[int, int]]:
        size = len(self._templates)
        return ((at % size, at // size) for at in islice(count(begin), posts))

    # --- one copy ---

    def _header(self, header: Header, nth: int) -> Header:
        table = _table(nth)
        author = header.author
        return replace(
            header,
            message_id=_id(header.message_id, nth),
            original_message_id="",
            in_reply_to=tuple(_id(named, nth) for named in header.in_reply_to),
            references=tuple(_id(named, nth) for named in header.references),
            subject=_subject(header.subject, table),
            author=replace(
                author,
                name=author.name.translate(table),
                address=author.address and author.address.translate(table),
            ),
        )

    def _mail(self, template: Template, nth: int) -> bytes:
        header = self._header(template.header, nth)
        table = _table(nth)
        name = header.author.name or "Somebody"
        fields = [
            f"From: {formataddr((name, header.author.address or 'unknown@example.org'), 'utf-8')}",
            f"Date: {formatdate(header.date or 0)}",
            f"Subject: {_encoded(header.subject)}",
            f"Message-ID: <{header.message_id}>",
            *(["In-Reply-To: " + _ids(header.in_reply_to)] if header.in_reply_to else []),
            *(["References: " + _ids(header.references)] if header.references else []),
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
        ]
        body = "\n".join(self._line(line, table) for line in template.text.split("\n"))
        return ("\n".join(fields) + "\n\n" + body + "\n").encode("utf-8", "surrogateescape")

    def _line(self, line: str, table: dict[int, str]) -> str:
        if not _STRUCTURE.match(line, _end_of_marks(line)):
            return line.translate(table)
        return _WORD.sub(lambda word: self._name(word[0], table), line)

    def _name(self, word: str, table: dict[int, str]) -> str:
        return word.translate(table) if "@" in word or word in self._names else word


def without_text(header: Header) -> Arrival:
    """A post that came as its header; `header` tells what stands there."""
    bare = understand(Received(b"Subject: made\n\n", (Part("1", "text/plain", 1000),)))
    return replace(bare, header=header)


def _end_of_marks(line: str) -> int:
    marks = _MARKS.match(line)
    return marks.end() if marks else 0


@lru_cache(maxsize=4)
def _table(nth: int) -> dict[int, str]:
    """The letters of a round; those of the first stay."""
    if nth == 0:
        return {}
    letters = list(_LETTERS)
    random.Random(nth).shuffle(letters)
    changed = "".join(letters)
    return str.maketrans(_LETTERS + _LETTERS.upper(), changed + changed.upper())  # type: ignore[return-value]


def _id(message_id: str, nth: int) -> str:
    return f"{nth}.{message_id}"


def _ids(named: Sequence[str]) -> str:
    return "\n ".join(f"<{each}>" for each in named)


def _subject(subject: str, table: dict[int, str]) -> str:
    leading = _LEADING.match(subject)
    kept = leading.end() if leading else 0
    return subject[:kept] + subject[kept:].translate(table)


def _encoded(subject: str) -> str:
    return subject if subject.isascii() else EncodedHeader(subject, "utf-8", maxlinelen=70).encode()


def _without_parent(template: Template) -> Template:
    return replace(template, header=replace(template.header, in_reply_to=(), references=()))
