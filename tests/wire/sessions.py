"""Short ways to a session in tests of the wire."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from listforum.cancel import Cancel
from listforum.secret import Secret
from listforum.wire.deadline import Deadlines
from listforum.wire.endpoint import Credentials, Endpoint, TlsMode
from listforum.wire.imap import ImapSession
from listforum.wire.meter import Meter
from listforum.wire.smtp import Delivery, deliver
from servers.dovecot import Dovecot, User
from servers.scripted import Peer, Script

PASSWORD = "correct horse"
WRITER = Credentials("writer", Secret(PASSWORD), "password")
QUICK = Deadlines(connect=3.0, login=3.0, gap=3.0, answer=3.0)
IMPATIENT = Deadlines(connect=0.2, login=0.2, gap=0.15, answer=0.2)
MAIL = b"From: Writer <writer@example.org>\r\nSubject: hello\r\n\r\nfirst\r\n.second\r\n"


def endpoint_of(server: Dovecot, tls: TlsMode = "implicit") -> Endpoint:
    return Endpoint("localhost", server.imaps_port if tls == "implicit" else server.imap_port, tls, server.ca_file)


def password_of(user: User) -> Credentials:
    return Credentials(user.name, Secret(user.password), "password")


@contextmanager
def imap(server: Dovecot, user: User) -> Iterator[ImapSession]:
    """The user's session over TLS."""
    with ImapSession(endpoint_of(server), password_of(user), deadlines=QUICK) as session:
        yield session


def send(
    endpoint: Endpoint,
    *,
    mail: bytes = MAIL,
    recipients: tuple[str, ...] = ("testers@lists.example.org",),
    credentials: Credentials = WRITER,
    cancel: Cancel | None = None,
    before_final_dot: Callable[[], None] = lambda: None,
    deadlines: Deadlines = QUICK,
    meter: Meter | None = None,
) -> Delivery:
    """Deliver a mail of the writer's."""
    return deliver(
        endpoint,
        credentials,
        sender="writer@example.org",
        recipients=recipients,
        mail=mail,
        cancel=cancel or Cancel(),
        before_final_dot=before_final_dot,
        deadlines=deadlines,
        meter=meter,
    )


def kept_by(error: BaseException | None) -> str:
    """Everything that an error and its causes keep: words, and the variables of our own frames."""
    kept: list[str] = []
    while error is not None:
        kept += [repr(error), *map(repr, error.args)]
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "listforum" in frame.f_globals.get("__name__", ""):
                kept += [repr(value) for value in frame.f_locals.values()]
        error = error.__cause__ or error.__context__
    return "\n".join(kept)


def imap_server(*answers: str | bytes) -> Script:
    """A script: greet, let anybody in, and answer each command that follows with one of these, in turn."""

    def script(peer: Peer) -> None:
        peer.send("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready")
        peer.expect("AUTHENTICATE PLAIN")
        peer.send("{tag} OK [CAPABILITY IMAP4rev1] in")
        for answer in answers:
            peer.receive()
            peer.send(answer)
        peer.hang()

    return script


def smtp_server(*answers: str | bytes) -> Script:
    """A script: greet, let anybody in, and answer each command that follows with one of these, in turn."""

    def script(peer: Peer) -> None:
        peer.send("220 ready")
        peer.expect("EHLO")
        peer.send("250-localhost", "250 AUTH PLAIN")
        peer.expect("AUTH PLAIN")
        peer.send("235 in")
        for answer in answers:
            peer.receive()
            peer.send(answer)
        peer.hang()

    return script
