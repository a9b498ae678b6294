"""A proxy on loopback, SOCKS 5 or HTTP CONNECT, that remembers what it was asked and misbehaves as a test says."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["socks5h", "http"]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a proxy behaves: the login it wants, the code of its refusal, what it says in place of an answer."""

    login: tuple[str, str] | None = None
    refusal: int | None = None
    says: bytes | None = None
    silent_after: int | None = None
    """It falls silent in place of the answer after so many."""


@dataclass(slots=True)
class Asked:
    """What one connection asked for: the place, as it was written, and the login."""

    host: str
    port: int
    login: tuple[str, str] | None = None


@dataclass(slots=True)
class _Talk:
    connection: socket.socket
    turns: int = 0


class SilentError(Exception):
    """The proxy says nothing more."""


class ProxyServer:
    """Listens on `port` of 127.0.0.1, and leads every connection to the port `target`, whatever was asked for.

    Where there are several, `target` names their ports by the host that was asked for.

    `asked` holds what clients asked for; `up` and `down` count every byte between clients and proxy.
    """

    def __init__(self, kind: Kind, target: int | Mapping[str, int], conduct: Conduct | None = None) -> None:
        self.kind, self._target, self._conduct = kind, target, conduct or Conduct()
        self.host = "127.0.0.1"
        self._listener = socket.create_server((self.host, 0))
        self.port = int(self._listener.getsockname()[1])
        self.asked: list[Asked] = []
        self.connections = self.up = self.down = 0
        self.login: tuple[str, str] | None = None
        self._open: list[socket.socket] = []
        self._over = threading.Event()

    def __enter__(self) -> ProxyServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for end in (self._listener, *self._open):
            _close(end)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        talk = _Talk(connection)
        try:
            if self._conduct.says is not None:
                self._read(talk, 1)
                self._say(talk, self._conduct.says)
                connection.shutdown(socket.SHUT_WR)  # to close now would take back what the client has not read yet
                self._read(talk, 1_000_000)
            elif self.kind == "socks5h":
                self._socks(talk)
            else:
                self._http(talk)
        except SilentError:
            self._over.wait(20)
        except OSError:
            pass  # the client went away: that is often the point
        finally:
            _close(connection)

    # --- what is said -------------------------------------------------------------------------------------------------

    def _socks(self, talk: _Talk) -> None:
        methods = self._read(talk, self._read(talk, 2)[1])
        if self._conduct.login:
            if 2 not in methods:
                self._say(talk, b"\x05\xff")
                return
            self._say(talk, b"\x05\x02")
            user = self._read(talk, self._read(talk, 2)[1]).decode()
            password = self._read(talk, self._read(talk, 1)[0]).decode()
            self._say(talk, b"\x01\x00" if (user, password) == self._conduct.login else b"\x01\x01")
            if (user, password) != self._conduct.login:
                return
            self.login = (user, password)
        else:
            self._say(talk, b"\x05\x00")
        kind = self._read(talk, 4)[3]
        if kind == 3:
            host = self._read(talk, self._read(talk, 1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, self._read(talk, size))
        self.asked.append(Asked(host, int.from_bytes(self._read(talk, 2)), self.login))
        if self._conduct.refusal is not None:
            self._say(talk, bytes([5, self._conduct.refusal, 0, 1, 0, 0, 0, 0, 0, 0]))
            return
        self._say(talk, b"\x05\x00\x00\x03\x09localhost\x12\x34", then_pass=True)

    def _http(self, talk: _Talk) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._read(talk, 1)
        lines = head.decode().split("\r\n")
        _method, where, _version = lines[0].split(" ")
        host, _colon, port = where.rpartition(":")
        wanted = next((line.split(" ")[2] for line in lines if line.startswith("Proxy-Authorization: Basic ")), None)
        if self._conduct.login:
            given = base64.b64decode(wanted or "").decode().partition(":")
            if (given[0], given[2]) != self._conduct.login:
                self._say(talk, b'HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n')
                return
            self.login = self._conduct.login
        self.asked.append(Asked(host, int(port), self.login))
        if self._conduct.refusal is not None:
            self._say(talk, b"HTTP/1.1 %d Sorry\r\nContent-Length: 5\r\n\r\nsorry" % self._conduct.refusal)
            return
        self._say(talk, b"HTTP/1.0 200 Connection established\r\nVia: a proxy\r\n\r\n", then_pass=True)

    # --- bytes --------------------------------------------------------------------------------------------------------

    def _read(self, talk: _Talk, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = talk.connection.recv(size - len(data))
            if not more:
                raise ConnectionResetError("the client hung up")
            data += more
        self.up += len(data)
        return data

    def _say(self, talk: _Talk, data: bytes, *, then_pass: bool = False) -> None:
        if talk.turns == self._conduct.silent_after:
            raise SilentError
        talk.turns += 1
        server = self._server() if then_pass else None
        self.down += len(data)
        talk.connection.sendall(data)
        if server:
            server.settimeout(None)
            self._open.append(server)
            back = threading.Thread(target=self._pass, args=(server, talk.connection, "down"), daemon=True)
            back.start()
            self._pass(talk.connection, server, "up")
            back.join(20)

    def _server(self) -> socket.socket:
        port = self._target if isinstance(self._target, int) else self._target[self.asked[-1].host]
        return socket.create_connection((self.host, port), timeout=5)

    def _pass(self, source: socket.socket, sink: socket.socket, way: Literal["up", "down"]) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                setattr(self, way, getattr(self, way) + len(data))
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
