"""Counting bytes below TLS: every byte of TCP payload, handshakes included."""

from __future__ import annotations

import socket
import threading
from typing import Any

from listforum.model.traffic import Bytes


class Meter:
    """Counts the bytes of one or more links; readable from any thread while they run, and after they failed.

    What it counts is counted by `total` too, if there is one. Nothing more is read once `most` bytes were counted.
    While there is a limit, or it `may_be_limited` later, little is let come ahead of what is read.
    """

    def __init__(self, total: Meter | None = None, *, most: int | None = None) -> None:
        self._total = total
        self._most = most
        self.may_be_limited = most is not None
        self._lock = threading.Lock()
        self._bytes = Bytes()

    @property
    def bytes(self) -> Bytes:
        return self._bytes

    @property
    def room(self) -> int | None:
        """How many more bytes may be read; None without a limit."""
        return None if self._most is None else max(0, self._most - self._bytes.total)

    def limit(self, most: int) -> None:
        """From here on nothing more is read once `most` bytes were counted, from the beginning."""
        self._most = most

    def sent(self, size: int) -> None:
        with self._lock:
            self._bytes += Bytes(up=size)
        if self._total:
            self._total.sent(size)

    def received(self, size: int) -> None:
        with self._lock:
            self._bytes += Bytes(down=size)
        if self._total:
            self._total.received(size)


class CountingSocket(socket.socket):
    """A connected socket whose every byte is counted, for libraries that bring their own TLS.

    Takes the connection over from the socket it is made of.
    """

    def __init__(self, connected: socket.socket, meter: Meter) -> None:
        family, kind, protocol = connected.family, connected.type, connected.proto
        super().__init__(family, kind, protocol, fileno=connected.detach())
        self._meter = meter

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        data = super().recv(bufsize, flags)
        self._meter.received(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:
        size = super().recv_into(buffer, nbytes, flags)
        self._meter.received(size)
        return size

    def send(self, data: Any, flags: int = 0, /) -> int:
        size = super().send(data, flags)
        self._meter.sent(size)
        return size

    def sendmsg(self, *arguments: Any) -> int:
        size = super().sendmsg(*arguments)
        self._meter.sent(size)
        return size
