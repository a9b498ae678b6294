"""The demo's world as a member meets it: posts come, are answered and come back, and nothing is ever lost in it."""

from __future__ import annotations

import contextlib
import imaplib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from listforum.demo.list_software import list_copy
from listforum.demo.world import World
from mails import LIST_ADDRESS, mail
from member import Member

NOW = int(time.time())


@dataclass(frozen=True, slots=True)
class Arrived:
    mail: bytes
    arrived: int


POSTS = tuple(
    Arrived(mail(number, author="Bo Berg <bo@example.org>"), NOW - 86_400 + 60 * number) for number in range(1, 31)
)

MemberOf = Callable[[World], Member]

SERVING = """
import sys, time
from pathlib import Path
from listforum.demo.world import World
world = World(Path(sys.argv[1]), (), lambda mail, received: mail)
world.start()
world.link.use("fast")
print(world.imap_port, world.smtp_port, flush=True)
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with thirty posts, on a link as fast as this machine."""
    with World(tmp_path / "server", POSTS, list_copy) as world:
        world.link.use("fast")
        yield world


@pytest.fixture
def member_of(tmp_path: Path) -> MemberOf:
    """Makes a member who reads the list of a world."""

    def make(world: World) -> Member:
        member = Member(tmp_path / "home")
        member.home.mkdir(mode=0o700, exist_ok=True)
        config = member.home / "config.toml"
        config.write_text(world.config())
        config.chmod(0o600)
        return member

    return make


@pytest.fixture
def member(world: World, member_of: MemberOf) -> Member:
    return member_of(world)


def inbox(port: int) -> tuple[bytes, dict[bytes, bytes]]:
    """The UIDVALIDITY, and every mail by its UID."""
    with imaplib.IMAP4("127.0.0.1", port, timeout=10) as client:
        client.login("maria", "demo")
        client.select("INBOX", readonly=True)
        uidvalidity = client.untagged_responses["UIDVALIDITY"][0]
        uids = client.uid("SEARCH", "ALL")[1][0].split()
        return uidvalidity, {uid: client.uid("FETCH", uid.decode(), "(BODY[])")[1][0][1] for uid in uids}


def post(port: int, octets: bytes, recipient: str = LIST_ADDRESS) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.login("maria", "demo")
        client.sendmail("maria@example.org", [recipient], octets)


# --- reading and writing --------------------------------------------------------------------------------------------


def test_a_first_sync_brings_every_post(world: World, member: Member) -> None:
    document = member.json("sync")
    assert document["lists"][0]["new_texts"] == len(POSTS)
    assert document["stopped_by"] is None
    assert world.link.bytes.down >= document["bytes_down"] > 0
    assert world.link.bytes.up >= document["bytes_up"] > 0


def test_posts_that_come_later_are_new(world: World, member: Member) -> None:
    member.json("sync")
    world.deliver(mail(31), NOW)
    assert member.json("sync")["lists"][0]["new_texts"] == 1


def test_the_doctor_finds_nothing_wrong(world: World, member: Member) -> None:
    outcome = member.run("doctor")
    assert outcome.code == 0, outcome


def test_an_answer_is_seen_on_the_list(world: World, member: Member) -> None:
    member.json("sync")
    item = member.json("reply", "1", "--text-file", "-", stdin="They are on the new portal.")
    assert member.json("send")["sent"] == [item["outbox"]]
    assert [one["state"] for one in member.json("outbox")] == ["sent"]
    assert member.json("sync")["lists"][0]["error"] is None
    assert [one["state"] for one in member.json("outbox")] == ["on the list"]


def test_a_private_answer_reaches_nobody_and_lies_in_the_sent_folder(world: World, member: Member) -> None:
    member.json("sync")
    member.json("reply", "1", "--private", "--text-file", "-", stdin="Just for you.")
    assert len(member.json("send")["sent"]) == 1
    _, before = inbox(world.imap_port)
    assert len(before) == len(POSTS)
    with imaplib.IMAP4("127.0.0.1", world.imap_port, timeout=10) as client:
        client.login("maria", "demo")
        assert client.select("Sent", readonly=True) == ("OK", [b"1"])
        assert b"Just for you." in client.fetch("1", "(BODY[TEXT])")[1][0][1]


def test_a_cut_in_a_sync_costs_nothing_that_had_come(world: World, member: Member) -> None:
    world.link.use("3G")

    def cut_in_the_middle() -> None:
        until = time.monotonic() + 20
        while world.link.bytes.down < 12_000 and time.monotonic() < until:
            time.sleep(0.005)
        world.link.cut(0.2)

    cutting = threading.Thread(target=cut_in_the_middle)
    cutting.start()
    report = member.json("sync")
    cutting.join()
    assert report["stopped_by"] is None
    assert report["lists"][0]["new_headers"] == report["lists"][0]["new_texts"] == len(POSTS)
    world.link.use("fast")
    (member.home / "archive.sqlite3").unlink()
    uncut = member.json("sync")
    assert uncut["lists"][0]["new_texts"] == len(POSTS)
    assert report["bytes_down"] < uncut["bytes_down"] + 3_000


def test_while_the_link_is_down_nothing_can_be_reached(world: World, member: Member) -> None:
    world.link.cut(10)
    outcome = member.run("sync", "--json")
    assert outcome.code == 1
    assert outcome.document["stopped_by"] == "link"


# --- starting and ending --------------------------------------------------------------------------------------------


def test_a_world_that_was_there_before_is_left_as_it_is(tmp_path: Path) -> None:
    with World(tmp_path / "server", POSTS, list_copy) as world:
        world.link.use("fast")
        world.deliver(mail(40), NOW)
        before = inbox(world.imap_port)
    with World(tmp_path / "server", POSTS[:5], list_copy) as world:
        world.link.use("fast")
        assert inbox(world.imap_port) == before
    assert list(before[1])[-1] == b"31"


def test_what_was_half_written_when_it_died_is_not_there(tmp_path: Path) -> None:
    half_filled = tmp_path / "server" / "inbox.draft"
    half_filled.mkdir(parents=True)
    (half_filled / "9.eml").write_bytes(mail(9))
    with World(tmp_path / "server", POSTS[:2], list_copy) as world:
        world.link.use("fast")
        before = inbox(world.imap_port)
    assert list(before[1]) == [b"1", b"2"]
    (tmp_path / "server" / "inbox" / "draft").write_bytes(b"Subject: half a ma")
    with World(tmp_path / "server", (), list_copy) as world:
        world.link.use("fast")
        assert inbox(world.imap_port) == before
        assert world.deliver(mail(3), NOW) == 3


def test_a_folder_without_mail_can_be_synced(tmp_path: Path, member_of: MemberOf) -> None:
    with World(tmp_path / "empty", (), list_copy) as world:
        world.link.use("fast")
        assert member_of(world).json("sync")["lists"][0]["new_headers"] == 0
        world.deliver(mail(1), NOW)
        assert member_of(world).json("sync")["lists"][0]["new_texts"] == 1


def test_arrivals_are_told_as_they_were(world: World) -> None:
    with imaplib.IMAP4("127.0.0.1", world.imap_port, timeout=10) as client:
        client.login("maria", "demo")
        client.select("INBOX", readonly=True)
        answer = client.fetch("1", "(INTERNALDATE)")[1][0]
    assert time.mktime(imaplib.Internaldate2tuple(answer)) == POSTS[0].arrived


def test_a_question_and_its_answer_take_no_longer_than_the_link(world: World) -> None:
    with imaplib.IMAP4("127.0.0.1", world.imap_port, timeout=10) as client:
        client.login("maria", "demo")
        client.select("INBOX", readonly=True)
        began = time.monotonic()
        for number in range(1, 31):
            client.fetch(str(number), "(BODY[HEADER])")
        assert time.monotonic() - began < 1  # with TCP holding back small pieces, 40 ms each: 1.2 s


def test_it_ends_at_once_whoever_is_connected(tmp_path: Path) -> None:
    world = World(tmp_path / "server", POSTS, list_copy)
    world.start()
    clients = [socket.create_connection(("127.0.0.1", port), 5) for port in (world.imap_port, world.smtp_port) * 3]
    time.sleep(0.1)
    began = time.monotonic()
    world.stop()
    assert time.monotonic() - began < 1
    assert "demo servers" not in {thread.name for thread in threading.enumerate()}
    for client in clients:
        client.close()
    world.stop()


def test_a_process_that_just_ends_neither_hangs_nor_says_anything(tmp_path: Path) -> None:
    connected = (
        "import socket\n"
        "ends = [socket.create_connection(('127.0.0.1', port)) for port in (world.imap_port, world.smtp_port) * 3]\n"
        "[end.recv(4) for end in ends]\n"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", SERVING + connected, str(tmp_path / "server")],
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""
    assert time.monotonic() - began < 10


def test_what_was_accepted_survives_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path / "server") as (process, imap_port, smtp_port):
        for number in range(1, 4):
            post(smtp_port, mail(number))
        post(smtp_port, mail(4), "bo@example.org")
        before = inbox(imap_port)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    assert len(before[1]) == 3
    with serving(tmp_path / "server") as (_, imap_port, smtp_port):
        assert inbox(imap_port) == before
        post(smtp_port, mail(5))
        uidvalidity, mails = inbox(imap_port)
        assert (uidvalidity, list(mails)) == (before[0], [b"1", b"2", b"3", b"4"])
    assert [path.name for path in (tmp_path / "server" / "inbox" / "private").glob("*.eml")] == ["1.eml"]


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """A world in a process of its own, and its ports."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVING + "time.sleep(60)", str(directory)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        imap_port, smtp_port = map(int, process.stdout.readline().split())
        yield process, imap_port, smtp_port
    finally:
        process.kill()
        process.communicate(timeout=10)
