"""What measures the wire measures right: the bytes and trips of the relay, and the ear for what comes twice."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from heard import Heard
from listforum.wire.endpoint import Endpoint
from listforum.wire.link import Link
from servers.relay import Relay


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that answers every line with itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1])


def _serve(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall(line)


def test_what_waits_for_an_answer_is_a_round_trip_and_what_goes_along_is_none(echo: int) -> None:
    with Relay(echo, delay=0.05) as relay, socket.create_connection(("127.0.0.1", relay.port)) as client:
        answers = client.makefile("rb")
        for line in (b"one\n", b"two\n", b"three\n"):
            client.sendall(line)
            time.sleep(0.01)
        assert [answers.readline() for _ in range(3)] == [b"one\n", b"two\n", b"three\n"]
        assert relay.round_trips == 2  # with the one that made the connection
        client.sendall(b"four\n")
        answers.readline()
        assert relay.round_trips == 3
        assert (relay.up, relay.down) == (19, 19)


def test_who_hangs_up_waits_for_no_answer(echo: int) -> None:
    with Relay(echo, delay=0.05) as relay:
        with socket.create_connection(("127.0.0.1", relay.port)) as client:
            client.sendall(b"bye\n")
        time.sleep(0.4)
        assert (relay.round_trips, relay.up) == (1, 4)


def test_a_thin_link_takes_its_time_and_keeps_many_pieces_on_their_way(echo: int) -> None:
    with Relay(echo, delay=0.1, rate=100_000) as relay:
        with socket.create_connection(("127.0.0.1", relay.port)) as client:
            began = time.monotonic()
            client.sendall(b"x" * 49_999 + b"\n")
            assert len(client.makefile("rb").readline()) == 50_000
        seconds = time.monotonic() - began
    assert 4 * 0.1 + 0.5 <= seconds < 2.5


def test_the_ear_knows_what_came_twice() -> None:
    whole = b"* 1 FETCH (UID 7 BODY[1]<0> {5}\r\nwords)\r\n"
    heard = Heard({_link(): bytearray(whole + b"* 2 FETCH (UID 8 BODY[1]<0> {5}\r\nwor")})
    assert (heard.sections, heard.complete_twice, heard.text_twice) == (1, 0, 0)
    heard.streams[_link()] = bytearray(b"* 2 FETCH (UID 8 BODY[1]<3> {2}\r\nds)\r\n")
    assert (heard.sections, heard.complete_twice, heard.text_twice) == (2, 0, 0)
    heard.streams[_link()] = bytearray(whole + b"* 2 FETCH (UID 8 BODY[1]<1> {2}\r\nor)\r\n")
    assert (heard.sections, heard.complete_twice, heard.text_twice) == (4, 1, 7)


def _link() -> Link:
    return Link(Endpoint("localhost", 1, "implicit"))
