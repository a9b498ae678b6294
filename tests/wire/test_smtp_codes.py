"""Every command of a submission answered with every code: no hang, no word in clear, and no doubt that is not there."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from listforum.errors import DeadlineError, ListforumError, LoginError
from listforum.wire.endpoint import Endpoint
from servers.certificates import Authority, Certificate
from servers.scripted import Peer, Script, ScriptedServer
from wire.sessions import MAIL, QUICK, send

CODES = (220, 221, 250, 354, 421, 454, 500, 501, 502, 504, 530, 550, 554)
ANSWERS = {
    b"": "220 ready",
    b"EHLO": "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN",
    b"HELO": "250 localhost",
    b"STARTTLS": "220 begin",
    b"AUTH": "235 in",
    b"MAIL": "250 ok",
    b"RCPT": "250 ok",
    b"DATA": "354 go",
    b".": "250 taken",
    b"QUIT": "221 bye",
}
GOOD = {"": 220, "EHLO": 250, "STARTTLS": 220, "MAIL": 250, "RCPT": 250, "DATA": 354, ".": 250, "QUIT": 221}

each_code = pytest.mark.parametrize("code", CODES)


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate("localhost")


def answering(command: str, answer: str) -> Script:
    """A server that answers one command with this, and all others as it should. After an answer without an end it is
    gone.
    """

    def script(peer: Peer) -> None:
        verb = b""
        while True:
            said = answer if verb == command.encode() else ANSWERS.get(verb, "500 what?")
            peer.send(said)
            if said.split("\r\n")[-1][3:4] == "-":
                return
            if verb == b"STARTTLS" and said.startswith("220"):
                peer.start_tls()
            if verb == b"DATA" and said.startswith("354"):
                while (verb := peer.receive()) != b".":
                    pass
            else:
                verb = peer.receive().split(b" ")[0].upper()

    return script


def delivered(server: ScriptedServer, authority: Authority, tls: str) -> str:
    """The outcome, or the name of the error."""
    started = time.monotonic()
    try:
        outcome: str = send(Endpoint("localhost", server.port, tls, str(authority.ca_file))).outcome  # type: ignore[arg-type]
    except ListforumError as error:
        assert not isinstance(error, DeadlineError)
        outcome = type(error).__name__
    assert time.monotonic() - started < 2
    return outcome


@each_code
@pytest.mark.parametrize("command", ["", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"])
def test_each_command_under_tls(good: Certificate, authority: Authority, command: str, code: int) -> None:
    with ScriptedServer(answering(command, f"{code} so"), good) as server:
        outcome = delivered(server, authority, "implicit")
        took_it = b"\r\n.\r\n" in server.secret
    if command == "QUIT":
        assert outcome == "accepted"
    elif command == ".":
        assert took_it
        assert outcome == ("accepted" if 200 <= code < 300 else "uncertain" if code < 400 else OUTCOME[code // 100])
    elif code == GOOD.get(command) and command != "EHLO":
        assert outcome == "accepted"
    else:
        assert outcome != "accepted"
        assert outcome != "uncertain"
        assert not took_it
        assert MAIL[-10:] not in server.secret


OUTCOME = {4: "retry", 5: "refused"}


@each_code
@pytest.mark.parametrize("command", ["", "EHLO", "STARTTLS"])
def test_each_command_before_tls(good: Certificate, authority: Authority, command: str, code: int) -> None:
    with ScriptedServer(answering(command, f"{code} so"), good, tls=False) as server:
        outcome = delivered(server, authority, "starttls")
        said = server.clear
    assert not [word for word in (b"AUTH", b"MAIL", b"RCPT", b"DATA", b"writer") if word in said]
    if code != GOOD[command] or command == "EHLO":
        assert outcome in ("LinkError", "CertificateError", "ServerError")


@each_code
def test_each_answer_to_a_login(good: Certificate, authority: Authority, code: int) -> None:
    with ScriptedServer(answering("AUTH", f"{code} so"), good) as server:
        outcome = delivered(server, authority, "implicit")
    if code in (421, 454):
        assert outcome == "retry"
    else:
        assert outcome == (LoginError.__name__ if code >= 530 else "ServerError")


BROKEN: dict[str, Callable[[int], str]] = {
    "no end": lambda code: f"{code}-so\r\n{code}-on",
    "two codes": lambda code: f"{code}-so\r\n{code + 1} on",
    "no text": lambda code: f"{code}",
    "no code": lambda _code: "so",
    "two answers": lambda code: f"{code} so\r\n{code} on",
    "a bare line end": lambda code: f"{code} so\n{code} on",
    "control characters": lambda code: f"{code} \x1b]0;x\x07\x00",
    "a negative code": lambda code: f"-{code} so",
    "other digits": lambda _code: "\u0662\u0665\u0660 so",
    "a very long line": lambda code: f"{code} " + "x" * 20_000,
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("command", ["", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."])
def test_an_answer_that_is_half_of_one(
    good: Certificate, authority: Authority, broken: Callable[[int], str], command: str
) -> None:
    """A code that would be right, said in a way that is not: whatever comes of it, it comes soon, and is no lie."""

    def script(peer: Peer) -> None:
        try:
            answering(command, broken(int(ANSWERS[command.encode()][:3])))(peer)
        finally:
            peer.close()

    with ScriptedServer(script, good) as server:
        try:
            delivery = send(Endpoint("localhost", server.port, "implicit", str(authority.ca_file)), deadlines=QUICK)
        except ListforumError as error:
            assert "\x1b" not in str(error)
            assert b"\r\n.\r\n" not in server.secret
        else:
            assert delivery.outcome in ("accepted", "uncertain") or b"\r\n.\r\n" not in server.secret
            assert "\x1b" not in delivery.words
