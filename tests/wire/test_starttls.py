"""STARTTLS, and everybody who would rather that it did not happen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from listforum.errors import CertificateError, DeadlineError, LinkError, ListforumError, LoginError
from listforum.wire.endpoint import Endpoint
from listforum.wire.imap import ImapSession
from servers.certificates import Authority, Certificate
from servers.scripted import Peer, Script, ScriptedServer
from wire.sessions import IMPATIENT, MAIL, PASSWORD, QUICK, WRITER, send

TREACHERY = "somebody's words in clear"
UNPROVEN: list[Callable[[Authority], Certificate]] = [
    lambda ca: ca.self_signed("localhost"),
    lambda ca: ca.certificate("other.example.org"),
]
SECRETS = (PASSWORD.encode(), b"LOGIN", b"AUTH", b"writer", b"MAIL", b"DATA", MAIL[:20])


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate("localhost")


def starttls(server: ScriptedServer, authority: Authority) -> Endpoint:
    return Endpoint("localhost", server.port, "starttls", str(authority.ca_file))


def fails_without_a_word(server: ScriptedServer, attempt: Callable[[], object]) -> ListforumError:
    """The attempt fails, soon, is no login error, shows nothing said in clear, and nothing secret was sent in clear."""
    with pytest.raises(ListforumError) as raised:
        attempt()
    assert not isinstance(raised.value, LoginError | DeadlineError)
    assert TREACHERY not in str(raised.value)
    assert not [secret for secret in SECRETS if secret in server.clear]
    assert PASSWORD.encode() not in server.secret
    return raised.value


# --- IMAP ---

FULL = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] ready"


def imap_answering(*answers: str) -> Script:
    """Greet, and answer STARTTLS with these lines in one piece."""

    def script(peer: Peer) -> None:
        peer.send(FULL)
        peer.expect("STARTTLS")
        peer.send(*answers)
        peer.hang()

    return script


def attempt_imap(server: ScriptedServer, authority: Authority) -> Callable[[], object]:
    return lambda: ImapSession(starttls(server, authority), WRITER, deadlines=QUICK).__enter__()


@pytest.mark.parametrize(
    "greeting",
    [
        f"* PREAUTH [CAPABILITY IMAP4rev1] {TREACHERY}",
        f"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] {TREACHERY}",
        f"* PREAUTH [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] {TREACHERY}",
        f"* BYE [ALERT] {TREACHERY}",
        f"* NO {TREACHERY}",
        f"* BAD [ALERT] {TREACHERY}",
        f"S1 OK {TREACHERY}",
        f"+ {TREACHERY}",
        f"* OKAY {TREACHERY}",
        TREACHERY,
        "",
        "x" * 100_000,
    ],
)
def test_imap_goes_no_further_after_such_a_greeting(good: Certificate, authority: Authority, greeting: str) -> None:
    def script(peer: Peer) -> None:
        peer.send(greeting)
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        fails_without_a_word(server, attempt_imap(server, authority))


@pytest.mark.parametrize(
    "answers",
    [
        (f"{{tag}} BAD {TREACHERY}",),
        (f"{{tag}} NO {TREACHERY}",),
        (f"{{tag}} NO [ALERT] {TREACHERY}",),
        (f"{{tag}} NO [REFERRAL imap://elsewhere.example.org/] {TREACHERY}",),
        (f"* OK {TREACHERY}",),
        (f"* BYE {TREACHERY}",),
        (f"+ {TREACHERY}",),
        (f"X9 OK {TREACHERY}",),
        ("{tag} OKAY",),
        (TREACHERY,),
        ("",),
        # what should have no effect on the session may as well end it
        ('* LIST () "/" EVIL', "{tag} OK begin"),
        ('* LSUB () "/" EVIL', "{tag} OK begin"),
        ("* STATUS INBOX (MESSAGES 99)", "{tag} OK begin"),
        ("* SEARCH 1 2 3", "{tag} OK begin"),
        ("* FLAGS (\\Evil)", "{tag} OK begin"),
        ("* 99 EXISTS", "{tag} OK begin"),
        ("* 99 RECENT", "{tag} OK begin"),
        ("* 1 EXPUNGE", "{tag} OK begin"),
        ('* 1 FETCH (UID 1 BODY[1] "evil")', "{tag} OK begin"),
        (f"* OK [ALERT] {TREACHERY}", "{tag} OK begin"),
        # bytes in clear behind the answer
        ("{tag} OK begin", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] injected"),
        ("{tag} OK begin", f"* BYE [ALERT] {TREACHERY}"),
        ("{tag} OK begin", "S2 OK injected"),
    ],
)
def test_imap_goes_no_further_after_such_an_answer(
    good: Certificate, authority: Authority, answers: tuple[str, ...]
) -> None:
    with ScriptedServer(imap_answering(*answers), good, tls=False) as server:
        error = fails_without_a_word(server, attempt_imap(server, authority))
        assert isinstance(error, LinkError)
        assert server.clear == b"S1 STARTTLS\r\n"


TAMPERING = [
    '* LIST () "/" EVIL',
    '* LSUB () "/" EVIL',
    "* STATUS INBOX (MESSAGES 99)",
    "* STATUS EVIL (UIDNEXT 1)",
    "* SEARCH 1 2 3",
    "* FLAGS (\\Evil)",
    "* 99 EXISTS",
    "* 99 RECENT",
    "* 1 EXPUNGE",
    '* 1 FETCH (UID 1 BODY[1] "evil")',
    "* CAPABILITY IMAP4rev1 AUTH=PLAIN",
    "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN]",
    f"* OK [ALERT] {TREACHERY}",
    f"* OK [PARSE] {TREACHERY}",
    f"* NO [BADCHARSET] {TREACHERY}",
    f"* BAD {TREACHERY}",
    f"* BYE {TREACHERY}",
    f"* PREAUTH {TREACHERY}",
    "+ ",
    "* OK {5}\r\nevil!",
]


@pytest.mark.parametrize("line", TAMPERING)
@pytest.mark.parametrize("segments", [1, 2])
def test_imap_hears_nothing_that_is_put_between_greeting_and_answer(
    good: Certificate, authority: Authority, line: str, segments: int
) -> None:
    def script(peer: Peer) -> None:
        for lines in ((FULL, line),) if segments == 1 else ((FULL,), (line,)):
            peer.send(*lines)
        peer.expect("STARTTLS")
        peer.send("{tag} OK begin")
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        error = fails_without_a_word(server, attempt_imap(server, authority))
        assert type(error) is LinkError
        # the client may have hung up, with the line unread, before the server looked
        assert server.clear in (b"", b"S1 STARTTLS\r\n")


@pytest.mark.parametrize("line", TAMPERING)
def test_imap_takes_nothing_said_in_clear_behind_the_answer(good: Certificate, authority: Authority, line: str) -> None:
    def script(peer: Peer) -> None:
        peer.send(FULL)
        peer.expect("STARTTLS")
        peer.send("{tag} OK begin", line)
        peer.start_tls()
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        error = fails_without_a_word(server, attempt_imap(server, authority))
        assert "out of turn" in str(error)
        assert not server.secret


@pytest.mark.parametrize(
    "capabilities",
    [
        "IMAP4rev1",
        "IMAP4rev1 LOGINDISABLED",
        "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN",
        "IMAP4rev1 STARTTLS UTF8=ONLY",
        "IMAP4rev1 STARTTLS COMPRESS=DEFLATE ENABLE",
        "IMAP4rev1 STARTTLS " + " ".join(f"AUTH=EVIL{number}" for number in range(55)),
        "EVIL",
        "",
    ],
)
@pytest.mark.parametrize("answer", ["{tag} BAD what?", "{tag} NO not here", "{tag} OK begin"])
def test_imap_asks_for_tls_whatever_is_offered_in_clear(
    good: Certificate, authority: Authority, capabilities: str, answer: str
) -> None:
    def script(peer: Peer) -> None:
        peer.send(f"* OK [CAPABILITY {capabilities}] {TREACHERY}")
        peer.expect("STARTTLS")
        peer.send(answer)
        if answer.endswith("begin"):
            peer.start_tls()
            peer.expect("CAPABILITY")
            peer.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR", "{tag} OK done")
            peer.expect("AUTHENTICATE PLAIN")
            peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        if answer.endswith("begin"):
            with ImapSession(starttls(server, authority), WRITER, deadlines=QUICK) as session:
                assert session.connected
        else:
            fails_without_a_word(server, attempt_imap(server, authority))
        assert server.clear == b"S1 STARTTLS\r\n"


@pytest.mark.parametrize("behind", [b"\x16\x03\x01", b"\x15\x03\x03\x00\x02\x02\x28", b"\r\n", b"\x00", b"S"])
def test_imap_takes_no_byte_in_clear_behind_the_answer(good: Certificate, authority: Authority, behind: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.send(FULL)
        peer.expect("STARTTLS")
        peer.send_raw(b"S1 OK begin\r\n" + behind)
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        fails_without_a_word(server, attempt_imap(server, authority))
        assert not server.secret


@pytest.mark.parametrize(
    "make", [lambda ca: ca.self_signed("localhost"), lambda ca: ca.certificate("other.example.org")]
)
def test_imap_refuses_a_certificate_that_proves_nothing(
    authority: Authority, make: Callable[[Authority], Certificate]
) -> None:
    def script(peer: Peer) -> None:
        peer.send(FULL)
        peer.expect("STARTTLS")
        peer.send("{tag} OK begin")
        peer.start_tls()
        peer.hang()

    with ScriptedServer(script, make(authority), tls=False) as server:
        assert isinstance(fails_without_a_word(server, attempt_imap(server, authority)), CertificateError)


def test_imap_asks_for_tls_even_where_none_is_offered(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] no encryption here")
        peer.expect("STARTTLS")
        peer.send("{tag} BAD what?")
        peer.expect("nothing more")

    with ScriptedServer(script, good, tls=False) as server:
        fails_without_a_word(server, attempt_imap(server, authority))


def test_imap_believes_nothing_that_was_said_in_clear(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED AUTH=EVIL] ready")
        peer.expect("STARTTLS")
        peer.send("{tag} OK begin")
        peer.start_tls()
        peer.expect("CAPABILITY")
        peer.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR", "{tag} OK done")
        peer.expect("AUTHENTICATE PLAIN")
        peer.send("{tag} OK [CAPABILITY IMAP4rev1 MOVE] in")
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        with ImapSession(starttls(server, authority), WRITER, deadlines=QUICK) as session:
            assert session.capabilities == {"IMAP4REV1", "MOVE"}
        assert server.clear == b"S1 STARTTLS\r\n"


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_imap_waits_no_longer_than_its_deadline(good: Certificate, authority: Authority, steps: int) -> None:
    def script(peer: Peer) -> None:
        if steps > 0:
            peer.send(FULL)
            peer.expect("STARTTLS")
        if steps > 1:
            peer.send("{tag} OK begin")
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server, pytest.raises(DeadlineError):
        ImapSession(starttls(server, authority), WRITER, deadlines=IMPATIENT).__enter__()


# --- SMTP ---

CODES = (221, 250, 354, 421, 454, 500, 501, 502, 504, 530, 550, 554)


def attempt_smtp(server: ScriptedServer, authority: Authority) -> Callable[[], object]:
    return lambda: send(starttls(server, authority))


@pytest.mark.parametrize("greeting", [*(f"{code} {TREACHERY}" for code in CODES), TREACHERY, "", "22", "x" * 50_000])
def test_smtp_goes_no_further_after_such_a_greeting(good: Certificate, authority: Authority, greeting: str) -> None:
    def script(peer: Peer) -> None:
        peer.send(greeting)
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        fails_without_a_word(server, attempt_smtp(server, authority))


@pytest.mark.parametrize("ehlo", [*(f"{code} {TREACHERY}" for code in CODES if code != 250), TREACHERY])
def test_smtp_goes_no_further_after_such_an_ehlo(good: Certificate, authority: Authority, ehlo: str) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO localhost")
        peer.send(ehlo)
        while b"HELO" in peer.receive():
            peer.send(ehlo)
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        fails_without_a_word(server, attempt_smtp(server, authority))


@pytest.mark.parametrize("answer", [*(f"{code} {TREACHERY}" for code in CODES), TREACHERY, ""])
def test_smtp_goes_no_further_after_such_an_answer(good: Certificate, authority: Authority, answer: str) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250-AUTH PLAIN", "250 STARTTLS")
        peer.expect("STARTTLS")
        peer.send(answer)
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        fails_without_a_word(server, attempt_smtp(server, authority))


def test_smtp_sends_nothing_where_encryption_is_not_offered(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250 AUTH PLAIN")
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        fails_without_a_word(server, attempt_smtp(server, authority))
        assert server.clear == b"EHLO localhost\r\n"


@pytest.mark.parametrize(
    "make", [lambda ca: ca.self_signed("localhost"), lambda ca: ca.certificate("other.example.org")]
)
def test_smtp_refuses_a_certificate_that_proves_nothing(
    authority: Authority, make: Callable[[Authority], Certificate]
) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250 STARTTLS")
        peer.expect("STARTTLS")
        peer.send("220 begin")
        peer.start_tls()
        peer.hang()

    with ScriptedServer(script, make(authority), tls=False) as server:
        assert isinstance(fails_without_a_word(server, attempt_smtp(server, authority)), CertificateError)


def test_smtp_ignores_what_stood_in_clear_behind_the_answer(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250-AUTH EVIL", "250 STARTTLS")
        peer.expect("STARTTLS")
        peer.send("220 begin", "250-localhost", "250 AUTH PLAIN")
        peer.start_tls()
        peer.expect("EHLO")
        peer.send("535 the real answer")
        peer.hang()

    with ScriptedServer(script, good, tls=False) as server:
        fails_without_a_word(server, attempt_smtp(server, authority))
