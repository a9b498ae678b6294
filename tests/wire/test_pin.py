"""A certificate that nobody vouches for, accepted by its fingerprint: that one, and no other."""

from __future__ import annotations

import datetime
import hashlib
import ssl
from collections.abc import Callable

import pytest

from listforum.errors import CertificateError, DeadlineError, LinkError, ListforumError
from listforum.wire import tls as wire_tls
from listforum.wire.endpoint import Endpoint, TlsMode
from listforum.wire.imap import ImapSession
from listforum.wire.tls import client_context
from servers.certificates import Authority, Certificate
from servers.scripted import Peer, ScriptedServer
from servers.smtp_list import SmtpList
from wire.sessions import MAIL, PASSWORD, QUICK, WRITER, send

Make = Callable[[Authority], Certificate]

UNPROVEN: dict[str, Make] = {
    "self-signed": lambda ca: ca.self_signed("localhost"),
    "unknown root": lambda ca: ca.certificate("localhost", days=200),
    "other name": lambda ca: ca.certificate("other.example.org"),
    "expired": lambda ca: ca.certificate("localhost", days=-2),
}
unproven = pytest.mark.parametrize("make", UNPROVEN.values(), ids=UNPROVEN.keys())
modes = pytest.mark.parametrize("mode", ["implicit", "starttls"])
protocols = pytest.mark.parametrize("protocol", ["imap", "smtp"])


def pin_of(certificate: Certificate) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.chain.read_text())).hexdigest()


def imap_script(peer: Peer) -> None:
    peer.send("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] ready")
    if b"STARTTLS" in peer.receive():
        peer.send("{tag} OK begin")
        peer.start_tls()
        peer.expect("CAPABILITY")
        peer.send("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR", "{tag} OK done")
        peer.expect("PLAIN")
    peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
    peer.hang()


def smtp_script(peer: Peer) -> None:
    peer.send("220 ready")
    peer.expect("EHLO")
    peer.send("250-localhost", "250-STARTTLS", "250 AUTH PLAIN")
    if b"STARTTLS" in peer.receive():
        peer.send("220 begin")
        peer.start_tls()
        peer.expect("EHLO")
        peer.send("250-localhost", "250 AUTH PLAIN")
        peer.expect("AUTH PLAIN")
    peer.send("235 in")
    for answer in ("250 ok", "250 ok", "354 go"):
        peer.receive()
        peer.send(answer)
    while peer.receive() != b".":
        pass
    peer.send("250 taken")
    peer.hang()


def attempt(protocol: str, endpoint: Endpoint) -> None:
    """Log in, and hand over a mail."""
    if protocol == "imap":
        with ImapSession(endpoint, WRITER, deadlines=QUICK) as session:
            assert session.connected
    else:
        assert send(endpoint).outcome == "accepted"


def played(protocol: str, certificate: Certificate, mode: str) -> ScriptedServer:
    script = imap_script if protocol == "imap" else smtp_script
    return ScriptedServer(script, certificate, tls=mode == "implicit")


def refused(protocol: str, certificate: Certificate, mode: TlsMode, pin: str | None = None) -> CertificateError:
    """The error of an attempt, in which nothing was said to the server that is worth anything."""
    with played(protocol, certificate, mode) as server:
        with pytest.raises(ListforumError) as raised:
            attempt(protocol, Endpoint("localhost", server.port, mode, pin=pin))
        assert not server.secret
        assert not [word for word in (b"AUTH", b"LOGIN", b"writer", b"MAIL", MAIL[:20]) if word in server.clear]
    assert isinstance(raised.value, CertificateError)
    assert PASSWORD not in str(raised.value)
    return raised.value


@unproven
@modes
@protocols
def test_what_cannot_be_verified_is_accepted_by_its_pin(
    authority: Authority, make: Make, mode: TlsMode, protocol: str
) -> None:
    certificate = make(authority)
    with played(protocol, certificate, mode) as server:
        attempt(protocol, Endpoint("localhost", server.port, mode, pin=pin_of(certificate)))


@unproven
@modes
@protocols
def test_without_a_pin_it_is_refused_and_its_fingerprint_is_told(
    authority: Authority, make: Make, mode: TlsMode, protocol: str
) -> None:
    certificate = make(authority)
    words = str(refused(protocol, certificate, mode))
    assert "could not prove who it is" in words
    assert "by another way than this link" in " ".join(words.split())
    line = words.splitlines()[-1]
    assert line.startswith('tls_pin = "sha256:')
    assert line.removeprefix('tls_pin = "sha256:').removesuffix('"').replace(":", "").lower() == pin_of(certificate)


@unproven
@modes
@protocols
def test_another_certificate_than_the_pinned_is_refused(
    authority: Authority, make: Make, mode: TlsMode, protocol: str
) -> None:
    words = str(refused(protocol, make(authority), mode, pin="00" * 32))
    assert "does not show the certificate that tls_pin names" in words
    assert "Somebody may be between" in words


@modes
@protocols
def test_a_pin_holds_against_the_authorities_too(authority: Authority, mode: TlsMode, protocol: str) -> None:
    good, pinned = authority.certificate("localhost"), authority.self_signed("localhost")
    with played(protocol, good, mode) as server:
        endpoint = Endpoint("localhost", server.port, mode, str(authority.ca_file), pin=pin_of(pinned))
        with pytest.raises(CertificateError, match="tls_pin"):
            attempt(protocol, endpoint)
        assert not server.secret


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("pinned", [True, False])
def test_the_certificate_is_seen_in_every_version_of_tls(
    authority: Authority, version: ssl.TLSVersion, pinned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = authority.self_signed("localhost")

    def old(certificate: Certificate) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        context.maximum_version = version
        return context

    monkeypatch.setattr(Certificate, "server_context", old)
    if pinned:
        with played("imap", certificate, "implicit") as server:
            attempt("imap", Endpoint("localhost", server.port, "implicit", pin=pin_of(certificate)))
    else:
        assert 'tls_pin = "sha256:' in str(refused("imap", certificate, "implicit"))


@pytest.mark.parametrize("pin", [None, "00" * 32])
def test_old_tls_is_not_spoken(pin: str | None) -> None:
    assert client_context(None, pin).minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_clock_that_is_wrong_is_named_before_any_pin(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    class Lost(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Lost:
            return cls(2019, 1, 1, tzinfo=tz)

    monkeypatch.setattr(wire_tls, "datetime", Lost)
    with played("imap", UNPROVEN["expired"](authority), "implicit") as server:
        with pytest.raises(CertificateError) as raised:
            attempt("imap", Endpoint("localhost", server.port, "implicit", str(authority.ca_file)))
        assert not server.secret
    words = str(raised.value)
    assert "your clock says 2019-01-01; is that right?" in words
    assert "tls_pin" not in words


def test_a_mail_list_with_a_pin_takes_mail(authority: Authority) -> None:
    with SmtpList(authority) as server:
        shown = ssl.get_server_certificate(("127.0.0.1", server.port))
        pin = hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown)).hexdigest()
        assert send(Endpoint("127.0.0.1", server.port, "implicit", pin=pin)).outcome == "accepted"


# --- who speaks no TLS, or not ours ---

ALERT = b"\x15\x03\x03\x00\x02\x02"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"* OK IMAP4rev1 ready\r\n", "does not speak TLS on port"),
        (b"220 mail.example.org ESMTP\r\n", "does not speak TLS on port"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n", "does not speak TLS on port"),
        (b"SSH-2.0-OpenSSH\r\n", "does not speak TLS on port"),
        (b"<html>" * 100, "does not speak TLS on port"),
        (b"\0" * 40, "does not speak TLS on port"),
        (b"\x16\x03\x03\xff\xff" + b"x" * 70_000, "does not speak TLS on port"),
        (b"\x16\x03\x03\x00\x05hello", "no encrypted link to localhost could be agreed on"),
        (b"\x17\x03\x03\x00\x05hello", "no encrypted link to localhost could be agreed on"),
        (ALERT + b"\x28", "no encrypted link to localhost could be agreed on"),
        (ALERT + b"\x70", "no encrypted link to localhost could be agreed on"),
        (ALERT + b"\x46", "speaks only old TLS"),
        (b"", "hung up before the link was encrypted.*a proxy may help"),
    ],
)
@protocols
def test_what_answers_in_the_place_of_tls_is_told_apart(
    authority: Authority, protocol: str, said: bytes, words: str
) -> None:
    def script(peer: Peer) -> None:
        peer._connection.recv(4096)
        peer.send_raw(said)

    good = authority.certificate("localhost")
    with ScriptedServer(script, good, tls=False) as server, pytest.raises(LinkError, match=words) as raised:
        attempt(protocol, Endpoint("localhost", server.port, "implicit", str(authority.ca_file)))
    assert not isinstance(raised.value, DeadlineError)
