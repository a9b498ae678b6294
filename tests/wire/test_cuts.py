"""The link dies at any byte: nothing half is taken for whole, and nothing unsent or unsure for sent."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest

from listforum.errors import LinkError, ListforumError, LoginError
from listforum.wire.endpoint import Endpoint, TlsMode
from listforum.wire.fetched import PartRequest
from listforum.wire.imap import ImapSession
from listforum.wire.meter import Meter
from servers.certificates import Authority, Certificate
from servers.dovecot import Dovecot, User
from servers.relay import Cut, Relay
from servers.scripted import Peer, ScriptedServer
from servers.smtp_list import SmtpList
from wire.sessions import MAIL, QUICK, endpoint_of, password_of, send

TEXTS = {uid: b"text %d, " % uid * (uid * 7) + b"\r\n" for uid in range(1, 6)}
STRIDE = 67
WOBBLE = 100
"""Bytes by which two TLS sessions that say the same may differ."""


def read_all(
    endpoint: Endpoint, user: User, meter: Meter | None = None
) -> tuple[dict[int, bytes], dict[int, bytes], ListforumError | None]:
    """Headers and texts of five mails, as far as the link lets them through, and what ended it."""
    headers: dict[int, bytes] = {}
    texts: dict[int, bytes] = {}
    try:
        with ImapSession(endpoint, password_of(user), deadlines=QUICK, meter=meter) as session:
            session.examine("INBOX")
            for header in session.headers(list(TEXTS)):
                headers[header.uid] = header.header
            for part in session.parts([PartRequest(uid, "1", 0, 10_000) for uid in TEXTS]):
                texts[part.uid] = part.content
                if not part.whole:
                    assert TEXTS[part.uid].startswith(texts.pop(part.uid))
    except ListforumError as error:
        return headers, texts, error
    return headers, texts, None


@pytest.fixture
def reader(dovecot: Dovecot, user: User) -> User:
    for uid, text in TEXTS.items():
        dovecot.append(user, "INBOX", b"Subject: mail %d\r\nX-Other: x\r\n\r\n" % uid + text)
    return user


@pytest.mark.parametrize(("mode", "cut"), [("none", "fin"), ("none", "rst"), ("implicit", "fin")])
def test_imap_cut_anywhere_gives_whole_mails_or_none(dovecot: Dovecot, reader: User, mode: TlsMode, cut: Cut) -> None:
    target = endpoint_of(dovecot, mode)
    meter = Meter()
    whole = read_all(target, reader, meter)
    assert (whole[1], whole[2]) == (TEXTS, None)
    progress: list[int] = []
    for position in range(1, meter.bytes.down - WOBBLE, STRIDE):
        with Relay(target.port, cut_down=position, cut=cut) as relay:
            headers, texts, error = read_all(Endpoint(target.host, relay.port, mode, target.ca_file), reader)
        assert isinstance(error, LinkError), position
        assert not isinstance(error, LoginError)
        assert headers.items() <= whole[0].items(), position
        assert texts.items() <= TEXTS.items(), position
        progress.append(len(headers) + len(texts))
    # what arrived before the cut is kept; under TLS the same byte is not always at the same place
    assert mode == "implicit" or all(earlier <= later for earlier, later in pairwise(progress))
    assert progress[-1] >= 5


def test_imap_cut_on_the_way_up_is_a_broken_link(dovecot: Dovecot, reader: User) -> None:
    target = endpoint_of(dovecot, "none")
    meter = Meter()
    read_all(target, reader, meter)
    for position in range(1, meter.bytes.up - 20, STRIDE):
        with Relay(target.port, cut_up=position) as relay:
            _, texts, error = read_all(Endpoint(target.host, relay.port, "none"), reader)
        assert isinstance(error, LinkError)
        assert texts.items() <= TEXTS.items()


# --- SMTP ---


@dataclass(frozen=True)
class Attempt:
    """What an attempt to send said, whether the moment before the final dot came, and how often the end arrived."""

    outcome: str
    dotted: bool
    taken: int
    up: int
    down: int


def attempt(
    certificate: Certificate, cut_up: int | None = None, cut_down: int | None = None, cut: Cut = "fin"
) -> Attempt:
    """Send a mail, in clear, to a server of its own over a link that is cut."""
    taken: list[int] = []
    moments: list[int] = []

    def script(peer: Peer) -> None:
        peer.send("220 ready")
        for reply in ("250-localhost\r\n250 AUTH PLAIN", "235 in", "250 ok", "250 ok", "354 go"):
            peer.receive()
            peer.send(reply)
        while peer.receive() != b".":
            pass
        taken.append(1)
        peer.send("250 taken")
        peer.hang()

    # leaving waits until the server has heard everything that came through
    with (
        ScriptedServer(script, certificate, tls=False) as server,
        Relay(server.port, cut_up=cut_up, cut_down=cut_down, cut=cut) as relay,
    ):
        try:
            endpoint = Endpoint("localhost", relay.port, "none")
            outcome: str = send(endpoint, before_final_dot=lambda: moments.append(1)).outcome
        except LinkError as error:
            assert not isinstance(error, LoginError)
            outcome = "link"
    return Attempt(outcome, bool(moments), len(taken), relay.up, relay.down)


@pytest.mark.parametrize(("cut", "stride"), [("fin", 1), ("rst", 5)])
def test_smtp_cut_anywhere_on_the_way_up(authority: Authority, cut: Cut, stride: int) -> None:
    certificate = authority.certificate("localhost")
    whole = attempt(certificate)
    assert (whole.outcome, whole.dotted, whole.taken) == ("accepted", True, 1)
    for position in range(1, whole.up + 1, stride):
        made = attempt(certificate, cut_up=position, cut=cut)
        if made.outcome == "accepted":
            assert made.taken == 1, position
        elif made.outcome != "uncertain":
            assert made.taken == 0, position
        if not made.dotted:
            assert made.outcome in ("link", "retry"), position


@pytest.mark.parametrize(("cut", "stride"), [("fin", 1), ("rst", 5)])
def test_smtp_cut_anywhere_on_the_way_down(authority: Authority, cut: Cut, stride: int) -> None:
    certificate = authority.certificate("localhost")
    seen: set[str] = set()
    for position in range(1, attempt(certificate).down, stride):
        made = attempt(certificate, cut_down=position, cut=cut)
        # a link found broken in the moment before the dot is still a mail that was not sent
        assert made.outcome in (("retry", "uncertain") if made.dotted else ("link", "retry")), position
        assert made.outcome == "uncertain" or not made.taken, position
        seen.add(made.outcome)
    assert seen == {"link", "retry", "uncertain"}


def test_smtp_cut_under_tls_never_hides_a_mail_that_was_taken(smtp_list: SmtpList, authority: Authority) -> None:
    def outcome_at(port: int) -> str:
        try:
            return send(Endpoint("localhost", port, "implicit", str(authority.ca_file))).outcome
        except LinkError:
            return "link"

    with Relay(smtp_list.port) as relay:
        assert outcome_at(relay.port) == "accepted"
        length = relay.down
    for position in range(1, length, STRIDE):
        before = len(smtp_list.posts)
        with Relay(smtp_list.port, cut_down=position) as relay:
            outcome = outcome_at(relay.port)
        if len(smtp_list.posts) > before:
            assert outcome in ("accepted", "uncertain"), position
    assert {post.mail for post in smtp_list.posts} == {MAIL}
