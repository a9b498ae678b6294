"""A member who writes and sends and never syncs, and an SMTP server that goes along as far as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from listforum.archive.archive import Archive
from listforum.cancel import Cancel
from listforum.config import load
from listforum.forum import Forum
from listforum.forum.sending import Sent
from listforum.home import Home
from listforum.model.outgoing import OutboxItem
from mails import mail
from member import Member
from servers.certificates import Authority
from servers.scripted import Peer, ScriptedServer

PHASES = ("greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "body", "dot")
"""Where a server may stop listening: before it greets or answers a command, in the mail, after its last line."""


class Writer(Member):
    """Has one imported post, number 1, to answer; `address` is where their account sends by TLS."""

    def __init__(self, home: Path, port: int, ca_file: str) -> None:
        super().__init__(home)
        self._ca_file = ca_file
        self.home.mkdir(mode=0o700)
        self.send_to(port)
        file = home / "one.eml"
        file.write_bytes(mail(1))
        self.json("import", str(file), "open-data")

    def send_to(self, port: int, more: str = "") -> None:
        """Writes the config."""
        server = '{{ host = "127.0.0.1", port = {}, tls = "implicit", user = "writer" }}'
        text = "\n".join(
            [
                "[accounts.home]",
                'address = "Ana Lima <ana@example.org>"',
                f"imap = {server.format(9)}",
                f"smtp = {server.format(port)}",
                'password = "correct horse"',
                f'ca_file = "{self._ca_file}"',
                '[lists.open-data]\naccount = "home"\nfolder = "INBOX"',
                more,
            ]
        )
        path = self.home / "config.toml"
        path.write_text(text)
        path.chmod(0o600)

    def write(self, text: str = "They moved to the new portal.") -> int:
        """Queues an answer; answers its item."""
        document: dict[str, Any] = self.json("reply", "1", "--text-file", "-", stdin=text)
        return int(document["outbox"])

    def items(self) -> tuple[OutboxItem, ...]:
        with Archive(self.home / "archive.sqlite3") as archive:
            return archive.outbox.all()

    def states(self) -> list[str]:
        return [item.state for item in self.items()]

    def frozen(self, item: int) -> bytes:
        with Archive(self.home / "archive.sqlite3") as archive:
            return archive.outbox.mail(item)[1]


class Halting:
    """A script for `ScriptedServer`: a submission server that falls silent at a phase, and says when it is there.

    `replies` are given instead of the usual ones. A phase of None takes the mail to its end.
    """

    def __init__(self, phase: str | None, replies: dict[str, str] | None = None) -> None:
        self._phase = phase
        self._replies = replies or {}
        self.there = threading.Event()
        self.taken: list[bytes] = []

    def __call__(self, peer: Peer) -> None:
        self._step(peer, "greeting", "220 mail.example.org ready")
        peer.expect("EHLO")
        self._step(peer, "EHLO", "250-mail.example.org", "250 AUTH PLAIN")
        for command, reply in (("AUTH", "235 ok"), ("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go on")):
            peer.expect(command)
            self._step(peer, command, reply)
        lines = [peer.receive()]
        if self._phase == "body":
            self._halt(peer)
        while lines[-1] != b".":
            lines.append(peer.receive())
        self.taken.append(b"\r\n".join([*lines[:-1], b""]))
        self._step(peer, "dot", "250 2.0.0 queued")
        peer.hang()

    def _step(self, peer: Peer, phase: str, *usual: str) -> None:
        if self._phase == phase:
            self._halt(peer)
        peer.send(*([self._replies[phase]] if phase in self._replies else usual))

    def _halt(self, peer: Peer) -> None:
        self.there.set()
        peer.hang()
        raise ConnectionResetError("the client hung up")


@contextmanager
def scripted(writer: Writer, authority: Authority, script: Halting) -> Iterator[ScriptedServer]:
    """Lets the writer send to a server that plays the script."""
    with ScriptedServer(script, authority.certificate("127.0.0.1")) as server:
        writer.send_to(server.port)
        yield server


def in_process(writer: Writer, cancel: Cancel) -> Sent:
    """Sends what is queued, as the screens do, until it is done or cancelled."""
    home = Home(writer.home)
    with Forum(home, lambda: load(home.config_file)) as forum:
        return forum.sending.send(ask=lambda _: "", cancel=cancel)
