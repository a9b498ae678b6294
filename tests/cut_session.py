"""A session of twenty mails whose link is cut once, at any byte: what is here afterwards, and what was paid for it."""

from __future__ import annotations

import base64
import random
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from unittest.mock import patch

from heard import hearing
from listforum.sync.endurance import Endurance
from lists import LIST, posts
from mails import BEGAN, mail
from member import Member
from servers.dovecot import Dovecot, User
from servers.relay import Cut, Relay

Way = Literal["up", "down"]
Content = dict[str, tuple[object, ...]]

COUNT: Final = 20
MOST_RUNS: Final = 5
WORDS: Final = (
    *("census", "river", "budget", "school", "bridge", "water", "table", "column", "missing", "figures"),
    *("portal", "licence", "update", "harvest", "ministry", "request"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a sync needed on the wire."""

    up: int
    down: int
    connections: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cut led to: mails that are wrong, lost or doubled; whole answers and bytes of texts that came twice.

    `structures_twice` counts mails whose structure was told again; that makes no outcome bad: it is how one learns
    which texts there are. `more` is how many bytes it cost beyond the uncut session, the connections and what could
    not be decrypted.
    """

    wrong: int
    lost: int
    doubled: int
    complete_twice: int
    text_twice: int
    structures_twice: int
    more: int
    runs: int
    unfinished: bool

    @property
    def good(self) -> bool:
        flaws = self.wrong + self.lost + self.doubled + self.complete_twice + self.text_twice
        return not flaws and not self.unfinished


class CutSession:
    """The twenty mails in an INBOX, read once without a cut, and then by somebody new for every cut."""

    def __init__(self, dovecot: Dovecot, user: User, directory: Path) -> None:
        self._dovecot, self._user, self._directory = dovecot, user, directory
        dovecot.append_all(user, "INBOX", ((raw, BEGAN) for raw in twenty_mails()))
        member = Member(directory / "calm")
        with hearing() as heard:
            self.uncut = self._sync(member)
        assert heard.sections == 2 * COUNT, "the ear hears a header and a text of every mail"
        self.connection = self._sync(member)
        """What a sync costs when nothing is new."""
        self.content = _content(member)

    def cut(self, way: Way, byte: int, cut: Cut = "fin") -> Outcome:
        """Syncs on a link that is cut once after so many bytes one way, until all is here."""
        member = Member(self._directory / "cut")
        limits: dict[str, Any] = {f"cut_{way}": byte}
        runs, stopped = 0, True
        try:
            with _Listening(self._dovecot.imaps_port, cut=cut, cuts=1, **limits) as relay, hearing() as heard:
                while stopped and runs < MOST_RUNS:
                    stopped = self._run(member, relay)
                    runs += 1
                paid = relay.down - relay.lost(byte if way == "down" else None)
                connections = relay.connections
            content = _content(member)
        finally:
            shutil.rmtree(member.home, ignore_errors=True)
        return Outcome(
            wrong=sum(content[one] != self.content[one] for one in content.keys() & self.content.keys()),
            lost=len(self.content.keys() - content.keys()),
            doubled=len(content.keys() - self.content.keys()),
            complete_twice=heard.complete_twice,
            text_twice=heard.text_twice,
            structures_twice=heard.structures_twice,
            more=paid - self.uncut.down - (connections - 1) * self.connection.down,
            runs=runs,
            unfinished=stopped,
        )

    def _sync(self, member: Member) -> Taken:
        with Relay(self._dovecot.imaps_port) as relay:
            assert not self._run(member, relay)
            time.sleep(0.1)
            return Taken(relay.up, relay.down)

    def _run(self, member: Member, relay: Relay) -> bool:
        """One sync; answers whether something stopped it."""
        member.configure(self._dovecot, self._user, LIST, port=relay.port)
        with without_pauses():
            document = member.run("sync", "--json").document
        return document["stopped_by"] is not None or document["lists"][0]["waiting_texts"] > 0


@contextmanager
def without_pauses() -> Iterator[None]:
    """Who comes back after a cut comes back at once."""
    pause = Endurance.pause
    with patch.object(Endurance, "pause", lambda one, chance: None if pause(one, chance) is None else 0.0):
        yield


def twenty_mails() -> Iterable[bytes]:
    """Plain texts, base64, attachments and a long text; some answer each other."""
    dice = random.Random(20)
    for number in range(1, COUNT + 1):
        text = " ".join(dice.choices(WORDS, k=400 if number == 7 else 40))
        answers = [number - 1] if number % 5 else []
        if number % 4 == 0:
            yield _in_base64(number, f"Números do censo: {text}")
        elif number % 4 == 2:
            yield with_attachment(number, text, dice.randbytes(300))
        else:
            yield mail(number, answers=answers, text=text)


def _in_base64(number: int, text: str) -> bytes:
    head, _, _ = mail(number).partition(b"\r\n\r\n")
    body = base64.encodebytes(text.encode()).replace(b"\n", b"\r\n")
    return head.replace(b"8bit", b"base64") + b"\r\n\r\n" + body


def with_attachment(number: int, text: str, content: bytes) -> bytes:
    """A mail of the list with a file attached."""
    head, _, _ = mail(number).partition(b"MIME-Version")
    lines = (
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="part"',
        "",
        "--part",
        "Content-Type: text/plain; charset=utf-8",
        "",
        text,
        "--part",
        'Content-Type: text/csv; name="figures.csv"',
        'Content-Disposition: attachment; filename="figures.csv"',
        "Content-Transfer-Encoding: base64",
        "",
        *base64.encodebytes(content).decode("ascii").splitlines(),
        "--part--",
        "",
    )
    return head + "\r\n".join(lines).encode()


class _Listening(Relay):
    """Remembers how the TLS of the first connection was cut."""

    _head = b""

    def passed_down(self, data: bytes) -> None:
        super().passed_down(data)
        if self.connections == 1:
            self._head += data

    def lost(self, byte: int | None) -> int:
        """How many of the first `byte` bytes belong to a TLS record that did not come whole: nobody can read them."""
        at = 0
        while byte is not None and at + 5 <= byte and at + 5 <= len(self._head):
            size = 5 + int.from_bytes(self._head[at + 3 : at + 5])
            if at + size > byte:
                break
            at += size
        return 0 if byte is None else max(0, min(byte, len(self._head)) - at)


def _content(member: Member) -> Content:
    """What a reader sees of each post."""
    found: Mapping[str, Mapping[str, Any]] = posts(member)
    return {one: (post["author"], post["text"], post["state"], len(post["attachments"])) for one, post in found.items()}
