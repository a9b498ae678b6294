"""Killed, stopped or cut at any moment: what was committed stays, the next sync goes on, the end is the same."""

from __future__ import annotations

import json
import os
import pty
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from listforum.home import Home
from lists import LIST, Traffic, deliver, posts
from mails import BEGAN, LIST_ID, mail
from member import PROGRAM, Member
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.relay import Cut, Relay
from servers.scripted import Peer, ScriptedServer

THOROUGH = bool(os.environ.get("LISTFORUM_THOROUGH"))
MIXED = f'[lists.open-data]\naccount = "home"\nfolder = "INBOX"\nlist_id = "{LIST_ID}"'


Content = dict[str, tuple[object, ...]]


def content(member: Member) -> Content:
    """What a reader sees of each post."""
    return {
        message_id: (post["author"], post["text"], post["state"], post["date"], bool(post["parent"]))
        for message_id, post in posts(member).items()
    }


def fill(dovecot: Dovecot, user: User, count: int) -> None:
    """Topics of four posts each, and direct copies that answer them."""
    for n in range(1, count + 1):
        answers = [n - 1] if n % 4 else []
        deliver(dovecot, user, n, answers=answers, text=f"Post {n}. " + "Some words of it. " * (n % 40))
        if n % 10 == 0:
            direct = mail(1000 + n, answers=[n], list_id=None, fields=["Cc: ana@example.org"])
            dovecot.append(user, "INBOX", direct, BEGAN)


@pytest.fixture
def uninterrupted(tmp_path: Path, dovecot: Dovecot, user: User) -> Content:
    """What a sync that nothing interrupts brings."""
    fill(dovecot, user, 240 if THOROUGH else 120)
    calm = Member(tmp_path / "calm")
    calm.configure(dovecot, user, MIXED)
    calm.json("sync")
    return content(calm)


# --- killed -------------------------------------------------------------------------------------------------------


def begin_anew(member: Member) -> None:
    for file in member.home.iterdir():
        if file.name != "config.toml":
            shutil.rmtree(file) if file.is_dir() else file.unlink()


def test_killed_at_random_moments(
    member: Member,
    dovecot: Dovecot,
    user: User,
    uninterrupted: Content,
    traffic: Traffic,
) -> None:
    member.configure(dovecot, user, MIXED)
    dice = random.Random(4)
    for _ in range(200 if THOROUGH else 20):
        process = member.start("sync")
        time.sleep(dice.uniform(0.2, 0.8))
        process.kill()
        process.communicate()
        have = counts(member)
        assert set(have) <= {"header", "text"}
        if have.get("text", 0) == len(uninterrupted):
            assert content(member) == uninterrupted
            begin_anew(member)
    member.json("sync")
    assert content(member) == uninterrupted
    traffic.clear()
    member.json("sync")
    assert b"PEEK" not in traffic.said


def test_what_was_committed_before_a_kill_is_not_fetched_again(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    deliver(dovecot, user, *range(1, 301), text="word " * 300)
    with Relay(dovecot.imaps_port, delay=0.03) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        process = member.start("sync")
        until(lambda: counts(member).get("text"))
        process.kill()
        process.communicate()
    kept = counts(member)["text"]
    assert 0 < kept < 300
    member.configure(dovecot, user, LIST)
    one = member.json("sync")["lists"][0]
    assert traffic.fetched("HEADER.FIELDS") == []
    assert one["new_texts"] == 300 - kept
    assert bytes(traffic.heard).count(b" BINARY[1]<0>") == 300 - kept


def until(condition: Callable[[], object]) -> None:
    """Waits for something to become true."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def counts(member: Member) -> dict[str, int]:
    """How many posts there are in each state, as another process sees it while a sync is at work."""
    path = Home(member.home).database
    if not path.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return dict(database.execute("SELECT state, count(*) FROM post GROUP BY state").fetchall())
    except sqlite3.OperationalError:  # its tables are yet to be made
        return {}


@pytest.mark.thorough
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync", "fsync", "sendto", "recvfrom", "ftruncate", "unlink"])
def test_killed_at_system_calls(
    member: Member, dovecot: Dovecot, user: User, uninterrupted: Content, call: str
) -> None:
    member.configure(dovecot, user, MIXED)
    for nth in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89):
        kill = ["-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={nth}"]
        member.process("sync", through=["strace", "-f", "-qq", "-o", "/dev/null", *kill])
    member.json("sync")
    assert content(member) == uninterrupted


def test_a_full_disk_is_said_and_what_came_before_is_kept(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, *range(1, 301), text=" ".join(str(n) for n in range(700)))
    member.configure(dovecot, user, LIST)
    outcome = member.process(
        "sync", "--json", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000,) * 2)
    )
    assert (outcome.code, outcome.document["stopped_by"]) == (1, None)
    assert "disk" in outcome.document["lists"][0]["error"]
    assert counts(member)["header"] > 0
    member.json("sync")
    assert counts(member) == {"text": 300}


# --- stopped by the person ----------------------------------------------------------------------------------------


def stopped(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """The document of a command that Ctrl-C ends, in time and with the right code."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    document: dict[str, object] = json.loads(output)
    assert document["stopped_by"] == "cancel"
    return document


def test_ctrl_c_in_the_middle_keeps_what_came(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, *range(1, 301), text="word " * 400)
    with Relay(dovecot.imaps_port, delay=0.06) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        for moment in (lambda: relay.connections, lambda: counts(member), lambda: counts(member).get("text")):
            process = member.start("sync", "--json")
            until(moment)
            assert [one["list"] for one in stopped(process)["lists"]] == ["open-data"]  # type: ignore[attr-defined]
    assert counts(member)["text"] < 300
    member.configure(dovecot, user, LIST)
    member.json("sync")
    assert counts(member) == {"text": 300}


def silent_in_tls(peer: Peer) -> None:
    peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
    peer.expect("AUTHENTICATE")
    peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
    peer.expect("EXAMINE")
    peer.hang()


@pytest.mark.parametrize("where", ["before the handshake", "before the greeting", "after EXAMINE"])
def test_ctrl_c_while_the_server_is_silent(
    member: Member, dovecot: Dovecot, user: User, authority: Authority, where: str
) -> None:
    script = {"after EXAMINE": silent_in_tls}.get(where, Peer.hang)
    certificate = authority.certificate("localhost", "127.0.0.1")
    with ScriptedServer(script, certificate, tls=where != "before the handshake") as server:
        member.configure(dovecot, user, LIST, port=server.port)
        process = member.start("sync", "--json")
        until(lambda: server.peers)
        time.sleep(0.3)
        stopped(process)


def test_ctrl_c_while_connecting(member: Member, dovecot: Dovecot, user: User) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, ExitStack() as callers:
        for _ in range(3):  # whoever calls after them waits for ever
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        member.configure(dovecot, user, LIST, port=deaf.getsockname()[1])
        process = member.start("sync", "--json")
        lock = Home(member.home).lock_file
        until(lambda: lock.exists() and lock.read_bytes())
        time.sleep(0.4)
        stopped(process)


def test_ctrl_c_at_the_question_for_a_password(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST)
    config = member.home / "config.toml"
    config.write_text(config.read_text().replace(f'"{user.password}"', '"ask"'))
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--home", str(member.home), "sync", "--json"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        assert b"assword" in os.read(screen, 1000)
        stopped(process)
    finally:
        os.close(screen)


# --- cut ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", ["fin", "rst"])
def test_a_link_that_is_cut_everywhere(
    member: Member, dovecot: Dovecot, user: User, uninterrupted: Content, cut: Cut
) -> None:
    dice = random.Random(7)
    for point in range(300 if THOROUGH else 16):
        up = dice.randrange(1, 4_000) if point % 3 == 2 else None
        down = None if up else dice.randrange(1, 60_000)
        with Relay(dovecot.imaps_port, cut_up=up, cut_down=down, cut=cut) as relay:
            member.configure(dovecot, user, MIXED, port=relay.port)
            outcome = member.run("sync", "--json")
        assert outcome.document["stopped_by"] in {"link", None}, outcome
        assert outcome.code == (1 if outcome.document["stopped_by"] else 0), outcome
        assert "password" not in outcome.messages
    member.configure(dovecot, user, MIXED)
    member.json("sync")
    assert content(member) == uninterrupted


def test_a_link_that_dies_every_20_kilobytes_gets_everything_through(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    deliver(dovecot, user, *range(1, 61), text="word " * 300)
    paid = tries = 0
    while counts(member) != {"text": 60}:
        with Relay(dovecot.imaps_port, cut_down=20_000) as relay:
            member.configure(dovecot, user, LIST, port=relay.port)
            member.run("sync")
            paid += relay.down
        tries += 1
        assert tries < 20
    assert paid < 2.2 * 60 * 2_400
