"""The link dies at any byte: nothing half is taken for whole, and nothing unsent or unsure for sent."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from listforum.errors import LinkError, ListforumError, LoginError
from listforum.wire.endpoint import Endpoint, TlsMode
from listforum.wire.imap import ImapSession, PartRequest
from servers.certificates import Authority, Certificate
from servers.dovecot import Dovecot, User
from servers.relay import Cut, Relay
from servers.scripted import Peer, ScriptedServer
from servers.smtp_list import SmtpList
from wire.sessions import MAIL, QUICK, endpoint_of, password_of, send

TEXTS = {uid: b"text %d, " % uid * (uid * 7) + b"\r\n" for uid in range(1, 6)}
STRIDE = 43
FAREWELL = 300
"""More bytes than a server says goodbye with, which nobody waits for."""


def read_all(endpoint: Endpoint, user: User) -> tuple[dict[int, bytes], dict[int, bytes], ListforumError | None]:
    """Headers and texts of five mails, as far as the link lets them through, and what ended it."""
    headers: dict[int, bytes] = {}
    texts: dict[int, bytes] = {}
    try:
        with ImapSession(endpoint, password_of(user), deadlines=QUICK) as session:
            session.examine("INBOX")
            for header in session.headers(list(TEXTS)):
                headers[header.uid] = header.header
            for part in session.parts([PartRequest(uid, "1", 0, 10_000) for uid in TEXTS]):
                texts[part.uid] = part.content
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
    with Relay(target.port) as relay:
        whole = read_all(Endpoint(target.host, relay.port, mode, target.ca_file), reader)
        assert (whole[1], whole[2]) == (TEXTS, None)
        length = relay.down
    progress: list[int] = []
    for position in range(1, length - FAREWELL, STRIDE):
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
    with Relay(target.port) as relay:
        read_all(Endpoint(target.host, relay.port, "none"), reader)
        length = relay.up
    for position in range(1, length - 20, STRIDE):
        with Relay(target.port, cut_up=position) as relay:
            _, texts, error = read_all(Endpoint(target.host, relay.port, "none"), reader)
        assert isinstance(error, LinkError)
        assert texts.items() <= TEXTS.items()


# --- SMTP ---


class Taken:
    """A scripted server that takes one mail, in clear, and remembers whether it saw the end of it."""

    def __init__(self, certificate: Certificate) -> None:
        self.ends = 0
        self.server = ScriptedServer(self._script, certificate, tls=False)

    def _script(self, peer: Peer) -> None:
        peer.send("220 ready")
        for reply in ("250-localhost\r\n250 AUTH PLAIN", "235 in", "250 ok", "250 ok", "354 go"):
            peer.receive()
            peer.send(reply)
        while peer.receive() != b".":
            pass
        self.ends += 1
        peer.send("250 taken")
        peer.hang()


def outcomes(authority: Authority, port: int) -> Iterator[str]:
    """What an attempt said, and whether the moment before the final dot came."""
    moments: list[int] = []
    try:
        yield send(Endpoint("localhost", port, "none"), before_final_dot=lambda: moments.append(1)).outcome
    except LinkError as error:
        assert not isinstance(error, LoginError)
        yield "link"
    yield "dot" if moments else "no dot"


@pytest.mark.parametrize("cut", ["fin", "rst"])
def test_smtp_cut_at_every_byte_on_the_way_up(authority: Authority, cut: Cut) -> None:
    taken = Taken(authority.certificate("localhost"))
    with taken.server as server:
        with Relay(server.port) as relay:
            assert list(outcomes(authority, relay.port)) == ["accepted", "dot"]
            length = relay.up
        for position in range(1, length + 1):
            before = taken.ends
            with Relay(server.port, cut_up=position, cut=cut) as relay:
                outcome, dot = outcomes(authority, relay.port)
            if dot == "no dot":
                assert outcome in ("link", "retry"), position
                assert taken.ends == before, position
            else:
                assert outcome in ("accepted", "uncertain", "retry"), position
            if taken.ends > before:
                assert outcome in ("accepted", "uncertain"), position
            if outcome == "accepted":
                assert taken.ends == before + 1, position


@pytest.mark.parametrize("cut", ["fin", "rst"])
def test_smtp_cut_at_every_byte_on_the_way_down(authority: Authority, cut: Cut) -> None:
    taken = Taken(authority.certificate("localhost"))
    seen: set[str] = set()
    with taken.server as server:
        with Relay(server.port) as relay:
            list(outcomes(authority, relay.port))
            length = relay.down
        for position in range(1, length):
            with Relay(server.port, cut_down=position, cut=cut) as relay:
                outcome, dot = outcomes(authority, relay.port)
            # the answer to the dot is the only one that may be missed once the dot is written
            assert (outcome in ("uncertain", "accepted")) == (dot == "dot"), position
            seen.add(outcome)
    assert seen == {"link", "retry", "uncertain"}


def test_smtp_cut_under_tls_never_hides_a_mail_that_was_taken(smtp_list: SmtpList, authority: Authority) -> None:
    def attempt(port: int) -> str:
        try:
            return send(Endpoint("localhost", port, "implicit", str(authority.ca_file))).outcome
        except LinkError:
            return "link"

    with Relay(smtp_list.port) as relay:
        assert attempt(relay.port) == "accepted"
        length = relay.down
    for position in range(1, length, STRIDE):
        before = len(smtp_list.posts)
        with Relay(smtp_list.port, cut_down=position) as relay:
            outcome = attempt(relay.port)
        if len(smtp_list.posts) > before:
            assert outcome in ("accepted", "uncertain"), position
    assert {post.mail for post in smtp_list.posts} == {MAIL}
