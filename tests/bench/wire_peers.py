"""Who reads a mailbox in the benchmark of the wire: listforum, mbsync and offlineimap, each as people run it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from listforum.home import Home
from member import Member
from servers.dovecot import Dovecot, User
from servers.relay import Relay

PATIENCE: Final = 900
"""Seconds that a peer may take."""

MBSYNC: Final = """\
IMAPAccount bench
Host localhost
Port {port}
User {user}
PassCmd "echo '{password}'"
SSLType IMAPS
CertificateFile {ca_file}
Timeout 300

IMAPStore far
Account bench

MaildirStore near
Path {directory}/mail/
Inbox {directory}/mail/INBOX
SubFolders Verbatim

Channel bench
Far :far:
Near :near:
Patterns INBOX
Sync Pull
Create Near
SyncState *
"""

OFFLINEIMAP: Final = """\
[general]
accounts = bench
metadata = {directory}/state
ui = quiet
socktimeout = 300

[Account bench]
localrepository = near
remoterepository = far

[Repository near]
type = Maildir
localfolders = {directory}/mail

[Repository far]
type = IMAP
remotehost = localhost
remoteport = {port}
remoteuser = {user}
remotepass = {password}
ssl = yes
sslcacertfile = {ca_file}
usecompression = yes
maxconnections = 1
readonly = True
folderfilter = lambda folder: folder == "INBOX"
"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An INBOX on the server, which is a list's."""

    dovecot: Dovecot
    user: User


@dataclass(frozen=True, slots=True)
class Measured:
    """What one or more runs took on the wire; `runs` of them, until all was there."""

    up: int
    down: int
    round_trips: int
    seconds: float
    runs: int = 1
    connections: int = 1

    @property
    def bytes(self) -> int:
        return self.up + self.down


class Reader(Protocol):
    """A program that copies an INBOX into a directory of its own."""

    @property
    def name(self) -> str: ...

    @property
    def directory(self) -> Path: ...

    def sync(self, mailbox: Mailbox, port: int) -> None:
        """Brings in what is new, through a port of 127.0.0.1, as far as the link bears it."""
        ...

    def here(self) -> int:
        """How many mails are here, readable offline."""
        ...

    def moved(self, directory: Path) -> Reader:
        """The same reader, whose files lie in another directory."""
        ...


@dataclass(frozen=True, slots=True)
class Listforum:
    directory: Path
    history: int
    name: str = "listforum"
    tls: str = "implicit"

    def paid(self, purpose: str) -> int:
        """Bytes paid for a purpose, as the ledger has them."""
        rows = {row["purpose"]: row for row in self.member.json("ledger", "--by", "purpose")}
        return int(rows[purpose]["bytes_up"] + rows[purpose]["bytes_down"])

    @property
    def member(self) -> Member:
        return Member(self.directory)

    def sync(self, mailbox: Mailbox, port: int) -> None:
        self.configure(mailbox, port)
        output, messages = self.member.start("sync", "--json").communicate(timeout=PATIENCE)
        if b'"lists"' not in output:
            raise RuntimeError((output + messages).decode("utf-8", "replace"))

    def configure(self, mailbox: Mailbox, port: int) -> None:
        """Writes a config that reads the mailbox through a port."""
        folder = '[lists.bench]\naccount = "home"\nfolder = "INBOX"'
        history = f"[sync]\nhistory = {self.history}"
        self.member.configure(mailbox.dovecot, mailbox.user, folder, port=port, more=history)
        config = self.directory / "config.toml"
        config.write_text(config.read_text().replace('"implicit"', f'"{self.tls}"'))

    def here(self) -> int:
        with closing(sqlite3.connect(Home(self.directory).database)) as database:
            texts = "SELECT count(*) FROM place JOIN post ON post.id = place.post WHERE post.state != 'header'"
            return int(database.execute(texts).fetchone()[0])

    def moved(self, directory: Path) -> Reader:
        return Listforum(directory, self.history, tls=self.tls)


@dataclass(frozen=True, slots=True)
class Mbsync:
    directory: Path
    name: str = "mbsync"

    def sync(self, mailbox: Mailbox, port: int) -> None:
        _peer(self.directory, MBSYNC, ["mbsync", "-c", "{config}", "bench"], mailbox, port)

    def here(self) -> int:
        return _in_maildir(self.directory)

    def moved(self, directory: Path) -> Reader:
        return Mbsync(directory)


@dataclass(frozen=True, slots=True)
class Offlineimap:
    directory: Path
    name: str = "offlineimap"

    def sync(self, mailbox: Mailbox, port: int) -> None:
        _peer(self.directory, OFFLINEIMAP, ["offlineimap", "-c", "{config}", "-o"], mailbox, port)

    def here(self) -> int:
        return _in_maildir(self.directory)

    def moved(self, directory: Path) -> Reader:
        return Offlineimap(directory)


def readers(names: Sequence[str], directory: Path, history: int) -> list[Reader]:
    """listforum, and those of these peers that are installed, each with an empty directory of its own."""
    found: list[Reader] = [Listforum(directory / "listforum", history)]
    for peer in (Mbsync(directory / "mbsync"), Offlineimap(directory / "offlineimap")):
        if peer.name not in names:
            continue
        if shutil.which(peer.name):
            found.append(peer)
        else:
            print(f"{peer.name} is not installed: nothing to compare with")
    return found


def measure(reader: Reader, mailbox: Mailbox, relay: Relay) -> Measured:
    """Lets somebody sync once through a relay."""
    with relay:
        began = time.monotonic()
        reader.sync(mailbox, relay.port)
        return taken(relay, time.monotonic() - began)


def taken(relay: Relay, seconds: float, runs: int = 1) -> Measured:
    """What a relay has counted, what is still on its way to who hung up included: it is paid, too."""
    time.sleep(0.2)
    return Measured(relay.up, relay.down, relay.round_trips, seconds, runs, relay.connections)


def _peer(directory: Path, config: str, command: Sequence[str], mailbox: Mailbox, port: int) -> None:
    (directory / "mail").mkdir(parents=True, exist_ok=True)
    file = directory / "config"
    told = {"user": mailbox.user.name, "password": mailbox.user.password, "ca_file": mailbox.dovecot.ca_file}
    file.write_text(config.format(directory=directory, port=port, **told))
    file.chmod(0o600)
    done = subprocess.run(
        [word.format(config=file) for word in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        print((done.stdout + done.stderr).decode("utf-8", "replace")[-2000:])


def _in_maildir(directory: Path) -> int:
    return sum(1 for part in ("cur", "new") for _ in (directory / "mail/INBOX" / part).iterdir())
