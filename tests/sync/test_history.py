"""How far back a first sync reads, what the rest would cost, and reading further back later."""

from __future__ import annotations

import pytest

from lists import LIST, Traffic, deliver, noise, posts
from mails import identifier
from member import Member
from servers.dovecot import Dovecot, User


def written(dovecot: Dovecot, user: User, *numbers: int) -> None:
    """Delivers mails that cost what they would among people: no two of them alike."""
    for n in numbers:
        deliver(dovecot, user, n, text=noise(n, 1_000))


def history(count: int) -> str:
    return f"[sync]\nhistory = {count}"


def test_a_first_sync_reads_the_newest_posts_and_prices_the_rest(member: Member, dovecot: Dovecot, user: User) -> None:
    written(dovecot, user, *range(1, 61))
    member.configure(dovecot, user, LIST, more=history(25))
    one = member.json("sync")["lists"][0]
    assert (one["new_headers"], one["new_texts"], one["older"]) == (25, 25, 35)
    assert posts(member).keys() == {identifier(n) for n in range(36, 61)}
    assert 35 * 300 < one["older_bytes"] < 35 * 4000


def test_the_price_of_the_rest_is_stable(member: Member, dovecot: Dovecot, user: User) -> None:
    written(dovecot, user, *range(1, 61))
    member.configure(dovecot, user, LIST, more=history(25))
    first = member.json("sync")["lists"][0]["older_bytes"]
    again = [member.json("sync")["lists"][0]["older_bytes"] for _ in range(2)]
    written(dovecot, user, 61)
    again.append(member.json("sync")["lists"][0]["older_bytes"])
    assert all(abs(price - first) <= first * 0.1 for price in again), (first, again)


def test_the_price_of_the_rest_is_what_is_paid_for_it(member: Member, dovecot: Dovecot, user: User) -> None:
    written(dovecot, user, *range(1, 81))
    member.configure(dovecot, user, LIST, more=history(30))
    price = member.json("sync")["lists"][0]["older_bytes"]
    member.configure(dovecot, user, LIST, more=history(500))
    report = member.json("sync")
    paid = report["bytes_up"] + report["bytes_down"] - 3_500  # the connection
    assert report["lists"][0]["older"] == 0
    assert abs(price - paid) <= 0.3 * paid, (price, paid)


def test_raising_history_reads_further_back_and_nothing_twice(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    deliver(dovecot, user, *range(1, 51))
    member.configure(dovecot, user, LIST, more=history(10))
    member.json("sync")
    member.configure(dovecot, user, LIST, more=history(30))
    traffic.clear()
    one = member.json("sync")["lists"][0]
    assert (one["new_headers"], one["new_texts"], one["older"]) == (20, 20, 20)
    assert traffic.fetched("HEADER.FIELDS") == ["21:40"]
    assert traffic.fetched("PEEK[1]") == ["21:40"]
    member.configure(dovecot, user, LIST, more=history(100))
    one = member.json("sync")["lists"][0]
    assert (one["new_headers"], one["older"], one["older_bytes"]) == (20, 0, 0)
    assert len(posts(member)) == 50


def test_history_raised_by_less_than_has_come_since_leaves_the_rest_where_it_is(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    deliver(dovecot, user, *range(1, 41))
    member.configure(dovecot, user, LIST, more=history(10))
    member.json("sync")
    deliver(dovecot, user, *range(41, 61))
    member.json("sync")
    member.configure(dovecot, user, LIST, more=history(20))
    one = member.json("sync")["lists"][0]
    assert (one["new_headers"], one["older"], len(posts(member))) == (0, 30, 30)


def test_newest_posts_come_first(member: Member, dovecot: Dovecot, user: User, traffic: Traffic) -> None:
    deliver(dovecot, user, *range(1, 421))
    member.configure(dovecot, user, LIST)
    member.json("sync")
    assert traffic.fetched("BODYSTRUCTURE") == ["221:420", "21:220", "1:20"]
    assert traffic.fetched("PEEK[1]") == ["221:420", "21:220", "1:20"]


def test_a_second_sync_fetches_nothing(member: Member, dovecot: Dovecot, user: User, traffic: Traffic) -> None:
    deliver(dovecot, user, *range(1, 6))
    member.configure(dovecot, user, LIST)
    member.json("sync")
    before = posts(member)
    traffic.clear()
    report = member.json("sync")
    assert b"PEEK" not in traffic.said
    assert report["bytes_up"] + report["bytes_down"] < 4_000
    assert posts(member) == before


@pytest.mark.parametrize("count", [0, 1])
def test_a_folder_with_little_in_it(member: Member, dovecot: Dovecot, user: User, count: int) -> None:
    deliver(dovecot, user, *range(1, count + 1))
    member.configure(dovecot, user, LIST)
    assert member.json("sync")["lists"][0]["new_texts"] == count
    deliver(dovecot, user, 7)
    assert member.json("sync")["lists"][0]["new_texts"] == 1


def test_headers_only_leaves_texts_waiting_with_their_price(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, *range(1, 6), text="word " * 200)
    member.configure(dovecot, user, LIST)
    one = member.json("sync", "--headers-only")["lists"][0]
    assert (one["new_headers"], one["new_texts"], one["waiting_texts"]) == (5, 0, 5)
    assert 5 * 250 < one["waiting_bytes"] < 5 * 1300
    assert {post["state"] for post in posts(member).values()} == {"header"}
    one = member.json("sync")["lists"][0]
    assert (one["new_headers"], one["new_texts"], one["waiting_bytes"]) == (0, 5, 0)


def test_a_dry_run_fetches_nothing_and_is_right_about_the_price(
    member: Member, dovecot: Dovecot, user: User, traffic: Traffic
) -> None:
    written(dovecot, user, *range(1, 31))
    member.configure(dovecot, user, LIST)
    member.json("sync")
    written(dovecot, user, *range(31, 46))
    traffic.clear()
    one = member.json("sync", "--dry-run")["lists"][0]
    assert b"PEEK" not in traffic.said
    assert (one["new_headers"], one["waiting_texts"], len(posts(member))) == (15, 15, 30)
    report = member.json("sync")
    paid = report["bytes_up"] + report["bytes_down"]
    assert abs(one["waiting_bytes"] - paid) <= 0.3 * paid, (one, paid)


def test_a_dry_run_before_any_sync_guesses(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, *range(1, 31))
    member.configure(dovecot, user, LIST, more=history(20))
    one = member.json("sync", "--dry-run")["lists"][0]
    assert (one["new_headers"], one["older"]) == (20, 10)
    assert one["waiting_bytes"] > one["older_bytes"] > 5_000
    assert member.json("sync")["lists"][0]["new_texts"] == 20
