# ruff: noqa: ARG002, N802 - the hooks have the names and arguments that aiosmtpd calls
"""An SMTP server that plays the mailing list: a post is in the folder before it is answered."""

from __future__ import annotations

import asyncio
import logging
import socket
import weakref
from typing import Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from listforum.demo.post_office import PostOffice

_LARGEST_MAIL: Final = 32 * 1024 * 1024


class SmtpListServer:
    """Takes mail on a listening socket, in clear: it is for loopback addresses."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office
        self._server: asyncio.Server | None = None
        self._sessions: weakref.WeakSet[SMTP] = weakref.WeakSet()

    async def start(self, listener: socket.socket) -> None:
        """Serve from here on, in the running loop."""
        # it is a screen that this server runs under: nothing of it belongs on the terminal
        logging.getLogger("mail").addHandler(logging.NullHandler())
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, sock=listener)

    def stop(self) -> None:
        """Take no more connections, and end those there are."""
        if self._server:
            self._server.close()
        for session in self._sessions:
            if isinstance(session.transport, asyncio.WriteTransport):
                session.transport.abort()

    def _protocol(self) -> SMTP:
        session = SMTP(
            _Hooks(self._office),
            hostname="lists.example.org",
            ident="ready",
            data_size_limit=_LARGEST_MAIL,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )
        self._sessions.add(session)
        return session

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        known = isinstance(data, LoginPassword) and self._office.knows(data.login, data.password)
        return AuthResult(success=known, handled=False)


class _Hooks:
    """The hooks of aiosmtpd, by the names it looks for."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = envelope.original_content or b""
        try:
            self._office.accept(envelope.rcpt_tos, mail)
        except OSError:
            return "452 4.3.1 the disk takes nothing more"
        return "250 2.0.0 delivered"
