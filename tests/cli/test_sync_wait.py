"""`listforum sync --wait`: it tells its price, syncs, goes on as posts come, and Ctrl-C is how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lists import LIST, deliver
from member import Member
from servers.dovecot import Dovecot, User


@pytest.fixture
def member(tmp_path: Path) -> Member:
    return Member(tmp_path / "home")


def said_until(process: subprocess.Popen[bytes], words: str) -> str:
    """What it says beside its answer, up to these words."""
    assert process.stderr is not None
    said = ""
    while words not in said:
        line = process.stderr.readline()
        assert line, said
        said += line.decode()
    return said


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_posts_come_until_it_is_ended_and_the_end_is_well(
    member: Member, dovecot: Dovecot, user: User, ending: signal.Signals
) -> None:
    deliver(dovecot, user, 1)
    member.configure(dovecot, user, LIST)
    process = member.start("sync", "--wait", "--json")
    try:
        said = said_until(process, "open-data: 1 new post, 1 text")
        assert "Waiting costs at most about 38.6 kB a day" in said
        deliver(dovecot, user, 2, 3)
        said_until(process, "open-data: 2 new posts, 2 texts")
        time.sleep(0.2)
        process.send_signal(ending)
        output, _messages = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 0
    document = json.loads(output)
    assert document["stopped_by"] is None
    assert [(one["list"], one["new_headers"], one["new_texts"]) for one in document["lists"]] == [("open-data", 3, 3)]
    assert len(member.json("topics", "open-data")) == 3


def test_a_price_alone_cannot_be_waited_for(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST)
    outcome = member.run("sync", "--wait", "--dry-run")
    assert outcome.code == 2
    assert "cannot go with --dry-run" in outcome.messages


def test_a_list_that_is_not_there_is_told_before_anything_is_paid(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST)
    outcome = member.run("sync", "--wait", "gardening")
    assert outcome.code == 1
    assert "gardening" in outcome.messages


def test_a_spent_budget_ends_it(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST)
    outcome = member.run("sync", "--wait", "--budget", "3kB", "--json")
    assert outcome.code == 0
    assert outcome.document["stopped_by"] == "budget"
