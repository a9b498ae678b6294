"""Who was here before is shown no certificate again; nobody else gains anything by that."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import replace

import pytest

from listforum.config.settings import Proxy
from listforum.errors import CertificateError
from listforum.wire.endpoint import Endpoint
from listforum.wire.link import Link
from listforum.wire.tls import client_context
from servers.certificates import Authority
from servers.dovecot import Dovecot
from servers.relay import Relay
from servers.scripted import ScriptedServer
from servers.socks import ProxyServer
from wire.sessions import QUICK

SAVED = 300
"""Bytes of a certificate, at the least."""


@pytest.fixture
def relay(dovecot: Dovecot) -> Iterator[Relay]:
    """A port of its own, which nobody has been to."""
    with Relay(dovecot.imaps_port) as relay:
        yield relay


@pytest.fixture
def endpoint(relay: Relay, dovecot: Dovecot) -> Endpoint:
    return Endpoint("localhost", relay.port, "implicit", dovecot.ca_file, account="home")


def heard(endpoint: Endpoint) -> int:
    """How many bytes come until a server has greeted."""
    link = Link(endpoint, deadlines=QUICK)
    try:
        link.connect()
        link.readline(1_000)
    finally:
        link.close()
    return link.bytes.down


def pin_of(port: int) -> str:
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
    return hashlib.sha256(shown).hexdigest()


def test_the_certificate_comes_once(endpoint: Endpoint) -> None:
    first = heard(endpoint)
    assert heard(endpoint) < first - SAVED
    assert heard(endpoint) < first - SAVED


def test_a_pinned_one_too(endpoint: Endpoint, dovecot: Dovecot) -> None:
    pinned = replace(endpoint, ca_file=None, pin=pin_of(dovecot.imaps_port))
    first = heard(pinned)
    assert heard(pinned) < first - SAVED


def test_a_link_that_died_is_taken_up_again(endpoint: Endpoint, relay: Relay) -> None:
    first = heard(endpoint)
    relay.cut, relay.cut_down = "rst", first + 100
    dying = Link(endpoint, deadlines=QUICK)
    dying.connect()
    dying.readline(1_000)
    dying.close()
    relay.cut_down = None
    assert heard(endpoint) < first - SAVED


@pytest.mark.parametrize("pinned", [False, True], ids=["signed", "pinned"])
def test_whoever_comes_after_a_good_server_must_prove_who_he_is(
    endpoint: Endpoint, relay: Relay, authority: Authority, dovecot: Dovecot, *, pinned: bool
) -> None:
    if pinned:
        endpoint = replace(endpoint, ca_file=None, pin=pin_of(dovecot.imaps_port))
    heard(endpoint)
    with ScriptedServer(lambda peer: peer.send("* OK ready"), authority.self_signed("localhost")) as impostor:
        relay.target = impostor.port
        with pytest.raises(CertificateError):
            heard(endpoint)
    relay.target = dovecot.imaps_port
    assert heard(endpoint)


def test_what_one_account_proved_is_not_shown_on_another_ones_link(endpoint: Endpoint) -> None:
    first = heard(endpoint)
    assert abs(heard(replace(endpoint, account="work")) - first) < SAVED


@pytest.mark.parametrize("again", ["directly", "with another login", "with the same login"])
def test_nor_on_another_way_to_the_server(endpoint: Endpoint, relay: Relay, again: str) -> None:
    with ProxyServer("socks5h", relay.port) as proxy:
        way = Proxy("socks5h", proxy.host, proxy.port)
        ways = {"directly": None, "with another login": replace(way, user="a"), "with the same login": way}
        first = heard(replace(endpoint, proxy=way))
        second = heard(replace(endpoint, proxy=ways[again]))
    assert (second < first - SAVED) is (again == "with the same login")


def test_however_many_servers_were_met_since(endpoint: Endpoint) -> None:
    heard(endpoint)
    for number in range(20):
        client_context(None, f"{number:064x}")
    assert heard(endpoint)
