"""A folder as one IMAP session sees it: the mails it has been told of, by their place and their UID."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from listforum.demo.entities import Entity, parse
from listforum.demo.imap_fetch import Asked
from listforum.demo.imap_search import Candidate
from listforum.demo.mailbox import Mailbox, Stored

_KEPT_APART = 16


class OpenFolder:
    """An opened folder. Mails that come meanwhile are not in it until `news` has told of them (RFC 3501, 5.2)."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._mails = mailbox.mails
        self._taken_apart = lru_cache(_KEPT_APART)(self._take_apart)

    @property
    def uidvalidity(self) -> int:
        return self._mailbox.uidvalidity

    @property
    def uidnext(self) -> int:
        return self._mails[-1].uid + 1 if self._mails else 1

    @property
    def exists(self) -> int:
        return len(self._mails)

    def news(self) -> bytes:
        """What to tell of mails that have come since; b"" for none."""
        if len(self._mailbox.mails) == len(self._mails):
            return b""
        self._mails = self._mailbox.mails
        return b"* %d EXISTS\r\n" % len(self._mails)

    def uids(self) -> dict[int, int]:
        """The UIDs by place, the first being 1."""
        return {number: stored.uid for number, stored in enumerate(self._mails, 1)}

    def asked(self, number: int) -> Asked:
        """The mail at a place, to be asked about."""
        stored = self._mails[number - 1]
        return Asked(stored, lambda: self._taken_apart(stored.uid))

    def candidates(self) -> Iterator[Candidate]:
        """All mails, to be searched."""
        for number, stored in enumerate(self._mails, 1):
            yield self._candidate(number, stored)

    def _candidate(self, number: int, stored: Stored) -> Candidate:
        return Candidate(number, stored.uid, lambda: self._mailbox.read(stored.uid).partition(b"\r\n\r\n")[0] + b"\r\n")

    def _take_apart(self, uid: int) -> tuple[bytes, Entity]:
        whole = self._mailbox.read(uid)
        return whole, parse(whole)
