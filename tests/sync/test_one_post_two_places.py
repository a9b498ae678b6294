"""A post that lies in two lists, or in two accounts, is one post with two places: its text is paid for once."""

from __future__ import annotations

import pytest

from lists import LIST, Traffic, deliver, noise, posts
from mails import identifier
from member import Member
from servers.dovecot import Dovecot, User

OTHER = '[lists.other]\naccount = "home"\nfolder = "Lists/Other"'


@pytest.fixture(params=["another list of the account", "another account"])
def elsewhere(request: pytest.FixtureRequest, member: Member, dovecot: Dovecot, user: User) -> tuple[User, str, str]:
    """Where the second copy lies: whose folder, which, and the name of its list."""
    if request.param == "another list of the account":
        member.configure(dovecot, user, f"{LIST}\n{OTHER}")
        return user, "Lists/Other", "other"
    second = dovecot.add_user()
    where = f'host = "127.0.0.1", port = {dovecot.imaps_port}, tls = "implicit", user = "{second.name}"'
    account = (
        f'[accounts.second]\naddress = "ana@example.net"\nimap = {{ {where} }}\npassword = "{second.password}"\n'
        f'ca_file = "{dovecot.ca_file}"\n[lists.second]\naccount = "second"\nfolder = "INBOX"'
    )
    member.configure(dovecot, user, LIST, more=account)
    return second, "INBOX", "second"


def test_its_text_is_fetched_once(
    member: Member, dovecot: Dovecot, user: User, elsewhere: tuple[User, str, str], traffic: Traffic
) -> None:
    other, folder, name = elsewhere
    for n in (1, 2, 3):
        deliver(dovecot, user, n)
    for n in (2, 3, 4):
        deliver(dovecot, other, n, folder=folder)
    report = member.json("sync")
    assert sum(one["new_headers"] for one in report["lists"]) == 4
    assert sum(one["new_texts"] for one in report["lists"]) == 4
    heard = bytes(traffic.heard)
    assert [heard.count(b"words of mail number %d." % n) for n in (1, 2, 3, 4)] == [1, 1, 1, 1]
    here, there = posts(member), posts(member, name)
    assert here.keys() == {identifier(n) for n in (1, 2, 3)}
    assert there.keys() == {identifier(n) for n in (2, 3, 4)}
    assert here[identifier(2)]["post"] == there[identifier(2)]["post"]


def test_a_copy_that_comes_later_costs_no_text_where_lists_share_posts(
    member: Member, dovecot: Dovecot, user: User, elsewhere: tuple[User, str, str], traffic: Traffic
) -> None:
    other, folder, name = elsewhere
    deliver(dovecot, user, 1, 9)
    deliver(dovecot, other, 9, folder=folder)
    member.json("sync")
    deliver(dovecot, other, 1, folder=folder)
    traffic.clear()
    report = {one["list"]: one for one in member.json("sync")["lists"]}
    assert (report[name]["new_headers"], report[name]["new_texts"], report[name]["waiting_texts"]) == (0, 0, 0)
    assert b"words of mail number 1." not in traffic.heard
    assert posts(member, name).keys() == {identifier(1), identifier(9)}


def test_its_price_is_told_once(member: Member, dovecot: Dovecot, user: User, elsewhere: tuple[User, str, str]) -> None:
    other, folder, _name = elsewhere
    deliver(dovecot, user, 1, text=noise(1, 9_000))
    deliver(dovecot, other, 1, text=noise(1, 9_000), folder=folder)
    member.json("sync", "--headers-only")
    first, second = member.json("sync", "--dry-run")["lists"]
    assert (first["waiting_texts"], second["waiting_texts"]) == (1, 0)
    assert first["waiting_bytes"] > 3_000
    assert second["waiting_bytes"] == 0
