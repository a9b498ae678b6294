"""The price is told in the session that then fetches: agreeing to it costs nothing more, and a no costs nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from listforum.cancel import Cancel
from listforum.config import load
from listforum.forum import Forum
from listforum.forum.offering import Approve, Wanted
from listforum.forum.run import SyncReport
from listforum.home import Home
from listforum.sync.report import ListReport
from lists import LIST, Traffic, deliver, noise, posts, total
from mails import LIST_ID, identifier
from member import Member
from servers.dovecot import Dovecot, User
from servers.relay import Relay

OTHER = '[lists.other]\naccount = "home"\nfolder = "Lists/Other"'
MIXED = f'{LIST}\nlist_id = "{LIST_ID}"'


@contextmanager
def forum_of(member: Member) -> Iterator[Forum]:
    home = Home(member.home)
    with Forum(home, lambda: load(home.config_file)) as forum:
        yield forum


def sync(member: Member, approve: Approve | None = None, cancel: Cancel | None = None) -> SyncReport:
    with forum_of(member) as forum:
        return forum.syncing.sync(
            [], Wanted(), ask=lambda _: "", cancel=cancel or Cancel(), progress=lambda _: None, approve=approve
        )


class Asked:
    """A person who gives these answers, the last one again and again, and remembers what they were shown."""

    def __init__(self, *answers: Wanted | None, meanwhile: Callable[[], object] = lambda: None) -> None:
        self._answers = answers or (Wanted(),)
        self._meanwhile = meanwhile
        self.shown: list[list[ListReport]] = []

    def __call__(self, reports: Sequence[ListReport]) -> Wanted | None:
        self.shown.append(list(reports))
        self._meanwhile()
        return self._answers[min(len(self.shown), len(self._answers)) - 1]


LONG = noise(1, 30_000)
"""A text of 30 kB: several times what is expected of a list that nothing is known of."""


def commands(traffic: Traffic) -> list[bytes]:
    """What was said after the login, without the tags that number it, and whether compressed or not."""
    lines = bytes(traffic.said).split(b"\r\n")
    others = (b"LOGIN", b"AUTHENTICATE", b"COMPRESS")
    return [re.sub(rb"^\S+ ", b"", line) for line in lines if not any(word in line for word in others)]


@pytest.mark.parametrize("lists", [LIST, MIXED])
def test_an_approved_sync_says_the_same_to_the_server_as_a_plain_one(
    tmp_path: Path, dovecot: Dovecot, traffic: Traffic, lists: str
) -> None:
    said: list[list[bytes]] = []
    heard: list[int] = []
    for name, approve in (("plain", None), ("asked", Asked())):
        user, member = dovecot.add_user(), Member(tmp_path / name)
        member.configure(dovecot, user, lists)
        deliver(dovecot, user, *range(1, 6))
        for newer in ((), (6, 7), ()):  # the first sync, a later one, and one that finds nothing
            if newer:
                deliver(dovecot, user, *newer)
            traffic.clear()
            report = sync(member, approve)
            assert report.stopped_by is None
            said.append(commands(traffic))
            heard.append(len(re.sub(rb"\([0-9. +]+ secs\)", b"", bytes(traffic.heard))))
        assert len(posts(member)) == 7
    assert [sorted(one) for one in said[:3]] == [sorted(one) for one in said[3:]]
    assert abs(heard[0] - heard[3]) <= 2
    assert abs(heard[2] - heard[5]) <= 2


def test_the_reports_are_those_of_a_dry_run_without_the_connection(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    member.configure(dovecot, user, f"{LIST}\n{OTHER}")
    deliver(dovecot, user, 1, 2, 3)
    deliver(dovecot, user, 4, folder="Lists/Other")
    member.json("sync", "--dry-run")  # from here on it is known how far the folders were read
    dry = {one["list"]: one for one in member.json("sync", "--dry-run")["lists"]}
    asked = Asked()
    report = sync(member, asked)
    [[first, second]] = asked.shown
    assert (first.list, first.new_headers, first.waiting_texts) == ("open-data", 3, 3)
    assert (second.list, second.new_headers, second.waiting_texts) == ("other", 1, 1)
    assert first.waiting_bytes < dry["open-data"]["waiting_bytes"]
    assert second.waiting_bytes == dry["other"]["waiting_bytes"]
    assert [(one.new_headers, one.new_texts, one.waiting_bytes) for one in report.lists] == [(3, 3, 0), (1, 1, 0)]


def test_a_no_fetches_nothing_and_loses_nothing(member: Member, dovecot: Dovecot, user: User, traffic: Traffic) -> None:
    member.configure(dovecot, user, LIST)
    deliver(dovecot, user, 1, 2)
    report = sync(member, Asked(None))
    assert report.stopped_by == "cancel"
    assert report.errors == []
    assert [(one.new_headers, one.new_texts, one.error) for one in report.lists] == [(0, 0, None)]
    assert b"FETCH" not in traffic.said
    assert sync(member).lists[0].new_texts == 2


def test_a_no_in_one_account_ends_the_run(member: Member, dovecot: Dovecot, user: User) -> None:
    other = dovecot.add_user()
    where = f'host = "127.0.0.1", port = {dovecot.imaps_port}, tls = "implicit", user = "{other.name}"'
    second = (
        f'[accounts.second]\naddress = "ana@example.net"\nimap = {{ {where} }}\npassword = "{other.password}"\n'
        f'ca_file = "{dovecot.ca_file}"\n[lists.second]\naccount = "second"\nfolder = "INBOX"'
    )
    member.configure(dovecot, user, LIST, more=second)
    deliver(dovecot, user, 1)
    deliver(dovecot, other, 2)
    no, yes = Asked(None), Asked()
    assert sync(member, no).stopped_by == "cancel"
    assert len(no.shown) == 1
    assert [one.new_texts for one in sync(member, yes).lists] == [1, 1]
    assert [[one.list for one in shown] for shown in yes.shown] == [["open-data"], ["second"]]


def test_somebody_who_stops_while_asked_is_not_answered_with_mail(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    member.configure(dovecot, user, LIST)
    deliver(dovecot, user, 1)
    cancel = Cancel()
    report = sync(member, Asked(meanwhile=cancel.cancel), cancel)
    assert report.stopped_by == "cancel"
    assert b"FETCH" not in traffic.said


def test_mail_that_comes_while_the_person_thinks_is_fetched_then_or_the_next_time(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    member.configure(dovecot, user, f"{LIST}\n{OTHER}")
    deliver(dovecot, user, 1)
    deliver(dovecot, user, 2, folder="Lists/Other")

    def meanwhile() -> None:
        deliver(dovecot, user, 3)
        deliver(dovecot, user, 4, folder="Lists/Other")

    sync(member, Asked(meanwhile=meanwhile))
    sync(member, Asked())
    assert posts(member).keys() == {identifier(1), identifier(3)}
    assert posts(member, "other").keys() == {identifier(2), identifier(4)}


def test_a_list_that_cannot_be_counted_keeps_no_other_from_being_offered(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    gone = '[lists.gone]\naccount = "home"\nfolder = "Nowhere"'
    member.configure(dovecot, user, f"{gone}\n{LIST}")
    deliver(dovecot, user, 1)
    asked = Asked()
    report = sync(member, asked)
    assert [one.new_headers for one in asked.shown[0]] == [0, 1]
    assert report.lists[0].error
    assert report.lists[1].new_texts == 1


def test_texts_that_cost_far_more_than_was_agreed_to_are_asked_for_again(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    member.configure(dovecot, user, f"{LIST}\n{OTHER}")
    deliver(dovecot, user, 1, 2, 3, 4, text=LONG)
    deliver(dovecot, user, 5, folder="Lists/Other")
    asked = Asked()
    report = sync(member, asked)
    [[first, _], [again, other]] = asked.shown
    assert (again.list, again.new_headers, again.waiting_texts) == ("open-data", 0, 4)
    assert (other.list, other.new_headers, other.waiting_texts) == ("other", 0, 1)
    assert first.waiting_bytes < 20_000 < again.waiting_bytes < 4 * len(LONG)
    assert traffic.fetched("PEEK[1]") == ["1:4", "1"]
    assert [(one.new_headers, one.new_texts, one.waiting_texts) for one in report.lists] == [(4, 4, 0), (1, 1, 0)]
    assert bytes(traffic.said).count(b"LOGIN") + bytes(traffic.said).count(b"AUTHENTICATE") == 1


def test_a_no_to_the_texts_keeps_the_headers_and_lets_the_texts_wait(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    member.configure(dovecot, user, LIST)
    deliver(dovecot, user, 1, 2, 3, 4, text=LONG)
    report = sync(member, Asked(Wanted(), None))
    assert (report.stopped_by, report.errors) == ("cancel", [])
    assert [(one.new_headers, one.new_texts, one.waiting_texts) for one in report.lists] == [(4, 0, 4)]
    assert {post["state"] for post in posts(member).values()} == {"header"}
    assert traffic.fetched("PEEK[1]") == []
    later = Asked()
    assert sync(member, later).lists[0].new_texts == 4
    assert len(later.shown) == 1


def test_texts_that_cost_a_little_more_than_was_agreed_to_are_not_asked_for_again(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    member.configure(dovecot, user, LIST)
    deliver(dovecot, user, 1, text=LONG)
    asked = Asked()
    assert sync(member, asked).lists[0].new_texts == 1
    assert len(asked.shown) == 1


def test_headings_only_is_an_answer_and_the_texts_wait(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    member.configure(dovecot, user, LIST)
    deliver(dovecot, user, 1, 2, 3)
    report = sync(member, Asked(Wanted("headers")))
    assert (report.stopped_by, report.errors) == (None, [])
    assert [(one.new_headers, one.new_texts, one.waiting_texts) for one in report.lists] == [(3, 0, 3)]
    assert traffic.fetched("PEEK[1]") == []


@pytest.mark.parametrize("budget", [3_000, 15_000, 40_000])
def test_a_budget_is_an_answer_and_holds_for_all_that_follows_it(
    member: Member, dovecot: Dovecot, user: User, budget: int
) -> None:
    for n in range(1, 61):
        deliver(dovecot, user, n, text=noise(n, 900))
    with Relay(dovecot.imaps_port) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        before = 0

        def meanwhile() -> None:
            nonlocal before
            before = total(relay)

        report = sync(member, Asked(Wanted("all", budget), meanwhile=meanwhile))
        assert total(relay) - before <= budget
    assert report.stopped_by == "budget"
    assert report.lists[0].new_headers + report.lists[0].new_texts < 120


def test_who_wants_headers_alone_is_not_asked_for_the_price_of_texts(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    member.configure(dovecot, user, LIST)
    deliver(dovecot, user, 1, 2, 3, 4, text=LONG)
    asked = Asked()
    with forum_of(member) as forum:
        report = forum.syncing.sync(
            [],
            Wanted("headers"),
            ask=lambda _: "",
            cancel=Cancel(),
            progress=lambda _: None,
            approve=asked,
        )
    assert (report.stopped_by, report.lists[0].new_headers, len(asked.shown)) == (None, 4, 1)


def test_the_time_that_the_person_takes_to_think_is_not_counted(tmp_path: Path, dovecot: Dovecot, user: User) -> None:
    member = Member(tmp_path / "home")
    member.configure(dovecot, user, LIST)
    deliver(dovecot, user, 1, 2, 3)
    thinking = 2.0
    report = sync(member, Asked(meanwhile=lambda: time.sleep(thinking)))
    assert report.lists[0].new_texts == 3
    assert report.seconds < thinking
