"""Marks decide what is paid for: followed topics first, muted ones never; they hold for mail that is yet to come."""

from __future__ import annotations

from typing import Any

import pytest

from lists import LIST, Traffic, deliver, noise, posts
from mails import identifier, mail
from member import Member
from servers.dovecot import Dovecot, User

OTHER = '[lists.other]\naccount = "home"\nfolder = "Lists/Other"'


@pytest.fixture
def reading(member: Member, dovecot: Dovecot, user: User) -> Member:
    """Somebody who has the headers of three topics, and no text."""
    for n in (1, 2, 3):
        deliver(dovecot, user, n, subject=f"Topic {n}")
    member.configure(dovecot, user, LIST)
    member.json("sync", "--headers-only")
    return member


def topic(member: Member, number: int) -> str:
    """The topic that a mail stands in."""
    for one in member.json("topics", "open-data", "--limit", "100"):
        if any(post["message_id"] == identifier(number) for post in member.json("show", str(one["topic"]))["posts"]):
            return str(one["topic"])
    raise AssertionError(number)


def states(member: Member) -> dict[str, str]:
    return {message_id: post["state"] for message_id, post in posts(member).items()}


def one(report: Any) -> dict[str, Any]:
    return dict(report["lists"][0])


def test_a_sync_asks_for_no_text_of_a_muted_topic(reading: Member, traffic: Traffic) -> None:
    reading.json("mark", "mute", topic(reading, 2))
    traffic.clear()
    report = one(reading.json("sync"))
    assert report["new_texts"] == 2
    assert b"number 2." not in traffic.heard
    assert states(reading) == {identifier(1): "text", identifier(2): "header", identifier(3): "text"}
    assert report["waiting_texts"] == 0
    assert report["muted_texts"] == 1
    assert report["muted_bytes"] > 0
    traffic.clear()
    assert reading.json("sync")["lists"][0]["muted_texts"] == 1
    assert b"PEEK[1]" not in traffic.said


def test_what_is_new_in_a_muted_topic_is_muted_when_it_comes(
    reading: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    reading.json("mark", "mute", topic(reading, 2))
    reading.json("sync")
    dovecot.append(user, "INBOX", mail(4, subject="Re: Topic 2", answers=[2]), 1_790_000_004)
    dovecot.append(user, "INBOX", mail(5, subject="Re: Topic 2", answers=[2, 4]), 1_790_000_005)
    dovecot.append(user, "INBOX", mail(6, subject="Re: Topic 3", answers=[3]), 1_790_000_006)
    traffic.clear()
    report = one(reading.json("sync"))
    assert (report["new_headers"], report["new_texts"], report["muted_texts"]) == (3, 1, 3)
    assert b"number 4." not in traffic.heard
    assert b"number 5." not in traffic.heard
    assert b"number 6." in traffic.heard


def test_who_asks_for_a_muted_text_gets_it(reading: Member) -> None:
    number = topic(reading, 2)
    reading.json("mark", "mute", number)
    reading.json("sync")
    assert one(reading.json("fetch", number))["new_texts"] == 1
    assert states(reading)[identifier(2)] == "text"


def test_unmuted_its_texts_come_with_the_next_sync(reading: Member) -> None:
    number = topic(reading, 2)
    reading.json("mark", "mute", number)
    reading.json("sync")
    reading.json("mark", "unmute", number)
    report = one(reading.json("sync"))
    assert (report["new_texts"], report["muted_texts"]) == (1, 0)


def test_muted_texts_are_in_no_price(reading: Member) -> None:
    for n in (1, 2):
        reading.json("mark", "mute", topic(reading, n))
    report = one(reading.json("sync", "--dry-run"))
    assert (report["waiting_texts"], report["muted_texts"]) == (1, 2)
    for n in (3,):
        reading.json("mark", "mute", topic(reading, n))
    report = one(reading.json("sync", "--dry-run"))
    assert (report["waiting_texts"], report["waiting_bytes"], report["muted_texts"]) == (0, 0, 3)


def test_followed_topics_come_first_when_the_budget_is_short(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    for n in range(1, 41):
        deliver(dovecot, user, n, subject=f"Topic {n}", text=noise(n, 1_500))
    member.configure(dovecot, user, LIST)
    member.json("sync", "--headers-only")
    oldest = [1, 5, 9]
    for n in oldest:
        member.json("mark", "follow", topic(member, n))
    report = one(member.json("sync", "--budget", "25kB"))
    assert 3 < report["new_texts"] < 40
    assert report["new_texts"] + report["waiting_texts"] == 40
    here = {message_id for message_id, state in states(member).items() if state == "text"}
    assert {identifier(n) for n in oldest} < here
    others = here - {identifier(n) for n in oldest}
    assert others == {identifier(n) for n in range(41 - len(others), 41)}


def test_followed_topics_of_every_list_come_before_other_texts_of_any(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    for n in (1, 2, 3):
        deliver(dovecot, user, n, subject=f"Topic {n}")
    deliver(dovecot, user, 11, folder="Lists/Other", subject="Elsewhere")
    deliver(dovecot, user, 12, folder="Lists/Other", subject="Re: Elsewhere", answers=[11])
    member.configure(dovecot, user, f"{LIST}\n{OTHER}")
    member.json("sync", "--headers-only")
    (followed,) = (str(found["topic"]) for found in member.json("topics", "other"))
    member.json("mark", "follow", followed)
    traffic.clear()
    member.json("sync")
    heard = bytes(traffic.heard)
    assert max(heard.index(b"number 11."), heard.index(b"number 12.")) < heard.index(b"number 3.")


def test_a_long_text_that_the_budget_never_bears_keeps_no_other_waiting(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    deliver(dovecot, user, 1, 2, 3)
    deliver(dovecot, user, 4, text=noise(4, 36_000))
    member.configure(dovecot, user, LIST)
    member.json("sync", "--headers-only")
    report = member.json("sync", "--budget", "20kB")
    assert report["stopped_by"] == "budget"
    assert one(report)["new_texts"] == 3
    assert states(member)[identifier(4)] == "header"
    assert one(member.json("sync"))["new_texts"] == 1
