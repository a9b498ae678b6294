"""A digest, however it comes, is its mails: each is a post that can be read, found and answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import digests
from cli.conftest import OPEN_DATA
from forum_home import CONFIG
from mails import BEGAN, mail
from member import Member
from servers.dovecot import Dovecot, User

WORDS = {"Ana Lima": "The meters were repaired in Olinda.", "Bo Li": "Ours are still broken in Caruaru."}


ROBOT = "open-data-request@lists.example.org"


def as_text(filling: str = "") -> bytes:
    """RFC 1153, as Mailman writes it."""
    lines = ["Today's Topics: meters", "", "-" * 70, ""]
    for number, (author, words) in enumerate(WORDS.items(), 1):
        lines += [f"Message: {number}", "Date: Mon, 2 Mar 2026 10:00:00 +0000", f"From: {author} <one@example.org>"]
        lines += ["Subject: Meters", "", words, filling, "", "-" * 30, ""]
    text = "\n".join([*lines, "End of Water Digest"])
    return mail(1, subject="Water Digest, Vol 3, Issue 4", text=text, author=ROBOT)


def as_parts() -> bytes:
    head = mail(1, subject="Water Digest, Vol 3, Issue 4", author=ROBOT).partition(b"MIME-Version")[0].decode()
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


def posts_of(reader: Member) -> list[dict[str, Any]]:
    topics = reader.json("topics", "open-data")
    return [post for topic in topics for post in reader.json("show", str(topic["topic"]))["posts"]]


def test_every_mail_of_it_is_a_post_and_it_is_none(reader: Member) -> None:
    assert [topic["subject"] for topic in reader.json("topics", "open-data")] == ["Meters", "Meters"]
    assert {post["author"]: post["text"] for post in posts_of(reader)} == WORDS
    assert {post["state"] for post in posts_of(reader)} == {"text"}


def test_every_mail_of_it_is_read(reader: Member) -> None:
    read = reader.run("read", "open-data").output
    assert all(words in read for words in WORDS.values())
    assert "Today's Topics" not in read


def test_every_mail_of_it_is_found_once(reader: Member) -> None:
    for word in ("Olinda", "Caruaru", '"Bo Li"'):
        assert reader.json("search", word, "--posts")["total"] == 1
    assert [reader.json("search", word)["total"] for word in ("Digest", "Topics")] == [0, 0]
    assert reader.json("search", "Meters", "--posts")["total"] == 2


def test_a_mail_of_it_can_be_answered_and_quoted(reader: Member, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("Thanks.")
    (asked,) = [post for post in posts_of(reader) if post["author"] == "Bo Li"]
    reader.json("reply", str(asked["post"]), "--quote", "--text-file", str(tmp_path / "answer.txt"))
    (answer,) = [post for post in posts_of(reader) if "Thanks." in post["text"]]
    assert f"> {WORDS['Bo Li']}" in answer["text"]
    assert WORDS["Ana Lima"] not in answer["text"]
    assert answer["parent"] == asked["post"]


def test_nobody_is_written_to_privately_at_an_address_that_only_a_digest_tells(reader: Member, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("Thanks.")
    (asked,) = [post for post in posts_of(reader) if post["author"] == "Bo Li"]
    assert asked["address"] is None
    refused = reader.run("reply", str(asked["post"]), "--private", "--text-file", str(tmp_path / "answer.txt"))
    assert refused.code == 1
    assert "digest" in refused.messages


def test_its_mails_are_exported_and_come_back_as_the_same_posts(reader: Member, tmp_path: Path) -> None:
    assert reader.json("export", str(tmp_path / "all.mbox"), "--list", "open-data") == {"posts": 2}
    again = reader.json("import", str(tmp_path / "all.mbox"), "open-data")
    assert (again["new"], again["known"]) == (0, 2)


def test_a_rebuild_leaves_everything_as_it_is(reader: Member) -> None:
    before = reader.json("topics", "open-data"), reader.json("search", "Olinda", "--posts")["results"]
    assert reader.json("rebuild")["posts"] == 2
    assert (reader.json("topics", "open-data"), reader.json("search", "Olinda", "--posts")["results"]) == before


def test_its_mails_that_come_singly_too_are_the_same_posts(reader: Member, tmp_path: Path) -> None:
    singly = mail(7, subject="[open-data] Meters", text=WORDS["Bo Li"], author="Bo Li <one@example.org>")
    written = singly.partition(b"\r\n")[0]
    (tmp_path / "single.eml").write_bytes(singly.replace(written, b"Date: Mon, 2 Mar 2026 10:00:00 +0000"))
    told = reader.json("import", str(tmp_path / "single.eml"), "open-data")
    assert (told["new"], told["known"]) == (0, 1)
    assert {post["author"]: post["state"] for post in posts_of(reader)} == {"Ana Lima": "text", "Bo Li": "whole"}


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
    posts = {post["author"]: post for post in posts_of(member)}
    assert posts.keys() == {*WORDS, "Maria Silva"}
    for author, words in WORDS.items():
        assert posts[author]["text"].startswith(words)
        assert posts[author]["text"].endswith("Meter 1499 was read.")
        assert posts[author]["attachments"] == []
    assert [one["state"] for one in posts["Maria Silva"]["attachments"]] == ["waiting"]


@pytest.mark.parametrize("kind", [digests.as_text, digests.as_parts])
def test_mails_that_a_server_has_singly_and_in_a_digest_are_there_once(
    member: Member, dovecot: Dovecot, user: User, kind: Callable[[Sequence[bytes]], bytes]
) -> None:
    mails = [mail(number, subject=f"[open-data] Meter {number}") for number in (1, 2, 3)]
    for raw in (mails[0], kind(mails), mails[2]):
        dovecot.append(user, "INBOX", raw, BEGAN + 40 * 24 * 3600)
    member.configure(dovecot, user, OPEN_DATA)
    (synced,) = member.json("sync")["lists"]
    assert (synced["waiting_texts"], synced["waiting_bytes"]) == (0, 0)
    posts = {post["message_id"]: post for post in posts_of(member)}
    assert posts.keys() == digests.ids([1, 2, 3])
    assert len(member.json("topics", "open-data")) == 3
    assert all(
        f"words of mail number {number}" in posts[one]["text"] for number in (1, 2, 3) for one in digests.ids([number])
    )
    (again,) = member.json("sync")["lists"]
    assert (again["new_headers"], again["new_texts"]) == (0, 0)


def test_an_attachment_of_its_mails_is_fetched_from_the_digest(
    member: Member, dovecot: Dovecot, user: User, tmp_path: Path
) -> None:
    table = b"year,wells\n" * 400
    head = mail(2, subject="The table").partition(b"MIME-Version")[0]
    attached = head + (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nSee the table.\r\n--m\r\n"
        b"Content-Type: application/octet-stream; name=table.csv\r\nContent-Disposition: attachment\r\n\r\n"
        + table.replace(b"\n", b"\r\n")
        + b"--m--\r\n"
    )
    dovecot.append(user, "INBOX", digests.as_parts([mail(1), attached]), BEGAN + 40 * 24 * 3600)
    member.configure(dovecot, user, OPEN_DATA)
    member.json("sync")
    (post,) = [post for post in posts_of(member) if post["attachments"]]
    (attachment,) = post["attachments"]
    assert (post["text"], attachment["name"], attachment["state"]) == ("See the table.", "table.csv", "waiting")
    (tmp_path / "saved").mkdir()
    member.json("fetch", str(post["post"]), "--part", "1", "--save", str(tmp_path / "saved"))
    assert (tmp_path / "saved" / "table.csv").read_bytes().replace(b"\r\n", b"\n") == table.rstrip()
