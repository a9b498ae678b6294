"""An IMAP server with one folder, some of whose mails it cannot give, each server in its own way."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from servers.scripted import Peer

_FETCH = re.compile(rb"\S+ UID FETCH (\S+) \((.*)\)$")
_SEARCH = re.compile(rb"\S+ UID SEARCH (?:UID (\d+):(\d+)|(\d+):\*)")

_RANGE = re.compile(rb"BODY\.PEEK\[1\]<(\d+)\.(\d+)>")


@dataclass(slots=True)
class Crooked:
    """Plays the script of a server whose folder holds `mails`, with UIDs from 1 on.

    `bad` are the UIDs that `fails` is about: it answers a FETCH of the text, or with `headers` of the header fields,
    which asks for some of them. It gets the peer, the UIDs asked for, and a function that answers one UID well.
    """

    mails: Sequence[bytes]
    bad: Collection[int]
    fails: Failure
    headers: bool
    fetches: list[list[int]] = field(default_factory=list)
    commands: int = 0

    def __call__(self, peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
        peer.receive()
        peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
        while True:
            line = peer.receive()
            self.commands += 1
            if match := _FETCH.match(line):
                self._fetch(peer, _uids(match[1].decode()), match[2])
            elif match := _SEARCH.match(line):
                low, high = int(match[1] or match[3]), min(int(match[2] or 9_999), len(self.mails))
                peer.send("* SEARCH " + " ".join(str(uid) for uid in range(low, high + 1)), "{tag} OK found")
            elif b" EXAMINE " in line:
                peer.send(f"* {len(self.mails)} EXISTS", "* OK [UIDVALIDITY 7] v")
                peer.send(f"* OK [UIDNEXT {len(self.mails) + 1}] n", "{tag} OK [READ-ONLY] open")
            else:
                peer.send("* BYE", "{tag} OK bye")
                peer.close()

    def _fetch(self, peer: Peer, uids: list[int], items: bytes) -> None:
        of_headers = b"HEADER.FIELDS" in items
        if b"BODY" not in items.replace(b"BODYSTRUCTURE", b""):
            self._glance(peer, uids)
            return
        self.fetches.append(uids)

        def answer(uid: int) -> None:
            head, body = self.mails[uid - 1].split(b"\r\n\r\n", 1)
            if of_headers:
                told = f'INTERNALDATE "01-Mar-2026 08:00:00 +0000" BODYSTRUCTURE {_structure(self.mails[uid - 1])} '
                peer.send_raw(_item(uid, told, "BODY[HEADER.FIELDS (SUBJECT)]", head + b"\r\n\r\n"))
            else:
                start, length = map(int, _RANGE.findall(items)[0])
                peer.send_raw(_item(uid, "", f"BODY[1]<{start}>", body[start : start + length]))

        if of_headers == self.headers and set(uids) & set(self.bad):
            self.fails(peer, uids, self.bad, answer)
            return
        for uid in uids:
            answer(uid)
        peer.send("{tag} OK fetched")

    def _glance(self, peer: Peer, uids: list[int]) -> None:
        """Tells the parts of those mails that there are."""
        for uid in (uid for uid in uids if uid <= len(self.mails)):
            peer.send(f"* {uid} FETCH (UID {uid} BODYSTRUCTURE {_structure(self.mails[uid - 1])})")
        peer.send("{tag} OK fetched")


Failure = Callable[[Peer, Sequence[int], Collection[int], Callable[[int], None]], None]


def _structure(mail: bytes) -> str:
    _head, body = mail.split(b"\r\n\r\n", 1)
    return f'("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "8BIT" {len(body)} 1)'


def _item(uid: int, told: str, section: str, content: bytes) -> bytes:
    return f"* {uid} FETCH (UID {uid} {told}{section} {{{len(content)}}}\r\n".encode() + content + b")\r\n"


def _uids(text: str) -> list[int]:
    pairs = [item.split(":") for item in text.split(",")]
    return [uid for pair in pairs for uid in range(int(pair[0]), int(pair[-1]) + 1)]


# --- ways to fail -------------------------------------------------------------------------------------------------


def _until_bad(uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> int:
    for uid in uids:
        if uid in bad:
            return uid
        answer(uid)
    raise AssertionError("none of them is bad")


def hangs_up(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    """The link dies at the mail."""
    _until_bad(uids, bad, answer)
    peer.close()


def crashes(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    """The link dies, and with it all answers that were under way."""
    peer.close()


def says_bye(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    _until_bad(uids, bad, answer)
    peer.send("* BYE internal error")
    peer.close()


def refuses_all(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    """One mail makes the whole command fail, and nothing comes."""
    peer.send("{tag} NO [SERVERBUG] a mail cannot be read")


def refuses_from_there(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    _until_bad(uids, bad, answer)
    peer.send("{tag} NO [SERVERBUG] a mail cannot be read")


def refuses_that(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    """The others come, and then NO is said."""
    for uid in uids:
        if uid not in bad:
            answer(uid)
    peer.send("{tag} NO some of the messages could not be fetched")


def leaves_it_out(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    """The others come, and all is said to be well."""
    for uid in uids:
        if uid not in bad:
            answer(uid)
    peer.send("{tag} OK fetched")


def says_too_much(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    """A literal larger than anything that was asked for."""
    uid = _until_bad(uids, bad, answer)
    peer.send(f"* {uid} FETCH (UID {uid} BODY[1]<0> {{2000000}}")
    peer.send_raw(b"x" * 2_000_000)


def never_ends_a_line(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    uid = _until_bad(uids, bad, answer)
    peer.send_raw(f'* {uid} FETCH (UID {uid} BODYSTRUCTURE ("'.encode() + b"x" * 5_000_000)


def falls_silent(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
    _until_bad(uids, bad, answer)
    peer.hang()
