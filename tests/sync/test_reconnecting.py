"""Links that die again and again: the run comes back by itself, tells so, can be stopped, and gives up in the end."""

from __future__ import annotations

import base64
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from listforum.cancel import Cancel
from listforum.config import load
from listforum.forum import Forum
from listforum.forum.connecting import Connecting
from listforum.forum.run import SyncReport
from listforum.forum.syncing import Syncing, Wanted
from listforum.home import Home
from listforum.model.traffic import Progress
from listforum.sync.endurance import TRIES
from listforum.wire.deadline import Deadlines
from lists import LIST, deliver, posts
from mails import identifier, mail
from member import Member
from servers import crooked
from servers.certificates import Authority, Certificate
from servers.crooked import Crooked
from servers.dovecot import Dovecot, User
from servers.relay import Relay
from servers.scripted import Peer, ScriptedServer

GREETING = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready"


def sync(member: Member, told: Callable[[Progress], None] = lambda _: None, cancel: Cancel | None = None) -> SyncReport:
    home = Home(member.home)
    with Forum(home, lambda: load(home.config_file)) as forum:
        syncing = Syncing(forum.archive, forum.config, home, Connecting(Deadlines(gap=2.0, answer=2.0)))
        return syncing.sync([], Wanted(), ask=lambda _: "", cancel=cancel or Cancel(), progress=told)


@pytest.fixture
def certificate(authority: Authority) -> Certificate:
    return authority.certificate("localhost", "127.0.0.1")


def deliver_long(dovecot: Dovecot, user: User, count: int) -> None:
    """Mails that no compression makes much shorter."""
    dice = random.Random(3)
    for n in range(1, count + 1):
        deliver(dovecot, user, n, text=dice.randbytes(600).hex())


def here(member: Member) -> set[str]:
    return {message_id for message_id, post in posts(member).items() if post["state"] == "text"}


def test_it_comes_back_and_tells_so(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver_long(dovecot, user, 30)
    told: list[Progress] = []
    with Relay(dovecot.imaps_port, cut_down=6_000, cuts=3) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        report = sync(member, told.append)
        assert relay.connections == 4
    assert (report.stopped_by, report.errors) == (None, [])
    assert here(member) == {identifier(n) for n in range(1, 31)}
    waits = [one for one in told if one.what.endswith("; trying again")]
    assert len(waits) == 3
    assert all("link to" in one.what and one.seconds_left for one in waits), waits


def test_who_stops_it_while_it_waits_is_heard_at_once(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver_long(dovecot, user, 30)
    cancel, stopped = Cancel(), [0.0]

    def stop() -> None:
        time.sleep(0.05)  # well within the shortest pause
        stopped[0] = time.monotonic()
        cancel.cancel()

    def told(progress: Progress) -> None:
        if progress.what.endswith("; trying again"):
            threading.Thread(target=stop).start()

    with Relay(dovecot.imaps_port, cut_down=6_000) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        report = sync(member, told, cancel)
        waited = time.monotonic() - stopped[0]
        assert relay.connections == 1
    assert report.stopped_by == "cancel"
    assert waited < 0.15


class Moody:
    """A server that lets nobody in for a while, after its first link broke."""

    def __init__(self, behind: Crooked, *refusals: Callable[[Peer], None]) -> None:
        self._behind = behind
        self._refusals = list(refusals)
        self._sessions = 0

    def __call__(self, peer: Peer) -> None:
        self._sessions += 1
        if self._sessions > 1 and self._refusals:
            self._refusals.pop(0)(peer)
        else:
            self._behind(peer)


def at_the_greeting(peer: Peer) -> None:
    peer.send("* BYE too many connections")


def at_the_login(peer: Peer) -> None:
    peer.send(GREETING)
    peer.receive()
    peer.send("{tag} NO [LIMIT] too many sessions")
    peer.hang()


def test_a_server_that_takes_the_broken_session_for_a_living_one_is_asked_again(
    member: Member, dovecot: Dovecot, user: User, certificate: Certificate
) -> None:
    behind = Crooked([mail(n) for n in range(1, 9)], {4}, crooked.hangs_up, headers=False)
    with ScriptedServer(Moody(behind, at_the_greeting, at_the_login), certificate) as server:
        member.configure(dovecot, user, LIST, port=server.port)
        report = sync(member)
    assert (report.stopped_by, report.errors) == (None, [])
    assert here(member) == {identifier(n) for n in range(1, 9) if n != 4}


@pytest.mark.parametrize("refusal", [at_the_greeting, at_the_login], ids=lambda refusal: refusal.__name__)
def test_one_that_lets_nobody_in_from_the_beginning_is_asked_once(
    member: Member, dovecot: Dovecot, user: User, certificate: Certificate, refusal: Callable[[Peer], None]
) -> None:
    with ScriptedServer(refusal, certificate) as server:
        member.configure(dovecot, user, LIST, port=server.port)
        report = sync(member)
        assert len(server.peers) == 1
    assert "too many" in report.errors[0]


def test_one_that_says_bye_to_everything_is_left_after_some_tries(
    member: Member, dovecot: Dovecot, user: User, certificate: Certificate
) -> None:
    def script(peer: Peer) -> None:
        peer.send(GREETING)
        peer.receive()
        peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
        peer.receive()
        peer.send("* BYE going down")

    with ScriptedServer(script, certificate) as server:
        member.configure(dovecot, user, LIST, port=server.port)
        report = sync(member)
        assert len(server.peers) < 2 * TRIES
    assert report.stopped_by == "link"
    assert "going down" in report.errors[0]


@pytest.mark.parametrize("budget", [12_000, 25_000, 40_000])
def test_the_budget_holds_for_all_links_together(member: Member, dovecot: Dovecot, user: User, budget: int) -> None:
    deliver_long(dovecot, user, 60)
    with Relay(dovecot.imaps_port, cut_down=7_000) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        member.run("sync", "--budget", str(budget))
        time.sleep(0.1)
        assert relay.up + relay.down <= budget


def test_a_file_comes_through_links_that_die_every_few_kilobytes(
    member: Member, dovecot: Dovecot, user: User, tmp_path: Path
) -> None:
    content = random.Random(5).randbytes(40_000)
    dovecot.append(user, "INBOX", with_file(content))
    member.configure(dovecot, user, LIST)
    member.json("sync")
    (post,) = posts(member).values()
    with Relay(dovecot.imaps_port, cut_down=4_000) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        outcome = member.run("fetch", str(post["post"]), "--part", "1", "--save", str(tmp_path))
        assert outcome.code == 0, outcome
        assert relay.down < 1.9 * len(base64.encodebytes(content))
    (file,) = tmp_path.glob("*.bin")
    assert file.read_bytes() == content


def with_file(content: bytes) -> bytes:
    head = mail(1).split(b"\r\n\r\n")[0].replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="x"')
    return b"\r\n".join(
        [
            head.replace(b"8bit", b"7bit"),
            *(b"", b"--x", b"", b"See the file.", b"--x", b"Content-Type: application/octet-stream; name=file.bin"),
            *(b"Content-Disposition: attachment; filename=file.bin", b"Content-Transfer-Encoding: base64", b""),
            *base64.encodebytes(content).splitlines(),
            *(b"--x--", b""),
        ]
    )
