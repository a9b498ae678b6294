"""An archive or an index that the disk gave back otherwise than it was written: said in words, and mended."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from cli.test_conditions_disk import filled, mbox
from forum_home import CONFIG_WITH_PASSWORD
from member import Member

THOROUGH = bool(os.environ.get("LISTFORUM_THOROUGH"))
PAGE = 4096


@pytest.fixture
def member(tmp_path: Path) -> Member:
    return filled(tmp_path)


class TestArchive:
    def test_with_a_bad_page_is_said_to_be_damaged_and_how_to_save_it(self, member: Member) -> None:
        spoil(member, of_table(member, "post"))
        for command in (["show", "1"], ["topics", "open-data"], ["search", "number"], ["mark", "read", "1"], ["lists"]):
            outcome = member.run(*command, "--json")
            assert outcome.code == 1, command
            assert outcome.document["error"]["kind"] == "archive"
            assert "listforum rebuild --salvage" in outcome.document["error"]["message"]
        findings = {one["what"]: one for one in member.run("doctor", "--json").document}
        assert not findings["archive"]["ok"]
        assert "listforum rebuild --salvage" in findings["archive"]["words"]

    def test_with_a_text_that_cannot_be_unpacked_is_too(self, member: Member) -> None:
        with closing(sqlite3.connect(member.home / "archive.sqlite3", isolation_level=None)) as archive:
            archive.execute("UPDATE content SET raw = substr(raw, 1, 40) || x'00' || substr(raw, 42) WHERE post = 1")
            archive.execute("UPDATE own_words SET text = x'00' WHERE post = 2")
        assert member.run("show", "1", "--json").document["error"]["kind"] == "archive"
        assert member.run("search", "words", "--json").document.get("error", {}).get("kind") != "internal"

    def test_of_which_nothing_can_be_read_is_left_where_it_is(self, member: Member) -> None:
        spoil(member, [0])
        before = (member.home / "archive.sqlite3").read_bytes()
        for command in (["lists"], ["rebuild", "--salvage"]):
            assert member.run(*command, "--json").document["error"]["kind"] == "archive"
        assert (member.home / "archive.sqlite3").read_bytes() == before
        assert {path.name for path in member.home.iterdir()} >= {"archive.sqlite3", "config.toml"}

    def test_written_by_a_newer_listforum_is_left_alone(self, member: Member) -> None:
        with closing(sqlite3.connect(member.home / "archive.sqlite3", isolation_level=None)) as archive:
            archive.execute("PRAGMA user_version = 999")
        for command in (["lists"], ["mark", "read", "1"], ["search", "number"]):
            outcome = member.run(*command, "--json")
            assert outcome.document["error"]["kind"] == "archive"
            assert "newer listforum" in outcome.document["error"]["message"]

    def test_that_is_something_else_is_left_alone(self, member: Member) -> None:
        (member.home / "archive.sqlite3").write_text("My shopping list: " + "eggs, " * 1000)
        assert member.run("lists", "--json").document["error"]["kind"] == "archive"
        assert (member.home / "archive.sqlite3").read_text().startswith("My shopping list")


class TestSalvage:
    def test_of_a_sound_archive_is_refused_and_copies_nothing(self, member: Member) -> None:
        outcome = member.run("rebuild", "--salvage", "--json")
        assert (outcome.code, outcome.document["error"]["kind"]) == (2, "usage")
        assert "Nothing is wrong with the archive" in outcome.document["error"]["message"]
        left = sorted(path.name for path in member.home.iterdir())
        assert [name for name in left if name.startswith("archive") and not name.endswith(("-wal", "-shm"))] == [
            "archive.sqlite3"
        ]

    @pytest.mark.parametrize(
        "harm",
        [
            "UPDATE content SET raw = substr(raw, 1, 40) || x'00' || substr(raw, 42) WHERE post = 1",
            "UPDATE content SET header = x'00' WHERE post = 1",
        ],
    )
    def test_of_an_archive_with_one_bad_mail_loses_that_mail_only(self, member: Member, harm: str) -> None:
        with closing(sqlite3.connect(member.home / "archive.sqlite3", isolation_level=None)) as archive:
            archive.execute(harm)
        assert member.json("rebuild", "--salvage")["lost"] == 1
        assert member.run("rebuild", "--salvage").code == 2

    def test_says_where_the_damaged_file_is_kept_and_that_it_can_go(self, member: Member) -> None:
        spoil(member, of_table(member, "edge"))
        outcome = member.run("rebuild", "--salvage")
        [line] = [line for line in outcome.output.splitlines() if line.startswith("The damaged archive")]
        kept = Path(line.removeprefix("The damaged archive is kept as ").partition(". When you miss nothing")[0])
        assert line.endswith("any more, delete it.")
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert stat.S_IMODE((member.home / "archive.sqlite3").stat().st_mode) == 0o600

    def test_of_what_can_be_worked_out_again_keeps_everything(self, member: Member) -> None:
        member.json("mark", "read", "1")
        member.json("mark", "star", "2")
        member.json("join", "3", "1")
        queued = member.json("reply", "1", "--text-file", "-", stdin="Words.")
        before = everything(member)
        spoil(member, of_table(member, "edge"))
        done = member.json("rebuild", "--salvage")
        assert (done["posts"], done["lost"]) == (11, 0)
        assert everything(member) == before
        assert member.json("outbox")[0]["message_id"] == queued["message_id"]
        assert Path(done["damaged"]).exists()

    @pytest.mark.parametrize("seed", range(20 if THOROUGH else 2))
    def test_of_a_damaged_one_saves_all_but_a_few_posts(self, tmp_path: Path, seed: int) -> None:
        member = Member(tmp_path / "home")
        member.json("import", str(mbox(tmp_path / "many.mbox", range(120), words=60)), "open-data")
        (member.home / "config.toml").write_text(CONFIG_WITH_PASSWORD)
        (member.home / "config.toml").chmod(0o600)
        queued = member.json("reply", "120", "--text-file", "-", stdin="Words.")
        member.json("mark", "read", "post:7")
        texts = {post["message_id"]: post["text"] for post in posts(member)}
        pages = [*of_table(member, "content"), *of_table(member, "edge"), *of_table(member, "known_as")]
        spoil(member, random.Random(seed).sample(pages, 3))
        damaged = (member.home / "archive.sqlite3").read_bytes()

        done = member.json("rebuild", "--salvage")
        assert done["posts"] + done["lost"] == 121
        assert done["lost"] <= 40
        saved = {post["message_id"]: post["text"] for post in posts(member)}
        assert len(saved) == done["posts"]
        assert saved.items() <= texts.items()
        assert [one["message_id"] for one in member.json("outbox")] == [queued["message_id"]]
        assert Path(done["damaged"]).read_bytes() == damaged
        assert member.json("search", "number")["total"] >= 1
        assert [one["ok"] for one in member.run("doctor", "--json").document][:3] == [True, True, True]
        assert member.json("import", str(tmp_path / "many.mbox"), "open-data")["new"] == done["lost"] - (
            queued["message_id"] not in saved
        )

    def test_is_done_by_one_at_a_time(self, member: Member) -> None:
        from listforum.home import Home

        with Home(member.home).lock("syncing"):
            assert member.run("rebuild", "--salvage", "--json").document["error"]["kind"] == "busy"

    def test_needs_an_archive(self, tmp_path: Path) -> None:
        assert Member(tmp_path / "home").run("rebuild", "--salvage", "--json").document["error"]["kind"] == "unknown"


class TestIndex:
    @pytest.mark.parametrize("harm", ["cut", "flipped", "foreign", "removed"])
    def test_that_is_harmed_is_made_anew_with_the_same_answers(self, member: Member, harm: str) -> None:
        expected = answers(member)
        names = sorted(path.name for path in (member.home / "index").iterdir() if path.is_file())
        assert names
        for name in names:
            path = member.home / "index" / name
            if not path.exists():
                continue
            content = path.read_bytes()
            if harm == "cut":
                path.write_bytes(content[: len(content) // 2])
            elif harm == "flipped":
                path.write_bytes(bytes(octet ^ 0x55 for octet in content))
            elif harm == "foreign":
                path.write_bytes(b"cos\nsystem\n(S'touch /tmp/listforum-test-pickle'\ntR.")
            else:
                path.unlink()
            assert answers(member) == expected, name
        assert not Path("/tmp/listforum-test-pickle").exists()

    def test_whose_directory_is_gone_is_made_anew(self, member: Member) -> None:
        expected = answers(member)
        shutil.rmtree(member.home / "index")
        assert answers(member) == expected
        shutil.rmtree(member.home / "index")
        (member.home / "index").write_text("not a directory")
        outcome = member.run("search", "number", "--json")
        assert outcome.code == 1
        assert outcome.document["error"]["kind"] == "home"
        assert "index" in outcome.document["error"]["message"]


def of_table(member: Member, table: str) -> list[int]:
    """The numbers of the pages that hold a table's rows, from 0."""
    data = (member.home / "archive.sqlite3").read_bytes()
    with closing(sqlite3.connect(member.home / "archive.sqlite3", isolation_level=None)) as archive:
        (root,) = archive.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return list(leaves(data, root - 1))


def leaves(data: bytes, page: int) -> list[int]:
    """The leaf pages of a b-tree of SQLite (its file format, 1.6)."""
    start = page * PAGE + (100 if page == 0 else 0)
    if data[start] not in (0x02, 0x05):
        return [page]
    cells = int.from_bytes(data[start + 3 : start + 5])
    pointers = [int.from_bytes(data[start + 12 + 2 * n : start + 14 + 2 * n]) for n in range(cells)]
    children = [int.from_bytes(data[page * PAGE + at : page * PAGE + at + 4]) for at in pointers]
    children.append(int.from_bytes(data[start + 8 : start + 12]))
    return [leaf for child in children for leaf in leaves(data, child - 1)]


def spoil(member: Member, pages: list[int]) -> None:
    """Overwrites pages of the archive."""
    path = member.home / "archive.sqlite3"
    with path.open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(random.Random(page).randbytes(PAGE))


def everything(member: Member) -> object:
    return member.json("topics", "open-data"), posts(member), member.json("outbox")


def posts(member: Member) -> list[dict[str, object]]:
    topics = member.json("topics", "open-data", "--limit", "9999")
    return [post for topic in topics for post in member.json("show", str(topic["topic"]))["posts"]]


def answers(member: Member) -> object:
    found = [member.json("search", *query.split()) for query in ("number", "census files", "from:maria 3")]
    return [(one["total"], one["results"]) for one in found]
