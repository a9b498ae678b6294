"""Handing a mail to a submission server: what became of it is always known."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable

import pytest

from listforum.cancel import Cancel
from listforum.errors import (
    Cancelled,
    CertificateError,
    DeadlineError,
    LinkError,
    ListforumError,
    LoginError,
    ServerError,
    UsageError,
)
from listforum.secret import Secret
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.meter import Meter
from listforum.wire.smtp import greet
from servers.certificates import Authority, Certificate
from servers.relay import Relay
from servers.scripted import Peer, ScriptedServer
from servers.smtp_list import Point, SmtpList
from wire.sessions import IMPATIENT, MAIL, QUICK, WRITER, kept_by, send, smtp_server

CANARY = "kanarienvogel+/9"
PLAIN = base64.b64encode(f"\0writer\0{CANARY}".encode()).decode()
ALONE = base64.b64encode(CANARY.encode()).decode()


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate("localhost")


def tls(server: ScriptedServer | SmtpList | Relay, authority: Authority) -> Endpoint:
    return Endpoint("localhost", server.port, "implicit", str(authority.ca_file))


class Dots:
    """Counts how often the moment before the final dot came."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


# --- a mail that is taken ---


def test_a_mail_is_handed_over_as_it_is(smtp_list: SmtpList, authority: Authority) -> None:
    dots = Dots()
    delivery = send(tls(smtp_list, authority), recipients=("a@example.org", "b@example.org"), before_final_dot=dots)
    assert (delivery.outcome, delivery.words) == ("accepted", "the server says: 2.0.0 queued")
    (post,) = smtp_list.posts
    assert post.mail == MAIL
    assert (post.sender, post.recipients) == ("writer@example.org", ("a@example.org", "b@example.org"))
    assert dots.count == 1
    assert delivery.bytes.up > len(MAIL)


def test_starttls_leads_to_the_same(authority: Authority) -> None:
    with SmtpList(authority, starttls=True) as server:
        endpoint = Endpoint("localhost", server.port, "starttls", server.ca_file)
        assert send(endpoint).outcome == "accepted"
        assert server.posts[0].mail == MAIL


@pytest.mark.parametrize(
    ("mail", "arrives"),
    [
        (b"\r\n.\r\n..\r\n.x\r\n", b"\r\n.\r\n..\r\n.x\r\n"),
        (b"\r\nno end", b"\r\nno end\r\n"),
        (b"a: b\n\nlone\rends\n.\n", b"a: b\r\n\r\nlone\r\nends\r\n.\r\n"),
        (b"\r\n\r\n\r\n", b"\r\n\r\n\r\n"),
        (b"", b""),
        (b".", b".\r\n"),
        (b"a: b\r\n\r\n" + b"x" * 990 + b"\r\n", b"a: b\r\n\r\n" + b"x" * 990 + b"\r\n"),
    ],
)
def test_dots_and_line_ends_arrive_right(
    smtp_list: SmtpList, authority: Authority, mail: bytes, arrives: bytes
) -> None:
    assert send(tls(smtp_list, authority), mail=mail).outcome == "accepted"
    assert smtp_list.posts[0].mail == arrives


def test_a_large_mail_arrives_whole(smtp_list: SmtpList, authority: Authority) -> None:
    mail = b"Subject: large\r\n\r\n" + b"".join(b".%060d\r\n" % number for number in range(30_000))
    assert send(tls(smtp_list, authority), mail=mail).outcome == "accepted"
    assert smtp_list.posts[0].mail == mail


def test_all_bytes_are_counted(smtp_list: SmtpList, authority: Authority) -> None:
    meter = Meter()
    with Relay(smtp_list.port) as relay:
        delivery = send(tls(relay, authority), meter=meter)
        time.sleep(0.05)
        assert delivery.bytes.up == meter.bytes.up == relay.up
        assert 0 < delivery.bytes.down == meter.bytes.down <= relay.down


def test_nothing_is_told_about_this_machine(good: Certificate) -> None:
    with ScriptedServer(smtp_server("250 ok", "250 ok", "354 go", "250 taken"), good, tls=False) as server:
        send(Endpoint("localhost", server.port, "none"))
        assert server.clear.startswith(b"EHLO localhost\r\nAUTH PLAIN ")


def test_extensions_that_are_offered_are_used(good: Certificate) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250-SIZE 1000", "250-8BITMIME", "250-SMTPUTF8", "250 AUTH LOGIN PLAIN")
        peer.expect("AUTH PLAIN")
        peer.send("235 in")
        peer.expect("MAIL FROM:<writer@example.org> SIZE=12 BODY=8BITMIME SMTPUTF8")
        peer.send("250 ok")
        peer.expect("RCPT TO:<zoë@example.org>")
        peer.send("550 no")
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        endpoint = Endpoint("localhost", server.port, "none")
        delivery = send(endpoint, mail="a: b\r\n\r\né\r\n".encode(), recipients=("zoë@example.org",))
    assert delivery.outcome == "refused"


@pytest.mark.parametrize(
    ("mail", "recipient"), [(b"x" * 2000, "a@example.org"), (b"x", "zoë@example.org")], ids=["too large", "not ASCII"]
)
def test_what_the_server_cannot_take_is_not_begun(good: Certificate, mail: bytes, recipient: str) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250-SIZE 1000", "250 AUTH PLAIN")
        peer.expect("AUTH PLAIN")
        peer.send("235 in")
        peer.expect("QUIT")

    with ScriptedServer(script, good, tls=False) as server:
        delivery = send(Endpoint("localhost", server.port, "none"), mail=mail, recipients=(recipient,))
        assert delivery.outcome == "refused"


# --- a mail that is not taken ---


@pytest.mark.parametrize("point", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(("reply", "outcome"), [("550 5.1.1 no", "refused"), ("451 4.0.0 later", "retry")])
def test_a_refusal_anywhere_is_for_all(
    smtp_list: SmtpList, authority: Authority, point: Point, reply: str, outcome: str
) -> None:
    smtp_list.behave(refuse={point: reply})
    delivery = send(tls(smtp_list, authority))
    assert delivery.outcome == outcome
    assert delivery.words.endswith(f"the server says: {reply[4:]}")
    assert not smtp_list.posts


def test_one_refused_recipient_means_nobody_gets_it(good: Certificate) -> None:
    dots = Dots()
    with ScriptedServer(smtp_server("250 ok", "250 ok", "550 unknown"), good, tls=False) as server:
        endpoint = Endpoint("localhost", server.port, "none")
        delivery = send(endpoint, recipients=("a@example.org", "b@example.org"), before_final_dot=dots)
        time.sleep(0.05)
        assert b"DATA" not in server.clear
    assert delivery.outcome == "refused"
    assert "b@example.org" in delivery.words
    assert dots.count == 0


@pytest.mark.parametrize("reply", ["550 no", "250 what", "450 later", "999 what", "nonsense"])
def test_a_refused_data_keeps_the_mail_back(good: Certificate, reply: str) -> None:
    with ScriptedServer(smtp_server("250 ok", "250 ok", reply), good, tls=False) as server:
        assert send(Endpoint("localhost", server.port, "none")).outcome in ("refused", "retry")
        time.sleep(0.05)
        assert b"first" not in server.clear


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("250 taken", "accepted"),
        ("251 taken", "accepted"),
        ("550 spam", "refused"),
        ("451 later", "retry"),
        ("421 going down", "retry"),
        ("354 what", "uncertain"),
        ("nonsense", "uncertain"),
        ("999 what", "uncertain"),
        ("x" * 50_000, "uncertain"),
    ],
)
def test_the_answer_to_the_final_dot_decides(good: Certificate, reply: str, outcome: str) -> None:
    def script(peer: Peer) -> None:
        smtp_start(peer)
        while peer.receive() != b".":
            pass
        peer.send(reply)
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        assert send(Endpoint("localhost", server.port, "none")).outcome == outcome


def smtp_start(peer: Peer) -> None:
    """Everything up to the mail itself."""
    peer.send("220 ready")
    peer.expect("EHLO")
    peer.send("250-localhost", "250 AUTH PLAIN")
    peer.expect("AUTH")
    peer.send("235 in")
    for word, reply in (("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go")):
        peer.expect(word)
        peer.send(reply)


@pytest.mark.parametrize("address", ["", "a b@example.org", "a@example.org>\r\nRCPT TO:<b@c", "a\0@b", "<a@b>"])
def test_no_address_is_a_command(smtp_list: SmtpList, authority: Authority, address: str) -> None:
    with pytest.raises(UsageError):
        send(tls(smtp_list, authority), recipients=(address,))
    assert smtp_list.logins == 0


def test_a_mail_to_nobody_is_not_sent(smtp_list: SmtpList, authority: Authority) -> None:
    with pytest.raises(UsageError):
        send(tls(smtp_list, authority), recipients=())


# --- the moment before the final dot ---


def test_nothing_completes_the_mail_before_the_moment_has_passed(good: Certificate) -> None:
    seen: list[bytes] = []

    def look() -> None:
        time.sleep(0.1)
        seen.append(server.clear)

    def script(peer: Peer) -> None:
        smtp_start(peer)
        while peer.receive() != b".":
            pass
        peer.send("250 taken")
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        assert send(Endpoint("localhost", server.port, "none"), before_final_dot=look).outcome == "accepted"
    assert seen[0].endswith(b"first\r\n..second\r\n")


def test_what_fails_in_that_moment_keeps_the_mail_back(smtp_list: SmtpList, authority: Authority) -> None:
    def fail() -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        send(tls(smtp_list, authority), before_final_dot=fail)
    time.sleep(0.05)
    assert not smtp_list.posts


def test_a_cancel_in_that_moment_keeps_the_mail_back(smtp_list: SmtpList, authority: Authority) -> None:
    cancel = Cancel()
    with pytest.raises(Cancelled):
        send(tls(smtp_list, authority), cancel=cancel, before_final_dot=cancel.cancel)
    time.sleep(0.05)
    assert not smtp_list.posts


# --- logging in ---


@pytest.mark.parametrize("password", ['quote " \\', "ünï 漢字", "a:b{c}%d"])
def test_any_password_logs_in(authority: Authority, password: str) -> None:
    with SmtpList(authority, users={"writer": password}) as server:
        credentials = Credentials("writer", Secret(password), "password")
        assert send(tls(server, authority), credentials=credentials).outcome == "accepted"


def test_a_wrong_password_is_one_refused_attempt(smtp_list: SmtpList, authority: Authority) -> None:
    with pytest.raises(LoginError, match="the server says: "):
        send(tls(smtp_list, authority), credentials=Credentials("writer", Secret("wrong"), "password"))
    assert smtp_list.logins == 1


@pytest.mark.parametrize(
    ("offer", "mechanism", "dialogue"),
    [
        ("LOGIN", "password", [("AUTH LOGIN d3JpdGVy", "334 UGFzc3dvcmQ6"), ("", "235 in")]),
        ("PLAIN XOAUTH2", "xoauth2", [("AUTH XOAUTH2 ", "235 in")]),
        ("PLAIN OAUTHBEARER", "oauthbearer", [("AUTH OAUTHBEARER ", "235 in")]),
        ("XOAUTH2", "xoauth2", [("AUTH XOAUTH2 ", "334 eyJzIjoiNDAxIn0="), ("", "535 no")]),
        ("OAUTHBEARER", "oauthbearer", [("AUTH OAUTHBEARER ", "334 eyJzIjoiNDAxIn0="), ("AQ==", "535 no")]),
    ],
)
def test_every_mechanism_is_spoken(
    good: Certificate, authority: Authority, offer: str, mechanism: str, dialogue: list[tuple[str, str]]
) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", f"250 AUTH {offer}")
        for expected, reply in dialogue:
            peer.expect(expected)
            peer.send(reply)
        peer.receive()
        peer.send("550 enough")
        peer.hang()

    credentials = Credentials("writer", Secret(CANARY), mechanism)  # type: ignore[arg-type]
    with ScriptedServer(script, good) as server:
        if dialogue[-1][1].startswith("235"):
            assert send(tls(server, authority), credentials=credentials).outcome == "refused"
        else:
            with pytest.raises(LoginError):
                send(tls(server, authority), credentials=credentials)


@pytest.mark.parametrize(("offer", "mechanism"), [("XOAUTH2", "password"), ("PLAIN LOGIN", "xoauth2")])
def test_a_secret_is_not_sent_by_another_mechanism(
    good: Certificate, authority: Authority, offer: str, mechanism: str
) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", f"250 AUTH {offer}")
        peer.hang()

    credentials = Credentials("writer", Secret(CANARY), mechanism)  # type: ignore[arg-type]
    with ScriptedServer(script, good) as server:
        with pytest.raises(ServerError, match="no login by"):
            send(tls(server, authority), credentials=credentials)
        assert b"AUTH" not in server.secret


def test_a_login_refused_for_now_may_be_tried_again(good: Certificate, authority: Authority) -> None:
    with ScriptedServer(answering_auth("454 4.7.0 the user database is away"), good) as server:
        assert send(tls(server, authority)).outcome == "retry"


def answering_auth(*answers: str) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250 AUTH PLAIN")
        peer.expect("AUTH PLAIN")
        peer.send(*answers)
        peer.hang()

    return script


@pytest.mark.parametrize(
    "form", [CANARY, PLAIN, CANARY.upper(), base64.b64encode(CANARY.encode()).decode(), "x" * 4090 + CANARY]
)
@pytest.mark.parametrize("code", [334, 435, 535, 999])
def test_an_echoed_password_is_never_shown(good: Certificate, authority: Authority, form: str, code: int) -> None:
    credentials = Credentials("writer", Secret(CANARY), "password")
    with ScriptedServer(answering_auth(f"{code}-first {form}", f"{code} {form}"), good) as server:
        try:
            shown = send(tls(server, authority), credentials=credentials).words
        except ListforumError as error:
            shown = str(error)
            kept = kept_by(error)
            assert CANARY not in kept
            assert PLAIN not in kept
    assert form.lower()[:12] not in shown.lower() or form.startswith("x")
    assert CANARY not in shown
    assert len(shown) < 300


@pytest.mark.parametrize("script", [answering_auth("nonsense"), answering_auth("334 what"), lambda peer: peer.close()])
def test_nothing_but_a_refusal_is_a_login_error(
    good: Certificate, authority: Authority, script: Callable[[Peer], None]
) -> None:
    with ScriptedServer(script, good) as server:
        with pytest.raises((LinkError, ServerError)) as raised:
            send(tls(server, authority))
        assert not isinstance(raised.value, DeadlineError | CertificateError)


def test_a_greeting_tries_the_login_and_no_more(smtp_list: SmtpList, authority: Authority) -> None:
    greet(tls(smtp_list, authority), WRITER, Cancel(), QUICK)
    assert smtp_list.logins == 1
    assert not smtp_list.posts
    with pytest.raises(LoginError):
        greet(tls(smtp_list, authority), Credentials("writer", Secret("wrong"), "password"), Cancel(), QUICK)


def test_a_greeting_refused_for_now_is_said_so(good: Certificate, authority: Authority) -> None:
    with ScriptedServer(answering_auth("454 later"), good) as server, pytest.raises(ServerError, match="later"):
        greet(tls(server, authority), WRITER, Cancel(), QUICK)


# --- who is there ---


def test_a_certificate_that_proves_nothing_is_refused(authority: Authority) -> None:
    with ScriptedServer(Peer.hang, authority.certificate("localhost", days=-2)) as server:
        with pytest.raises(CertificateError, match="expired"):
            send(tls(server, authority))
        assert not server.secret


def test_a_server_without_tls_is_told_apart(good: Certificate, authority: Authority) -> None:
    with ScriptedServer(smtp_server(), good, tls=False) as server, pytest.raises(CertificateError, match="TLS"):
        send(tls(server, authority))


# --- time ---


def hanging_after(steps: int) -> Callable[[Peer], None]:
    """A server that goes silent after so many of its answers."""
    answers = ["220 ready", "250-localhost\r\n250 AUTH PLAIN", "235 in", "250 ok", "250 ok", "354 go"]

    def script(peer: Peer) -> None:
        for number, answer in enumerate(answers[:steps]):
            if number:
                peer.receive()
            peer.send(answer)
        peer.hang()

    return script


@pytest.mark.parametrize("steps", range(6))
def test_silence_before_the_mail_ends_at_a_deadline(good: Certificate, authority: Authority, steps: int) -> None:
    started = time.monotonic()
    with ScriptedServer(hanging_after(steps), good) as server:
        if steps < 3:
            with pytest.raises(DeadlineError):
                send(tls(server, authority), deadlines=IMPATIENT)
        else:
            assert send(tls(server, authority), deadlines=IMPATIENT).outcome == "retry"
    assert time.monotonic() - started < 5


def test_a_trickling_answer_ends_at_its_deadline(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.trickle(b"220-" + b"x" * 100, 0.05)

    with ScriptedServer(script, good) as server, pytest.raises(DeadlineError):
        send(tls(server, authority), deadlines=IMPATIENT)


@pytest.mark.parametrize("steps", range(7))
@pytest.mark.parametrize("encrypted", [True, False])
def test_a_cancel_is_heard_at_every_phase(good: Certificate, authority: Authority, steps: int, encrypted: bool) -> None:
    cancel = Cancel()
    with ScriptedServer(hanging_after(steps), good, tls=encrypted) as server:
        endpoint = tls(server, authority) if encrypted else Endpoint("localhost", server.port, "none")
        threading.Timer(0.08, cancel.cancel).start()
        started = time.monotonic()
        if steps < 6:
            with pytest.raises(Cancelled):
                send(endpoint, cancel=cancel)
        else:
            assert send(endpoint, cancel=cancel).outcome == "uncertain"
        assert time.monotonic() - started < 5


def test_a_cancel_is_heard_while_a_large_mail_goes_nowhere(smtp_list: SmtpList, authority: Authority) -> None:
    cancel = Cancel()
    dots = Dots()
    with Relay(smtp_list.port, cut_up=3000, cut="hole") as relay:
        threading.Timer(0.2, cancel.cancel).start()
        started = time.monotonic()
        with pytest.raises(Cancelled):
            send(tls(relay, authority), mail=(b"x" * 990 + b"\r\n") * 3000, cancel=cancel, before_final_dot=dots)
        assert time.monotonic() - started < 5
    assert dots.count == 0
    assert not smtp_list.posts
