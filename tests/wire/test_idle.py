"""Waiting for mails: told as they come, however the server says it, and what the wait costs is bounded."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from listforum.cancel import Cancel
from listforum.errors import BudgetError, Cancelled, LinkError, ServerError
from listforum.wire.deadline import Deadlines
from listforum.wire.endpoint import Endpoint
from listforum.wire.imap import ImapSession
from listforum.wire.link import Link
from listforum.wire.meter import Meter
from mails import mail
from servers.certificates import Authority, Certificate
from servers.dovecot import Dovecot, User
from servers.relay import Relay
from servers.scripted import Peer, Script, ScriptedServer
from wire.sessions import QUICK, WRITER, imap, password_of

SOON = 0.05
LONG = 20.0
"""Seconds that no test has the patience for: what ends sooner was told."""


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate("localhost")


@contextmanager
def folder_of(
    waiting: Script,
    good: Certificate,
    authority: Authority,
    *,
    capabilities: str = "IMAP4rev1 IDLE",
    meter: Meter | None = None,
    cancel: Cancel | None = None,
    deadlines: Deadlines = QUICK,
) -> Iterator[ImapSession]:
    """A session in a folder of two mails, on a server that plays a script from there on."""

    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
        peer.expect("AUTHENTICATE")
        peer.send(f"{{tag}} OK [CAPABILITY {capabilities}] in")
        peer.expect("EXAMINE")
        peer.send("* 2 EXISTS", "* OK [UIDVALIDITY 7] .", "* OK [UIDNEXT 3] .", "{tag} OK open")
        waiting(peer)

    with ScriptedServer(script, good) as at:
        endpoint = Endpoint("localhost", at.port, "implicit", str(authority.ca_file))
        with ImapSession(endpoint, WRITER, cancel=cancel, meter=meter, deadlines=deadlines) as session:
            session.examine("INBOX")
            yield session


def ends_well(peer: Peer) -> None:
    """The server's part once the client has said DONE."""
    tag = peer.tag
    peer.expect("DONE")
    peer.send(tag + b" OK done")


# --- a real server ------------------------------------------------------------------------------------------------


def test_a_mail_that_comes_meanwhile_is_told_at_once(dovecot: Dovecot, user: User) -> None:
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        threading.Timer(0.1, dovecot.append, (user, "INBOX", mail(1))).start()
        began = time.monotonic()
        assert session.wait_for_news(LONG)
        assert time.monotonic() - began < LONG / 2
        assert session.examine("INBOX").exists == 1
        assert not session.wait_for_news(SOON)


def test_it_works_under_compression_too(dovecot: Dovecot, user: User) -> None:
    with imap(dovecot, user) as session:
        session.compress()
        session.examine("INBOX")
        threading.Timer(0.1, dovecot.append, (user, "INBOX", mail(1))).start()
        assert session.wait_for_news(LONG)
        assert session.uids_from(1) == (1,)


def test_a_wait_of_many_renewals_costs_little(dovecot: Dovecot, user: User) -> None:
    renewals = 10
    with Relay(dovecot.imaps_port) as relay:
        endpoint = Endpoint("localhost", relay.port, "implicit", dovecot.ca_file)
        with ImapSession(endpoint, password_of(user), deadlines=QUICK) as session:
            session.examine("INBOX")
            before = session.bytes.total
            assert relay.up + relay.down == before
            for _renewal in range(renewals):
                assert not session.wait_for_news(0.02)
            assert session.bytes.total - before <= renewals * 180
            assert relay.up + relay.down == session.bytes.total


# --- what libraries get wrong -------------------------------------------------------------------------------------


def test_a_line_may_come_in_two_packets(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling")
        for piece in (b"* 3 EX", b"ISTS\r", b"\n"):
            peer.send_raw(piece)
            time.sleep(0.03)
        ends_well(peer)

    with folder_of(script, good, authority) as session:
        assert session.wait_for_news(LONG)


@pytest.mark.parametrize(
    "lines",
    [("+ idling", "* 3 EXISTS"), ("* 3 EXISTS", "+ idling"), ("+ idling", "* 1 EXPUNGE", "* 1 EXISTS", "* 2 EXISTS")],
)
def test_news_in_one_packet_with_the_plus_are_seen(
    lines: tuple[str, ...], good: Certificate, authority: Authority
) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send(*lines)
        ends_well(peer)

    with folder_of(script, good, authority) as session:
        assert session.wait_for_news(LONG)


def test_news_that_come_with_the_answer_to_done_are_seen(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling")
        tag = peer.tag
        peer.expect("DONE")
        peer.send("* 3 EXISTS", tag + b" OK done")

    with folder_of(script, good, authority) as session:
        assert session.wait_for_news(SOON)


def test_news_that_came_while_something_else_was_asked_are_not_waited_for(
    good: Certificate, authority: Authority
) -> None:
    def script(peer: Peer) -> None:
        peer.expect("SEARCH")
        peer.send("* SEARCH 1 2", "* 3 EXISTS", "{tag} OK found")
        peer.hang()

    with folder_of(script, good, authority) as session:
        assert session.uids_from(1) == (1, 2)
        spent = session.bytes
        assert session.wait_for_news(LONG)
        assert session.bytes == spent


@pytest.mark.parametrize("farewell", [(), ("* BYE Autologout; idle for too long",)])
def test_the_end_of_the_link_is_an_error_at_once(
    farewell: tuple[str, ...], good: Certificate, authority: Authority
) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling", *farewell)
        peer.close()

    with folder_of(script, good, authority) as session:
        began = time.monotonic()
        with pytest.raises(LinkError, match="Autologout" if farewell else "broke"):
            session.wait_for_news(LONG)
        assert time.monotonic() - began < 2
        assert not session.connected
        with pytest.raises(LinkError, match="closed"):
            session.wait_for_news(LONG)


def test_a_link_that_died_in_silence_is_found_at_the_renewal(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling")
        peer.hang()

    short = Deadlines(connect=3.0, login=3.0, gap=0.2, answer=0.3)
    with (
        folder_of(script, good, authority, deadlines=short) as session,
        pytest.raises(LinkError, match="waiting for an answer of localhost"),
    ):
        session.wait_for_news(SOON)


def test_silence_for_longer_than_any_answer_may_take_is_no_failure(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling")
        ends_well(peer)

    short = Deadlines(connect=3.0, login=3.0, gap=0.1, answer=0.1)
    with folder_of(script, good, authority, deadlines=short) as session:
        assert not session.wait_for_news(0.4)
        assert session.connected


def test_whoever_stops_it_does_not_wait(good: Certificate, authority: Authority) -> None:
    idling = threading.Event()

    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling")
        idling.set()
        peer.hang()

    cancel, stopped = Cancel(), 0.0

    def stop() -> None:
        nonlocal stopped
        idling.wait()
        time.sleep(SOON)
        stopped = time.monotonic()
        cancel.cancel()

    with folder_of(script, good, authority, cancel=cancel) as session:
        threading.Thread(target=stop).start()
        with pytest.raises(Cancelled):
            session.wait_for_news(LONG)
        assert time.monotonic() - stopped < 0.4


# --- servers that are poor, or worse ------------------------------------------------------------------------------


def test_a_server_that_tells_nothing_by_itself_is_asked(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("NOOP")
        peer.send("{tag} OK nothing")
        peer.expect("NOOP")
        peer.send("* 3 EXISTS", "{tag} OK there")

    with folder_of(script, good, authority, capabilities="IMAP4rev1") as session:
        assert not session.wait_for_news(SOON)
        assert session.wait_for_news(SOON)


def test_between_two_questions_a_dead_link_is_found_at_once(good: Certificate, authority: Authority) -> None:
    with (
        folder_of(Peer.close, good, authority, capabilities="IMAP4rev1") as session,
        pytest.raises(LinkError, match="broke"),
    ):
        session.wait_for_news(LONG)


@pytest.mark.parametrize("answer", ["{tag} BAD what", "{tag} NO not now", "{tag} OK done already"])
def test_a_server_that_does_not_wait_with_us_is_asked_instead(
    answer: str, good: Certificate, authority: Authority
) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send(answer)
        peer.expect("NOOP")
        peer.send("* 3 EXISTS", "{tag} OK there")

    with folder_of(script, good, authority) as session:
        assert session.waits_idly
        assert not session.wait_for_news(SOON)
        assert not session.waits_idly
        assert session.wait_for_news(SOON)


def test_a_server_that_says_it_is_still_there_is_borne_and_counted(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling", *["* OK Still here"] * 50)
        ends_well(peer)

    with folder_of(script, good, authority) as session:
        before = session.bytes.total
        assert not session.wait_for_news(SOON)
        assert session.bytes.total - before > 50 * len("* OK Still here\r\n")


@pytest.mark.parametrize(
    "line", [b"* OK Still here\r\n", b"+ and on\r\n", b"* 1 FETCH (FLAGS (\\Seen))\r\n", b"x" * 99]
)
def test_one_that_never_ends_saying_it_is_cut(line: bytes, good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling")
        for _again in range(1000):
            peer.send_raw(line * 100)

    with folder_of(script, good, authority) as session:
        with pytest.raises((ServerError, LinkError)):
            session.wait_for_news(LONG)
        assert session.bytes.total < 1_000_000
        assert not session.connected


def test_a_budget_cuts_it_sooner(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling")
        for _again in range(1000):
            peer.send("* OK Still here")

    meter = Meter()
    with folder_of(script, good, authority, meter=meter) as session:
        meter.limit(meter.bytes.total + 2_000)
        most = meter.bytes.total + 2_000
        with pytest.raises(BudgetError):
            session.wait_for_news(LONG)
        assert meter.bytes.down + meter.bytes.up <= most + 100


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\xff\xfe rubbish\r\n", b"\r\n", b"A9999 OK of nobody\r\n", b"* 1 FETCH (BODY[] {9}\r\n123456789)\r\n"],
)
def test_garbage_ends_it_in_words(garbage: bytes, good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.expect("IDLE")
        peer.send("+ idling")
        peer.send_raw(garbage)
        peer.hang()

    with folder_of(script, good, authority) as session, pytest.raises(ServerError, match="makes no sense"):
        session.wait_for_news(LONG)


def test_after_a_sleep_of_the_machine_it_is_renewed_at_the_next_look(
    good: Certificate, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = 0.0

    def script(peer: Peer) -> None:
        nonlocal slept
        peer.expect("IDLE")
        peer.send("+ idling")
        time.sleep(3 * SOON)
        slept = 3600.0
        ends_well(peer)

    monkeypatch.setattr("listforum.wire.idle._now", lambda: time.monotonic() + slept)
    monkeypatch.setattr("listforum.wire.idle._LOOK", SOON)
    with folder_of(script, good, authority) as session:
        assert not session.wait_for_news(1_440)


# --- other folders ------------------------------------------------------------------------------------------------


def test_how_other_folders_stand_is_asked_in_one_breath(dovecot: Dovecot, user: User) -> None:
    dovecot.append(user, "Lists/One", mail(1))
    dovecot.create_folder(user, "Listas/Ñandú")
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        told = session.status(["Lists/One", "Listas/Ñandú", "Nowhere"])
        assert {name: (state.uidnext, state.exists) for name, state in told.items()} == {
            "Lists/One": (2, 1),
            "Listas/Ñandú": (1, 0),
        }
        assert session.status([]) == {}


def test_no_line_is_waited_for_twice(authority: Authority, good: Certificate) -> None:
    def script(peer: Peer) -> None:
        peer.send("one", "two")
        peer.hang()

    with ScriptedServer(script, good) as at:
        link = Link(Endpoint("localhost", at.port, "implicit", str(authority.ca_file)), deadlines=QUICK)
        with link.phase("a test", 3.0):
            link.connect()
            assert link.line_comes(LONG, 100)
            assert link.readline(100) == b"one\r\n"
            assert link.line_comes(LONG, 100)
            assert link.readline(100) == b"two\r\n"
        assert not link.line_comes(SOON, 100)
        link.close()
