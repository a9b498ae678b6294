"""The link: verified, counted, bounded in time, and stopped at once."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from listforum.cancel import Cancel
from listforum.errors import BudgetError, Cancelled, CertificateError, DeadlineError, LinkError
from listforum.wire import dial
from listforum.wire.deadline import Deadline, Deadlines
from listforum.wire.endpoint import Endpoint
from listforum.wire.link import Link
from listforum.wire.meter import Meter
from listforum.wire.wait import Waiter
from servers.black_hole import black_hole
from servers.certificates import Authority, Certificate
from servers.relay import Relay
from servers.scripted import Peer, ScriptedServer
from wire.sessions import IMPATIENT, QUICK


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate("localhost", "127.0.0.1")


@contextmanager
def linked(endpoint: Endpoint, deadlines: Deadlines = QUICK, cancel: Cancel | None = None) -> Iterator[Link]:
    link = Link(endpoint, deadlines=deadlines, cancel=cancel)
    try:
        with link.phase("connecting", deadlines.connect):
            link.connect()
        yield link
    finally:
        link.close()


def echo(peer: Peer) -> None:
    while True:
        peer.send(peer.receive())


def trusting(server: ScriptedServer | Relay, authority: Authority, host: str = "localhost") -> Endpoint:
    return Endpoint(host, server.port, "implicit", str(authority.ca_file))


def never_answering(*_: object, **__: object) -> list[object]:
    time.sleep(2)
    return []


# --- reading and writing ---


def test_lines_and_bytes_arrive_as_they_were_sent(authority: Authority, good: Certificate) -> None:
    with ScriptedServer(echo, good) as server, linked(trusting(server, authority)) as link:
        link.send(b"hello world\r\n" + b"x" * 200_000 + b"\r\n")
        assert link.readline(100) == b"hello world\r\n"
        assert link.read(200_000) == b"x" * 200_000
        assert link.readline(100) == b"\r\n"


def test_a_line_longer_than_allowed_is_refused(authority: Authority, good: Certificate) -> None:
    with ScriptedServer(echo, good) as server, linked(trusting(server, authority)) as link:
        link.send(b"y" * 5000 + b"\r\n")
        with pytest.raises(LinkError, match="line of more than 1000 bytes"):
            link.readline(1000)


def test_every_byte_is_counted_below_tls(authority: Authority, good: Certificate) -> None:
    with ScriptedServer(echo, good) as server, Relay(server.port) as relay:
        with linked(trusting(relay, authority)) as link:
            link.send(b"z" * 10_000 + b"\r\n")
            link.read(10_002)
        time.sleep(0.05)
        assert (link.bytes.up, link.bytes.down) == (relay.up, relay.down)
        assert link.bytes.up > 10_002


def test_a_meter_adds_to_the_meter_it_belongs_to() -> None:
    total = Meter()
    Meter(total).sent(3)
    Meter(total).received(4)
    assert (total.bytes.up, total.bytes.down) == (3, 4)


def test_an_end_is_a_broken_link(authority: Authority, good: Certificate) -> None:
    with ScriptedServer(lambda peer: peer.send("bye"), good) as server, linked(trusting(server, authority)) as link:
        assert link.readline(10) == b"bye\r\n"
        with pytest.raises(LinkError, match="broke"):
            link.read(1)


def test_a_closed_link_says_so(authority: Authority, good: Certificate) -> None:
    with ScriptedServer(echo, good) as server, linked(trusting(server, authority)) as link:
        link.close()
        link.close()
        with pytest.raises(LinkError, match="closed"):
            link.send(b"x")


def test_no_byte_is_read_that_the_meter_has_no_room_for(authority: Authority, good: Certificate) -> None:
    meter = Meter(most=20_000)
    with ScriptedServer(lambda peer: peer.send(b"x" * 50_000), good) as server:
        link = Link(trusting(server, authority), deadlines=QUICK, meter=meter)
        link.connect()
        with pytest.raises(BudgetError):
            link.read(50_000)
        link.close()
    assert 20_000 <= meter.bytes.total <= 20_100  # the goodbye is said in any case


# --- who is there ---


@pytest.mark.parametrize(
    ("make", "host", "words"),
    [
        (lambda ca: ca.certificate("localhost", days=-2), "localhost", "expired"),
        (lambda ca: ca.certificate("mail.example.org"), "localhost", "another name"),
        (lambda ca: ca.certificate("localhost"), "127.0.0.1", "another name"),
        (lambda ca: ca.self_signed("localhost"), "localhost", "nobody this machine trusts"),
    ],
)
def test_a_certificate_that_proves_nothing_is_refused(
    authority: Authority, make: Callable[[Authority], Certificate], host: str, words: str
) -> None:
    with ScriptedServer(echo, make(authority)) as server:
        with pytest.raises(CertificateError, match=words), linked(trusting(server, authority, host)):
            pass
        assert server.secret == b""


def test_an_authority_nobody_named_is_not_trusted(good: Certificate) -> None:
    with (
        ScriptedServer(echo, good) as server,
        pytest.raises(CertificateError),
        linked(Endpoint("localhost", server.port, "implicit")),
    ):
        pass


def test_a_ca_file_that_is_none_is_named(good: Certificate, tmp_path: object) -> None:
    with ScriptedServer(echo, good) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", f"{tmp_path}/nothing.pem")
        with pytest.raises(CertificateError, match=r"nothing\.pem"), linked(endpoint):
            pass


def test_a_server_without_tls_is_told_apart(authority: Authority, good: Certificate) -> None:
    def plain(peer: Peer) -> None:
        peer.send("* OK hello, in clear")
        peer.hang()

    with (
        ScriptedServer(plain, good, tls=False) as server,
        pytest.raises(CertificateError, match="does not speak TLS"),
        linked(trusting(server, authority)),
    ):
        pass


def test_a_server_that_hangs_up_in_the_handshake_broke_the_link(authority: Authority, good: Certificate) -> None:
    with ScriptedServer(Peer.close, good, tls=False) as server:
        with pytest.raises(LinkError) as raised, linked(trusting(server, authority)):
            pass
        assert not isinstance(raised.value, CertificateError)


def test_a_link_that_is_reset_while_it_is_made_broke_and_is_not_called_out_of_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Dreaming(Waiter):
        """Looks at the connection only after the other side has reset it."""

        def wait(self, connection: socket.socket, events: int, deadline: Deadline) -> None:
            super().wait(connection, events, deadline)
            reset.wait(5)

    def accept() -> None:
        connection, _ = listener.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        reset.set()

    monkeypatch.setattr(dial, "Waiter", Dreaming)
    reset = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        endpoint = Endpoint("127.0.0.1", listener.getsockname()[1], "implicit")
        with pytest.raises(LinkError, match=r"^the link to 127\.0\.0\.1 broke$"), linked(endpoint):
            pass


# --- what is not there ---


def test_a_closed_port_is_refused_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with (
        pytest.raises(LinkError, match=f"refuses connections on port {port}"),
        linked(Endpoint("localhost", port, "none")),
    ):
        pass


def test_a_name_that_does_not_exist_is_said_to_be_misspelt() -> None:
    with pytest.raises(LinkError, match="misspelt"), linked(Endpoint("nothing.invalid", 993, "implicit")):
        pass


def test_a_name_that_cannot_be_a_name_is_said_to_be_misspelt() -> None:
    with pytest.raises(LinkError, match="misspelt"), linked(Endpoint("a" * 70 + ".example.org", 993, "implicit")):
        pass


# --- time ---


def test_connecting_to_a_black_hole_ends_at_the_deadline() -> None:
    with black_hole() as port:
        started = time.monotonic()
        with pytest.raises(DeadlineError, match="connecting"), linked(Endpoint("127.0.0.1", port, "none"), IMPATIENT):
            pass
        assert time.monotonic() - started < 5


def test_an_address_that_leads_nowhere_does_not_use_up_the_time_of_the_next(
    authority: Authority, good: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(echo, good, tls=False) as server, black_hole() as nowhere:
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        found = [(*stream, ("127.0.0.1", nowhere)), (*stream, ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with linked(Endpoint("localhost", server.port, "none"), Deadlines(connect=0.4)) as link:
            link.send(b"hello\r\n")
            assert link.readline(10) == b"hello\r\n"


def test_a_silent_handshake_ends_at_the_deadline(authority: Authority, good: Certificate) -> None:
    with (
        ScriptedServer(Peer.hang, good, tls=False) as server,
        pytest.raises(DeadlineError),
        linked(trusting(server, authority), IMPATIENT),
    ):
        pass


def test_a_name_server_that_never_answers_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", never_answering)
    with (
        pytest.raises(DeadlineError, match="looking up"),
        linked(Endpoint("x.example.org", 993, "implicit"), IMPATIENT),
    ):
        pass


def test_a_trickle_ends_at_the_deadline_though_it_never_pauses_long(authority: Authority, good: Certificate) -> None:
    with (
        ScriptedServer(lambda peer: peer.trickle(b"x" * 100, 0.05), good) as server,
        linked(trusting(server, authority)) as link,
    ):
        started = time.monotonic()
        with pytest.raises(DeadlineError, match="reading"), link.phase("reading", 0.4):
            link.readline(1000)
        assert time.monotonic() - started < 5


def test_a_trickle_slower_than_the_slowest_rate_ends_too(authority: Authority, good: Certificate) -> None:
    with (
        ScriptedServer(lambda peer: peer.trickle(b"x" * 100, 0.05), good) as server,
        linked(trusting(server, authority)) as link,
    ):
        started = time.monotonic()
        with pytest.raises(DeadlineError), link.phase("reading", 0.4, slowest=2000.0):
            link.readline(1000)
        assert time.monotonic() - started < 5


def test_a_slow_download_that_keeps_going_may_take_longer(authority: Authority, good: Certificate) -> None:
    with (
        ScriptedServer(lambda peer: peer.trickle(b"x" * 30 + b"\n", 0.03), good) as server,
        linked(trusting(server, authority)) as link,
        link.phase("reading", 0.4, slowest=100.0),
    ):
        assert len(link.readline(1000)) == 31  # 0.9 seconds


def test_a_silence_longer_than_the_gap_ends_early(authority: Authority, good: Certificate) -> None:
    with (
        ScriptedServer(Peer.hang, good) as server,
        linked(trusting(server, authority), Deadlines(gap=0.2)) as link,
        link.phase("reading", 60.0),
    ):
        started = time.monotonic()
        with pytest.raises(DeadlineError):
            link.read(1)
        assert time.monotonic() - started < 5


def test_time_spent_aside_does_not_count(authority: Authority, good: Certificate) -> None:
    with ScriptedServer(echo, good) as server, linked(trusting(server, authority)) as link, link.phase("both", 0.3):
        with link.aside():
            time.sleep(0.4)
        link.send(b"still there\r\n")
        assert link.readline(100) == b"still there\r\n"


# --- cancelling ---


def stopped_after(seconds: float, work: Callable[[Cancel], None]) -> float:
    """How long after the cancel the work ended, in seconds."""
    cancel = Cancel()
    moments: list[float] = []

    def stop() -> None:
        moments.append(time.monotonic())
        cancel.cancel()

    timer = threading.Timer(seconds, stop)
    timer.start()
    with pytest.raises(Cancelled):
        work(cancel)
    return time.monotonic() - moments[0]


def test_a_blocked_read_is_cancelled_at_once(authority: Authority, good: Certificate) -> None:
    def work(cancel: Cancel) -> None:
        with linked(trusting(server, authority), cancel=cancel) as link:
            link.read(1)

    with ScriptedServer(Peer.hang, good) as server:
        assert stopped_after(0.2, work) < 0.05


def test_a_blocked_connect_is_cancelled_at_once() -> None:
    def work(cancel: Cancel) -> None:
        with linked(Endpoint("127.0.0.1", port, "none"), cancel=cancel):
            pass

    with black_hole() as port:
        assert stopped_after(0.2, work) < 0.05


def test_a_blocked_handshake_is_cancelled_at_once(authority: Authority, good: Certificate) -> None:
    def work(cancel: Cancel) -> None:
        with linked(trusting(server, authority), cancel=cancel):
            pass

    with ScriptedServer(Peer.hang, good, tls=False) as server:
        assert stopped_after(0.2, work) < 0.05


def test_a_blocked_name_lookup_is_cancelled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(cancel: Cancel) -> None:
        with linked(Endpoint("x.example.org", 993, "implicit"), cancel=cancel):
            pass

    monkeypatch.setattr(socket, "getaddrinfo", never_answering)
    assert stopped_after(0.2, work) < 0.05


def test_a_blocked_send_is_cancelled_at_once(authority: Authority, good: Certificate) -> None:
    def work(cancel: Cancel) -> None:
        with linked(trusting(server, authority), cancel=cancel) as link:
            link.send(b"x" * 50_000_000)

    def deaf(peer: Peer) -> None:
        release.wait(5)

    release = threading.Event()
    with ScriptedServer(deaf, good) as server:
        assert stopped_after(0.3, work) < 0.05
        release.set()


def test_what_was_cancelled_before_never_starts() -> None:
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(Cancelled), linked(Endpoint("127.0.0.1", 9, "none"), cancel=cancel):
        pass


def test_a_wake_up_is_called_at_once_when_it_is_too_late() -> None:
    cancel, calls = Cancel(), list[int]()
    cancel.cancel()
    with cancel.waking(lambda: calls.append(1)):
        assert calls == [1]
    cancel.cancel()
    assert calls == [1]
