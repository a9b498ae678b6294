"""Reaching a server through a proxy: by its name, counted, stopped at once, and never around it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.cancel import Cancel
from listforum.config import Proxy
from listforum.errors import BudgetError, Cancelled, CertificateError, ConfigError, DeadlineError, LinkError
from listforum.secret import Secret
from listforum.wire.deadline import Deadline
from listforum.wire.dial import dial
from listforum.wire.endpoint import Endpoint, TlsMode
from listforum.wire.imap import ImapSession
from listforum.wire.link import Link
from listforum.wire.meter import Meter
from listforum.wire.proxy import Goal
from servers.certificates import Authority, Certificate
from servers.scripted import Peer, ScriptedServer
from servers.smtp_list import SmtpList
from servers.socks import Asked, Conduct, Kind, ProxyServer
from wire.sessions import IMPATIENT, QUICK, WRITER, send

NAME = "mail.example.org"
LOGIN = ("maria", "pâss:wörd/@")
KINDS: tuple[Kind, ...] = ("socks5h", "http")
both_kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate(NAME)


@pytest.fixture(autouse=True)
def no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo

    def checked(host: str, *more: object, **named: object) -> object:
        assert host == "127.0.0.1", f"{host} was looked up"
        return look_up(host, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", checked)


def through(
    proxy: ProxyServer, authority: Authority | None = None, tls: TlsMode = "implicit", *, login: bool = False
) -> Endpoint:
    user, password = (LOGIN[0], Secret(LOGIN[1])) if login else (None, None)
    way = Proxy(proxy.kind, proxy.host, proxy.port, user, password)
    return Endpoint(NAME, 993, tls, str(authority.ca_file) if authority else None, proxy=way)


def connect(
    endpoint: Endpoint, *, cancel: Cancel | None = None, seconds: float = 3.0, meter: Meter | None = None
) -> None:
    with dial(endpoint, cancel or Cancel(), Deadline("connecting", seconds), meter=meter):
        pass


def imap_script(peer: Peer) -> None:
    peer.send("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] ready")
    line = peer.receive()
    if b"STARTTLS" in line:
        peer.send("{tag} OK begin")
        peer.start_tls()
        peer.expect("CAPABILITY")
        peer.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR", "{tag} OK done")
        line = peer.receive()
    assert b"PLAIN" in line
    peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
    peer.hang()


# --- a proxy that works ---


@both_kinds
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("login", [True, False])
def test_imap_goes_through_it_by_name(
    authority: Authority, good: Certificate, kind: Kind, tls: TlsMode, login: bool
) -> None:
    conduct = Conduct(login=LOGIN if login else None)
    with (
        ScriptedServer(imap_script, good, tls=tls == "implicit") as server,
        ProxyServer(kind, server.port, conduct) as proxy,
    ):
        with ImapSession(through(proxy, authority, tls, login=login), WRITER, deadlines=QUICK) as session:
            assert session.connected
        assert proxy.asked == [Asked(NAME, 993, LOGIN if login else None)]


@both_kinds
@pytest.mark.parametrize("starttls", [True, False])
def test_mail_goes_through_it_by_name(authority: Authority, kind: Kind, starttls: bool) -> None:
    with SmtpList(authority, starttls=starttls) as server, ProxyServer(kind, server.port) as proxy:
        way = Proxy(kind, proxy.host, proxy.port)
        endpoint = Endpoint("localhost", 25, "starttls" if starttls else "implicit", server.ca_file, proxy=way)
        assert send(endpoint).outcome == "accepted"
        assert proxy.asked == [Asked("localhost", 25)]
        assert len(server.posts) == 1


@both_kinds
def test_a_login_that_nobody_wants_does_no_harm(authority: Authority, good: Certificate, kind: Kind) -> None:
    with ScriptedServer(imap_script, good) as server, ProxyServer(kind, server.port) as proxy:
        with ImapSession(through(proxy, authority, login=True), WRITER, deadlines=QUICK):
            pass
        assert len(proxy.asked) == 1


@both_kinds
@pytest.mark.parametrize(("host", "asked"), [("192.0.2.7", "192.0.2.7"), ("2001:db8::7", "2001:db8::7")])
def test_an_address_stays_an_address(authority: Authority, kind: Kind, host: str, asked: str) -> None:
    certificate = authority.certificate("x")
    with ScriptedServer(Peer.hang, certificate, tls=False) as server, ProxyServer(kind, server.port) as proxy:
        connect(Endpoint(host, 993, "implicit", proxy=Proxy(kind, proxy.host, proxy.port)))
        assert proxy.asked[0].host.strip("[]") == asked


@both_kinds
def test_no_byte_of_the_server_is_taken_for_the_proxys(good: Certificate, kind: Kind) -> None:
    with (
        ScriptedServer(lambda peer: peer.send("* OK at once"), good, tls=False) as server,
        ProxyServer(kind, server.port) as proxy,
        dial(through(proxy), Cancel(), Deadline("connecting", 3)) as connection,
    ):
        connection.settimeout(3)
        assert connection.recv(100) == b"* OK at once\r\n"


@both_kinds
def test_what_is_said_to_the_proxy_is_counted_too(authority: Authority, good: Certificate, kind: Kind) -> None:
    meter = Meter()
    with ScriptedServer(imap_script, good) as server, ProxyServer(kind, server.port) as proxy:
        with ImapSession(through(proxy, authority), WRITER, deadlines=QUICK, meter=meter):
            pass
        time.sleep(0.1)
        assert meter.bytes.up == proxy.up
        assert meter.bytes.down <= proxy.down
        assert meter.bytes.down >= proxy.down - 300  # what the server said as it was left


@both_kinds
def test_a_budget_holds_for_the_proxy_too(good: Certificate, kind: Kind) -> None:
    with (
        ScriptedServer(Peer.hang, good, tls=False) as server,
        ProxyServer(kind, server.port) as proxy,
        pytest.raises(BudgetError),
    ):
        connect(through(proxy), meter=Meter(most=5))


# --- a proxy that does not ---

SOCKS_REFUSALS = {
    1: r"could not connect to mail\.example\.org on port 993 \(its answer: 1\)",
    2: "does not allow connections to",
    3: "works, but cannot reach",
    4: "works, but cannot reach",
    5: "refuses connections on port 993, says the proxy",
    6: "works, but cannot reach",
    7: "could not connect",
    8: "could not connect",
    0xF0: "could not connect",
}
HTTP_REFUSALS = {
    302: "could not connect",
    400: "could not connect",
    403: "does not allow connections to",
    405: "does not allow connections to",
    407: "wants a login",
    500: r"could not connect to mail\.example\.org on port 993 \(its answer: 500\)",
    502: "works, but cannot reach",
    503: "works, but cannot reach",
    504: "works, but cannot reach",
}
REFUSALS: list[tuple[Kind, int, str]] = [
    *(("socks5h", code, words) for code, words in SOCKS_REFUSALS.items()),
    *(("http", code, words) for code, words in HTTP_REFUSALS.items()),
]


@pytest.mark.parametrize(("kind", "code", "words"), REFUSALS)
def test_a_refusal_is_told_apart(good: Certificate, kind: Kind, code: int, words: str) -> None:
    with ScriptedServer(Peer.hang, good, tls=False) as server:
        with ProxyServer(kind, server.port, Conduct(refusal=code)) as proxy, pytest.raises(LinkError, match=words):
            connect(through(proxy))
        assert not server.peers


@both_kinds
def test_a_login_that_is_missing_is_asked_for(good: Certificate, kind: Kind) -> None:
    with (
        ScriptedServer(Peer.hang, good) as server,
        ProxyServer(kind, server.port, Conduct(login=LOGIN)) as proxy,
        pytest.raises(LinkError, match="wants a login: write it into proxy"),
    ):
        connect(through(proxy))


@both_kinds
def test_a_wrong_login_is_said_so_and_not_shown(good: Certificate, kind: Kind) -> None:
    conduct = Conduct(login=("maria", "another"))
    with ScriptedServer(Peer.hang, good) as server, ProxyServer(kind, server.port, conduct) as proxy:
        with pytest.raises(LinkError, match="refuses the user name or password") as raised:
            connect(through(proxy, login=True))
        assert LOGIN[1] not in str(raised.value)


@both_kinds
@pytest.mark.parametrize(
    "says",
    [
        b"* OK IMAP4rev1 ready\r\n",
        b"220 mail.example.org ESMTP\r\n",
        b"\x16\x03\x01\x00\x05hello",
        b"\x00" * 50,
        b"\x04\x5a" + b"\x00" * 20,
        b"\x05\x7f",
        b"\x05\x02",
        b"\x05\x00\x06\x00\x00\x01" + b"\x00" * 6,
        b"\x05\x00\x05\x00\x00\x09" + b"\x00" * 30,
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 5000,
        b"x" * 100_000,
    ],
)
def test_what_is_no_such_proxy_gets_nothing(good: Certificate, kind: Kind, says: bytes) -> None:
    with ScriptedServer(Peer.hang, good, tls=False) as server:
        with (
            ProxyServer(kind, server.port, Conduct(says=says)) as proxy,
            pytest.raises(LinkError, match="is no such proxy; nothing was sent"),
        ):
            connect(through(proxy))
        assert not server.peers


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("socks5h", b""),
        ("socks5h", b"\x05"),
        ("socks5h", b"\x05\x00\x05"),
        ("socks5h", b"\x05\x00\x05\x00\x00\x03\x09local"),
        ("http", b""),
        ("http", b"HTTP/1.1 2"),
        ("http", b"HTTP/1.1 200 OK\r\nx: y\r\n"),
    ],
)
def test_a_proxy_that_hangs_up_is_told_apart(good: Certificate, kind: Kind, says: bytes) -> None:
    with (
        ScriptedServer(Peer.hang, good, tls=False) as server,
        ProxyServer(kind, server.port, Conduct(says=says)) as proxy,
        pytest.raises(LinkError, match="hung up before it had connected"),
    ):
        connect(through(proxy))


@both_kinds
def test_a_proxy_that_is_not_there_is_not_gone_around(
    authority: Authority, good: Certificate, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    way = Proxy(kind, "127.0.0.1", port)
    with ScriptedServer(imap_script, good) as server:
        endpoint = Endpoint("127.0.0.1", server.port, "implicit", str(authority.ca_file), proxy=way)
        words = (
            rf"the proxy {kind}://127\.0\.0\.1:{port} cannot be used, and nothing went around it: 127\.0\.0\.1 refuses"
        )
        for attempt in (
            lambda: ImapSession(endpoint, WRITER, deadlines=QUICK).__enter__(),
            lambda: send(endpoint),
        ):
            with pytest.raises(LinkError, match=words):
                attempt()
        assert not server.peers


@both_kinds
def test_behind_it_the_server_is_verified_all_the_same(authority: Authority, kind: Kind) -> None:
    with (
        ScriptedServer(imap_script, authority.certificate("evil.example.org")) as server,
        ProxyServer(kind, server.port) as proxy,
        pytest.raises(CertificateError, match="another name"),
        ImapSession(through(proxy, authority), WRITER, deadlines=QUICK),
    ):
        pass


def test_nothing_in_clear_goes_to_a_proxy() -> None:
    with pytest.raises(ConfigError, match="does not go with a proxy"):
        Endpoint("127.0.0.1", 143, "none", proxy=Proxy("socks5h", "127.0.0.1", 9050))


def test_a_proxy_with_the_name_of_the_server_is_not_looked_up() -> None:
    with pytest.raises(LinkError, match="write its address"):
        connect(Endpoint(NAME, 993, "implicit", proxy=Proxy("http", NAME.upper(), 3128)))


@both_kinds
@pytest.mark.parametrize("host", ["m\u00fcnchen.example", "a b", "x\r\nHost: y", "x" * 300, ""])
def test_a_name_that_cannot_be_said_is_not(kind: Kind, host: str) -> None:
    with pytest.raises(LinkError, match="cannot be told"):
        Goal(Proxy(kind, "127.0.0.1", 1), host, 993).handshake()


@given(st.sampled_from(KINDS), st.lists(st.binary(max_size=40), max_size=40), st.booleans())
@settings(deadline=None, max_examples=200)
def test_whatever_a_proxy_says_ends_in_a_connection_or_in_words(kind: Kind, answers: list[bytes], login: bool) -> None:
    user = ("u", Secret("p")) if login else (None, None)
    way = Goal(Proxy(kind, "127.0.0.1", 1, *user), NAME, 993).handshake()
    try:
        turn = next(way)
        for answer in answers:
            assert 0 < turn.size < 300
            turn = way.send((answer * 300)[: turn.size] if answer else b"\x05" * turn.size)
    except (LinkError, StopIteration):
        pass


# --- time ---


@pytest.mark.parametrize(("kind", "turns"), [("socks5h", 0), ("socks5h", 1), ("socks5h", 2), ("http", 0)])
def test_a_silent_proxy_ends_at_the_deadline(good: Certificate, kind: Kind, turns: int) -> None:
    conduct = Conduct(login=LOGIN, silent_after=turns)
    with ScriptedServer(Peer.hang, good) as server, ProxyServer(kind, server.port, conduct) as proxy:
        started = time.monotonic()
        with pytest.raises(DeadlineError, match="through the proxy"):
            connect(through(proxy, login=True), seconds=0.2)
        assert time.monotonic() - started < 2


def test_a_proxy_that_trickles_ends_at_the_deadline() -> None:
    def trickle() -> None:
        connection, _ = listener.accept()
        with connection:
            for octet in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200:
                try:
                    connection.sendall(bytes([octet]))
                except OSError:
                    return
                time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=trickle, daemon=True).start()
        way = Proxy("http", "127.0.0.1", listener.getsockname()[1])
        started = time.monotonic()
        with pytest.raises(DeadlineError):
            connect(Endpoint(NAME, 993, "implicit", proxy=way), seconds=0.3)
        assert time.monotonic() - started < 2


@both_kinds
@pytest.mark.parametrize("attempt", ["imap", "smtp"])
def test_a_cancel_is_heard_while_the_proxy_is_silent(
    authority: Authority, good: Certificate, kind: Kind, attempt: str
) -> None:
    cancel = Cancel()
    moments: list[float] = []

    def stop() -> None:
        moments.append(time.monotonic())
        cancel.cancel()

    with ScriptedServer(Peer.hang, good) as server, ProxyServer(kind, server.port, Conduct(silent_after=0)) as proxy:
        endpoint = through(proxy, authority)
        attempts: dict[str, Callable[[], object]] = {
            "imap": lambda: Link(endpoint, cancel=cancel, deadlines=QUICK).connect(),
            "smtp": lambda: send(endpoint, cancel=cancel),
        }
        threading.Timer(0.1, stop).start()
        with pytest.raises(Cancelled):
            attempts[attempt]()
        assert time.monotonic() - moments[0] < 0.5


def test_a_proxy_whose_queue_is_full_ends_at_the_deadline() -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        time.sleep(0.05)
        endpoint = Endpoint(NAME, 993, "implicit", proxy=Proxy("socks5h", *listener.getsockname()))
        with pytest.raises(DeadlineError, match="connecting to the proxy"):
            connect(endpoint, seconds=IMPATIENT.connect)
