"""A small IMAP server: connections, and their octets cut into commands (RFC 3501, 2.2)."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from typing import Final

from listforum.demo.imap_session import CAPABILITIES, Account, Session

_LONGEST_LINE: Final = 65_536
_LARGEST_LITERAL: Final = 65_536
_LITERAL_FOLLOWS: Final = re.compile(rb"\{(\d{1,10})(\+?)\}\r\n\Z")


class ImapServer:
    """Serves one account on a listening socket, in clear: it is for loopback addresses. Mails are only read."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()

    async def start(self, listener: socket.socket) -> None:
        """Serve from here on, in the running loop."""
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=_LONGEST_LINE)

    def stop(self) -> None:
        """Take no more connections, and end those there are."""
        if self._server:
            self._server.close()
        for client in self._clients:
            client.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(reader, writer)
        session = Session(self._account, connection)
        self._clients.add(writer)
        try:
            await connection.send(b"* OK [CAPABILITY " + CAPABILITIES + b"] ready\r\n")
            while not session.over:
                await session.perform(await connection.command())
        except _FramingError as error:
            with contextlib.suppress(ConnectionError):
                await connection.send(b"* BYE " + str(error).encode("ascii") + b"\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client hung up
        finally:
            self._clients.discard(writer)
            writer.close()


class _FramingError(Exception):
    """What comes cannot be cut into commands; the connection ends."""


class _Connection:
    """A client's lines and literals."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, octets: bytes) -> None:
        self._writer.write(octets)
        await self._writer.drain()
        await asyncio.sleep(0)  # a long answer does not hold up the link

    async def receive(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise _FramingError("the line is too long") from None

    async def command(self) -> bytes:
        """A whole command: its lines, and the literals between them."""
        line = await self.receive()
        command = bytearray(line)
        while match := _LITERAL_FOLLOWS.search(line):
            size = int(match[1])
            if len(command) + size > _LARGEST_LITERAL:
                raise _FramingError("the command is too large")
            if not match[2]:
                await self.send(b"+ go on\r\n")
            command += await self._reader.readexactly(size)
            line = await self.receive()
            command += line
        return bytes(command)
