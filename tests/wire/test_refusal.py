"""Why a server let nobody in: told apart by what it says, and by who it is, with what to do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.errors import LinkError, ListforumError, LoginError, ServerError
from listforum.secret import Secret
from listforum.wire.endpoint import Credentials, Endpoint, Mechanism
from listforum.wire.imap import ImapSession
from listforum.wire.refusal import imap_refusal, not_offered, smtp_refusal
from servers.certificates import Authority
from servers.scripted import Peer, ScriptedServer
from wire.sessions import QUICK, WRITER, send

HOME = "imap.example.org"
WRONG = "the user name or the password is wrong"

IMAP = [
    # what the codes of RFC 5530 say
    (HOME, "LOGIN failed.", LoginError, WRONG),
    (HOME, "", LoginError, WRONG),
    (HOME, "[AUTHENTICATIONFAILED] Authentication failed.", LoginError, WRONG),
    (HOME, "[authenticationfailed] no", LoginError, WRONG),
    (HOME, "[REFERRAL imap://elsewhere.example/] no", LoginError, WRONG),
    (HOME, "[AUTHORIZATIONFAILED] no", ServerError, "knows you, but does not let you in"),
    (HOME, "[EXPIRED] That password isn't valid any more", LoginError, "the password has expired"),
    (HOME, "[PRIVACYREQUIRED] Connection offers no privacy", ServerError, "wants an encrypted link"),
    (HOME, "[UNAVAILABLE] User's backend down for maintenance", ServerError, "try again later"),
    (HOME, "[INUSE] Mailbox is in use", ServerError, "try again later"),
    (HOME, "[LIMIT] Too many connections", ServerError, "try again later"),
    (HOME, "[SERVERBUG] Oops", ServerError, "ask your provider"),
    (HOME, "[CONTACTADMIN] Call us", ServerError, "ask your provider"),
    # what large providers say
    ("imap.gmail.com", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", LoginError, "Google takes only app"),
    (
        "imap.gmail.com",
        "[ALERT] Application-specific password required: https://support.google.example/1 (Failure)",
        LoginError,
        'refused the login: Google takes only app passwords from mail programs: .*or set auth = "xoauth2"',
    ),
    ("imap.gmail.com", "[WEBALERT https://accounts.google.example/x] Web login required.", LoginError, "web browser"),
    ("imap.gmail.com", "[ALERT] Please log in via your web browser: https://x", LoginError, "web browser"),
    ("imap.gmail.com", "[ALERT] Your account is not enabled for IMAP use.", ServerError, "IMAP is switched off"),
    (
        "outlook.office365.com",
        "LOGIN failed.",
        LoginError,
        'Microsoft takes no passwords any more: set auth = "xoauth2"',
    ),
    ("outlook.office365.com", "AUTHENTICATE failed.", LoginError, "Microsoft takes no passwords any more"),
    ("imap-mail.outlook.com", "[UNAVAILABLE] busy", ServerError, "try again later"),
    ("imap.mail.me.com", "[AUTHENTICATIONFAILED] Authentication failed", LoginError, "Apple takes only app passwords"),
    ("p42-imap.mail.me.com", "no", LoginError, "Apple takes only app passwords"),
    ("imap.mail.yahoo.com", "[AUTHENTICATIONFAILED] LOGIN Invalid credentials", LoginError, "Yahoo takes only app"),
    ("imap.aol.com", "no", LoginError, "AOL takes only app passwords"),
    (
        "imap.mail.ru",
        "[AUTHENTICATIONFAILED] NEOBHODIM parol prilozheniya",
        LoginError,
        "refused the login: Mail.ru takes",
    ),
    ("imap.yandex.ru", "[AUTHENTICATIONFAILED] LOGIN invalid credentials or IMAP is disabled", ServerError, "switched"),
    ("imap.qq.com", "Login fail. Account is abnormal", LoginError, "QQ takes only authorization codes"),
    ("imap.163.com", "LOGIN Login error or password error", LoginError, "NetEase takes only authorization codes"),
    (HOME, "Please use your app-specific password", LoginError, f"{HOME} takes only app passwords"),
    (HOME, "basic authentication is disabled", LoginError, "takes only app passwords"),
    # nobody's own word
    ("gmail.com.example.org", "no", LoginError, f"{WRONG}$"),
    ("notgmail.com", "no", LoginError, f"{WRONG}$"),
    ("IMAP.GMAIL.COM.", "no", LoginError, "Google"),
]

SMTP = [
    (HOME, 535, "5.7.8 Error: authentication failed", LoginError, WRONG),
    (HOME, 535, "authentication failed", LoginError, WRONG),
    (HOME, 550, "no", LoginError, WRONG),
    (HOME, 534, "5.7.9 Authentication mechanism is too weak", LoginError, WRONG),
    (HOME, 538, "Encryption required", ServerError, "wants an encrypted link"),
    (HOME, 538, "5.7.11 Encryption required", ServerError, "wants an encrypted link"),
    (HOME, 534, "5.7.12 A password transition is needed", LoginError, "has expired"),
    (HOME, 500, "5.5.6 line too long", ServerError, "whatever the password"),
    (HOME, 504, "5.5.4 Unrecognized authentication type", ServerError, "whatever the password"),
    ("smtp.gmail.com", 535, "5.7.8 Username and Password not accepted.", LoginError, "Google takes only app"),
    ("smtp.gmail.com", 534, "5.7.9 Application-specific password required.", LoginError, "refused the login: Google"),
    ("smtp.gmail.com", 534, "5.7.14 Please log in with your web browser", LoginError, "web browser"),
    (
        "smtp.office365.com",
        535,
        "5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        LoginError,
        "Microsoft takes no passwords any more",
    ),
    ("smtp.office365.com", 535, "5.7.3 Authentication unsuccessful", LoginError, "Microsoft takes no passwords"),
    ("smtp.mail.me.com", 535, "5.7.8 Error: authentication failed", LoginError, "Apple takes only app passwords"),
    ("smtp.mail.yahoo.com", 535, "5.7.0 (#AUTH005) Too many bad auth attempts.", LoginError, "Yahoo takes only app"),
    (
        "smtp.qq.com",
        535,
        "Error: \u8bf7\u4f7f\u7528\u6388\u6743\u7801\u767b\u5f55\u3002",
        LoginError,
        "refused the login: QQ takes",
    ),
]


@pytest.mark.parametrize(("host", "text", "kind", "words"), IMAP)
def test_a_refusal_of_imap_says_what_to_do(host: str, text: str, kind: type[ListforumError], words: str) -> None:
    error = imap_refusal(host, "password", text.encode(), "")
    assert type(error) is kind
    with pytest.raises(kind, match=words):
        raise error
    assert str(error).startswith(host)


@pytest.mark.parametrize(("host", "code", "text", "kind", "words"), SMTP)
def test_a_refusal_of_smtp_says_what_to_do(
    host: str, code: int, text: str, kind: type[ListforumError], words: str
) -> None:
    error = smtp_refusal(host, "password", code, text, "")
    assert type(error) is kind
    with pytest.raises(kind, match=words):
        raise error


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
@pytest.mark.parametrize("host", [HOME, "imap.gmail.com", "outlook.office365.com"])
def test_a_refused_token_is_no_wrong_password(mechanism: Mechanism, host: str) -> None:
    for error in (
        imap_refusal(host, mechanism, b"[AUTHENTICATIONFAILED] Invalid credentials", ""),
        smtp_refusal(host, mechanism, 535, "5.7.8 no", ""),
    ):
        assert type(error) is LoginError
        assert "the token may have run out; see what token_command prints" in str(error)
        assert "password" not in str(error)


def test_the_servers_own_words_come_last() -> None:
    assert str(imap_refusal(HOME, "password", b"no", "the server says: no")).endswith("is wrong; the server says: no")


@pytest.mark.parametrize(
    ("mechanism", "offered", "words"),
    [
        ("PLAIN", {"XOAUTH2", "OAUTHBEARER"}, 'it wants a token: set auth = "xoauth2" and token_command'),
        ("PLAIN", {"OAUTHBEARER"}, 'it wants a token: set auth = "oauthbearer" and token_command'),
        ("XOAUTH2", {"PLAIN"}, 'it takes passwords: set auth = "password"'),
        ("XOAUTH2", {"LOGIN", "OAUTHBEARER"}, 'it takes passwords: set auth = "password"'),
        ("XOAUTH2", {"oauthbearer"}, 'it wants a token: set auth = "oauthbearer"'),
        ("XOAUTH2", set(), "offers no login by XOAUTH2$"),
        ("PLAIN", {"GSSAPI"}, "offers no login by PLAIN$"),
    ],
)
def test_a_login_that_is_not_offered_names_the_one_that_is(mechanism: str, offered: set[str], words: str) -> None:
    with pytest.raises(ServerError, match=words):
        raise not_offered(HOME, mechanism, offered)


@given(
    st.sampled_from([HOME, "imap.gmail.com", "outlook.com", "", "."]),
    st.sampled_from(["password", "xoauth2"]),
    st.binary(max_size=200),
    st.integers(500, 599),
)
@settings(deadline=None, max_examples=200)
def test_every_refusal_is_a_sentence(host: str, mechanism: Mechanism, text: bytes, code: int) -> None:
    for error in (
        imap_refusal(host, mechanism, text, ""),
        smtp_refusal(host, mechanism, code, text.decode("latin-1"), ""),
    ):
        assert isinstance(error, LoginError | ServerError)
        assert "{" not in str(error)


# --- at the sessions ---


def test_a_session_says_it(authority: Authority) -> None:
    def imap(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
        peer.receive()
        peer.send("{tag} NO [ALERT] Application-specific password required")
        peer.hang()

    def smtp(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250 AUTH PLAIN")
        peer.expect("AUTH PLAIN")
        peer.send("534-5.7.9 Application-specific password required. For more", "534 5.7.9 information, go to x")
        peer.hang()

    certificate = authority.certificate("localhost")
    for script, attempt in (
        (imap, lambda endpoint: ImapSession(endpoint, WRITER, deadlines=QUICK).__enter__()),
        (smtp, send),
    ):
        with ScriptedServer(script, certificate) as server, pytest.raises(LoginError, match="app password") as raised:
            attempt(Endpoint("localhost", server.port, "implicit", str(authority.ca_file)))
        assert "the server says: " in str(raised.value)


def test_a_server_that_wants_only_tokens_is_told_no_password(authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED] ready")
        peer.hang()

    with ScriptedServer(script, authority.certificate("localhost")) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        with pytest.raises(ServerError, match='set auth = "xoauth2"'):
            ImapSession(endpoint, Credentials("writer", Secret("hunter2"), "password"), deadlines=QUICK).__enter__()
        assert b"hunter2" not in server.secret


@pytest.mark.parametrize("cut", ["* BYE wrong password", "", "{tag} BAD wrong password"])
def test_a_cut_or_a_complaint_says_nothing_against_the_password(authority: Authority, cut: str) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
        peer.receive()
        if cut:
            peer.send(cut)

    with ScriptedServer(script, authority.certificate("localhost")) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        with pytest.raises((LinkError, ServerError)):
            ImapSession(endpoint, WRITER, deadlines=QUICK).__enter__()
