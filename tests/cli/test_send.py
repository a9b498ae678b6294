"""Sending: what a server may answer, and what may fail on the way."""

from __future__ import annotations

import os
import re
import resource
from pathlib import Path
from typing import Any

import pytest

from listforum.archive.outbox import Outbox
from servers.certificates import Authority
from servers.scripted import ScriptedServer
from servers.smtp_list import SmtpList
from writer import Halting, Writer, scripted

NOTHING = {"sent": [], "failed": [], "uncertain": [], "waiting": []}


@pytest.fixture
def writer(tmp_path: Path, smtp_list: SmtpList) -> Writer:
    """Somebody whose answers go to a list's server."""
    return Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)


def send(writer: Writer, code: int) -> dict[str, Any]:
    outcome = writer.run("send", "--json")
    assert outcome.code == code, outcome
    document: dict[str, Any] = outcome.document
    return document


# --- the server's word --------------------------------------------------------------------------------------------


def test_what_is_queued_is_sent_once_oldest_first(writer: Writer, smtp_list: SmtpList) -> None:
    items = [writer.write(f"Answer {n}.") for n in range(3)]
    assert send(writer, 0) == {**NOTHING, "sent": items}
    assert [post.mail for post in smtp_list.posts] == [writer.frozen(item) for item in items]
    assert send(writer, 0) == NOTHING
    assert len(smtp_list.posts) == 3


@pytest.mark.parametrize("point", ["mail", "rcpt", "data"])
def test_not_now_means_later(writer: Writer, smtp_list: SmtpList, point: str) -> None:
    item = writer.write()
    smtp_list.behave(refuse={point: "451 4.3.0 the disk is full here"})
    assert send(writer, 1) == {**NOTHING, "waiting": [item]}
    [left] = writer.json("outbox")
    assert left["state"] == "queued"
    assert "the disk is full here" in left["error"]
    smtp_list.behave(refuse={})
    assert send(writer, 0) == {**NOTHING, "sent": [item]}
    assert writer.json("outbox")[0]["error"] is None
    assert len(smtp_list.posts) == 1


@pytest.mark.parametrize("point", ["mail", "rcpt", "data"])
def test_no_means_no_with_the_servers_words(writer: Writer, smtp_list: SmtpList, point: str) -> None:
    item = writer.write()
    smtp_list.behave(refuse={point: "550 5.7.1 members only"})
    assert send(writer, 1) == {**NOTHING, "failed": [item]}
    assert "members only" in writer.json("outbox")[0]["error"]
    smtp_list.behave(refuse={})
    assert send(writer, 0) == NOTHING
    assert [one["text"].strip() for one in writer.json("show", "1")["posts"]][1:] == ["They moved to the new portal."]
    writer.json("outbox", str(item), "--settle", "resend")
    assert send(writer, 0) == {**NOTHING, "sent": [item]}


def test_what_became_of_each_is_said_in_words(writer: Writer, smtp_list: SmtpList) -> None:
    assert writer.run("send").output == "Nothing to send.\n"
    item = writer.write()
    assert re.search(rf"{item}  sent +To everyone on open-data", writer.run("send").output)
    smtp_list.behave(refuse={"rcpt": "550 5.7.1 members only"})
    item = writer.write()
    assert re.search(rf"(?s){item}  failed +To everyone on open-data.*members only", writer.run("send").output)


def test_one_refused_mail_does_not_keep_the_others(writer: Writer, smtp_list: SmtpList) -> None:
    items = [writer.write(f"Answer {n}.") for n in range(2)]
    refusals = iter(["550 5.7.1 no"])

    class Once(dict[str, str]):
        def get(self, key: str, default: object = None) -> Any:
            return next(refusals, None) if key == "rcpt" else default

    smtp_list.behave(refuse=Once())
    assert send(writer, 1) == {**NOTHING, "sent": items[1:], "failed": items[:1]}


@pytest.mark.parametrize(
    ("phase", "reply", "state", "kind"),
    [
        ("greeting", "421 4.3.2 too busy", "queued", "waiting"),
        ("greeting", "554 5.7.1 go away", "queued", "waiting"),
        ("AUTH", "454 4.7.0 try later", "queued", "waiting"),
        ("AUTH", "535 5.7.8 wrong", "queued", "waiting"),
        ("DATA", "451 4.3.0 later", "queued", "waiting"),
        ("DATA", "554 5.7.1 spam", "failed", "failed"),
        ("dot", "452 4.3.1 later", "queued", "waiting"),
        ("dot", "552 5.3.4 too big", "failed", "failed"),
        ("dot", "354 what?", "uncertain", "uncertain"),
    ],
)
def test_every_answer_at_every_phase_has_its_state(  # noqa: PLR0917 - fixtures
    writer: Writer, authority: Authority, phase: str, reply: str, state: str, kind: str
) -> None:
    item = writer.write()
    script = Halting(None, {phase: reply})
    with scripted(writer, authority, script):
        assert send(writer, 1) == {**NOTHING, kind: [item]}
    assert writer.states() == [state]
    assert "correct horse" not in str(writer.items())


def test_a_refused_login_leaves_everything_queued(writer: Writer, smtp_list: SmtpList) -> None:
    items = [writer.write(f"Answer {n}.") for n in range(2)]
    smtp_list.users = {"writer": "another"}
    outcome = writer.run("send", "--json")
    assert (outcome.code, outcome.document["waiting"]) == (1, items)
    assert "refused the login" in outcome.messages
    assert smtp_list.logins == 1
    assert smtp_list.posts == []


def test_a_server_that_cannot_prove_who_it_is_gets_nothing(writer: Writer, authority: Authority) -> None:
    item = writer.write()
    with ScriptedServer(Halting(None), authority.self_signed("127.0.0.1")) as server:
        writer.send_to(server.port)
        assert send(writer, 1) == {**NOTHING, "waiting": [item]}
        assert (server.clear, server.secret) == (b"", b"")


def test_an_account_that_fails_does_not_keep_another_from_sending(writer: Writer, smtp_list: SmtpList) -> None:
    server = '{{ host = "127.0.0.1", port = {}, tls = "implicit", user = "writer" }}'
    more = "\n".join(
        [
            "[accounts.work]",
            'address = "Ana Lima <ana@work.example>"',
            f"imap = {server.format(9)}",
            f"smtp = {server.format(smtp_list.port)}",
            'password = "correct horse"',
            f'ca_file = "{smtp_list.ca_file}"',
            '[lists.other]\naccount = "work"\nfolder = "INBOX"\naddress = "other@lists.example.org"',
        ]
    )
    writer.send_to(9, more)
    first = writer.write()
    second = writer.json("post", "other", "--subject", "Hi", "--text-file", "-", stdin="Hello.")["outbox"]
    outcome = writer.run("send", "--json")
    assert (outcome.code, outcome.document) == (1, {**NOTHING, "sent": [second], "waiting": [first]})
    assert "home: " in outcome.messages
    assert "refuses connections" in writer.json("outbox")[0]["error"]
    assert smtp_list.posts[0].sender == "ana@work.example"


def test_an_account_that_is_gone_from_the_config_is_said_to_be(writer: Writer) -> None:
    item = writer.write()
    path = writer.home / "config.toml"
    path.write_text(path.read_text().replace("accounts.home", "accounts.new").replace('"home"', '"new"'))
    outcome = writer.run("send", "--json")
    assert (outcome.code, outcome.document["waiting"]) == (1, [item])
    assert "[accounts.home]" in outcome.messages


def test_what_was_sent_before_the_link_broke_is_told(writer: Writer, smtp_list: SmtpList) -> None:
    items = [writer.write(f"Answer {n}.") for n in range(2)]
    deliver = smtp_list.accept

    def accept_and_lock_out(post: Any) -> None:
        deliver(post)
        smtp_list.users = {}

    smtp_list.accept = accept_and_lock_out  # type: ignore[method-assign]
    assert send(writer, 1) == {**NOTHING, "sent": items[:1], "waiting": items[1:]}


def test_what_sending_cost_stands_in_the_ledger_also_when_it_failed(writer: Writer, smtp_list: SmtpList) -> None:
    writer.write()
    smtp_list.users = {}
    send(writer, 1)
    [failed] = writer.json("ledger", "--by", "purpose")
    assert failed["purpose"] == "send"
    assert failed["bytes_up"] > 300


# --- nothing goes out that is not written down --------------------------------------------------------------------


def test_when_the_doubt_cannot_be_written_down_the_mail_is_not_sent(
    writer: Writer, smtp_list: SmtpList, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full at the worst moment: SQLite itself fails to commit before the final dot."""
    item = writer.write()
    move = Outbox.move

    def on_a_full_disk(self: Outbox, item: int, to: Any, **more: Any) -> bool:
        if to != "uncertain":
            return move(self, item, to, **more)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
        try:
            return move(self, item, to, **more)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    monkeypatch.setattr(Outbox, "move", on_a_full_disk)
    outcome = writer.run("send", "--json")
    assert (outcome.code, outcome.document["waiting"], smtp_list.posts) == (1, [item], [])
    assert "disk" in outcome.messages
    monkeypatch.undo()
    assert send(writer, 0)["sent"] == [item]
    assert len(smtp_list.posts) == 1


def test_when_the_servers_yes_cannot_be_written_down_it_stays_in_doubt(
    writer: Writer, smtp_list: SmtpList, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = writer.write()
    move = Outbox.move

    def failing(self: Outbox, item: int, to: Any, **more: Any) -> bool:
        if to == "sent":
            raise OSError(28, os.strerror(28))
        return move(self, item, to, **more)

    monkeypatch.setattr(Outbox, "move", failing)
    assert writer.run("send").code == 1
    monkeypatch.undo()
    assert send(writer, 0) == {**NOTHING, "uncertain": [item]}
    assert len(smtp_list.posts) == 1
