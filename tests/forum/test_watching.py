"""Waiting for new posts: what comes is here at once, in the session that waits; the wait outlives what breaks it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from forum_home import open_forum
from listforum.cancel import Cancel
from listforum.forum import Forum
from listforum.forum.connecting import Connecting, Person
from listforum.forum.offering import Wanted
from listforum.forum.run import ListReport, SyncReport
from listforum.home import Home
from listforum.model.traffic import Bytes, Paid, Progress
from listforum.sync.rhythm import Rhythm
from listforum.wire.deadline import Deadlines
from lists import LIST, deliver
from member import Member
from servers.dovecot import Dovecot, User
from servers.relay import Relay

TWO_FOLDERS = LIST + '\n[lists.garden]\naccount = "home"\nfolder = "Garden"'


@dataclass(slots=True)
class Waiting:
    """A wait in a thread of its own, and what it has told so far."""

    forum: Forum
    wanted: Wanted = field(default_factory=Wanted)
    cancel: Cancel = field(default_factory=Cancel)
    came: list[ListReport] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)
    report: SyncReport | None = None

    def run(self) -> None:
        person = Person(lambda _question: "", self.cancel, self.told.append)
        self.report = self.forum.watching.watch((), self.wanted, person, self.take)

    def take(self, reports: Sequence[ListReport]) -> None:
        self.came += reports

    @property
    def waits(self) -> bool:
        """Whether it does nothing but wait just now."""
        return bool(self.told) and self.told[-1].what == "Waiting for new posts"

    def until_it_waits(self) -> None:
        until(lambda: self.waits)

    def until_posts(self, count: int) -> None:
        until(lambda: sum(report.new_headers for report in self.came) == count)

    def end(self, thread: threading.Thread) -> SyncReport:
        self.cancel.cancel()
        thread.join(5)
        assert self.report is not None
        return self.report


def until(true: object, seconds: float = 15) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.01)


@contextmanager
def waiting(
    member: Member, wanted: Wanted | None = None, deadlines: Deadlines | None = None
) -> Iterator[tuple[Waiting, threading.Thread]]:
    with open_forum(Home(member.home)) as forum:
        forum.__dict__["connecting"] = Connecting(deadlines)
        one = Waiting(forum, wanted or Wanted())
        thread = threading.Thread(target=one.run)
        thread.start()
        try:
            yield one, thread
        finally:
            one.cancel.cancel()
            thread.join(10)


@pytest.fixture
def member(tmp_path: Path) -> Member:
    return Member(tmp_path / "home")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has the patience for real pauses."""
    monkeypatch.setattr("listforum.sync.rhythm._FIRST_PAUSE", 0.05)
    monkeypatch.setattr("listforum.sync.rhythm._FALSE_ALARM", 0.05)
    monkeypatch.setattr("listforum.forum.watch._BUSY_SECONDS", 0.02)


def test_what_comes_is_fetched_in_the_session_that_waits(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, 1, 2)
    with Relay(dovecot.imaps_port) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        with waiting(member) as (one, thread):
            one.until_posts(2)
            one.until_it_waits()
            deliver(dovecot, user, 3)
            one.until_posts(3)
            one.until_it_waits()
            assert relay.connections == 1
            report = one.end(thread)
        assert report.spent.total == pytest.approx(relay.up + relay.down, rel=0.02)
    assert report.stopped_by is None
    assert report.errors == []
    (of_list,) = report.lists
    assert (of_list.new_headers, of_list.new_texts, of_list.waiting_texts) == (3, 3, 0)
    assert [(told.new_headers, told.new_texts) for told in one.came] == [(2, 2), (1, 1)]
    ledger = member.json("ledger", "--by", "list")
    assert sum(entry["bytes_up"] + entry["bytes_down"] for entry in ledger) == report.spent.total


def test_others_may_sync_while_it_waits_and_it_waits_for_them(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST)
    with waiting(member) as (one, thread):
        one.until_it_waits()
        assert member.run("sync").code == 0
        with Home(member.home).lock():
            deliver(dovecot, user, 1)
            until(lambda: "in this home" in one.told[-1].what)
            assert one.came == []
        one.until_posts(1)
        assert one.end(thread).errors == []


def test_a_link_that_breaks_is_made_anew_and_nothing_is_missed(member: Member, dovecot: Dovecot, user: User) -> None:
    with Relay(dovecot.imaps_port) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        with waiting(member) as (one, thread):
            one.until_it_waits()
            deliver(dovecot, user, 1)
            one.until_posts(1)
            one.until_it_waits()
            for link in relay._links:
                link.die()
            deliver(dovecot, user, 2)
            one.until_posts(2)
            one.until_it_waits()
            report = one.end(thread)
        assert relay.connections == 2
    assert (report.stopped_by, report.errors, report.lists[0].new_headers) == (None, [], 2)


def test_other_folders_of_the_account_are_looked_into_at_each_renewal(
    member: Member, dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.create_folder(user, "Garden")
    deliver(dovecot, user, 1)
    member.configure(dovecot, user, TWO_FOLDERS)
    monkeypatch.setattr(Rhythm, "seconds", property(lambda _self: 0.1, lambda _self, _seconds: None), raising=False)
    with waiting(member) as (one, thread):
        one.until_posts(1)
        one.until_it_waits()
        deliver(dovecot, user, 2, 3, folder="Garden")
        one.until_posts(3)
        one.until_it_waits()
        deliver(dovecot, user, 4)
        one.until_posts(4)
        report = one.end(thread)
    assert [(of_list.list, of_list.new_headers) for of_list in report.lists] == [("open-data", 2), ("garden", 2)]
    assert report.stopped_by is None


def test_it_stops_when_the_budget_is_spent(
    member: Member, dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    member.configure(dovecot, user, LIST)
    monkeypatch.setattr(Rhythm, "seconds", property(lambda _self: 0.01, lambda _self, _seconds: None), raising=False)
    with waiting(member, Wanted("all", 14_000)) as (one, thread):
        thread.join(15)
        assert one.report is not None
        assert one.report.stopped_by == "budget"
        assert one.report.spent.total <= 14_000


def test_a_link_that_is_dead_at_its_renewal_is_renewed_sooner_from_then_on(
    member: Member, dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("listforum.sync.rhythm.LONGEST", 3)
    monkeypatch.setattr("listforum.sync.rhythm.SHORTEST", 1)
    with Relay(dovecot.imaps_port, cut="hole") as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        with waiting(member, deadlines=Deadlines(gap=0.3)) as (one, thread):
            one.until_it_waits()
            for link in relay._links:
                link.die()
            deliver(dovecot, user, 1)
            one.until_posts(1)
            assert one.forum.archive.memory.named("rhythm:") == ("1",)
            assert one.end(thread).stopped_by is None
        assert relay.connections == 2


def test_two_accounts_are_waited_at_side_by_side(member: Member, dovecot: Dovecot, user: User) -> None:
    other = dovecot.add_user()
    away = [
        "[accounts.away]",
        'address = "Ana Lima <ana@example.com>"',
        f'imap = {{ host = "127.0.0.1", port = {dovecot.imaps_port}, tls = "implicit", user = "{other.name}" }}',
        f'password = "{other.password}"',
        f'ca_file = "{dovecot.ca_file}"',
        "[lists.garden]",
        'account = "away"',
        'folder = "INBOX"',
    ]
    member.configure(dovecot, user, LIST, more="\n".join(away))
    with waiting(member) as (one, thread):
        until(lambda: sum(told.what == "Waiting for new posts" for told in one.told) >= 2)
        deliver(dovecot, user, 1)
        deliver(dovecot, other, 2, 3)
        one.until_posts(3)
        report = one.end(thread)
    assert [(of_list.list, of_list.new_headers) for of_list in report.lists] == [("open-data", 1), ("garden", 2)]
    assert (report.stopped_by, report.errors) == (None, [])


def test_what_others_spend_of_the_day_meanwhile_counts(
    member: Member, dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    member.configure(dovecot, user, LIST, more='[sync]\nbudget = "30 kB/day"')
    monkeypatch.setattr(Rhythm, "seconds", property(lambda _self: 0.2, lambda _self, _seconds: None), raising=False)
    with waiting(member) as (one, thread):
        one.until_it_waits()
        assert one.told[-1].bytes.total < 10_000
        one.forum.archive.ledger.add(int(time.time()), "open-data", {"text": Paid(Bytes(down=29_000))})
        thread.join(10)
        assert one.report is not None
        assert one.report.stopped_by == "budget"
        assert one.report.spent.total < 10_000


def test_mail_of_other_people_costs_a_look_and_no_more(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST + '\nlist_id = "open-data.lists.example.org"')
    with waiting(member) as (one, thread):
        one.until_it_waits()
        spent = one.told[-1].bytes.total
        dovecot.append(user, "INBOX", b"From: Eve <eve@example.org>\r\nSubject: lunch\r\n\r\nNoon?\r\n")
        until(lambda: one.told[-1].bytes.total > spent + 500 and one.waits)
        assert one.came == []
        assert one.told[-1].bytes.total < spent + 2_500
        assert one.end(thread).lists[0].new_headers == 0


def test_a_refused_password_ends_it(member: Member, dovecot: Dovecot) -> None:
    member.configure(dovecot, User("nobody-here", "wrong"), LIST)
    with waiting(member) as (one, thread):
        thread.join(10)
        assert one.report is not None
        assert one.report.stopped_by == "login"


def test_a_folder_that_is_not_there_is_told_and_the_others_are_waited_at(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    member.configure(dovecot, user, TWO_FOLDERS.replace("INBOX", "Nowhere"))
    dovecot.create_folder(user, "Garden")
    with waiting(member) as (one, thread):
        one.until_it_waits()
        deliver(dovecot, user, 1, folder="Garden")
        one.until_posts(1)
        report = one.end(thread)
    assert report.stopped_by is None
    (error,) = report.errors
    assert "Nowhere cannot be opened" in error


def test_where_there_is_nothing_to_wait_at_it_ends(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST.replace("INBOX", "Nowhere"))
    with waiting(member) as (one, thread):
        thread.join(10)
        assert one.report is not None
        assert len(one.report.errors) == 1


def test_the_price_is_told_before(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST)
    with open_forum(Home(member.home)) as forum:
        assert 35_000 < forum.watching.price() < 45_000
