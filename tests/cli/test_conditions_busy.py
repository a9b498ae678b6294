"""Two listforums in one home: one works, the other reads; a killed one leaves nothing behind that must be cleared."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cli.test_conditions_disk import filled, mbox
from listforum.home import Home
from member import Member


@pytest.fixture
def member(tmp_path: Path) -> Member:
    return filled(tmp_path)


@pytest.fixture
def importing(member: Member, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """An import that has stored something and has more to do."""
    process = member.start("import", str(mbox(tmp_path / "many.mbox", range(10, 5000))), "open-data")
    until = time.monotonic() + 20
    while member.json("lists")[0]["posts"] == 10:
        assert process.poll() is None
        assert time.monotonic() < until
    yield process
    process.kill()
    process.communicate()


class TestWhileOneImports:
    def test_others_read_search_and_mark(self, member: Member, importing: subprocess.Popen[bytes]) -> None:
        for command in (
            ["topics", "open-data"],
            ["show", "1"],
            ["search", "number"],
            ["mark", "read", "1"],
            ["mark", "star", "2"],
        ):
            assert member.run(*command, "--json").code == 0, command
        assert importing.poll() is None

    def test_others_neither_import_nor_sync_nor_send_nor_rebuild(
        self, member: Member, importing: subprocess.Popen[bytes], tmp_path: Path
    ) -> None:
        for command in (["import", str(tmp_path / "ten.mbox"), "open-data"], ["sync"], ["send"], ["rebuild"]):
            outcome = member.run(*command, "--json")
            assert outcome.code == 1, command
            error = outcome.document["error"]
            assert error["kind"] == "busy"
            assert f"process {importing.pid}) is importing" in error["message"]

    def test_killing_it_frees_the_home_and_keeps_what_was_stored(
        self, member: Member, importing: subprocess.Popen[bytes], tmp_path: Path
    ) -> None:
        importing.send_signal(signal.SIGKILL)
        importing.communicate()
        stored = member.json("lists")[0]["posts"]
        assert 10 < stored < 5000
        assert len(member.json("topics", "open-data", "--limit", "9999")) == stored
        again = member.json("import", str(tmp_path / "many.mbox"), "open-data")
        assert (again["read"], again["known"]) == (4990, stored - 10)
        assert member.json("lists")[0]["posts"] == 5000


def test_what_the_other_does_is_said(member: Member) -> None:
    for purpose in ("syncing", "sending", "rebuilding"):
        with Home(member.home).lock(purpose):
            outcome = member.run("sync")
            assert outcome.code == 1
            assert purpose in outcome.messages


def test_a_mark_waits_for_a_writer_and_then_says_who_is_in_the_way(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    from listforum.archive import database

    monkeypatch.setattr(database, "_BUSY_MILLISECONDS", 100)
    with closing(sqlite3.connect(member.home / "archive.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        outcome = member.run("mark", "read", "1", "--json")
        assert outcome.document["error"]["kind"] == "busy"
        assert member.run("show", "1").code == 0
        writer.execute("ROLLBACK")
    assert member.json("mark", "read", "1") == {"changed": 1}
