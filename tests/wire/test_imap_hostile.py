"""What a hostile, broken or tampered IMAP server can do: nothing but fail, in clear words, soon."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable

import pytest

from listforum.cancel import Cancel
from listforum.errors import Cancelled, DeadlineError, LinkError, ListforumError, LoginError, ServerError
from listforum.secret import Secret
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.fetched import FetchedHeader, PartRequest
from listforum.wire.imap import ImapSession
from listforum.wire.structure import UNREADABLE
from servers.certificates import Authority, Certificate
from servers.scripted import Peer, Script, ScriptedServer
from wire.sessions import IMPATIENT, QUICK, imap_server, kept_by

CANARY = "kanarienvogel+/9"
CREDENTIALS = Credentials("maria", Secret(CANARY), "password")
PLAIN = base64.b64encode(f"\0maria\0{CANARY}".encode()).decode()
GREETING = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready"


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate("localhost")


@pytest.fixture
def session_with(good: Certificate, authority: Authority) -> Callable[[ScriptedServer], ImapSession]:
    def make(server: ScriptedServer) -> ImapSession:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        return ImapSession(endpoint, CREDENTIALS, deadlines=QUICK)

    return make


Make = Callable[[ScriptedServer], ImapSession]


def examined(*answers: str | bytes) -> Script:
    """A server with five mails that answers the commands after EXAMINE with these."""
    return imap_server("* 5 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 6] n\r\n{tag} OK done", *answers)


# --- greetings ---


@pytest.mark.parametrize(
    "greeting",
    [
        "* PREAUTH [CAPABILITY IMAP4rev1] come in",
        "* BYE go away",
        "* NO",
        "hello",
        "A1 OK tagged",
        "+ go on",
        "* OK [CAPABILITY IMAP4rev2-only] strange",
        "* OK [CAPABILITY {9999999}",
        b"\x00\xff\xfe",
        b"* OK " + b"x" * 100_000,
    ],
)
def test_a_greeting_that_is_none_ends_the_session(good: Certificate, session_with: Make, greeting: str | bytes) -> None:
    def script(peer: Peer) -> None:
        peer.send(greeting)
        peer.hang()

    with ScriptedServer(script, good) as server:
        with pytest.raises((ServerError, LinkError)) as raised, session_with(server):
            pass
        assert not isinstance(raised.value, DeadlineError)
        assert PLAIN.encode() not in server.secret


def test_a_server_that_says_bye_in_place_of_a_greeting_tells_why(good: Certificate, session_with: Make) -> None:
    def script(peer: Peer) -> None:
        peer.send("* BYE too many connections from you")
        peer.hang()

    with ScriptedServer(script, good) as server:
        with pytest.raises(LinkError, match=r"ended the session.*too many connections from you"), session_with(server):
            pass
        assert not server.secret


# --- logins ---


def answering_login(*lines: str) -> Script:
    def script(peer: Peer) -> None:
        peer.send(GREETING)
        peer.receive()
        peer.send(*lines)
        peer.hang()

    return script


@pytest.mark.parametrize(
    "lines",
    [
        ("{tag} NO wrong",),
        ("{tag} NO [AUTHENTICATIONFAILED] wrong",),
        ("* OK [ALERT] note", "{tag} NO [REFERRAL imap://elsewhere.example.org/] go there"),
    ],
)
def test_a_tagged_no_is_a_login_error(good: Certificate, session_with: Make, lines: tuple[str, ...]) -> None:
    with ScriptedServer(answering_login(*lines), good) as server, pytest.raises(LoginError), session_with(server):
        pass


@pytest.mark.parametrize(
    "lines",
    [
        ("* NO wrong password", "* BYE wrong password"),
        ("* BYE [ALERT] wrong password",),
        ("{tag} BAD wrong password",),
        ("{tag} NO [UNAVAILABLE] the user database is away",),
        ("{tag} NO [INUSE] try later",),
        ("X9 NO wrong password",),
        ("+ what", "+ else"),
        ("nonsense",),
    ],
)
def test_nothing_else_is_a_login_error(good: Certificate, session_with: Make, lines: tuple[str, ...]) -> None:
    with ScriptedServer(answering_login(*lines), good) as server:
        with pytest.raises(ListforumError) as raised, session_with(server):
            pass
        assert not isinstance(raised.value, LoginError | DeadlineError)


def test_a_referral_is_never_followed(good: Certificate, session_with: Make) -> None:
    def script(peer: Peer) -> None:
        peer.send(GREETING)
        peer.receive()
        peer.send("{tag} OK [REFERRAL imap://127.0.0.1/] in")
        peer.expect("CAPABILITY")
        peer.send("* CAPABILITY IMAP4rev1", "{tag} OK done")
        peer.hang()

    with ScriptedServer(script, good) as server:
        with session_with(server) as session:
            assert session.capabilities == {"IMAP4REV1"}
        assert len(server.peers) == 1


ECHOES = [
    CANARY,
    CANARY.upper(),
    PLAIN,
    f'A1 LOGIN "maria" "{CANARY}"',
    base64.b64encode(f"someprefix{CANARY}suffix".encode()).decode(),
    base64.b64encode(f"x{CANARY}".encode()).decode(),
    base64.urlsafe_b64encode(f"\0maria\0{CANARY}".encode()).decode(),
    CANARY.replace("+", "%2B").replace("/", "%2F"),
    CANARY.encode().hex(),
    CANARY.replace("k", "k\x01", 1),
    CANARY.replace("v", "\x1b[31mv", 1),
    "x" * 4090 + CANARY,
    (CANARY + " ") * 300,
]


@pytest.mark.parametrize("form", ECHOES)
@pytest.mark.parametrize(
    "line", ["{{tag}} NO no: {0}", "{{tag}} BAD {0}", "* BYE {0}", "* OK [ALERT] {0}\r\n{{tag}} NO x"]
)
def test_an_echoed_password_is_never_shown(good: Certificate, session_with: Make, form: str, line: str) -> None:
    answer = line.format(form).replace("{{tag}}", "{tag}")
    with (
        ScriptedServer(answering_login(answer), good) as server,
        pytest.raises(ListforumError) as raised,
        session_with(server),
    ):
        pass
    shown = str(raised.value)
    assert len(shown) < 300
    for hidden in (CANARY, CANARY.upper(), PLAIN, CANARY[:12], base64.b64encode(CANARY.encode()).decode()[:12]):
        assert hidden not in shown
        assert hidden.lower() not in shown.lower()
    kept = kept_by(raised.value)
    assert CANARY not in kept
    assert PLAIN not in kept


def test_a_password_echoed_later_is_not_shown_either(good: Certificate, session_with: Make) -> None:
    with (
        ScriptedServer(imap_server(f"{{tag}} NO you said {PLAIN}"), good) as server,
        session_with(server) as session,
        pytest.raises(ServerError, match=r"you said \*\*\*"),
    ):
        session.folders()


def test_words_of_a_server_are_harmless_and_short(good: Certificate, session_with: Make) -> None:
    words = "\x1b]0;title\x07\x1b[2J" + "loud " * 100
    with (
        ScriptedServer(imap_server(f"{{tag}} NO {words}"), good) as server,
        session_with(server) as session,
        pytest.raises(ServerError) as raised,
    ):
        session.folders()
    assert "\x1b" not in str(raised.value)
    assert "the server says: loud loud" in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("password", ['quote " and \\ backslash', "ünï 漢字", "plain"])
def test_where_only_login_is_offered_any_password_goes_through(
    good: Certificate, authority: Authority, password: str
) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1] ready")
        said = peer.expect('LOGIN "maria" ')
        if said.endswith(b"}"):
            peer.send("+ go on")
            assert peer.receive() == password.encode()
            peer.tag = said.split()[0]
        else:
            assert said.endswith(b' "' + password.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"')
        peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
        peer.hang()

    with ScriptedServer(script, good) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        with ImapSession(endpoint, Credentials("maria", Secret(password), "password"), deadlines=QUICK):
            pass


def test_an_account_with_a_token_never_sends_it_as_a_password(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")
        peer.hang()

    with ScriptedServer(script, good) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        session = ImapSession(endpoint, Credentials("maria", Secret(CANARY), "xoauth2"), deadlines=QUICK)
        with pytest.raises(ServerError, match="no login by XOAUTH2"), session:
            pass
        assert b"AUTHENTICATE" not in server.secret


def test_a_server_that_disables_logins_is_not_told_the_password(good: Certificate, session_with: Make) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready")
        peer.hang()

    with ScriptedServer(script, good) as server:
        with pytest.raises(ServerError, match="no login"), session_with(server):
            pass
        assert CANARY.encode() not in server.secret


# --- answers ---


@pytest.mark.parametrize(
    "answer",
    [
        "* 1 FETCH (UID 1 BODY[1]<0> {99999999999999999999999}",
        "* 1 FETCH (UID 1 BODY[1]<0> {" + "9" * 5000 + "}",
        "* 1 FETCH (UID 1 BODY[1]<0> {6000000000}",
        "* 1 FETCH (UID 1 BODY[1]<0> {101}",
        "* 1 FETCH (UID 1 BODY[1]<0> {4294967296}",
        "* BYE so long",
        "nonsense",
        "* 1 FETCH (UID 1 BODY[1]<0> {3}\r\nabc)\r\nX0 OK done",
        "+ go on",
        b"* LIST (" + b"x" * 5_000_000,
        b"\r\n",
        b"\xff\xfe\x00",
    ],
)
def test_an_answer_that_breaks_the_bounds_ends_the_session(
    good: Certificate, session_with: Make, answer: str | bytes
) -> None:
    with ScriptedServer(examined(answer), good) as server, session_with(server) as session:
        session.examine("INBOX")
        with pytest.raises((ServerError, LinkError)) as raised:
            list(session.parts([PartRequest(1, "1", 0, 100)]))
        assert not isinstance(raised.value, DeadlineError)
        with pytest.raises(LinkError, match="closed"):
            session.uids_from(1)


def test_a_negative_literal_is_no_literal(good: Certificate, session_with: Make) -> None:
    answer = '* 1 FETCH (UID 1 BODY[1]<0> {-5})\r\n* 2 FETCH (UID 2 BODY[1]<0> "sound")\r\n{tag} OK done'
    with ScriptedServer(examined(answer), good) as server, session_with(server) as session:
        session.examine("INBOX")
        wanted = [PartRequest(1, "1", 0, 100), PartRequest(2, "1", 0, 100)]
        assert [(part.uid, part.content) for part in session.parts(wanted)] == [(2, b"sound")]


def test_a_flood_of_lines_is_cut_off(good: Certificate, session_with: Make) -> None:
    flood = b"* OK [ALERT] still here\r\n" * 20_000
    with ScriptedServer(examined(flood), good) as server, session_with(server) as session:
        session.examine("INBOX")
        with pytest.raises(ServerError, match="makes no sense, or too much"):
            list(session.parts([PartRequest(1, "1", 0, 100)]))


def test_ten_million_search_results_are_refused(good: Certificate, session_with: Make) -> None:
    many = b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(4_000_000_000, 4_000_300_000)) + b"\r\n"

    def script(peer: Peer) -> None:
        peer.send(GREETING)
        peer.receive()
        peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
        peer.receive()
        for _ in range(34):
            peer.send_raw(many)
        peer.send("{tag} OK done")
        peer.hang()

    with (
        ScriptedServer(script, good) as server,
        session_with(server) as session,
        pytest.raises((ServerError, LinkError)),
    ):
        session.uids_from(1)


def test_search_results_that_are_no_numbers_are_ignored(good: Certificate, session_with: Make) -> None:
    answer = "* SEARCH 3 5 99999999999 7\r\n* SEARCH 9 (MODSEQ 917162500)\r\n* SEARCH\r\n{tag} OK done"
    with ScriptedServer(examined(answer), good) as server, session_with(server) as session:
        session.examine("INBOX")
        assert session.uids_from(4) == (5, 9)


def test_mails_that_were_not_asked_for_are_ignored(good: Certificate, session_with: Make) -> None:
    answer = (
        '* 9 FETCH (UID 9 BODY[1]<0> "intruder")\r\n'
        "* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"
        '* 1 FETCH (UID 1 BODY[2]<0> "other part")\r\n* 1 FETCH (UID 1 BODY[1]<5> "other place")\r\n'
        '* 6 EXISTS\r\n* 1 FETCH (UID 1 BODY[1]<0> "asked for")\r\n{tag} OK done'
    )
    with ScriptedServer(examined(answer), good) as server, session_with(server) as session:
        session.examine("INBOX")
        assert [part.content for part in session.parts([PartRequest(1, "1", 0, 100)])] == [b"asked for"]


def header_answer(uid: int, structure: str, date: str = "01-Feb-2020 03:04:05 +0100") -> str:
    return (
        f'* {uid} FETCH (UID {uid} INTERNALDATE "{date}" BODYSTRUCTURE {structure} '
        "BODY[HEADER.FIELDS (DATE FROM)] {12}\r\nSubject: x\r\n)\r\n"
    )


@pytest.mark.parametrize(
    "structure", ["NIL", "()", "(()())", "garbage", '"text"', "(NIL NIL NIL)", "(" * 3000, '("text" "plain', "[[[", "7"]
)
def test_a_structure_without_sense_spoils_one_mail_at_most(
    good: Certificate, session_with: Make, structure: str
) -> None:
    sound = '("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 12 1)'
    answer = header_answer(1, sound) + header_answer(2, structure) + header_answer(3, sound) + "{tag} OK done"
    with ScriptedServer(examined(answer), good) as server, session_with(server) as session:
        session.examine("INBOX")
        first, second, third = session.headers([1, 2, 3])
    assert first.parts == third.parts
    assert first.arrived == 1_580_522_645
    assert second.uid == 2
    assert second.header == b"Subject: x\r\n"
    assert all(part.section for part in second.parts)


def test_a_monstrous_structure_costs_neither_the_session_nor_the_header(good: Certificate, session_with: Make) -> None:
    monster = "(" + '("text" "plain" NIL NIL NIL "7bit" 1 1 NIL ("attachment" NIL) NIL NIL)' * 10_000 + '"mixed")'
    answer = "".join(header_answer(uid, monster) for uid in (1, 2, 3)) + "{tag} OK done"
    with ScriptedServer(examined(answer), good) as server, session_with(server) as session:
        session.examine("INBOX")
        started = time.monotonic()
        headers = list(session.headers([1, 2, 3], longest=1000))
        assert time.monotonic() - started < 5
    assert [(header.uid, header.parts, header.header) for header in headers] == [
        (uid, (UNREADABLE,), b"Subject: x\r\n") for uid in (1, 2, 3)
    ]


def test_a_mail_that_cannot_be_read_at_all_still_has_its_header(good: Certificate, session_with: Make) -> None:
    answer = header_answer(1, '("text" "unclosed') + "{tag} OK done"
    with ScriptedServer(examined(answer), good) as server, session_with(server) as session:
        session.examine("INBOX")
        assert list(session.headers([1])) == [FetchedHeader(1, None, (UNREADABLE,), b"Subject: x\r\n")]


@pytest.mark.parametrize("date", ["", "yesterday", "31-Feb-2020 00:00:00 +0000", "01-Jan-0001 00:00:00 +9999"])
def test_a_date_without_sense_is_none(good: Certificate, session_with: Make, date: str) -> None:
    answer = header_answer(1, '("text" "plain" NIL NIL NIL "7bit" 1 1)', date) + "{tag} OK done"
    with ScriptedServer(examined(answer), good) as server, session_with(server) as session:
        session.examine("INBOX")
        assert [header.arrived for header in session.headers([1])] == [None]


def test_folders_without_sense_are_left_out(good: Certificate, session_with: Make) -> None:
    answer = (
        '* LIST () "/" sound\r\n* LIST () "/"\r\n* LIST garbage\r\n* LIST () "/" &broken\r\n'
        '* LIST (\\Sent) NIL {4}\r\nlost\r\n* LIST () "/" 2020\r\n{tag} OK done'
    )
    with ScriptedServer(imap_server(answer), good) as server, session_with(server) as session:
        names = {folder.name: folder.special_use for folder in session.folders()}
    assert names["sound"] == ""
    assert names["lost"] == "\\Sent"
    assert "2020" in names


def test_a_folder_without_uidvalidity_is_refused(good: Certificate, session_with: Make) -> None:
    with (
        ScriptedServer(imap_server("* 5 EXISTS\r\n{tag} OK done"), good) as server,
        session_with(server) as session,
        pytest.raises(ServerError, match="UIDVALIDITY"),
    ):
        session.examine("INBOX")


# --- time ---


def hanging_after(count: int) -> Script:
    """A server that goes silent after its first `count` steps."""

    answers = [
        GREETING,
        "{tag} OK [CAPABILITY IMAP4rev1] in",
        "* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 6] n\r\n{tag} OK done",
    ]

    def script(peer: Peer) -> None:
        for number, answer in enumerate(answers[:count]):
            if number:
                peer.receive()
            peer.send(answer)
        peer.hang()

    return script


@pytest.mark.parametrize("count", range(4))
def test_silence_at_any_phase_ends_at_its_deadline(good: Certificate, authority: Authority, count: int) -> None:
    with ScriptedServer(hanging_after(count), good) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        started = time.monotonic()
        with pytest.raises(DeadlineError), ImapSession(endpoint, CREDENTIALS, deadlines=IMPATIENT) as session:
            session.examine("INBOX")
            list(session.headers([1]))
        assert time.monotonic() - started < 5


def test_a_trickling_login_ends_at_its_deadline(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.send(GREETING)
        peer.receive()
        peer.trickle(b"* OK " + b"x" * 100, 0.05)

    with ScriptedServer(script, good) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        with pytest.raises(DeadlineError), ImapSession(endpoint, CREDENTIALS, deadlines=IMPATIENT):
            pass


@pytest.mark.parametrize("count", range(4))
def test_a_cancel_stops_any_phase(good: Certificate, authority: Authority, count: int) -> None:
    with ScriptedServer(hanging_after(count), good) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        cancel = Cancel()
        threading.Timer(0.1, cancel.cancel).start()
        started = time.monotonic()
        with pytest.raises(Cancelled), ImapSession(endpoint, CREDENTIALS, cancel=cancel) as session:
            session.examine("INBOX")
            list(session.headers([1]))
        assert time.monotonic() - started < 5
