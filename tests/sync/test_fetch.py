"""Fetching what a sync left: long texts, attachments, resumed after a cut; and mails that are gone."""

from __future__ import annotations

import base64
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lists import LIST, Traffic, deliver, posts
from mails import BEGAN, mail
from member import Member
from servers.dovecot import Dovecot, User
from servers.relay import Relay

MEASURED = """
import sys
from listforum.cli import main
code = main()
print(*[line for line in open("/proc/self/status") if line.startswith("VmHWM")], file=sys.stderr)
sys.exit(code)
"""
THOROUGH = bool(os.environ.get("LISTFORUM_THOROUGH"))
LONG = "".join(f"Line {n} of a very long text.\n" for n in range(4_000))


def with_parts(number: int, *parts: tuple[str, bytes]) -> bytes:
    """A mail with a text and parts, each told by its header fields and its content."""
    head = mail(number).split(b"\r\n\r\n")[0].replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="x"')
    body = b"".join(b"--x\r\n" + fields.encode() + b"\r\n\r\n" + content + b"\r\n" for fields, content in parts)
    return head + b"\r\n\r\n--x\r\n\r\nSee the file.\r\n" + body + b"--x--\r\n"


def attachment(number: int, content: bytes) -> bytes:
    fields = 'Content-Type: application/octet-stream; name="census.bin"\r\nContent-Transfer-Encoding: base64'
    return with_parts(number, (fields, base64.encodebytes(content).replace(b"\n", b"\r\n")[:-2]))


def only_post(member: Member) -> dict[str, Any]:
    (post,) = posts(member).values()
    return post


def test_the_beginning_of_a_long_text_is_shown_and_its_rest_waits(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    deliver(dovecot, user, 1, text=LONG)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    post = only_post(member)
    assert post["text"].startswith("Line 0 of")
    assert 30_000 < len(post["text"]) <= 32_768
    (rest,) = post["attachments"]
    assert rest["state"] == "waiting"
    assert rest["bytes"] > 60_000
    traffic.clear()
    member.json("fetch", f"post:{post['post']}")
    assert b"<32768." in traffic.said
    assert b"<0." not in traffic.said
    post = only_post(member)
    assert post["text"].splitlines() == LONG.splitlines()
    assert post["attachments"] == []


def test_an_attachment_comes_through_a_link_that_dies_every_20_kilobytes(
    member: Member, dovecot: Dovecot, user: User, tmp_path: Path
) -> None:
    content = random.Random(5).randbytes(60_000)
    dovecot.append(user, "INBOX", attachment(1, content), BEGAN)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    number = only_post(member)["post"]
    for _ in range(12):
        with Relay(dovecot.imaps_port, cut_down=20_000) as relay:
            member.configure(dovecot, user, LIST, port=relay.port)
            if not member.run("fetch", f"post:{number}", "--part", "1", "--save", str(tmp_path)).code:
                break
    assert (tmp_path / "census.bin").read_bytes() == content


@pytest.mark.parametrize("target", ["post", "topic", "list", "part"])
def test_a_text_can_be_fetched_by_post_topic_list_or_part(
    member: Member, dovecot: Dovecot, user: User, target: str
) -> None:
    deliver(dovecot, user, 1)
    member.configure(dovecot, user, LIST)
    member.json("sync", "--headers-only")
    number = only_post(member)["post"]
    arguments = {"post": [f"post:{number}"], "topic": [str(number)], "list": ["open-data"]}.get(target)
    if arguments is None:
        assert member.run("fetch", f"post:{number}", "--part", "1").code == 1
        return
    report = member.json("fetch", *arguments)
    assert [(one["list"], one["new_texts"], one["waiting_texts"]) for one in report["lists"]] == [("open-data", 1, 0)]
    assert only_post(member)["text"].strip() == "These are the words of mail number 1."
    report = member.json("fetch", *arguments)
    assert report["bytes_up"] + report["bytes_down"] == 0


def test_many_waiting_texts_come_in_few_commands(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    deliver(dovecot, user, *range(1, 61))
    member.configure(dovecot, user, LIST)
    member.json("sync", "--headers-only")
    traffic.clear()
    assert member.json("fetch", "open-data")["lists"][0]["new_texts"] == 60
    assert traffic.fetched("BINARY.PEEK[1]") == ["1:60"]


def test_an_attachment_is_saved_byte_for_byte(member: Member, dovecot: Dovecot, user: User, tmp_path: Path) -> None:
    content = random.Random(1).randbytes(300_000)
    dovecot.append(user, "INBOX", attachment(1, content), BEGAN)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    post = only_post(member)
    (told,) = post["attachments"]
    assert (told["name"], told["state"]) == ("census.bin", "waiting")
    for _ in range(2):
        saved = member.json("fetch", f"post:{post['post']}", "--part", "1", "--save", str(tmp_path / "out"))["saved"]
        assert Path(saved[0]).read_bytes() == content
    assert only_post(member)["attachments"][0]["state"] == "here"


def test_a_file_in_a_forwarded_mail_is_fetched_alone(
    member: Member, dovecot: Dovecot, user: User, tmp_path: Path, traffic: Traffic
) -> None:
    content = random.Random(6).randbytes(30_000)
    forwarded = ("Content-Type: message/rfc822", attachment(2, content))
    dovecot.append(user, "INBOX", with_parts(1, forwarded), BEGAN)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    post = only_post(member)
    assert "Forwarded Message" in post["text"]
    assert post["text"].count("See the file.") == 2
    assert [(one["name"], one["state"]) for one in post["attachments"]] == [("census.bin", "waiting")]
    traffic.clear()
    saved = member.json("fetch", f"post:{post['post']}", "--part", "1", "--save", str(tmp_path / "out"))["saved"]
    assert Path(saved[0]).read_bytes() == content
    assert b"[2.2]<0." in traffic.said


def test_an_attachment_that_is_cut_goes_on_where_it_was(
    member: Member, dovecot: Dovecot, user: User, tmp_path: Path
) -> None:
    content = random.Random(2).randbytes(700_000)
    dovecot.append(user, "INBOX", attachment(1, content), BEGAN)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    number = only_post(member)["post"]
    paid = connections = 0
    code = 1
    while code:
        with Relay(dovecot.imaps_port, cut_down=250_000) as relay:
            member.configure(dovecot, user, LIST, port=relay.port)
            code = member.run("fetch", f"post:{number}", "--part", "1", "--save", str(tmp_path)).code
            paid += relay.down
            connections += relay.connections
        assert connections < 15
    assert connections > 2
    assert paid < len(content) * 1.3
    assert (tmp_path / "census.bin").read_bytes() == content


def test_a_large_attachment_survives_a_kill(member: Member, dovecot: Dovecot, user: User, tmp_path: Path) -> None:
    content = random.Random(3).randbytes(5_000_000)
    dovecot.append(user, "INBOX", attachment(1, content), BEGAN)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    number = only_post(member)["post"]
    with Relay(dovecot.imaps_port, delay=0.003) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        process = member.start("fetch", f"post:{number}", "--part", "1")
        while relay.down < len(content) // 2:
            time.sleep(0.02)
        process.kill()
        process.communicate()
    member.configure(dovecot, user, LIST)
    member.json("fetch", f"post:{number}", "--part", "1", "--save", str(tmp_path))
    assert (tmp_path / "census.bin").read_bytes() == content


def test_a_large_attachment_takes_no_more_memory_than_a_small_one(
    member: Member, dovecot: Dovecot, user: User, tmp_path: Path
) -> None:
    contents = [random.Random(4).randbytes(size) for size in (1_000, 50_000_000 if THOROUGH else 12_000_000)]
    for number, content in enumerate(contents, 1):
        dovecot.append(user, "INBOX", attachment(number, content), BEGAN + number)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    peaks = []
    for number, content in zip(sorted(one["post"] for one in posts(member).values()), contents, strict=True):
        place = tmp_path / str(number)
        arguments = ["--home", str(member.home), "fetch", f"post:{number}", "--part", "1", "--save", str(place)]
        done = subprocess.run([sys.executable, "-c", MEASURED, *arguments], capture_output=True, check=True)
        assert (place / "census.bin").read_bytes() == content
        peaks.append(int(done.stderr.split()[-2]) * 1024)
    assert peaks[1] - peaks[0] <= 5 * 2**20


def test_a_part_without_a_byte_is_fetched_too(member: Member, dovecot: Dovecot, user: User, tmp_path: Path) -> None:
    dovecot.append(user, "INBOX", with_parts(1, ('Content-Type: text/x-empty; name="empty.txt"', b"")), BEGAN)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    number = only_post(member)["post"]
    saved = member.json("fetch", f"post:{number}", "--part", "1", "--save", str(tmp_path))["saved"]
    assert Path(saved[0]).read_bytes() == b""


def test_a_mail_without_text_waits_for_nothing(member: Member, dovecot: Dovecot, user: User) -> None:
    head = mail(1).split(b"\r\n\r\n")[0]
    dovecot.append(user, "INBOX", head + b"\r\n\r\n", BEGAN)
    member.configure(dovecot, user, LIST)
    one = member.json("sync")["lists"][0]
    assert (one["new_texts"], one["waiting_texts"]) == (1, 0)
    assert only_post(member)["text"] == ""


def test_what_is_gone_from_the_server_is_said_to_be(member: Member, dovecot: Dovecot, user: User) -> None:
    dovecot.append(user, "INBOX", attachment(1, b"abc"), BEGAN)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    dovecot.remove_all(user, "INBOX")
    number = only_post(member)["post"]
    for _ in range(2):
        outcome = member.run("fetch", f"post:{number}", "--part", "1", "--json")
        assert outcome.code == 1
        assert f"post {number} is no longer on the server" in outcome.document["lists"][0]["error"]
    assert only_post(member)["text"].strip() == "See the file."


def test_what_no_server_has_cannot_be_fetched(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST)
    for target in ("post:99", "99", "nowhere"):
        assert member.run("fetch", target, "--json").document["error"]["kind"] == "unknown"
