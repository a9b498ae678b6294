"""A TCP relay on loopback that counts bytes and cuts, stalls or slows the link where a test says."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Literal

Cut = Literal["fin", "rst", "hole"]
"""How a link dies: closed, reset, or silent for ever."""


class Relay:
    """Listens on `port` and passes everything on to the port `target` of 127.0.0.1.

    `cut_up` and `cut_down` are how many bytes of each connection pass to the server and to the client before the link
    dies as `cut` says. `delay` is held in seconds before each piece, one way. `up`, `down` and `connections` count.
    """

    def __init__(
        self,
        target: int,
        *,
        cut_up: int | None = None,
        cut_down: int | None = None,
        cut: Cut = "fin",
        delay: float = 0.0,
    ) -> None:
        self.target, self.cut_up, self.cut_down, self.cut, self.delay = target, cut_up, cut_down, cut, delay
        self.host = "127.0.0.1"
        self.up = self.down = self.connections = 0
        self._listener = socket.create_server((self.host, 0))
        self.port = int(self._listener.getsockname()[1])
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Relay:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for end in self._sockets:
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection((self.host, self.target))
            except OSError:
                return
            self.connections += 1
            self._sockets += [client, server]
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = _Link(client, server, self.cut)
            ways = ((client, server, self.cut_up, self._count_up), (server, client, self.cut_down, self._count_down))
            for source, sink, limit, count in ways:
                threading.Thread(target=self._pump, args=(link, source, sink, limit, count), daemon=True).start()

    def _count_up(self, size: int) -> None:
        self.up += size

    def _count_down(self, size: int) -> None:
        self.down += size

    def _pump(
        self,
        link: _Link,
        source: socket.socket,
        sink: socket.socket,
        limit: int | None,
        count: Callable[[int], None],
    ) -> None:
        passed = 0
        while True:
            if limit is not None and passed >= limit:
                link.die()
                return
            try:
                data = source.recv(65536 if limit is None else min(65536, limit - passed))
                if not data:
                    break
                if self.delay:
                    time.sleep(self.delay)
                passed += len(data)
                count(len(data))  # before anybody can have seen them
                sink.sendall(data)
            except OSError:
                break
        link.end(sink)


class _Link:
    def __init__(self, client: socket.socket, server: socket.socket, cut: Cut) -> None:
        self._client, self._server, self._cut = client, server, cut
        self._silent = False

    def end(self, sink: socket.socket) -> None:
        if not self._silent:
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)

    def die(self) -> None:
        if self._cut == "hole":
            self._silent = True
            _close(self._server)
            return
        for end in (self._client, self._server):
            if self._cut == "rst":
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            _close(end)


def _close(end: socket.socket) -> None:
    # another thread may sit in recv() on it, which close() alone does not wake; for a reset, SHUT_RD keeps the RST
    with contextlib.suppress(OSError):
        lingering = struct.unpack("ii", end.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))[0]
        end.shutdown(socket.SHUT_RD if lingering else socket.SHUT_RDWR)
    end.close()
