"""Bringing files of mails in and out again, at the command line."""

from __future__ import annotations

import gzip
import lzma
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.test_conditions_disk import mbox
from mails import identifier, mail
from member import PROGRAM, Member
from servers.dovecot import Dovecot, User


def maildir(directory: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (directory / part).mkdir(parents=True)
    for number in range(3):
        (directory / ("cur" if number else "new") / f"17000{number}.M1P1.host:2,S").write_bytes(mail(number))
    return directory


def single(path: Path) -> Path:
    path.write_bytes(mail(0))
    return path


def compressed(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


class TestImport:
    @pytest.mark.parametrize("kind", ["mbox", "gz", "xz", "eml", "maildir", "directory"])
    def test_reads_every_kind_of_file(self, member: Member, tmp_path: Path, kind: str) -> None:
        plain = mbox(tmp_path / "plain.mbox", range(3))
        source = {
            "mbox": lambda: plain,
            "gz": lambda: compressed(tmp_path / "mails.mbox.gz", gzip.compress(plain.read_bytes())),
            "xz": lambda: compressed(tmp_path / "mails.mbox.xz", lzma.compress(plain.read_bytes())),
            "eml": lambda: single(tmp_path / "one.eml"),
            "maildir": lambda: maildir(tmp_path / "Maildir"),
            "directory": lambda: maildir(tmp_path / "all" / "old").parent,
        }[kind]()
        count = 1 if kind == "eml" else 3
        assert member.json("import", str(source), "open-data") == {
            "read": count,
            "new": count,
            "known": 0,
            "damaged": 0,
            "skipped": 0,
            "prefixes_seem_lost": False,
        }
        assert member.json("import", str(source), "open-data")["known"] == count
        assert {post["message_id"] for post in posts(member)} == {identifier(number) for number in range(count)}
        assert all(post["state"] == "whole" for post in posts(member))

    def test_needs_no_config_and_makes_a_list_without_an_account(self, member: Member, tmp_path: Path) -> None:
        member.json("import", str(mbox(tmp_path / "m.mbox", range(1))), "کتاب‌ها".replace("\u200c", ""))
        assert [one["list"] for one in member.json("lists")] == ["کتابها"]

    def test_names_what_is_damaged_and_goes_on(self, member: Member, tmp_path: Path) -> None:
        directory = tmp_path / "mails"
        directory.mkdir()
        whole = gzip.compress(mbox(tmp_path / "plain.mbox", range(3)).read_bytes())
        (directory / "cut.mbox.gz").write_bytes(whole[:-20])
        (directory / "good.eml").write_bytes(mail(7))
        outcome = member.run("import", str(directory), "open-data", "--json")
        assert outcome.code == 0
        assert outcome.document["damaged"] == 1
        assert str(directory / "cut.mbox.gz") in outcome.messages
        assert identifier(7) in {post["message_id"] for post in posts(member)}

    def test_of_a_directory_counts_and_names_the_files_that_hold_no_mail(self, member: Member, tmp_path: Path) -> None:
        directory = maildir(tmp_path / "Maildir").parent / "all"
        (tmp_path / "Maildir" / "tmp" / "unfinished").write_text("half a delivery")
        directory.mkdir()
        (tmp_path / "Maildir").rename(directory / "Maildir")
        (directory / ".hidden").write_text("nobody's business")
        for number in range(23):
            (directory / f"note-{number:02}.txt").write_text("Buy seeds.")
        outcome = member.run("import", str(directory), "open-data", "--json")
        assert outcome.code == 0
        assert outcome.document is not None
        assert {name: outcome.document[name] for name in ("read", "new", "skipped")} == {
            "read": 3,
            "new": 3,
            "skipped": 23,
        }
        said = outcome.messages.splitlines()
        assert [line for line in said if "note-" in line] == [
            f"listforum: {directory}/note-{number:02}.txt holds no mail: neither an mbox nor a mail begins there."
            for number in range(20)
        ]
        assert said[0] == "listforum: Passed over as no mail (23):"
        assert said[-1] == "listforum: and 3 more"
        assert len(said) == 22

    def test_of_a_mail_that_defeats_the_reader_names_it_and_keeps_it_whole(
        self, member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from listforum.archive import arrival

        def defeated(fields: bytes) -> None:
            raise RecursionError

        monkeypatch.setattr(arrival, "read_header", defeated)
        outcome = member.run("import", str(single(tmp_path / "hard.eml")), "open-data", "--json")
        assert (outcome.document["new"], outcome.document["damaged"]) == (1, 1)
        assert f"{tmp_path / 'hard.eml'}:1: this mail could not be read fully" in outcome.messages
        monkeypatch.undo()
        member.json("export", str(tmp_path / "out.mbox"))
        assert b"These are the words of mail number 0." in (tmp_path / "out.mbox").read_bytes()
        member.json("rebuild")
        assert member.json("topics", "open-data")[0]["subject"] == "The census files"

    def test_of_what_is_not_mail_says_so(self, member: Member, tmp_path: Path) -> None:
        (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n" + bytes(100))
        for path in (tmp_path / "picture.png", tmp_path / "nowhere.mbox"):
            outcome = member.run("import", str(path), "open-data", "--json")
            assert (outcome.code, outcome.document["error"]["kind"]) == (1, "file")
            assert str(path) in outcome.document["error"]["message"]

    def test_shows_on_a_terminal_how_far_it_is_and_elsewhere_nothing(self, member: Member, tmp_path: Path) -> None:
        path = mbox(tmp_path / "many.mbox", range(1200))
        assert member.run("import", str(path), "open-data").messages == ""
        shutil.rmtree(member.home)
        shown = on_terminal(member, "import", str(path), "open-data")
        assert "reading: " in shown
        assert "1200 new" in shown


def on_terminal(member: Member, *command: str) -> str:
    """What a command writes when its output is a terminal of 80 columns."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--home", str(member.home), *command],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        close_fds=True,
    )
    os.close(slave)
    written = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        if not data:
            break
        written += data
    os.close(master)
    assert process.wait(30) == 0
    return written.decode()


class TestExport:
    def test_gives_back_what_was_imported(self, member: Member, tmp_path: Path) -> None:
        text = "Before.\nFrom here on it is quoted.\n>From there too.\n"
        (tmp_path / "mails").mkdir()
        (tmp_path / "mails" / "1.eml").write_bytes(mail(1, text=text))
        (tmp_path / "mails" / "2.eml").write_bytes(mail(2, answers=[1]))
        member.json("import", str(tmp_path / "mails"), "open-data")
        assert member.json("export", str(tmp_path / "out.mbox")) == {"posts": 2}
        assert b"\n>From here" in (tmp_path / "out.mbox").read_bytes()
        other = Member(tmp_path / "other")
        other.json("import", str(tmp_path / "out.mbox"), "open-data")
        assert said(other) == said(member)

    def test_of_a_list_or_a_topic_holds_just_its_posts(self, member: Member, tmp_path: Path) -> None:
        for number, name in ((1, "one"), (2, "two"), (3, "one")):
            path = tmp_path / f"{number}.eml"
            path.write_bytes(mail(number, answers=[1] if number == 2 else []))
            member.json("import", str(path), name)
        for arguments, expected in (
            ([], {1, 2, 3}),
            (["--list", "one"], {1, 3}),
            (["--list", "two"], {2}),
            (["--topic", "1"], {1, 2}),
            (["--topic", "1", "--list", "one"], {1}),
        ):
            out = tmp_path / "out.mbox"
            assert member.json("export", str(out), *arguments)["posts"] == len(expected), arguments
            content = out.read_bytes()
            assert {n for n in (1, 2, 3) if f"Message-ID: <{identifier(n)}>".encode() in content} == expected
            out.unlink()

    def test_takes_nobody_elses_name(self, member: Member, tmp_path: Path) -> None:
        member.json("import", str(mbox(tmp_path / "m.mbox", range(2))), "open-data")
        before = (tmp_path / "m.mbox").read_bytes()
        for path in (tmp_path / "m.mbox", tmp_path, tmp_path / "no" / "where.mbox"):
            outcome = member.run("export", str(path), "--json")
            assert (outcome.code, outcome.document["error"]["kind"]) == (1, "file")
        assert (tmp_path / "m.mbox").read_bytes() == before
        assert member.run("export", str(tmp_path / "x.mbox"), "--list", "nobodys").code == 1
        assert not (tmp_path / "x.mbox").exists()

    def test_of_posts_that_were_never_whole_is_marked_and_read_back_as_what_it_is(
        self, member: Member, dovecot: Dovecot, user: User, tmp_path: Path
    ) -> None:
        for number in (1, 2):
            dovecot.append(user, "INBOX", mail(number, text=f"Words {number}."), 1_790_000_000)
        member.configure(dovecot, user, '[lists.open-data]\naccount = "home"\nfolder = "INBOX"')
        member.json("sync")
        dovecot.append(user, "INBOX", mail(3, text="Words 3."), 1_790_000_000)
        member.json("sync", "--headers-only")
        member.json("export", str(tmp_path / "out.mbox"))
        content = (tmp_path / "out.mbox").read_bytes()
        assert content.count(b"\nX-Listforum-Partial: text\n") == 2
        assert content.count(b"\nX-Listforum-Partial: header\n") == 1

        other = Member(tmp_path / "other")
        other.json("import", str(tmp_path / "out.mbox"), "open-data")
        assert said(other) == said(member)
        other.json("export", str(tmp_path / "again.mbox"))
        assert (tmp_path / "again.mbox").read_bytes() == content
        other.configure(dovecot, user, '[lists.open-data]\naccount = "home"\nfolder = "INBOX"')
        other.json("sync")
        assert len(posts(other)) == 3
        assert {post["text"].strip() for post in posts(other)} == {"Words 1.", "Words 2.", "Words 3."}


def posts(member: Member) -> list[dict[str, object]]:
    topics = member.json("topics", member.json("lists")[0]["list"], "--limit", "9999")
    return [post for topic in topics for post in member.json("show", str(topic["topic"]))["posts"]]


def said(member: Member) -> set[tuple[object, ...]]:
    """What was said, by whom, when, and in answer to what: all of a post that is not a number of this archive."""
    shown = posts(member)
    ids = {post["post"]: post["message_id"] for post in shown}
    return {
        (
            post["message_id"],
            ids.get(post["parent"]),
            post["author"],
            post["address"],
            post["date"],
            post["state"],
            post["text"] if post["text"] is None else str(post["text"]).strip(),
        )
        for post in shown
    }
