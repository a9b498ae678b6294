"""One connection: TCP, TLS and DEFLATE, bytes counted below TLS, every wait under a deadline and open to a cancel."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from gettext import gettext as _

from listforum.cancel import Cancel
from listforum.errors import BudgetError, Cancelled, DeadlineError, LinkError
from listforum.model.traffic import Bytes
from listforum.wire.deadline import Deadline, Deadlines
from listforum.wire.deflate import DamagedStreamError, Deflate
from listforum.wire.dial import dial
from listforum.wire.endpoint import Endpoint
from listforum.wire.meter import Meter
from listforum.wire.tls import TlsLayer
from listforum.wire.wait import READ, WRITE, Waiter

PIECE = 65536
BOUNDED_WINDOW = 16384
"""Where no more than so much may be read, little more is to come: bytes under way when reading stops are paid, too."""

Octets = bytes
"""Inside `Link`, where "bytes" is what it counts."""


class Link:
    """A byte stream to an endpoint, for one thread; only `cancel` and `bytes` are for others.

    Every method that waits raises `LinkError` (the link broke), `DeadlineError` (too slow) or `Cancelled`.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        cancel: Cancel | None = None,
        deadlines: Deadlines | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.deadlines = deadlines or Deadlines()
        self._cancel = cancel or Cancel()
        self._meter = meter or Meter()
        self._deadline = Deadline("", self.deadlines.connect)
        self._buffer = bytearray()
        self._socket: socket.socket | None = None
        self._tls: TlsLayer | None = None
        self._deflate: Deflate | None = None
        self._open = contextlib.ExitStack()

    @property
    def bytes(self) -> Bytes:
        """TCP payload so far, both ways, TLS and its handshake included."""
        return self._meter.bytes

    @property
    def encrypted(self) -> bool:
        return self._tls is not None

    @property
    def compressed(self) -> bool:
        return self._deflate is not None

    @property
    def buffered(self) -> int:
        """How many bytes have arrived that nobody has read."""
        return len(self._buffer)

    def cancel(self) -> None:
        """Stop whatever waits, from any thread: it raises `Cancelled`."""
        self._cancel.cancel()

    # --- phases ---

    @contextlib.contextmanager
    def phase(self, doing: str, seconds: float, *, slowest: float | None = None) -> Iterator[None]:
        """While inside, all waiting together may take `seconds`; `doing` names it. See `Deadline` for `slowest`."""
        before = self._deadline
        self._deadline = Deadline(doing, seconds, gap=self.deadlines.gap, slowest=slowest)
        try:
            yield
        finally:
            self._deadline = before

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Time spent inside does not count against the phase: somebody is busy with what arrived."""
        started = time.monotonic()
        try:
            yield
        finally:
            self._deadline.extend(time.monotonic() - started)

    # --- opening and closing ---

    def connect(self) -> None:
        """Connect, and encrypt where the endpoint says from the start. Raises `CertificateError` too."""
        self._cancel.check()
        window = BOUNDED_WINDOW if self._meter.may_be_limited else None
        self._socket = self._open.enter_context(dial(self.endpoint, self._cancel, self._deadline, window, self._meter))
        self._waiter = self._open.enter_context(Waiter(self._cancel))
        if self.endpoint.tls == "implicit":
            self.start_tls()

    def start_tls(self) -> None:
        """Shake hands with a verified server. Raises `CertificateError`, and `LinkError` if bytes wait in clear."""
        if self._buffer:
            raise LinkError(
                _("{host}, or somebody between, spoke out of turn before encryption began").format(
                    host=self.endpoint.host
                )
            )
        tls = TlsLayer(self.endpoint)
        try:
            while not tls.handshake():
                self._send_raw(tls.encrypted_out())
                tls.encrypted_in(self._receive_raw())
        except LinkError:
            self._say_best_effort(tls.encrypted_out())  # the alert that says what was wrong
            raise
        self._send_raw(tls.encrypted_out())
        self._tls = tls

    def compress(self) -> None:
        """From here on both sides send through DEFLATE (RFC 4978); what has arrived unread is compressed already."""
        self._deflate = Deflate()
        self._deflate.feed(self._take(len(self._buffer)))

    def close(self) -> None:
        """Hang up, now; what has arrived can still be had by `rest`. May be called twice."""
        if self._tls and self._socket:
            self._tls.farewell()
            self._say_best_effort(self._tls.encrypted_out())
        self._socket = None
        self._open.close()

    # --- reading ---

    def read(self, size: int) -> Octets:
        """Exactly `size` bytes. The caller has bounded the size."""
        while len(self._buffer) < size:
            self._fill()
        return self._take(size)

    def readline(self, limit: int) -> Octets:
        """A line with its end. Raises `LinkError` when it is longer than `limit`."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > limit:
                break
            self._fill()
        if end < 0 or end >= limit:
            raise LinkError(
                _("{host} sent a line of more than {limit} bytes").format(host=self.endpoint.host, limit=limit)
            )
        return self._take(end + 1)

    def line_comes(self, seconds: float, limit: int) -> bool:
        """Whether a line of `limit` bytes at the most comes within so many seconds: nobody has to say anything."""
        before, self._deadline = self._deadline, Deadline("", seconds)
        try:
            while b"\n" not in self._buffer and len(self._buffer) < limit:
                self._fill()
        except DeadlineError:
            return False
        finally:
            self._deadline = before
        return True

    def rest(self) -> Octets:
        """What has arrived and nobody has read: when the link breaks, the beginning of what was under way."""
        return self._take(len(self._buffer))

    def _take(self, size: int) -> Octets:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _fill(self) -> None:
        data = self._receive()
        if not data:
            raise self._broken()
        self._buffer += data

    def _receive(self) -> Octets:
        if self._deflate is None:
            return self._receive_decrypted()
        try:
            while not (data := self._deflate.inflated()):
                came = self._receive_decrypted()
                if not came:
                    return b""
                self._deflate.feed(came)
        except DamagedStreamError:
            raise LinkError(_("the link to {host} was damaged").format(host=self.endpoint.host)) from None
        return data

    def _receive_decrypted(self) -> Octets:
        if not self._tls:
            return self._receive_raw()
        while (data := self._tls.read()) is None:
            # reading may leave something to say, such as the answer to a key update
            self._send_raw(self._tls.encrypted_out())
            self._tls.encrypted_in(self._receive_raw())
        return data

    def _receive_raw(self) -> Octets:
        while True:
            connection = self._ready()
            try:
                data = connection.recv(self._affordable())
            except BlockingIOError:
                self._waiter.wait(connection, READ, self._deadline)
                continue
            except OSError:
                raise self._broken() from None
            self._meter.received(len(data))
            self._deadline.earn(len(data))
            return data

    def _affordable(self) -> int:
        """How many bytes may be read at once. Raises `BudgetError` when none may."""
        room = self._meter.room
        if room == 0:
            raise BudgetError(
                _("{host} says more than the budget has room for; the link was cut").format(host=self.endpoint.host)
            )
        return PIECE if room is None else min(PIECE, room)

    # --- writing ---

    def send(self, data: Octets) -> None:
        """Send everything."""
        if self._deflate is not None:
            data = self._deflate.compressed(data)
        if self._tls is None:
            self._send_raw(data)
            return
        for start in range(0, len(data), PIECE):
            self._ready()
            self._tls.write(data[start : start + PIECE])
            self._send_raw(self._tls.encrypted_out())

    def _send_raw(self, data: Octets) -> None:
        view = memoryview(data)
        while view:
            connection = self._ready()
            try:
                sent = connection.send(view)
            except BlockingIOError:
                self._waiter.wait(connection, WRITE, self._deadline)
                continue
            except OSError:
                raise self._broken() from None
            self._meter.sent(sent)
            view = view[sent:]

    def _say_best_effort(self, data: Octets) -> None:
        """Send what fits without waiting: the link is about to be closed."""
        if data and self._socket:
            with contextlib.suppress(OSError):
                self._meter.sent(self._socket.send(data))

    def _ready(self) -> socket.socket:
        """The socket, if work may go on at all."""
        self._cancel.check()
        self._deadline.left()
        if self._socket is None:
            raise LinkError(_("the link to {host} is closed").format(host=self.endpoint.host))
        return self._socket

    def _broken(self) -> LinkError | Cancelled:
        if self._cancel.cancelled:
            return Cancelled(_("stopped"))
        return LinkError(_("the link to {host} broke").format(host=self.endpoint.host))
