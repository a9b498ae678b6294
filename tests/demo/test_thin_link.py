"""The thin link: how fast bytes come through it, how they are counted, and how it dies."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from listforum.demo.thin_link import PROFILES, ThinLink
from listforum.model.traffic import Bytes


class Echo(asyncio.Protocol):
    """Says back what it hears, but to a number so many bytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"x" * int(data) if data.isdigit() else data)


@dataclass(frozen=True, slots=True)
class Linked:
    """A link to an `Echo`."""

    link: ThinLink
    port: int

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), 10)


@contextmanager
def linked(profile: str) -> Iterator[Linked]:
    """A link in a thread of its own."""
    loop = asyncio.new_event_loop()
    near = socket.create_server(("127.0.0.1", 0))

    async def start() -> ThinLink:
        echo = await loop.create_server(Echo, "127.0.0.1", 0)
        link = ThinLink(profile)
        await link.relay(near, echo.sockets[0].getsockname()[1])
        return link

    async def stop() -> None:
        link.stop()
        await asyncio.sleep(0.05)
        loop.stop()

    link = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Linked(link, near.getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop)
        thread.join()
        loop.close()


def receive(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(65536)
        assert piece
        data += piece
    return data


def seconds_of(connection: socket.socket, said: bytes, size: int) -> float:
    """How long an answer takes from its question to its last byte."""
    began = time.monotonic()
    connection.sendall(said)
    receive(connection, size)
    return time.monotonic() - began


def test_everything_comes_through_in_order() -> None:
    said = bytes(range(256)) * 2000
    with linked("fast") as linked_to, linked_to.connect() as connection:
        threading.Thread(target=connection.sendall, args=(said,)).start()
        assert receive(connection, len(said)) == said
        assert linked_to.link.bytes == Bytes(len(said), len(said))


def test_an_end_is_passed_on() -> None:
    with linked("fast") as linked_to, linked_to.connect() as connection:
        connection.sendall(b"last words")
        connection.shutdown(socket.SHUT_WR)
        assert receive(connection, 10) == b"last words"
        assert connection.recv(1) == b""


def test_all_connections_are_counted_together() -> None:
    with linked("fast") as linked_to:
        for said, size in ((b"hello", 5), (b"1000", 1000)):
            with linked_to.connect() as connection:
                connection.sendall(said)
                receive(connection, size)
        assert linked_to.link.bytes == Bytes(9, 1005)


def test_a_small_answer_takes_a_round_trip() -> None:
    with linked("satellite") as linked_to, linked_to.connect() as connection:
        assert seconds_of(connection, b"1", 1) >= 2 * 0.7  # one more for TCP's handshake
        assert 0.7 <= seconds_of(connection, b"2", 2) < 1.2


def test_a_large_answer_takes_what_the_rate_allows() -> None:
    with linked("3G") as linked_to, linked_to.connect() as connection:
        seconds_of(connection, b"1", 1)
        assert 0.5 <= seconds_of(connection, b"50000", 50_000) < 1.1


def test_connections_share_the_rate() -> None:
    with linked("3G") as linked_to, linked_to.connect() as one, linked_to.connect() as other:
        began = time.monotonic()
        for connection in (one, other):
            connection.sendall(b"30000")
        for connection in (one, other):
            receive(connection, 30_000)
        assert time.monotonic() - began >= 0.6


def test_bytes_trickle() -> None:
    with linked("2G") as linked_to, linked_to.connect() as connection:
        connection.sendall(b"3000")
        pieces = []
        while sum(pieces) < 3000:
            pieces.append(len(connection.recv(65536)))
        assert max(pieces) <= 600
        counted = linked_to.link.bytes
        assert counted == Bytes(4, 3000)


def test_another_profile_holds_from_then_on() -> None:
    with linked("2G") as linked_to, linked_to.connect() as connection:
        assert linked_to.link.name == "2G"
        linked_to.link.use("fast")
        assert linked_to.link.name == "fast"
        seconds_of(connection, b"1", 1)
        assert seconds_of(connection, b"100000", 100_000) < 1


def test_only_known_profiles_can_be_used() -> None:
    with linked("fast") as linked_to, pytest.raises(KeyError):
        linked_to.link.use("dial-up")


def test_the_thinnest_is_the_one_to_begin_with() -> None:
    async def name() -> str:
        return ThinLink().name

    assert asyncio.run(name()) == "2G"
    assert min(PROFILES, key=lambda name: PROFILES[name].rate or 10**9) == "2G"


def test_a_cut_resets_every_connection() -> None:
    with linked("fast") as linked_to, linked_to.connect() as one, linked_to.connect() as other:
        for connection in (one, other):
            seconds_of(connection, b"1", 1)
        linked_to.link.cut()
        for connection in (one, other):
            with pytest.raises(ConnectionResetError):
                connection.recv(1)


def test_the_link_is_down_for_a_while_and_comes_back() -> None:
    with linked("fast") as linked_to:
        assert not linked_to.link.down
        linked_to.link.cut(0.3)
        assert linked_to.link.down
        with pytest.raises(ConnectionResetError), linked_to.connect() as connection:
            connection.recv(1)
        time.sleep(0.35)
        assert not linked_to.link.down
        with linked_to.connect() as connection:
            seconds_of(connection, b"1", 1)


def test_what_was_on_its_way_is_lost_in_a_cut() -> None:
    with linked("2G") as linked_to, linked_to.connect() as connection:
        connection.sendall(b"20000")
        assert connection.recv(1) == b"x"
        linked_to.link.cut(0.2)
        with pytest.raises(ConnectionResetError):
            receive(connection, 20_000)
        time.sleep(0.1)
        counted = linked_to.link.bytes
        time.sleep(0.3)
        assert linked_to.link.bytes == counted
        assert counted.down < 20_000
