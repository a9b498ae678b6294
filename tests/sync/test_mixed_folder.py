"""A list in a folder that holds other mail too: only the list's mail is fetched, and direct copies of it."""

from __future__ import annotations

import os

import pytest

from lists import Traffic, deliver, posts
from mails import BEGAN, LIST_ADDRESS, LIST_ID, identifier, mail
from member import Member
from servers.dovecot import Dovecot, User
from servers.relay import Relay

MIXED = f'[lists.open-data]\naccount = "home"\nfolder = "INBOX"\nlist_id = "{LIST_ID}"'
CANARY = "canary-of-a-stranger"
THOROUGH = bool(os.environ.get("LISTFORUM_THOROUGH"))


def private(number: int) -> bytes:
    return (
        f"From: {CANARY} <{CANARY}@example.com>\r\nTo: ana@example.org\r\nSubject: {CANARY}\r\n"
        f"Message-ID: <{CANARY}-{number}@example.com>\r\n\r\n{CANARY}\r\n"
    ).encode()


def direct(number: int, *, answers: list[int | str]) -> bytes:
    """What a list's member sends to the list and, in copy, to Ana: the same mail, without what the list adds."""
    return mail(number, answers=answers, list_id=None, fields=["Cc: Ana Lima <ana@example.org>"])


def put(dovecot: Dovecot, user: User, *mails: bytes) -> None:
    dovecot.append_all(user, "INBOX", [(one, BEGAN) for one in mails])


def test_no_byte_of_other_mail_comes_over_the_wire(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    of_list, others = (1_000, 20_000) if THOROUGH else (100, 2_000)
    share = others // of_list
    for n in range(1, of_list + 1):
        put(dovecot, user, *(private(n * share + m) for m in range(share)), mail(n))
    member.configure(dovecot, user, MIXED, more=f"[sync]\nhistory = {of_list // 2}")
    one = member.json("sync")["lists"][0]
    assert (one["new_texts"], one["older"]) == (of_list // 2, of_list // 2)
    member.configure(dovecot, user, MIXED, more=f"[sync]\nhistory = {of_list * 2}")
    member.json("sync")
    assert posts(member).keys() == {identifier(n) for n in range(1, of_list + 1)}
    assert CANARY.encode() not in traffic.heard
    put(dovecot, user, private(0), mail(of_list + 1))
    traffic.clear()
    assert member.json("sync")["lists"][0]["new_texts"] == 1
    assert CANARY.encode() not in traffic.heard
    assert len(traffic.heard) < 6_000


def test_a_list_id_that_only_contains_ours_is_another_list(member: Member, dovecot: Dovecot, user: User) -> None:
    put(dovecot, user, mail(1), mail(2, list_id="x" + LIST_ID), mail(3, list_id=LIST_ID + ".example.net"))
    member.configure(dovecot, user, MIXED)
    assert member.json("sync")["lists"][0]["new_headers"] == 1
    assert posts(member).keys() == {identifier(1)}
    assert member.json("sync")["lists"][0]["new_headers"] == 0


def test_direct_copies_come_when_they_answer_a_known_post(member: Member, dovecot: Dovecot, user: User) -> None:
    put(
        dovecot,
        user,
        mail(1),
        direct(2, answers=[1]),
        direct(3, answers=["stranger@example.net"]),
        direct(4, answers=[]),
    )
    member.configure(dovecot, user, MIXED)
    assert member.json("sync")["lists"][0]["new_texts"] == 2
    assert posts(member).keys() == {identifier(1), identifier(2)}


@pytest.mark.parametrize(
    "recipient", ["core-open-data@lists.example.org", '"open-data@lists.example.org" <boss@corp.example>']
)
def test_private_mail_whose_recipients_only_look_like_the_list_stays_private(
    member: Member, dovecot: Dovecot, user: User, recipient: str
) -> None:
    to_others = mail(2, answers=[1], list_id=None).replace(f"To: {LIST_ADDRESS}".encode(), f"To: {recipient}".encode())
    put(dovecot, user, mail(1), to_others)
    member.configure(dovecot, user, MIXED)
    member.json("sync")
    assert posts(member).keys() == {identifier(1)}
    assert member.json("sync")["lists"][0]["new_headers"] == 0


def test_a_direct_copy_may_answer_another_direct_copy(member: Member, dovecot: Dovecot, user: User) -> None:
    put(dovecot, user, direct(4, answers=[3]), mail(1), direct(3, answers=[2]), direct(2, answers=[1]))
    member.configure(dovecot, user, MIXED)
    member.json("sync")
    assert posts(member).keys() == {identifier(n) for n in (1, 2, 3, 4)}


def test_a_direct_copy_and_the_lists_copy_are_one_post_with_its_text_once(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    put(dovecot, user, mail(1), direct(2, answers=[1]), mail(2, answers=[1], fields=["X-Loop: list"]))
    member.configure(dovecot, user, MIXED)
    member.json("sync")
    found = posts(member)
    assert found.keys() == {identifier(1), identifier(2)}
    assert found[identifier(2)]["text"].strip() == "These are the words of mail number 2."


def test_a_direct_copy_that_overtakes_what_it_answers_is_not_lost(member: Member, dovecot: Dovecot, user: User) -> None:
    put(dovecot, user, mail(1))
    member.configure(dovecot, user, MIXED)
    member.json("sync")
    put(dovecot, user, direct(3, answers=[2]))
    member.json("sync")
    assert posts(member).keys() == {identifier(1)}
    put(dovecot, user, mail(2, answers=[1]))
    member.json("sync")
    assert posts(member).keys() == {identifier(n) for n in (1, 2, 3)}


def test_a_direct_copy_waits_until_the_lists_address_is_known(member: Member, dovecot: Dovecot, user: User) -> None:
    put(dovecot, user, direct(2, answers=[1]))
    member.configure(dovecot, user, MIXED)
    member.json("sync")
    assert posts(member) == {}
    put(dovecot, user, mail(1))
    member.json("sync")
    assert posts(member).keys() == {identifier(1), identifier(2)}


def test_direct_copies_of_older_posts_come_when_history_is_raised(member: Member, dovecot: Dovecot, user: User) -> None:
    put(dovecot, user, mail(1), direct(2, answers=[1]), *(mail(n) for n in range(10, 20)))
    member.configure(dovecot, user, MIXED, more="[sync]\nhistory = 5")
    member.json("sync")
    member.configure(dovecot, user, MIXED, more="[sync]\nhistory = 500")
    member.json("sync")
    assert identifier(2) in posts(member)


def test_lists_share_one_inbox(member: Member, dovecot: Dovecot, user: User) -> None:
    other = MIXED.replace("open-data]", "other]").replace(LIST_ID, "x" + LIST_ID)
    put(dovecot, user, mail(1), mail(2, list_id="x" + LIST_ID), mail(3))
    for lists in ("\n".join([MIXED, other]), "\n".join([other, MIXED])):
        member.configure(dovecot, user, lists)
        member.json("sync")
        assert posts(member, "other").keys() == {identifier(2)}
        assert posts(member).keys() == {identifier(1), identifier(3)}


def test_an_address_in_the_config_finds_direct_copies_too(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, 1)
    put(dovecot, user, direct(2, answers=[1]))
    member.configure(dovecot, user, f'{MIXED}\naddress = "{LIST_ADDRESS}"')
    member.json("sync")
    assert posts(member).keys() == {identifier(1), identifier(2)}


def test_a_link_that_always_dies_among_what_is_not_kept_still_finishes(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    strangers = [direct(n, answers=[f"{'stranger' * 8}-{n}-{m}@example.net" for m in range(9)]) for n in range(2, 42)]
    put(dovecot, user, mail(1), *strangers, direct(50, answers=[1]))
    with Relay(dovecot.imaps_port, cut_down=14_000) as relay:
        member.configure(dovecot, user, MIXED, port=relay.port)
        assert member.json("sync")["stopped_by"] is None
    assert posts(member).keys() == {identifier(1), identifier(50)}
    assert 2 < relay.connections < 12
