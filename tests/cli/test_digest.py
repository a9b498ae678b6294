"""A digest, however it comes, is a post in which every mail can be read, found and answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import OPEN_DATA
from forum_home import CONFIG
from mails import mail
from member import Member
from servers.dovecot import Dovecot, User

WORDS = {"Ana Lima": "The meters were repaired in Olinda.", "Bo Li": "Ours are still broken in Caruaru."}


def as_text(filling: str = "") -> bytes:
    """RFC 1153, as Mailman writes it."""
    lines = ["Today's Topics: meters", "", "-" * 70, ""]
    for number, (author, words) in enumerate(WORDS.items(), 1):
        lines += [f"Message: {number}", "Date: Mon, 2 Mar 2026 10:00:00 +0000", f"From: {author} <one@example.org>"]
        lines += ["Subject: Meters", "", words, filling, "", "-" * 30, ""]
    return mail(1, subject="Water Digest, Vol 3, Issue 4", text="\n".join([*lines, "End of Water Digest"]))


def as_parts() -> bytes:
    head = mail(1, subject="Water Digest, Vol 3, Issue 4").partition(b"MIME-Version")[0].decode()
    members = "".join(
        "--b\r\n\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n"
        f"From: {author} <one@example.org>\r\nSubject: Meters\r\n\r\n{words}\r\n\r\n"
        for author, words in WORDS.items()
    )
    return f"{head}MIME-Version: 1.0\r\nContent-Type: multipart/digest; boundary=b\r\n\r\n{members}--b--\r\n".encode()


@pytest.fixture(params=[as_text(), as_parts()], ids=["as text", "as parts"])
def reader(request: pytest.FixtureRequest, member: Member, tmp_path: Path) -> Member:
    (tmp_path / "digest.eml").write_bytes(request.param)
    member.json("import", str(tmp_path / "digest.eml"), "open-data")
    (member.home / "config.toml").write_text(CONFIG)
    (member.home / "config.toml").chmod(0o600)
    return member


def test_every_mail_of_it_is_read_below_its_heading(reader: Member) -> None:
    read = reader.run("read", "1").output
    for author, words in WORDS.items():
        heading = f"Date: Mon, 2 Mar 2026 10:00:00 +0000\nFrom: {author} <one@example.org>\nSubject: Meters\n\n{words}"
        assert heading in read


def test_every_mail_of_it_is_found(reader: Member) -> None:
    assert [reader.json("search", word)["total"] for word in ("Olinda", "Caruaru", '"Bo Li"')] == [1, 1, 1]


def test_every_mail_of_it_can_be_quoted(reader: Member, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("Thanks.")
    reader.json("reply", "1", "--quote", "--text-file", str(tmp_path / "answer.txt"))
    (text,) = [post["text"] for post in reader.json("show", "1")["posts"] if "Thanks." in (post["text"] or "")]
    assert all(f"> {words}" in text for words in WORDS.values())


def test_a_digest_comes_whole_where_of_another_text_only_the_beginning_comes(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    filling = "\n".join(f"Meter {number} was read." for number in range(1_500))
    digest = as_text(filling)
    assert len(digest) > 60_000
    dovecot.append(user, "INBOX", digest, 1_772_500_000)
    dovecot.append(user, "INBOX", mail(2, subject="A long list", text=filling * 2), 1_772_500_000)
    member.configure(dovecot, user, OPEN_DATA)
    member.json("sync")
    told = {topic["subject"]: topic["topic"] for topic in member.json("topics", "open-data")}
    (whole,) = member.json("show", str(told["Water Digest, Vol 3, Issue 4"]))["posts"]
    assert "End of Water Digest" in whole["text"]
    assert whole["attachments"] == []
    (long,) = member.json("show", str(told["A long list"]))["posts"]
    assert [one["state"] for one in long["attachments"]] == ["waiting"]
