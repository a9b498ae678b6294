"""Clocks that are wrong, here and elsewhere: nothing pins itself to the top, and nothing falls over."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mails import mail
from member import Member

DATES = [
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Sat, 1 Jan 0001 00:00:00 +0000",
    "Mon, 2 Mar 2026 10:00:00 -0000",
    "Mon, 2 Mar 2026 10:00:60 +0000",
    "Mon, 2 Mar 2026 24:00:00 +0000",
    "Mon, 2 Mar 2036 10:00:00 +0000",
    "Thu, 1 Jan 1970 00:00:00 +0000",
    "Tue, 19 Jan 2038 03:14:08 +0000",
    "Mon, 30 Feb 2026 10:00:00 +0000",
    "Mon, 2 Mar 2026 10:00:00 +9999",
    "Mon, 2 Mar 99999999999 10:00:00 +0000",
    "yesterday",
    "",
    "\x1b[2J",
    "Mon, 2 Mar 1899 10:00:00 +0000",
]

NOWS = [0, 1_000_000_000, 2**31 + 5, 4_000_000_000]


@pytest.fixture
def member(tmp_path: Path) -> Member:
    """Somebody whose list has a mail of every strange date, and an honest one of today."""
    directory = tmp_path / "mails"
    directory.mkdir()
    for number, date in enumerate(DATES):
        (directory / f"{number:02}.eml").write_bytes(dated(number, date))
    honest = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(time.time() - 5))
    (directory / "99.eml").write_bytes(dated(99, honest))
    member = Member(tmp_path / "home")
    assert member.json("import", str(directory), "open-data")["new"] == len(DATES) + 1
    return member


def dated(number: int, date: str) -> bytes:
    header, _, rest = mail(number, subject=f"Subject {number}").partition(b"\r\n")
    assert header.startswith(b"Date:")
    return b"Date: " + date.encode() + b"\r\n" + rest


def test_no_date_lies_in_the_future_and_all_are_times(member: Member) -> None:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    topics = member.json("topics", "open-data")
    assert len(topics) == len(DATES) + 1
    for topic in topics:
        assert "1970-01-01T00:00:00Z" <= topic["last"] <= now
    assert [topic["last"] for topic in topics] == sorted((topic["last"] for topic in topics), reverse=True)


def test_what_claims_to_be_of_the_future_counts_as_of_the_moment_it_came(member: Member) -> None:
    assert member.json("topics", "open-data")[0]["last"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    assert member.run("read", "open-data").code == 0
    assert member.run("search", "before:2025-01-01").code == 0


@pytest.mark.parametrize("now", NOWS)
def test_a_wrong_clock_here_stops_nothing(member: Member, monkeypatch: pytest.MonkeyPatch, now: int) -> None:
    monkeypatch.setattr(time, "time", lambda: float(now))
    for command in (
        ["topics", "open-data"],
        ["show", "1"],
        ["search", "number"],
        ["rebuild"],
        ["mark", "read", "open-data"],
        ["join", "2", "1"],
    ):
        assert member.run(*command, "--json").code == 0, command


@pytest.mark.parametrize("clock", [86_400.0, 4_000_000_000.0])
def test_what_a_rebuild_by_a_wrong_clock_did_the_next_one_makes_good(
    member: Member, monkeypatch: pytest.MonkeyPatch, clock: float
) -> None:
    before = {one["topic"]: one["last"] for one in member.json("topics", "open-data")}
    with monkeypatch.context() as wrong:
        wrong.setattr(time, "time", lambda: clock)
        member.json("rebuild")
    member.json("rebuild")
    after = {one["topic"]: one["last"] for one in member.json("topics", "open-data")}
    today = time.strftime("%Y-%m-%d", time.gmtime())
    honest = len(DATES) + 1
    assert {topic for topic in after if after[topic] != before[topic]} <= {
        topic for topic in before if before[topic][:10] == today and topic != honest
    }
    assert max(after.values()) <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def test_what_claims_to_be_of_the_future_is_not_lifted_again_by_a_rebuild(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {one["topic"]: one["last"] for one in member.json("topics", "open-data")}
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    member.json("rebuild")
    assert {one["topic"]: one["last"] for one in member.json("topics", "open-data")} == before


def test_an_import_by_a_wrong_clock_is_made_good_by_a_rebuild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one.eml").write_bytes(dated(1, "Mon, 02 Mar 2026 08:00:00 +0000"))
    member = Member(tmp_path / "home")
    with monkeypatch.context() as wrong:
        wrong.setattr(time, "time", lambda: 86_400.0)
        member.json("import", str(tmp_path / "one.eml"), "open-data")
        assert member.json("topics", "open-data")[0]["last"][:4] == "1970"
    member.json("rebuild")
    assert member.json("topics", "open-data")[0]["last"] == "2026-03-02T08:00:00Z"
