"""A server that sends its client elsewhere (RFC 2221, RFC 2193) sends it nowhere."""

from __future__ import annotations

import contextlib
import select
import socket

import pytest

from listforum.errors import ListforumError
from listforum.wire.endpoint import Endpoint
from listforum.wire.imap import ImapSession
from servers.certificates import Authority
from servers.scripted import Peer, ScriptedServer
from wire.sessions import PASSWORD, QUICK, WRITER

LOGINS = {"LOGIN": "IMAP4rev1", "AUTHENTICATE": "IMAP4rev1 AUTH=PLAIN SASL-IR"}
ANSWERS = (
    "{tag} OK [REFERRAL imap://writer;AUTH=*@localhost:PORT/] go there",
    "{tag} NO [REFERRAL imap://writer;AUTH=PLAIN@localhost:PORT/] go there",
    "{tag} NO [REFERRAL imap://localhost:PORT/INBOX] go there",
    "{tag} BAD [REFERRAL imap://localhost:PORT/] go there",
    "* BYE [REFERRAL imap://localhost:PORT/] go there",
    "* OK [REFERRAL imap://localhost:PORT/] go there\r\n{tag} NO no",
)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("at", ["LOGIN", "AUTHENTICATE", "EXAMINE", "greeting"])
def test_it_is_never_followed(authority: Authority, at: str, answer: str) -> None:
    capability = LOGINS.get(at, "IMAP4rev1 AUTH=PLAIN SASL-IR")
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        there = answer.replace("PORT", str(elsewhere.getsockname()[1]))

        def script(peer: Peer) -> None:
            if at == "greeting":
                peer.send(there.replace("{tag}", "*"))
            peer.send(f"* OK [CAPABILITY {capability}] ready")
            while True:
                said = peer.receive().upper()
                if at.encode() in said:
                    peer.send(there)
                elif b"PLAIN" in said or b"LOGIN" in said:
                    peer.send(f"{{tag}} OK [CAPABILITY {capability}] in")
                else:
                    peer.send("* OK [UIDVALIDITY 7] v", "* OK [UIDNEXT 1] n", "{tag} OK done")

        with ScriptedServer(script, authority.certificate("localhost")) as server:
            endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
            with contextlib.suppress(ListforumError), ImapSession(endpoint, WRITER, deadlines=QUICK) as session:
                session.examine("INBOX")
            assert len(server.peers) == 1
            assert PASSWORD.encode() not in server.clear
        assert not select.select([elsewhere], [], [], 0.02)[0]
