"""A budget is never exceeded, whatever mails look like; what it leaves is counted, and the ledger knows every byte."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from lists import LIST, Traffic, deliver, noise, posts, total
from mails import BEGAN, LIST_ID, mail
from member import Member
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.relay import Relay
from servers.scripted import Peer, ScriptedServer


@pytest.fixture
def relay(dovecot: Dovecot) -> Iterator[Relay]:
    """Counts what goes between the member and the server."""
    with Relay(dovecot.imaps_port) as relay:
        yield relay


def ordinary(dovecot: Dovecot, user: User) -> None:
    for n in range(1, 121):
        deliver(dovecot, user, n, text=noise(n, 800))


def bulky(dovecot: Dovecot, user: User) -> None:
    """Long header fields, long texts, many parts."""
    dice = random.Random(3)
    for n in range(1, 41):
        crowd = ", ".join(f"person{m}.{n}@example.net" for m in range(dice.choice([0, 10, 900])))
        deliver(dovecot, user, n, fields=[f"Cc: {crowd}"] if crowd else [], text="words " * dice.choice([9, 900, 9000]))
    for n in range(41, 51):
        parts = dice.choice([3, 60])
        fields = mail(n).split(b"\r\n\r\n")[0].replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="x"')
        body = b"".join(b'--x\r\nContent-Type: image/png; name="picture.png"\r\n\r\nabc\r\n' for _ in range(parts))
        dovecot.append(user, "INBOX", fields + b"\r\n\r\n--x\r\n\r\nText.\r\n" + body + b"--x--\r\n", BEGAN)


@pytest.fixture
def filled(dovecot: Dovecot, user: User, request: pytest.FixtureRequest) -> User:
    """Somebody with mails of one kind in the INBOX."""
    request.param(dovecot, user)
    return user


@pytest.mark.parametrize("filled", [ordinary, bulky], indirect=True)
@pytest.mark.parametrize("budget", [1, 5, 12, 40, 120, 350])
def test_a_budget_is_never_exceeded(member: Member, dovecot: Dovecot, relay: Relay, filled: User, budget: int) -> None:
    member.configure(dovecot, filled, LIST, port=relay.port)
    outcome = member.run("sync", "--budget", f"{budget}kB", "--json")
    assert outcome.code == 0
    assert total(relay) <= budget * 1000
    one = outcome.document["lists"][0]
    if outcome.document["stopped_by"] is None:
        assert one["waiting_texts"] == 0
    else:
        assert outcome.document["stopped_by"] == "budget"
        assert one["error"] is None


def test_a_structure_beyond_measure_is_cut_off_where_the_budget_ends(
    member: Member, dovecot: Dovecot, user: User, relay: Relay
) -> None:
    head = mail(1).split(b"\r\n\r\n")[0].replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="x"')
    dovecot.append(user, "INBOX", head + b"\r\n\r\n" + b"--x\r\n\r\n" * 2_000 + b"--x--\r\n")
    member.configure(dovecot, user, LIST, port=relay.port)
    report = member.json("sync", "--budget", "20kB")
    assert report["stopped_by"] == "budget"
    assert 15_000 < report["bytes_up"] + report["bytes_down"] <= 20_000
    assert member.json("sync")["lists"][0]["new_texts"] == 1


def test_budget_after_budget_the_list_is_read_to_its_end(
    member: Member, dovecot: Dovecot, user: User, relay: Relay
) -> None:
    ordinary(dovecot, user)
    member.configure(dovecot, user, LIST, port=relay.port)
    stops = []
    for _ in range(20):
        before = total(relay)
        outcome = member.run("sync", "--budget", "50kB", "--json")
        assert total(relay) - before <= 50_000
        stops.append(outcome.document["stopped_by"])
        if stops[-1] is None:
            break
        texts = outcome.document["lists"][0]
    assert stops[-1] is None, texts
    assert {post["state"] for post in posts(member).values()} == {"text"}
    assert len(posts(member)) == 120
    assert total(relay) < 2.5 * 120 * 1_500


def test_what_waits_when_the_budget_is_reached_is_counted(
    member: Member, dovecot: Dovecot, user: User, relay: Relay
) -> None:
    ordinary(dovecot, user)
    member.configure(dovecot, user, LIST, port=relay.port)
    member.json("sync", "--headers-only")
    one = member.json("sync", "--budget", "40kB")["lists"][0]
    assert one["new_texts"] > 10
    assert one["new_texts"] + one["waiting_texts"] == 120
    assert one["waiting_bytes"] > one["waiting_texts"] * 500


def test_a_mixed_folder_is_searched_within_the_budget(
    member: Member, dovecot: Dovecot, user: User, relay: Relay
) -> None:
    for n in range(1, 41):
        dovecot.append_all(user, "INBOX", [(b"Subject: other\r\n\r\nx\r\n", BEGAN)] * 25)
        deliver(dovecot, user, n)
    member.configure(dovecot, user, f'{LIST}\nlist_id = "{LIST_ID}"', port=relay.port)
    for _ in range(4):
        before = total(relay)
        report = member.json("sync", "--budget", "30kB")
        assert total(relay) - before <= 30_000
    assert report["stopped_by"] is None
    assert len(posts(member)) == 40


def test_a_server_that_says_too_much_is_cut_off(
    member: Member, dovecot: Dovecot, user: User, authority: Authority
) -> None:
    def chatterbox(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
        peer.expect("AUTHENTICATE")
        peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
        peer.expect("EXAMINE")
        while True:
            peer.send("* OK " + "much to say " * 20)

    with ScriptedServer(chatterbox, authority.certificate("localhost", "127.0.0.1")) as server:
        member.configure(dovecot, user, LIST, port=server.port)
        report = member.json("sync", "--budget", "20kB")
    assert report["stopped_by"] == "budget"
    assert report["bytes_up"] + report["bytes_down"] <= 20_000


def test_the_budget_of_a_day_holds_over_all_its_syncs(
    member: Member, dovecot: Dovecot, user: User, relay: Relay
) -> None:
    ordinary(dovecot, user)
    member.configure(dovecot, user, LIST, port=relay.port, more='[sync]\nbudget = "50 kB/day"')
    stops = [member.json("sync")["stopped_by"] for _ in range(4)]
    assert stops[-1] == "budget"
    assert 25_000 < total(relay) <= 50_000
    connections = relay.connections
    member.json("sync")
    assert relay.connections == connections


# --- the ledger ---------------------------------------------------------------------------------------------------


def ledger(member: Member, by: str) -> dict[str, int]:
    return {row[by]: row["bytes_up"] + row["bytes_down"] for row in member.json("ledger", "--by", by)}


def assert_alike(counted: int, booked: int) -> None:
    assert abs(counted - booked) <= 0.02 * counted, (counted, booked)


def test_the_ledger_equals_what_went_over_the_wire(
    member: Member, dovecot: Dovecot, user: User, relay: Relay, traffic: Traffic
) -> None:
    ordinary(dovecot, user)
    picture = (
        b"Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + noise(200, 120_000).replace("\n", "\r\n").encode()
        + b"\r\n"
    )
    head = mail(200).split(b"\r\n\r\n")[0].replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="x"')
    dovecot.append(user, "INBOX", head + b"\r\n\r\n--x\r\n\r\nSee.\r\n--x\r\n" + picture + b"--x--\r\n")
    member.configure(dovecot, user, LIST, port=relay.port)
    member.json("sync", "--headers-only")
    after_headers = total(relay)
    assert_alike(after_headers, sum(ledger(member, "purpose").values()))
    member.json("sync")
    after_texts = total(relay)
    assert_alike(after_texts, sum(ledger(member, "purpose").values()))
    post = next(post for post in posts(member).values() if post["attachments"])
    member.json("fetch", f"post:{post['post']}", "--part", "1")
    booked = ledger(member, "purpose")
    assert_alike(total(relay), sum(booked.values()))
    assert booked.keys() == {"connect", "headers", "text", "attachment"}
    assert 88_000 < booked["attachment"] < 100_000
    assert sum(ledger(member, "list").values()) == sum(booked.values()) == sum(ledger(member, "day").values())


def test_what_a_failed_or_refused_run_cost_is_booked_too(
    member: Member, dovecot: Dovecot, user: User, relay: Relay
) -> None:
    ordinary(dovecot, user)
    member.configure(dovecot, User(user.name, "not the password"), LIST, port=relay.port)
    assert member.run("sync").code == 1
    assert_alike(total(relay), ledger(member, "purpose")["connect"])
    with Relay(dovecot.imaps_port, cut_down=2_000) as cutting:
        member.configure(dovecot, user, LIST, port=cutting.port)
        report = member.run("sync", "--json").document
        counted = total(relay) + total(cutting)
    assert report["stopped_by"] == "link"
    assert_alike(counted, sum(ledger(member, "purpose").values()))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", next(iter(ledger(member, "day"))))
