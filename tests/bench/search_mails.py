"""Mails for the benchmark of search: those of some mailboxes and, where more are wanted, salted copies of them.

A copy has ids of its own, a date some hours later, and the readable text of its pattern, in which words of ASCII
letters that are not common got a suffix. Which of them is decided by chance, once for each word and round, so that
quotes and phrases stay what they are. The chance is such that the vocabulary keeps growing by Heaps' law, V = k n^b:
the r-th round renames r^b - (r-1)^b of its words. The exponent b is measured on the mails themselves.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.header import Header as EncodedHeader
from email.utils import formataddr, formatdate
from itertools import chain, count, islice
from pathlib import Path
from typing import Final

from topics_mailbox import read, understood

from listforum.mail.readable import readable_text
from listforum.model.mail import Header

COMMON: Final = 0.01
"""The share of mails from which on a word is common: common words are the same in all copies."""

HOURS_LATER: Final = 5
ROUNDS: Final = 200
_WORD: Final = re.compile(r"[A-Za-z]{3,}")
_SUFFIXES: Final = "bcdfghjklmnpqrtvwxz"
"""Letters that no stemmer takes for an ending."""


@dataclass(frozen=True, slots=True)
class Mails:
    """The mails to be indexed, some more to be added later, and how they were made."""

    raws: list[bytes]
    more: list[bytes]
    words: str


def collected(mboxes: Sequence[Path], posts: int, more: int) -> Mails:
    """That many mails of some files, and that many more."""
    real = [raw for mbox in mboxes for raw in read(mbox)]
    wanted = posts + more
    if len(real) >= wanted:
        return Mails(real[:posts], real[posts:wanted], f"{posts} real mails")
    copies = _Copies(real)
    every = [*real, *islice(copies.mails(), wanted - len(real))]
    words = f"{min(posts, len(real))} real mails"
    if posts > len(real):
        words += (
            f" and {posts - len(real)} salted copies of them (round 2 renames {copies.renamed(2):.0%} of the words "
            f"rarer than {COMMON:.0%}, later rounds fewer: Heaps' law, b = {copies.exponent:.2f} as in these mails)"
        )
    return Mails(every[:posts], every[posts:], words)


@dataclass(frozen=True, slots=True)
class _Template:
    header: Header
    text: str


class _Copies:
    """Endless mails made of some mails."""

    def __init__(self, raws: Sequence[bytes]) -> None:
        arrivals = understood(raws)
        self._templates = [_Template(a.header, readable_text(a.received.parts).text or "") for a in arrivals]
        half, standing_in = 0, Counter[str]()
        order = random.Random(1).sample(self._templates, len(self._templates))
        for number, template in enumerate(order, 1):
            standing_in.update(set(_WORD.findall(template.text.lower())))
            if number == len(order) // 2:
                half = len(standing_in)
        self.exponent = math.log2(len(standing_in) / half) if half else 1.0
        self._common = {word for word, posts in standing_in.items() if posts >= COMMON * len(order)}

    def renamed(self, nth: int) -> float:
        """The share of words that round `nth` renames; the mails themselves are the first round."""
        return float(nth**self.exponent - (nth - 1) ** self.exponent)

    def mails(self) -> Iterator[bytes]:
        """Whole mails, round after round."""
        return chain.from_iterable(self._round(nth) for nth in islice(count(2), ROUNDS))

    def _round(self, nth: int) -> Iterator[bytes]:
        salted = _Salted(self._common, nth, self.renamed(nth))
        return (_mail(template, nth, salted) for template in self._templates)


class _Salted(dict[str, str]):
    """What a round makes of each word."""

    def __init__(self, common: set[str], nth: int, share: float) -> None:
        super().__init__()
        self._common, self._nth, self._share = common, nth, share
        self._suffix = _SUFFIXES[nth % len(_SUFFIXES)] + _SUFFIXES[nth // len(_SUFFIXES) % len(_SUFFIXES)]

    def __missing__(self, word: str) -> str:
        plain = word.lower()
        renamed = plain not in self._common and random.Random(f"{self._nth} {plain}").random() < self._share
        self[word] = word + self._suffix if renamed else word
        return self[word]

    def text(self, text: str) -> str:
        """A text with the words of this round."""
        return _WORD.sub(lambda found: self[found[0]], text)


def _mail(template: _Template, nth: int, salted: _Salted) -> bytes:
    header = _header(template.header, nth)
    subject = header.subject if header.subject.isascii() else EncodedHeader(header.subject, "utf-8").encode()
    sender = formataddr((header.author.name or "Somebody", header.author.address or "unknown@example.org"), "utf-8")
    fields = [
        f"From: {sender}",
        f"Date: {formatdate(header.date or 0)}",
        f"Subject: {subject}",
        f"Message-ID: <{header.message_id}>",
        *([f"In-Reply-To: {_ids(header.in_reply_to)}"] if header.in_reply_to else []),
        *([f"References: {_ids(header.references)}"] if header.references else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return ("\n".join(fields) + "\n\n" + salted.text(template.text) + "\n").encode("utf-8", "replace")


def _header(header: Header, nth: int) -> Header:
    return replace(
        header,
        message_id=_id(header.message_id, nth),
        in_reply_to=tuple(_id(each, nth) for each in header.in_reply_to),
        references=tuple(_id(each, nth) for each in header.references),
        date=(header.date or 0) + (nth - 1) * HOURS_LATER * 3600,
    )


def _id(message_id: str, nth: int) -> str:
    return f"{nth}.{message_id}"


def _ids(named: Sequence[str]) -> str:
    return "\n ".join(f"<{each}>" for each in named)
