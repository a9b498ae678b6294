"""What stands between this machine and a server, each in words of its own: no network, no name, nobody there."""

from __future__ import annotations

import errno
import os
import socket
import time

import pytest

from listforum.cancel import Cancel
from listforum.errors import DeadlineError, LinkError
from listforum.wire import dial as wire_dial
from listforum.wire.deadline import Deadline
from listforum.wire.dial import dial
from listforum.wire.endpoint import Endpoint

HOST = "mail.example.org"
STREAM = (socket.AF_INET, socket.SOCK_STREAM, 6, "")


def failure(host: str = HOST, port: int = 993, seconds: float = 2.0) -> LinkError:
    with pytest.raises(LinkError) as raised:
        dial(Endpoint(host, port, "implicit"), Cancel(), Deadline("connecting", seconds))
    return raised.value


def looked_up(monkeypatch: pytest.MonkeyPatch, answer: list[object] | Exception) -> None:
    """The resolver's answer, whatever is asked."""

    def look_up(*_: object, **__: object) -> list[object]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a route to anywhere, as the kernel has it."""

    class NoRoute(socket.socket):
        def connect(self, address: object, /) -> None:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(wire_dial.socket, "socket", NoRoute)


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a route."""

    class Route(socket.socket):
        def connect(self, address: object, /) -> None:
            assert self.type == socket.SOCK_DGRAM  # of which nothing goes out

    monkeypatch.setattr(wire_dial.socket, "socket", Route)


CODES = [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_NODATA, socket.EAI_SYSTEM]


@pytest.mark.parametrize("code", CODES)
def test_without_a_network_no_name_is_blamed(offline: None, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    looked_up(monkeypatch, socket.gaierror(code, "no"))
    assert str(failure()) == f"{HOST} cannot be found: this machine is not online"


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_NODATA])
def test_a_name_that_there_is_not(online: None, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    looked_up(monkeypatch, socket.gaierror(code, "no"))
    assert str(failure()) == f"{HOST} cannot be found: there is no such name; it may be misspelt"


@pytest.mark.parametrize("code", [socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM])
def test_nobody_who_knows_names(online: None, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    looked_up(monkeypatch, socket.gaierror(code, "no"))
    assert "the name server of this network does not answer" in str(failure())


@pytest.mark.parametrize("host", ["a" * 70 + ".example.org", "a..b"])
def test_a_name_that_can_be_none(host: str) -> None:
    assert "there can be no such name" in str(failure(host))


def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up(monkeypatch, [])
    assert str(failure()) == f"{HOST} has no address"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ECONNREFUSED, f"{HOST} refuses connections on port 993; is the port right"),
        (errno.ECONNRESET, f"the link to {HOST} broke"),
        (errno.ENETUNREACH, f"there is no network that leads to {HOST}"),
        (errno.EHOSTUNREACH, f"{HOST} cannot be reached on port 993: {os.strerror(errno.EHOSTUNREACH)}"),
        (errno.EACCES, f"{HOST} cannot be reached on port 993: {os.strerror(errno.EACCES)}"),
        (errno.ETIMEDOUT, f"{HOST} does not answer on port 993"),
    ],
)
def test_what_keeps_a_connection_from_being_made(monkeypatch: pytest.MonkeyPatch, code: int, words: str) -> None:
    class Failing(socket.socket):
        def connect_ex(self, address: object, /) -> int:
            return code

    looked_up(monkeypatch, [(*STREAM, ("192.0.2.1", 993))])
    monkeypatch.setattr(wire_dial.socket, "socket", Failing)
    error = failure()
    assert words in str(error)
    assert isinstance(error, DeadlineError) is (code == errno.ETIMEDOUT)


def test_a_kind_of_address_that_this_machine_does_not_know_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        unknown = (socket.AF_APPLETALK, socket.SOCK_STREAM, 6, "", ("x", port))
        looked_up(monkeypatch, [unknown, (*STREAM, ("127.0.0.1", port))])
        dial(Endpoint(HOST, port, "implicit"), Cancel(), Deadline("connecting", 2)).close()


def test_all_these_sentences_differ(online: None, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Exception] = [socket.gaierror(code, "no") for code in (socket.EAI_NONAME, socket.EAI_AGAIN)]
    said = set()
    for answer in (*answers, UnicodeError()):
        looked_up(monkeypatch, answer)
        said.add(str(failure()))
    assert len(said) == 3


def test_a_slow_name_server_is_said_to_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> list[object]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    error = failure(seconds=0.1)
    assert isinstance(error, DeadlineError)
    assert f"looking up {HOST} took too long" in str(error)
