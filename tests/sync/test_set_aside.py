"""A mail that the server cannot give is set aside: the others come, it is asked for again, and at last left out."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from cut_session import without_pauses
from listforum.cancel import Cancel
from listforum.config import load
from listforum.forum import Forum
from listforum.forum.connecting import Connecting
from listforum.forum.run import SyncReport
from listforum.forum.syncing import Syncing, Wanted
from listforum.home import Home
from listforum.wire.deadline import Deadlines
from lists import LIST, Traffic, deliver, numbered_anew, posts
from mails import BEGAN, LIST_ID, identifier, mail
from member import Member
from servers import crooked
from servers.certificates import Authority
from servers.crooked import Crooked, Failure
from servers.dovecot import Dovecot, User
from servers.relay import Relay
from servers.scripted import Peer, ScriptedServer

THOROUGH = bool(os.environ.get("LISTFORUM_THOROUGH"))
MIXED = f'{LIST}\nlist_id = "{LIST_ID}"'
TRIES = 5


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """Who comes back after a link broke does so at once."""
    with without_pauses():
        yield


def ids(*numbers: int) -> set[str]:
    return {identifier(n) for n in numbers}


def files(dovecot: Dovecot, user: User, folder: str = "INBOX") -> list[Path]:
    """The files of a folder's mails, in the order of their UIDs."""
    path = dovecot._folder(user, folder)
    return sorted((file for part in ("new", "cur") for file in (path / part).iterdir()), key=lambda file: file.name)


def sync(member: Member, *options: str) -> dict[str, Any]:
    """What a sync that succeeds says of the only list."""
    report = member.json("sync", *options)
    assert report["stopped_by"] is None
    (one,) = report["lists"]
    assert one["error"] is None
    return dict(one)


@pytest.fixture
def unreadable(member: Member, dovecot: Dovecot, user: User) -> Path:
    """The file of the fourth of ten mails, which Dovecot may not read: asked for it, Dovecot says BYE."""
    deliver(dovecot, user, *range(1, 11))
    member.configure(dovecot, user, LIST)
    file = files(dovecot, user)[3]
    file.chmod(0)
    return file


# --- Dovecot, which hangs up --------------------------------------------------------------------------------------


def test_all_others_come_in_the_same_run_which_says_what_is_missing(member: Member, unreadable: Path) -> None:
    outcome = member.run("sync")
    assert outcome.code == 0
    assert "9 new posts, 9 texts" in outcome.output
    assert "1 mail did not come from the server (UID 4): it is asked for again next time" in outcome.output
    assert "everything else is here" in outcome.output
    assert outcome.messages == ""
    assert posts(member).keys() == ids(1, 2, 3, *range(5, 11))


def test_a_text_that_cannot_be_read_stops_no_other_text(
    member: Member, unreadable: Path, dovecot: Dovecot, user: User
) -> None:
    unreadable.chmod(0o644)
    member.json("sync", "--headers-only")
    unreadable.chmod(0)
    one = sync(member)
    assert (one["new_texts"], one["waiting_texts"]) == (9, 1)
    assert "The text of 1 mail did not come from the server (UID 4)" in one["note"]
    assert posts(member)[identifier(4)]["text"] is None
    unreadable.chmod(0o644)
    one = sync(member)
    assert (one["new_texts"], one["waiting_texts"], one["note"]) == (1, 0, None)


def test_a_mail_that_is_repaired_comes_in_the_next_run(member: Member, unreadable: Path) -> None:
    sync(member)
    unreadable.chmod(0o644)
    one = sync(member)
    assert (one["new_headers"], one["new_texts"], one["note"]) == (1, 1, None)
    assert posts(member).keys() == ids(*range(1, 11))


def test_the_price_counts_what_is_asked_for_again_until_it_is_left_out(member: Member, unreadable: Path) -> None:
    counted = []
    for _ in range(TRIES):
        sync(member)
        priced = sync(member, "--dry-run")
        counted.append((priced["new_headers"], priced["waiting_texts"]))
    assert counted == [(1, 1)] * (TRIES - 1) + [(0, 0)]


def test_after_five_tries_it_is_left_out_and_not_asked_for_any_more(
    member: Member, unreadable: Path, traffic: Traffic, dovecot: Dovecot, user: User
) -> None:
    for _ in range(TRIES):
        traffic.clear()
        one = sync(member)
        assert traffic.fetched("HEADER.FIELDS")[-1] == "4"
    assert one["note"] == ("1 mail cannot be had from the server (UID 4): it was left out; everything else is here.")
    traffic.clear()
    assert sync(member)["note"] == one["note"]
    assert b"PEEK" not in traffic.said
    deliver(dovecot, user, 11)
    traffic.clear()
    assert sync(member)["new_texts"] == 1
    assert traffic.fetched("HEADER.FIELDS") == ["11"]


def test_a_text_left_out_waits_for_nobody_but_can_be_fetched_by_hand(member: Member, unreadable: Path) -> None:
    unreadable.chmod(0o644)
    member.json("sync", "--headers-only")
    unreadable.chmod(0)
    for _ in range(TRIES):
        sync(member)
    one = sync(member)
    assert (one["waiting_texts"], one["waiting_bytes"]) == (0, 0)
    assert "The text of 1 mail cannot be had from the server (UID 4): it was left out" in one["note"]
    number = posts(member)[identifier(4)]["post"]
    assert member.run("fetch", f"post:{number}").code == 1
    unreadable.chmod(0o644)
    member.json("fetch", f"post:{number}")
    assert posts(member)[identifier(4)]["text"].strip() == "These are the words of mail number 4."
    assert sync(member)["note"] is None


def test_a_try_that_fails_costs_one_session(member: Member, unreadable: Path, dovecot: Dovecot, user: User) -> None:
    sync(member)
    with Relay(dovecot.imaps_port) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        sync(member)
        assert relay.connections == 1
        assert relay.up + relay.down < 6_000


@pytest.mark.parametrize("bad", [{1}, {10}, {1, 10}, {4, 5, 6}, {2, 4, 6, 8}, set(range(1, 11))])
def test_wherever_they_lie_and_however_many(member: Member, dovecot: Dovecot, user: User, bad: set[int]) -> None:
    deliver(dovecot, user, *range(1, 11))
    member.configure(dovecot, user, LIST)
    for n in bad:
        files(dovecot, user)[n - 1].chmod(0)
    runs = 1 + len(bad) // 3
    for _ in range(runs):
        member.run("sync")
    assert posts(member).keys() == ids(*range(1, 11)) - ids(*bad)
    for file in files(dovecot, user):
        file.chmod(0o644)
    for _ in range(2):
        one = sync(member)
    assert one["note"] is None
    assert posts(member).keys() == ids(*range(1, 11))


def test_lists_of_one_account_do_not_stop_each_other(member: Member, dovecot: Dovecot, user: User) -> None:
    other = '[lists.other]\naccount = "home"\nfolder = "Lists/Other"'
    deliver(dovecot, user, 1, 2, 3)
    deliver(dovecot, user, 4, 5, 6, folder="Lists/Other")
    member.configure(dovecot, user, f"{LIST}\n{other}")
    bad = [files(dovecot, user)[1], files(dovecot, user, "Lists/Other")[1]]
    for file in bad:
        file.chmod(0)
    report = member.json("sync")
    assert [(one["new_texts"], one["error"]) for one in report["lists"]] == [(2, None), (2, None)]
    bad[1].chmod(0o644)
    assert [one["new_texts"] for one in member.json("sync")["lists"]] == [0, 1]


def test_headers_only_asks_for_no_text_again(member: Member, unreadable: Path, traffic: Traffic) -> None:
    unreadable.chmod(0o644)
    member.json("sync", "--headers-only")
    unreadable.chmod(0)
    sync(member)
    traffic.clear()
    sync(member, "--headers-only")
    assert b"PEEK" not in traffic.said


def test_uids_that_mean_something_else_now_are_not_missing(
    member: Member, unreadable: Path, dovecot: Dovecot, user: User
) -> None:
    sync(member)
    numbered_anew(dovecot, user, 777)
    unreadable.chmod(0o644)
    one = sync(member)
    assert (one["new_texts"], one["note"]) == (1, None)


def test_a_mail_that_is_gone_meanwhile_is_forgotten(member: Member, unreadable: Path, traffic: Traffic) -> None:
    sync(member)
    unreadable.unlink()
    assert sync(member)["note"] is None
    traffic.clear()
    sync(member)
    assert b"PEEK" not in traffic.said


@pytest.mark.parametrize("options", [(), ("--headers-only",)])
def test_a_mail_that_goes_away_while_it_is_asked_for_is_no_empty_mail(
    member: Member, dovecot: Dovecot, user: User, options: tuple[str, ...]
) -> None:
    deliver(dovecot, user, 1, 2, 3)
    member.configure(dovecot, user, LIST)
    if options:
        member.json("sync", *options)
    file = files(dovecot, user)[1]
    file.unlink()
    file.mkdir()  # Dovecot notices only when it opens it
    one = sync(member)
    assert (one["new_texts"], one["waiting_texts"], one["note"]) == (2, 0, None)
    assert {message_id for message_id, post in posts(member).items() if post["text"]} == ids(1, 3)
    assert len(posts(member)) == (3 if options else 2)


def test_a_text_that_is_empty_though_it_was_said_to_be_something_is_empty(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    deliver(dovecot, user, 1, 2, 3)
    member.configure(dovecot, user, LIST)
    member.json("sync", "--headers-only")
    file = files(dovecot, user)[1]
    file.write_bytes(file.read_bytes().split(b"\r\n\r\n")[0] + b"\r\n\r\n")
    one = sync(member)
    assert (one["new_texts"], one["waiting_texts"], one["note"]) == (3, 0, None)


def test_a_sent_folder_looked_through_meanwhile_is_not_taken_for_the_lists(
    member: Member, unreadable: Path, traffic: Traffic
) -> None:
    with (member.home / "config.toml").open("a") as config:
        config.write('[accounts.home.smtp]\nhost = "127.0.0.1"\nport = 9\ntls = "implicit"\nuser = "ana"\n')
    sync(member)
    written = member.json("post", "open-data", "--subject", "Maps", "--text-file", "-", stdin="Who has maps?")
    with Forum(Home(member.home), lambda: load(Home(member.home).config_file)) as forum:
        for step in ("sending", "uncertain"):
            forum.archive.outbox.move(written["outbox"], step)
    unreadable.chmod(0o644)
    traffic.clear()
    assert sync(member)["new_texts"] == 1
    opened = re.findall(rb'EXAMINE "(\w+)"', bytes(traffic.said))
    assert opened == [b"INBOX", b"Sent", b"INBOX"]


# --- in a folder that holds other mail too ------------------------------------------------------------------------


def put(dovecot: Dovecot, user: User, *mails: bytes) -> None:
    dovecot.append_all(user, "INBOX", [(one, BEGAN) for one in mails])


@pytest.fixture
def mixed(member: Member, dovecot: Dovecot, user: User) -> list[Path]:
    """Files of a private mail, two of the list's, a direct copy that answers the first, another private one, a last."""
    copy = mail(3, answers=[1], list_id=None, fields=["Cc: ana@example.org"])
    private = b"Subject: canary\r\n\r\nx\r\n"
    put(dovecot, user, private, mail(1), mail(2), copy, private, mail(4))
    member.configure(dovecot, user, MIXED)
    return files(dovecot, user)


@pytest.mark.parametrize(("bad", "missing"), [(1, set()), (2, {1, 3}), (3, {2}), (4, {3}), (5, set()), (6, {4})])
def test_a_mail_in_which_the_server_cannot_search(
    member: Member, mixed: list[Path], traffic: Traffic, bad: int, missing: set[int]
) -> None:
    mixed[bad - 1].chmod(0)
    assert f"(UID {bad})" in sync(member)["note"]
    assert posts(member).keys() == ids(1, 2, 3, 4) - ids(*missing)
    mixed[bad - 1].chmod(0o644)
    assert sync(member)["note"] is None
    assert posts(member).keys() >= ids(1, 2, 4)
    assert b"canary" not in traffic.heard


def test_a_direct_copy_of_long_ago_waits_for_the_post_it_answers(member: Member, dovecot: Dovecot, user: User) -> None:
    put(dovecot, user, mail(1), mail(2), mail(3, answers=[2], list_id=None, fields=["Cc: ana@example.org"]))
    put(dovecot, user, *[b"Subject: private\r\n\r\nx\r\n"] * 210)
    member.configure(dovecot, user, MIXED)
    answered = files(dovecot, user)[1]
    answered.chmod(0)
    sync(member)
    assert posts(member).keys() == ids(1)
    answered.chmod(0o644)
    sync(member)
    assert posts(member).keys() == ids(1, 2, 3)


def test_a_server_that_refuses_every_search_is_believed(
    member: Member, dovecot: Dovecot, user: User, mixed: list[Path]
) -> None:
    for file in mixed:
        file.chmod(0)
    outcome = member.run("sync", "--json")
    assert outcome.code == 1
    assert "the search failed" in outcome.document["lists"][0]["error"]
    for file in mixed:
        file.chmod(0o644)
    assert sync(member)["note"] is None
    assert posts(member).keys() == ids(1, 2, 3, 4)


# --- other servers ------------------------------------------------------------------------------------------------


@contextmanager
def syncing(member: Member, deadlines: Deadlines) -> Iterator[Syncing]:
    home = Home(member.home)
    with Forum(home, lambda: load(home.config_file)) as forum:
        yield Syncing(forum.archive, forum.config, home, Connecting(deadlines))


def run(member: Member) -> SyncReport:
    """A sync that does not wait long for an answer."""
    with syncing(member, Deadlines(gap=0.7, answer=0.7)) as ours:
        return ours.sync([], Wanted(), ask=lambda _: "", cancel=Cancel(), progress=lambda _: None)


EXACT = (
    crooked.hangs_up,
    crooked.says_bye,
    crooked.refuses_all,
    crooked.refuses_from_there,
    crooked.refuses_that,
    crooked.leaves_it_out,
    crooked.says_too_much,
    crooked.never_ends_a_line,
)
"""What shows which mail it was, at the latest when that is asked for alone."""


def here(member: Member) -> set[str]:
    return {message_id for message_id, post in posts(member).items() if post["state"] == "text"}


@pytest.fixture
def move(member: Member, dovecot: Dovecot, user: User, authority: Authority) -> Iterator[Callable[[Crooked], None]]:
    """Moves the member's list to another server."""
    certificate = authority.certificate("localhost", "127.0.0.1")
    with ExitStack() as servers:

        def to(server: Crooked) -> None:
            scripted = servers.enter_context(ScriptedServer(server, certificate))
            member.configure(dovecot, user, LIST, port=scripted.port)

        yield to


def mails(count: int) -> list[bytes]:
    return [mail(n) for n in range(1, count + 1)]


of_headers = pytest.mark.parametrize("headers", [True, False], ids=["headers", "texts"])


@of_headers
@pytest.mark.parametrize("fails", EXACT, ids=lambda fails: fails.__name__)
def test_however_a_server_fails_the_others_come_at_once(
    member: Member, move: Callable[[Crooked], None], fails: Failure, headers: bool
) -> None:
    move(server := Crooked(mails(30), {7, 20}, fails, headers))
    report = run(member)
    assert (report.stopped_by, report.errors) == (None, [])
    assert here(member) == ids(*range(1, 31)) - ids(7, 20)
    assert {one.uid for one in report.lists[0].missing} == {7, 20}
    for _ in range(TRIES):
        report = run(member)
    assert all(one.left_out for one in report.lists[0].missing)
    server.bad = ()
    server.fetches.clear()
    run(member)
    assert server.fetches == []


@of_headers
@pytest.mark.parametrize("fails", [crooked.crashes, crooked.falls_silent], ids=lambda fails: fails.__name__)
def test_where_it_cannot_be_told_which_mail_it_was_the_others_come_after_some_runs(
    member: Member, move: Callable[[Crooked], None], fails: Failure, headers: bool
) -> None:
    move(Crooked(mails(30), {12}, fails, headers))
    for _ in range(4):
        run(member)
    assert here(member) == ids(*range(1, 31)) - ids(12)


@of_headers
def test_a_server_that_refuses_everything_is_not_asked_for_each_mail(
    member: Member, move: Callable[[Crooked], None], headers: bool
) -> None:
    move(server := Crooked(mails(30), range(1, 31), crooked.refuses_all, headers))
    for _ in range(2):
        server.commands = 0
        report = run(member)
        assert "cannot be read" in (report.lists[0].error or "")
        assert server.commands < 16
    server.bad = ()
    run(member)
    assert here(member) == ids(*range(1, 31))


def test_a_long_text_that_was_set_aside_comes_in_pieces_where_links_bear_no_more(
    member: Member, move: Callable[[Crooked], None]
) -> None:
    tries = 0

    def sometimes(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
        nonlocal tries
        tries += 1
        if tries <= 2:
            crooked.crashes(peer, uids, bad, answer)
        else:
            crooked.leaves_it_out(peer, uids, (), answer)

    long = mail(1, text="\n".join(f"Line {n} of many." for n in range(600)))
    move(server := Crooked([long], {1}, sometimes, headers=False))
    report = run(member)
    assert (report.stopped_by, report.errors, report.lists[0].missing) == (None, [], ())
    assert "Line 599 of many." in posts(member)[identifier(1)]["text"]
    assert len(server.fetches) > 4


def test_nothing_said_of_a_text_that_was_asked_for_with_its_header_is_no_empty_text(
    member: Member, move: Callable[[Crooked], None]
) -> None:
    tries = 0

    def nothing_at_first(peer: Peer, uids: Sequence[int], bad: Collection[int], answer: Callable[[int], None]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            peer.send("* 2 FETCH (UID 2 BODY[1]<0> NIL)", "{tag} OK fetched")
        else:
            crooked.leaves_it_out(peer, uids, (), answer)

    move(server := Crooked(mails(1), {2}, nothing_at_first, headers=False))
    run(member)
    server.mails = mails(2)
    report = run(member)
    assert (report.stopped_by, report.errors, tries) == (None, [], 2)
    assert "the words of mail number 2" in posts(member)[identifier(2)]["text"]


def test_mails_that_come_and_are_not_kept_lead_no_run_in_a_circle(
    member: Member, dovecot: Dovecot, user: User, authority: Authority
) -> None:
    # the server finds the other list's mail, too: its List-Id contains ours
    folder = [mail(1, list_id="x" + LIST_ID), mail(2), mail(3)]
    server = Crooked(folder, {2}, crooked.hangs_up, headers=True)
    with ScriptedServer(server, authority.certificate("localhost", "127.0.0.1")) as scripted:
        member.configure(dovecot, user, MIXED, port=scripted.port)
        report = run(member)
        assert [one.uid for one in report.lists[0].missing] == [2]
        assert here(member) == ids(3)
        assert len(scripted.peers) < 2 * TRIES


def test_a_link_that_is_cut_at_a_mail_by_chance_loses_nothing(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, *range(1, 61), text="word " * 300)
    for cut in range(9_000, 60_000, 3_000 if THOROUGH else 17_000):
        with Relay(dovecot.imaps_port, cut_down=cut) as relay:
            member.configure(dovecot, user, LIST, port=relay.port)
            member.run("sync")
    member.configure(dovecot, user, LIST)
    assert sync(member)["note"] is None
    assert here(member) == ids(*range(1, 61))


def test_a_mail_that_no_budget_is_enough_for_stops_no_other_mail(member: Member, dovecot: Dovecot, user: User) -> None:
    head = mail(3).split(b"\r\n\r\n")[0].replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="x"')
    dice = random.Random(3)  # names that no compression makes shorter
    parts = (
        b"--x\r\nContent-Type: text/plain; name=%s\r\n\r\n" % dice.randbytes(30).hex().encode() for _ in range(2_000)
    )
    monster = head + b"\r\n\r\n" + b"".join(parts) + b"--x--\r\n"
    put(dovecot, user, mail(1), mail(2), monster, mail(4), mail(5))
    member.configure(dovecot, user, LIST)
    stops = [member.json("sync", "--budget", "30kB")["stopped_by"] for _ in range(TRIES + 3)]
    assert posts(member).keys() == ids(1, 2, 4, 5)
    assert stops[-1] is None
