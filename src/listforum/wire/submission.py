"""One SMTP session, driven step by step, so that the moment before the final dot is in our hands."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import gettext as _
from typing import Literal

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from listforum.cancel import Cancel
from listforum.errors import DeadlineError, LinkError, ListforumError, ServerError
from listforum.wire.deadline import Deadline, Deadlines
from listforum.wire.dial import dial
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.meter import CountingSocket, Meter
from listforum.wire.refusal import not_offered, smtp_refusal
from listforum.wire.sasl import exchange
from listforum.wire.tls import client_context, handshake_error, hung_up
from listforum.wire.words import ServerWords

Outcome = Literal["accepted", "refused", "retry", "uncertain"]

SLOWEST_UPLOAD = 500.0
"""Bytes a second; mail servers in poor places have been seen to take 50 kB in half a minute."""

LONGEST_VERDICT = 600.0
PIECE = 16_384

SEND_BUFFER = 32_768
"""Bytes that the system may hold back from the network; more would hide how much of a mail has really gone."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a mail is from and to, and its bytes as they go over the wire, but for the final dot."""

    sender: str
    recipients: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mail, and why."""

    outcome: Outcome
    words: str


class _Client(aiosmtplib.SMTP):
    """Hangs up at once where the library would wait for the other side's farewell."""

    def close(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()


class Submission:
    """A session with one server, for one mail at the most. `written` tells whether the final dot has been written."""

    def __init__(self, endpoint: Endpoint, credentials: Credentials, deadlines: Deadlines, meter: Meter) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        self._deadlines = deadlines
        self._meter = meter
        self._words = ServerWords(credentials)
        self._host = endpoint.host
        self._deadline = Deadline(_("connecting to {host}").format(host=endpoint.host), deadlines.connect)
        self._socket: CountingSocket | None = None
        self._smtp = _Client(
            hostname=endpoint.host,
            local_hostname="localhost",  # the machine's own name is nobody's business
            use_tls=endpoint.tls == "implicit",
            start_tls=endpoint.tls == "starttls",
            tls_context=None if endpoint.tls == "none" else client_context(endpoint.ca_file, endpoint.pin),
            timeout=deadlines.answer,
        )
        self.written = False

    # --- the link ---

    def dial(self, cancel: Cancel) -> None:
        """Make the TCP connection."""
        self._socket = CountingSocket(dial(self._endpoint, cancel, self._deadline, meter=self._meter), self._meter)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def abort(self) -> None:
        """Hang up, now, without a word."""
        self._smtp.close()

    def close(self) -> None:
        """Let go of the socket, once the event loop has let go of it."""
        if self._socket:
            self._socket.close()

    # --- the session ---

    async def submit(self, envelope: Envelope, before_final_dot: Callable[[], None]) -> Verdict:
        """All of it. Raises what `deliver` says; afterwards `abort` and `close` are to be called."""
        await self._connect()
        refusal = await self._log_in()
        if refusal:
            return refusal
        try:
            refusal = await self._announce(envelope)
            if refusal:
                self._quit()
                return refusal
            await self._write(envelope.body)
        except (aiosmtplib.SMTPException, OSError):
            return Verdict(
                "retry",
                _("the link to {host} broke, or was too slow, before the mail was through").format(host=self._host),
            )
        before_final_dot()
        await asyncio.sleep(0)  # a cancel meanwhile is heard here, while it still can stop the mail
        return await self._end()

    async def greet(self) -> Verdict | None:
        """Logging in and leaving; a verdict when the server cannot say now. To be ended like `submit`."""
        await self._connect()
        refusal = await self._log_in()
        self._quit()
        return refusal

    async def _connect(self) -> None:
        with self._failing():
            async with asyncio.timeout(self._deadline.left()):
                await self._smtp.connect(sock=self._socket)
                if self._smtp.is_ehlo_or_helo_needed:
                    await self._smtp.ehlo()

    async def _log_in(self) -> Verdict | None:
        """None when logged in; a verdict when the server cannot say now."""
        words = exchange(self._credentials, self._endpoint)
        offered = self._smtp.server_auth_methods
        with self._failing():
            async with asyncio.timeout(self._deadlines.login):
                if words.mechanism.lower() in offered:
                    reply = await self._command(b"AUTH", words.mechanism.encode("ascii"), words.initial)
                    if reply.code == 334 and words.concession is not None:
                        reply = await self._command(words.concession)
                elif words.mechanism == "PLAIN" and "login" in offered:
                    reply = await self._log_in_by_steps()
                else:
                    raise not_offered(self._host, words.mechanism, offered)
        if reply.code == 235:
            return None
        if 400 <= reply.code < 500:
            return Verdict(
                "retry", self._sentence(_("{host} lets nobody in now").format(host=self._host), reply.message)
            )
        if 500 <= reply.code < 600:
            quoted = self._words.quote(reply.message)
            raise smtp_refusal(self._host, self._credentials.mechanism, reply.code, reply.message, quoted)
        raise ServerError(
            self._sentence(
                _("{host} answers a login in a way that makes no sense").format(host=self._host), reply.message
            )
        )

    async def _log_in_by_steps(self) -> aiosmtplib.SMTPResponse:
        """AUTH LOGIN, which some servers have instead of PLAIN."""
        reply = await self._command(b"AUTH", b"LOGIN", base64.b64encode(self._credentials.user.encode()))
        if reply.code == 334:
            reply = await self._command(base64.b64encode(self._credentials.secret.reveal().encode()))
        return reply

    async def _announce(self, envelope: Envelope) -> Verdict | None:
        """MAIL, RCPT and DATA; a verdict when any of them is refused, for then nobody gets the mail."""
        options = self._options(envelope)
        if isinstance(options, Verdict):
            return options
        reply = await self._command(b"MAIL", b"FROM:<" + envelope.sender.encode() + b">", *options)
        if reply.code != 250:
            return self._refusal(
                _("{host} takes no mail from {sender}").format(host=self._host, sender=envelope.sender), reply
            )
        for recipient in envelope.recipients:
            reply = await self._command(b"RCPT", b"TO:<" + recipient.encode() + b">")
            if reply.code not in (250, 251):
                return self._refusal(
                    _("{host} takes no mail for {recipient}").format(host=self._host, recipient=recipient), reply
                )
        reply = await self._command(b"DATA")
        if reply.code != 354:
            return self._refusal(_("{host} takes no mail").format(host=self._host), reply)
        return None

    def _options(self, envelope: Envelope) -> tuple[bytes, ...] | Verdict:
        """The parameters of MAIL, of those the server knows (RFC 1870, 6152, 6531)."""
        known = self._smtp.esmtp_extensions
        options: list[bytes] = []
        if "size" in known:
            limit = known["size"].strip()
            if limit.isdigit() and 0 < int(limit[:20]) < len(envelope.body):
                return Verdict(
                    "refused",
                    _("{host} takes no mail of more than {most} bytes").format(host=self._host, most=limit[:20]),
                )
            options.append(b"SIZE=%d" % len(envelope.body))
        if not envelope.body.isascii() and "8bitmime" in known:
            options.append(b"BODY=8BITMIME")
        if not all(address.isascii() for address in (envelope.sender, *envelope.recipients)):
            if "smtputf8" not in known:
                return Verdict("refused", _("{host} takes no addresses outside ASCII").format(host=self._host))
            options.append(b"SMTPUTF8")
        return tuple(options)

    async def _write(self, body: bytes) -> None:
        """Write the mail but for the final dot, until the system has taken all of it."""
        async with asyncio.timeout(self._deadlines.answer + len(body) / SLOWEST_UPLOAD):
            goal = self._meter.bytes.up
            for start in range(0, len(body), PIECE):
                piece = body[start : start + PIECE]
                self._protocol().write(piece)
                goal += len(piece)
                # encryption only adds to it: fewer bytes gone out than written means that some still wait
                while self._meter.bytes.up < goal:
                    await asyncio.sleep(0.005)
                    self._protocol()

    async def _end(self) -> Verdict:
        """The final dot and its answer."""
        try:
            protocol = self._protocol()
        except aiosmtplib.SMTPServerDisconnected:
            return Verdict("retry", _("the link to {host} broke before the mail was through").format(host=self._host))
        self.written = True
        try:
            protocol.write(b".\r\n")
            reply = await protocol.read_response(timeout=max(LONGEST_VERDICT, self._deadlines.answer))
        except (aiosmtplib.SMTPException, OSError):
            return Verdict(
                "uncertain",
                _("the link to {host} broke before it said whether it took the mail").format(host=self._host),
            )
        self._quit()
        if 200 <= reply.code < 300:
            return Verdict("accepted", self._words.quote(reply.message))
        if 400 <= reply.code < 600:
            return self._refusal(_("{host} did not take the mail").format(host=self._host), reply)
        return Verdict("uncertain", _("{host} answered in a way that makes no sense").format(host=self._host))

    def _quit(self) -> None:
        """Say goodbye without waiting for the answer."""
        if self._smtp.protocol and self._smtp.protocol.is_connected:
            self._smtp.protocol.write(b"QUIT\r\n")

    # --- speaking ---

    async def _command(self, *words: bytes) -> aiosmtplib.SMTPResponse:
        return await self._smtp.execute_command(*words)

    def _protocol(self) -> SMTPProtocol:
        protocol = self._smtp.protocol
        if protocol is None or not protocol.is_connected:
            raise aiosmtplib.SMTPServerDisconnected("the link broke")
        return protocol

    def _refusal(self, what: str, reply: aiosmtplib.SMTPResponse) -> Verdict:
        return Verdict("refused" if 500 <= reply.code < 600 else "retry", self._sentence(what, reply.message))

    def _sentence(self, what: str, text: str) -> str:
        words = self._words.quote(text)
        return _("{what}; {words}").format(what=what, words=words) if words else what

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """What goes wrong until the login is through, in our own words."""
        try:
            yield
        except (aiosmtplib.SMTPException, OSError, UnicodeError) as error:
            failure = self._failure(error)
        else:
            return
        raise failure

    def _failure(self, error: Exception) -> ListforumError:
        tls = next((cause for cause in (error, error.__cause__) if isinstance(cause, ssl.SSLError)), None)
        if tls:
            return handshake_error(self._endpoint, tls)
        if self._endpoint.tls == "implicit" and isinstance(error.__cause__, ConnectionResetError):
            return hung_up(self._host)  # once the link stands, the library says that with an error of its own
        if isinstance(error, TimeoutError):
            return DeadlineError(_("it took too long: connecting and logging in to {host}").format(host=self._host))
        if isinstance(error, aiosmtplib.SMTPResponseException):
            what = _("{host} does not greet as a mail server that takes mail").format(host=self._host)
            # what came in clear may be anybody's words
            clear = self._endpoint.tls == "starttls" and not self._encrypted()
            return LinkError(what if clear else self._sentence(what, error.message))
        if isinstance(error, ConnectionError | OSError):
            return LinkError(_("the link to {host} broke").format(host=self._host))
        return LinkError(
            _("{host}, or somebody between, refuses to encrypt the link; nothing was sent to it").format(
                host=self._host
            )
        )

    def _encrypted(self) -> bool:
        return self._smtp.is_connected and self._smtp.get_transport_info("sslcontext") is not None
