"""A server that says exactly what a test tells it to, and remembers what it was told, in clear and under TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable

from servers.certificates import Certificate


class Peer:
    """One client, seen from the server: what a script sends, expects and starts.

    `clear` and `secret` hold every byte received before and after TLS began. A script that expects in vain fails the
    test; one whose client hangs up simply ends.
    """

    def __init__(self, connection: socket.socket, certificate: Certificate) -> None:
        self._connection = connection
        self._certificate = certificate
        self._buffer = b""
        self._encrypted = False
        self.clear = b""
        self.secret = b""
        self.tag = b"*"

    def send(self, *lines: str | bytes) -> None:
        """Send lines in one piece; `{tag}` stands for the tag of the last command received."""
        data = b"".join((line.encode() if isinstance(line, str) else line) + b"\r\n" for line in lines)
        self.send_raw(data.replace(b"{tag}", self.tag))

    def send_raw(self, data: bytes) -> None:
        self._connection.sendall(data)

    def trickle(self, data: bytes, pause: float) -> None:
        """Send byte by byte, `pause` seconds apart."""
        for position in range(len(data)):
            self.send_raw(data[position : position + 1])
            time.sleep(pause)

    def receive(self) -> bytes:
        """The next line, without its end; its first word becomes the tag."""
        while b"\r\n" not in self._buffer:
            data = self._connection.recv(65536)
            if not data:
                raise ConnectionResetError("the client hung up")
            self._buffer += data
            if self._encrypted:
                self.secret += data
            else:
                self.clear += data
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        self.tag = line.split(b" ", 1)[0] or b"*"
        return line

    def expect(self, word: str) -> bytes:
        """The next line, which must contain the word, in any case."""
        line = self.receive()
        assert word.lower().encode() in line.lower(), f"expected {word!r}, got {line!r}"
        return line

    def start_tls(self) -> None:
        """Shake hands; a client that refuses the certificate ends the script."""
        context = self._certificate.server_context()
        self._connection = context.wrap_socket(self._connection, server_side=True)
        self._encrypted = True

    def hang(self) -> None:
        """Say nothing more until the client is gone; what it says is remembered."""
        with contextlib.suppress(OSError):
            while True:
                self.receive()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


Script = Callable[[Peer], None]


class ScriptedServer:
    """Plays a script to every client that connects to `port` of 127.0.0.1; with `tls` the handshake comes first."""

    def __init__(self, script: Script, certificate: Certificate, *, tls: bool = True) -> None:
        self._script, self._certificate, self._tls = script, certificate, tls
        self.host = "127.0.0.1"
        self._listener = socket.create_server((self.host, 0))
        self.port = int(self._listener.getsockname()[1])
        self.peers: list[Peer] = []
        self._threads: list[threading.Thread] = []
        self._failures: list[AssertionError] = []

    def __enter__(self) -> ScriptedServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # closing alone does not wake accept()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self.peers:
            peer.close()
        for thread in self._threads:
            thread.join(2)
        if self._failures:
            raise self._failures[0]

    @property
    def clear(self) -> bytes:
        """All that clients said in clear."""
        return b"".join(peer.clear for peer in self.peers)

    @property
    def secret(self) -> bytes:
        """All that clients said under TLS."""
        return b"".join(peer.secret for peer in self.peers)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(connection, self._certificate)
            self.peers.append(peer)
            thread = threading.Thread(target=self._play, args=(peer,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _play(self, peer: Peer) -> None:
        try:
            if self._tls:
                peer.start_tls()
            self._script(peer)
        except (OSError, ssl.SSLError):
            pass  # the client went away: that is often the point
        except AssertionError as failure:
            self._failures.append(failure)
        finally:
            peer.close()
