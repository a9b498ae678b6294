"""Whatever a connection is waiting for, whoever stops it does not wait."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from listforum.cancel import Cancel
from listforum.config import Proxy
from listforum.errors import Cancelled
from listforum.wire.endpoint import Endpoint
from listforum.wire.imap import ImapSession
from servers.black_hole import black_hole
from servers.certificates import Authority, Certificate
from servers.scripted import Peer, ScriptedServer
from servers.socks import Conduct, ProxyServer
from wire.sessions import WRITER, send

AT_ONCE = 0.4
"""Seconds; it takes about a thousandth where the machine does nothing else."""


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate("localhost")


def imap(endpoint: Endpoint, cancel: Cancel) -> None:
    with ImapSession(endpoint, WRITER, cancel=cancel):
        pass


def smtp(endpoint: Endpoint, cancel: Cancel) -> None:
    send(endpoint, cancel=cancel)


@contextmanager
def stuck_at(phase: str, protocol: str, certificate: Certificate, authority: Authority) -> Iterator[Endpoint]:
    """An endpoint with which a session gets as far as to this phase."""
    greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi" if protocol == "imap" else "220 hi"

    def script(peer: Peer) -> None:
        if phase != "greeting":
            peer.send(greeting)
            while b"EHLO" in peer.receive():
                peer.send("250-localhost", "250 AUTH PLAIN")
        peer.hang()

    if phase == "connection":
        with black_hole() as port:
            yield Endpoint("127.0.0.1", port, "implicit")
    elif phase == "name":
        yield Endpoint("mail.example.org", 993, "implicit")
    elif phase == "proxy":
        with ProxyServer("socks5h", 9, Conduct(silent_after=1)) as proxy:
            yield Endpoint("mail.example.org", 993, "implicit", proxy=Proxy("socks5h", proxy.host, proxy.port))
    else:
        with ScriptedServer(script if phase != "handshake" else Peer.hang, certificate, tls=phase != "handshake") as at:
            yield Endpoint("localhost", at.port, "implicit", str(authority.ca_file))


@pytest.mark.parametrize("phase", ["name", "connection", "proxy", "handshake", "greeting", "login"])
@pytest.mark.parametrize("session", [imap, smtp])
def test_a_cancel_is_heard_at_once(
    good: Certificate,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    session: Callable[[Endpoint, Cancel], None],
    phase: str,
) -> None:
    look_up = socket.getaddrinfo
    asleep = threading.Event()

    def never(host: str, *more: object, **named: object) -> object:
        if host == "mail.example.org":
            asleep.wait(5)
        return look_up(host, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", never)
    cancel = Cancel()
    moments: list[float] = []

    def stop() -> None:
        moments.append(time.monotonic())
        cancel.cancel()

    with stuck_at(phase, session.__name__, good, authority) as endpoint:
        threading.Timer(0.15, stop).start()
        with pytest.raises(Cancelled):
            session(endpoint, cancel)
        took = time.monotonic() - moments[0]
    asleep.set()
    print(f"{session.__name__} {phase}: {took * 1000:.1f} ms")
    assert took < AT_ONCE
