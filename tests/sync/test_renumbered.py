"""A server that numbers its mails anew, loses them, or goes back in time: no post is lost, none doubled."""

from __future__ import annotations

import pytest

from lists import LIST, Traffic, deliver, numbered_anew, posts
from mails import identifier
from member import Member
from servers.dovecot import Dovecot, User


def ids(*numbers: int) -> set[str]:
    return {identifier(n) for n in numbers}


@pytest.fixture
def synced(member: Member, dovecot: Dovecot, user: User) -> Member:
    deliver(dovecot, user, *range(1, 11))
    member.configure(dovecot, user, LIST)
    member.json("sync")
    return member


def test_texts_that_are_here_are_not_fetched_again(
    synced: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    before = posts(synced)
    for uidvalidity in (777, 778):
        numbered_anew(dovecot, user, uidvalidity)
        traffic.clear()
        one = synced.json("sync")["lists"][0]
        assert (one["new_headers"], one["new_texts"], one["waiting_texts"]) == (0, 0, 0)
        assert traffic.fetched("PEEK[1]") == []
        assert posts(synced) == before


def test_new_mail_after_a_change_is_found(synced: Member, dovecot: Dovecot, user: User) -> None:
    numbered_anew(dovecot, user, 777)
    deliver(dovecot, user, 11)
    assert synced.json("sync")["lists"][0]["new_texts"] == 1
    assert posts(synced).keys() == ids(*range(1, 12))


def test_history_does_not_keep_known_posts_from_being_found_again(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, *range(1, 6))
    member.configure(dovecot, user, LIST, more="[sync]\nhistory = 5")
    member.json("sync", "--headers-only")
    deliver(dovecot, user, *range(6, 11))
    member.json("sync", "--headers-only")
    numbered_anew(dovecot, user, 777)
    one = member.json("sync")["lists"][0]
    assert (one["new_headers"], one["new_texts"]) == (0, 10)


def test_the_same_uids_with_other_mails(synced: Member, dovecot: Dovecot, user: User) -> None:
    dovecot.remove_all(user, "INBOX")
    numbered_anew(dovecot, user, 777)
    deliver(dovecot, user, *range(21, 31))
    assert synced.json("sync")["lists"][0]["new_texts"] == 10
    found = posts(synced)
    assert found.keys() == ids(*range(1, 11), *range(21, 31))
    assert all(f"number {n}." in found[identifier(n)]["text"] for n in (1, 10, 21, 30))


def test_a_folder_emptied_and_numbered_anew_twice(synced: Member, dovecot: Dovecot, user: User) -> None:
    dovecot.remove_all(user, "INBOX")
    numbered_anew(dovecot, user, 777)
    synced.json("sync")
    numbered_anew(dovecot, user, 778)
    deliver(dovecot, user, 9, 10, 11)
    one = synced.json("sync")["lists"][0]
    assert (one["new_headers"], one["new_texts"]) == (1, 1)
    assert posts(synced).keys() == ids(*range(1, 12))


def test_uids_that_go_back_without_a_word(synced: Member, dovecot: Dovecot, user: User) -> None:
    numbered_anew(dovecot, user, 777)
    synced.json("sync")
    dovecot.remove_all(user, "INBOX")
    numbered_anew(dovecot, user, 777)
    deliver(dovecot, user, 21, 22, 3)
    one = synced.json("sync")["lists"][0]
    assert (one["new_headers"], one["new_texts"]) == (2, 2)
    found = posts(synced)
    assert found.keys() == ids(*range(1, 11), 21, 22)
    assert "number 21." in found[identifier(21)]["text"]


def test_what_vanishes_from_the_server_stays_here(synced: Member, dovecot: Dovecot, user: User) -> None:
    before = posts(synced)
    dovecot.remove_all(user, "INBOX")
    report = synced.json("sync")
    assert report["lists"][0]["waiting_texts"] == 0
    assert posts(synced) == before


def test_a_text_that_waits_and_vanishes_is_said_to_be_gone_and_not_asked_for_again(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    deliver(dovecot, user, 1, 2)
    member.configure(dovecot, user, LIST)
    member.json("sync", "--headers-only")
    dovecot.remove_all(user, "INBOX")
    one = member.json("sync")["lists"][0]
    assert (one["new_texts"], one["waiting_texts"]) == (0, 0)
    traffic.clear()
    member.json("sync")
    assert b"PEEK" not in traffic.said
    post = posts(member)[identifier(1)]["post"]
    outcome = member.run("fetch", f"post:{post}", "--json")
    assert outcome.code == 1
    assert f"post {post} is no longer on the server" in outcome.document["lists"][0]["error"]


def test_a_fetch_notices_that_mails_were_numbered_anew(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, 1, 2)
    member.configure(dovecot, user, LIST)
    member.json("sync", "--headers-only")
    dovecot.remove_all(user, "INBOX")
    numbered_anew(dovecot, user, 777)
    deliver(dovecot, user, 8, 9)
    post = posts(member)[identifier(1)]["post"]
    outcome = member.run("fetch", f"post:{post}", "--json")
    assert outcome.code == 1
    assert "anew" in outcome.document["lists"][0]["error"]
    assert posts(member)[identifier(1)]["text"] is None
