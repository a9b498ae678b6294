"""Several accounts, folders and lists in one run: what fails in one does not stop the others, and is told in words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from listforum.cancel import Cancel
from listforum.config import load
from listforum.forum import Forum
from listforum.forum.connecting import Connecting
from listforum.forum.run import SyncReport
from listforum.forum.syncing import Syncing, Wanted
from listforum.home import Home
from listforum.model.traffic import Progress
from listforum.wire.deadline import Deadlines
from lists import LIST, deliver, numbered_anew, posts
from mails import identifier, mail
from member import Member, Outcome
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.scripted import Peer, ScriptedServer

OTHER = '[lists.other]\naccount = "home"\nfolder = "Lists/Other"'


def account(
    name: str, dovecot: Dovecot, user: User, *, port: int = 0, host: str = "127.0.0.1", password: str = ""
) -> str:
    """The tables of one more account, and of its list of the same name."""
    where = f'host = "{host}", port = {port or dovecot.imaps_port}, tls = "implicit", user = "{user.name}"'
    return (
        f'[accounts.{name}]\naddress = "ana@example.net"\nimap = {{ {where} }}\n'
        f'password = "{password or user.password}"\nca_file = "{dovecot.ca_file}"\n'
        f'[lists.{name}]\naccount = "{name}"\nfolder = "INBOX"'
    )


@contextmanager
def syncing(member: Member, deadlines: Deadlines | None = None) -> Iterator[Syncing]:
    """The member's own Syncing, with other deadlines."""
    home = Home(member.home)
    with Forum(home, lambda: load(home.config_file)) as forum:
        yield Syncing(forum.archive, forum.config, home, Connecting(deadlines))


def run(syncing: Syncing, progress: list[Progress] | None = None) -> SyncReport:
    told = [] if progress is None else progress
    return syncing.sync([], Wanted(), ask=lambda _: "", cancel=Cancel(), progress=told.append)


def errors(outcome: Outcome) -> dict[str, str | None]:
    return {one["list"]: one["error"] for one in outcome.document["lists"]}


def test_folders_of_one_account_share_its_connection_and_headers_come_first(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    deliver(dovecot, user, 1, 2)
    deliver(dovecot, user, 3, folder="Lists/Other")
    member.configure(dovecot, user, f"{LIST}\n{OTHER}")
    told: list[Progress] = []
    with syncing(member) as ours:
        assert [one.new_texts for one in run(ours, told).lists] == [2, 1]
    assert list(dict.fromkeys(one.what for one in told)) == [
        "open-data: headers",
        "other: headers",
        "open-data: texts",
        "other: texts",
    ]
    assert posts(member, "other").keys() == {identifier(3)}


def test_only_the_lists_that_are_named_are_synced(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, 1)
    deliver(dovecot, user, 3, folder="Lists/Other")
    member.configure(dovecot, user, f"{LIST}\n{OTHER}")
    assert [one["list"] for one in member.json("sync", "other")["lists"]] == ["other"]
    assert member.run("sync", "nowhere", "--json").code == 1


def test_a_folder_that_is_missing_stops_only_its_list(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, 1)
    member.configure(dovecot, user, f"{OTHER}\n{LIST}")
    outcome = member.run("sync", "--json")
    assert (outcome.code, outcome.document["stopped_by"]) == (1, None)
    told = errors(outcome)
    assert told["open-data"] is None
    assert "Lists/Other" in (told["other"] or "")
    assert "other: " in outcome.messages
    assert posts(member).keys() == {identifier(1)}


def test_accounts_that_fail_do_not_stop_the_others_and_each_says_why(
    member: Member, dovecot: Dovecot, user: User, authority: Authority
) -> None:
    deliver(dovecot, user, 1)
    bad = authority.certificate("somebody.else.example.org")
    with ScriptedServer(Peer.hang, bad) as impostor:
        more = [
            account("wrong", dovecot, user, password="not the password"),
            account("nowhere", dovecot, user, host="nowhere.invalid"),
            account("refused", dovecot, user, port=9),
            account("impostor", dovecot, user, port=impostor.port),
            account("last", dovecot, user),
        ]
        member.configure(dovecot, user, "\n".join([*more, LIST]))
        outcome = member.run("sync", "--json")
    assert outcome.code == 1
    told = errors(outcome)
    assert told.keys() == {"wrong", "nowhere", "refused", "impostor", "last", "open-data"}
    assert "refused the login" in (told["wrong"] or "")
    assert "cannot be found" in (told["nowhere"] or "")
    assert "refuses connections" in (told["refused"] or "")
    assert "could not prove who it is" in (told["impostor"] or "")
    assert told["last"] is told["open-data"] is None
    assert {one["list"]: one["new_texts"] for one in outcome.document["lists"]}["last"] == 1
    assert all(f"{name}: " in outcome.messages for name in ("wrong", "nowhere", "refused", "impostor"))
    assert outcome.document["stopped_by"] == "login"


@pytest.mark.parametrize(
    ("table", "word"),
    [({"password": "x"}, "login"), ({"host": "nowhere.invalid"}, "link"), ({"port": 9}, "link")],
)
def test_what_stopped_a_sync(member: Member, dovecot: Dovecot, user: User, table: dict[str, str], word: str) -> None:
    member.configure(dovecot, user, account("broken", dovecot, user, **table))  # type: ignore[arg-type]
    outcome = member.run("sync", "--json")
    assert (outcome.code, outcome.document["stopped_by"]) == (1, word)


def test_a_server_that_never_answers_runs_into_the_deadline(
    member: Member, dovecot: Dovecot, user: User, authority: Authority
) -> None:
    with ScriptedServer(Peer.hang, authority.certificate("localhost", "127.0.0.1")) as server:
        member.configure(dovecot, user, LIST, port=server.port)
        with syncing(member, Deadlines(connect=0.5, login=0.5, gap=0.5, answer=0.5)) as ours:
            report = run(ours)
    assert report.stopped_by == "deadline"
    assert "took too long" in (report.lists[0].error or "")


def test_a_password_that_is_refused_is_asked_for_again(member: Member, dovecot: Dovecot, user: User) -> None:
    member.configure(dovecot, user, LIST)
    config = member.home / "config.toml"
    config.write_text(config.read_text().replace(f'"{user.password}"', '"ask"'))
    typed = iter(["mistyped", user.password])
    with syncing(member) as ours:
        stops = [
            ours.sync([], Wanted(), ask=lambda _: next(typed), cancel=Cancel(), progress=lambda _: None).stopped_by
            for _ in range(3)
        ]
    assert stops == ["login", None, None]


def test_progress_counts_up_with_bytes_and_says_nothing_where_there_is_no_terminal(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    deliver(dovecot, user, *range(1, 251))
    member.configure(dovecot, user, LIST)
    told: list[Progress] = []
    with syncing(member) as ours:
        run(ours, told)
    for what in ("open-data: headers", "open-data: texts"):
        steps = [one for one in told if one.what == what]
        assert (steps[-1].done, {one.total for one in steps}) == (250, {250})
        assert all(a.done <= b.done for a, b in pairwise(steps))
    assert all(a.bytes.total <= b.bytes.total for a, b in pairwise(told))
    deliver(dovecot, user, 300)
    assert member.run("sync").messages == ""


def test_progress_does_not_go_back_when_mails_are_known_already(member: Member, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, *range(1, 251))
    member.configure(dovecot, user, LIST)
    member.json("sync")
    numbered_anew(dovecot, user, 777)
    told: list[Progress] = []
    with syncing(member) as ours:
        run(ours, told)
    assert [one.done for one in told][-1] == 250
    assert all(a.done <= b.done for a, b in pairwise(told))


def test_a_second_sync_is_refused_while_reading_goes_on(
    member: Member, dovecot: Dovecot, user: User, authority: Authority
) -> None:
    deliver(dovecot, user, 1)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    with ScriptedServer(Peer.hang, authority.certificate("localhost", "127.0.0.1")) as server:
        member.configure(dovecot, user, LIST, port=server.port)
        first = member.start("sync")
        try:
            while not server.peers:
                threading.Event().wait(0.02)
            outcome = member.run("sync", "--json")
            assert (outcome.code, outcome.document["error"]["kind"]) == (1, "busy")
            assert "syncing" in outcome.document["error"]["message"]
            assert member.json("search", "words")["total"] == 1
            assert member.json("mark", "read", "open-data")["changed"] == 1
        finally:
            first.kill()
            first.communicate()
    member.configure(dovecot, user, LIST)
    dovecot.append(user, "INBOX", mail(2))
    assert member.json("sync")["lists"][0]["new_texts"] == 1
