"""A TCP relay on loopback that counts bytes and round trips, and cuts, delays or slows the link where a test says."""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
import time
from typing import Literal, Self

Cut = Literal["fin", "rst", "hole"]
"""How a link dies: closed, reset, or silent for ever."""

SLOW_PIECE = 1_448
"""Bytes that a link with a rate gives on at once: what a packet holds."""

_Piece = tuple[float, bytes | Literal["end", "death"], int]
"""When it arrives, what it is, and the round trip that it belongs to."""


class Relay:
    """Listens on `port` and passes everything on to the port `target` of 127.0.0.1.

    `cut_up` and `cut_down` are how many bytes of each connection pass to the server and to the client before the link
    dies as `cut` says; `cuts` is how many connections this befalls, None for all. `delay` is how many seconds
    everything is on its way, one way, and the TCP handshake three times; `rate` how many bytes a second pass, each way.
    `up`, `down` and `connections` count; see `round_trips`.
    """

    def __init__(
        self,
        target: int,
        *,
        cut_up: int | None = None,
        cut_down: int | None = None,
        cut: Cut = "fin",
        cuts: int | None = None,
        delay: float = 0.0,
        rate: float | None = None,
    ) -> None:
        self.target, self.cut_up, self.cut_down, self.cut = target, cut_up, cut_down, cut
        self.cuts, self.delay, self.rate = cuts, delay, rate
        self.host = "127.0.0.1"
        self.up = self.down = self.connections = 0
        self._listener = socket.create_server((self.host, 0))
        self.port = int(self._listener.getsockname()[1])
        self._links: list[_Link] = []
        self._lock = threading.Lock()

    @property
    def round_trips(self) -> int:
        """How often somebody had to wait for the other end of the world: a connection made is one.

        What the client says after it heard an answer begins a new one, which counts once it is answered. Only with a
        `delay` is this exact: without, an answer may come while the client still says what did not wait for it.
        """
        return sum(1 + link.client_trip for link in self._links)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        _close(self._listener)
        for link in self._links:
            _close(link.client)
            _close(link.server)

    def passed_up(self, data: bytes) -> None:
        """Counts what is about to reach the server; nobody can have seen it yet."""
        with self._lock:
            self.up += len(data)

    def passed_down(self, data: bytes) -> None:
        """Counts what is about to reach the client; nobody can have seen it yet."""
        with self._lock:
            self.down += len(data)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection((self.host, self.target))
            except OSError:
                return
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = _Link(self, client, server)
            self._links.append(link)
            dies = self.cuts is None or self.connections < self.cuts
            self.connections += 1
            limits = (self.cut_up, self.cut_down) if dies else (None, None)
            now = time.monotonic()
            # our own handshake took no time: the client's ends after two ways, the server knows of it after three
            for line in (_Up(link, limits[0], now + 2 * self.delay), _Down(link, limits[1], now + 3 * self.delay)):
                threading.Thread(target=line.read, daemon=True).start()
                threading.Thread(target=line.give, daemon=True).start()


class _Link:
    """One connection: its two ends, and the round trip that each of them has got to."""

    def __init__(self, relay: Relay, client: socket.socket, server: socket.socket) -> None:
        self.relay, self.client, self.server = relay, client, server
        self.client_trip = self.server_trip = 0
        self.hung_up = False
        self._silent = False

    def end(self, sink: socket.socket) -> None:
        if not self._silent:
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)

    def die(self) -> None:
        cut = self.relay.cut
        if cut == "hole":
            self._silent = True
        elif cut == "fin":
            self.end(self.client)  # not closed: what it still says would reset it, and could take its last bytes along
        else:
            for end in (self.client, self.server):
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            _close(self.client)
        _close(self.server)


class _Line:
    """One way of a connection: pieces are read as they come, and given on when they would have arrived."""

    def __init__(self, link: _Link, ends: tuple[socket.socket, socket.socket], limit: int | None, opens: float) -> None:
        self._link, (self._source, self._sink) = link, ends
        self._left, self._free = limit, opens
        self._delay, self._rate = link.relay.delay, link.relay.rate
        self._pieces: queue.Queue[_Piece] = queue.Queue(256)

    def read(self) -> None:
        """Reads until the source ends, or as much as may pass."""
        while self._left is None or self._left > 0:
            most = 65_536 if self._rate is None else SLOW_PIECE
            try:
                data = self._source.recv(most if self._left is None else min(most, self._left))
            except OSError:
                data = b""
            if not data:
                self._ended()
                self._pieces.put((self._arrival(0), "end", 0))
                return
            if self._left is not None:
                self._left -= len(data)
            self._pieces.put((self._arrival(len(data)), data, self._trip()))
        self._pieces.put((self._arrival(0), "death", 0))

    def give(self) -> None:
        """Gives on what was read, each piece in its time."""
        gone = False
        while True:
            due, data, trip = self._pieces.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if data == "end":
                self._link.end(self._sink)
                return
            if data == "death":
                self._link.die()
                return
            if not gone:
                self._passes(data, trip)
                try:
                    self._sink.sendall(data)
                except OSError:
                    gone = True

    def _arrival(self, size: int) -> float:
        self._free = max(time.monotonic(), self._free) + (size / self._rate if self._rate else 0.0)
        return self._free + self._delay

    def _trip(self) -> int:
        raise NotImplementedError

    def _passes(self, data: bytes, trip: int) -> None:
        raise NotImplementedError

    def _ended(self) -> None:
        """The source says no more."""


class _Up(_Line):
    def __init__(self, link: _Link, limit: int | None, opens: float) -> None:
        super().__init__(link, (link.client, link.server), limit, opens)

    def _trip(self) -> int:
        return self._link.client_trip + 1

    def _passes(self, data: bytes, trip: int) -> None:
        self._link.relay.passed_up(data)
        self._link.server_trip = max(self._link.server_trip, trip)

    def _ended(self) -> None:
        self._link.hung_up = True


class _Down(_Line):
    def __init__(self, link: _Link, limit: int | None, opens: float) -> None:
        super().__init__(link, (link.server, link.client), limit, opens)

    def _trip(self) -> int:
        return self._link.server_trip

    def _passes(self, data: bytes, trip: int) -> None:
        self._link.relay.passed_down(data)
        if not self._link.hung_up:  # who hangs up waits for no answer
            self._link.client_trip = max(self._link.client_trip, trip)


def _close(end: socket.socket) -> None:
    # another thread may sit in recv() on it, which close() alone does not wake; for a reset, SHUT_RD keeps the RST
    with contextlib.suppress(OSError):
        lingering = struct.unpack("ii", end.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))[0]
        end.shutdown(socket.SHUT_RD if lingering else socket.SHUT_RDWR)
    end.close()
