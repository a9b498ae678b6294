"""A thin link played on loopback: everything between listforum and the servers goes through it, and is counted."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from listforum.model.traffic import Bytes

_PIECES_A_SECOND: Final = 20
_SMALLEST_PIECE: Final = 64
_LARGEST_PIECE: Final = 16_384
_MOST_ON_THE_WAY: Final = 64
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a link bears: bytes a second each way (None: any number), and seconds for a round trip."""

    rate: int | None
    round_trip: float

    @property
    def piece(self) -> int:
        """How many bytes go at once, so that they trickle as on a real link."""
        if self.rate is None:
            return _LARGEST_PIECE
        return min(max(self.rate // _PIECES_A_SECOND, _SMALLEST_PIECE), _LARGEST_PIECE)


PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        "fast": Profile(None, 0.0),
        "3G": Profile(100_000, 0.12),
        "2G": Profile(4_000, 0.6),
        "satellite": Profile(60_000, 0.7),
    }
)
"""By the name a person chooses one with."""

Octets = bytes
"""Inside `ThinLink`, where "bytes" is what it counts."""

_Piece = tuple[float, Octets]
"""When it arrives, and what; b"" is the end."""


class ThinLink:
    """Relays connections to ports of 127.0.0.1, all of them sharing what the link bears.

    Made and run in one event loop; `use`, `cut`, and what can be looked at are for any thread.
    """

    def __init__(self, profile: str = "2G") -> None:
        self._name = profile
        self._profile = PROFILES[profile]
        self._loop = asyncio.get_running_loop()
        self._servers: list[asyncio.Server] = []
        self._connections: set[_Connection] = set()
        self._down_until = 0.0
        self.upward, self.downward = _Way(), _Way()

    # --- for any thread -------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of the profile in use."""
        return self._name

    @property
    def profile(self) -> Profile:
        return self._profile

    @property
    def bytes(self) -> Bytes:
        """What has gone through so far, over all connections."""
        return Bytes(self.upward.passed, self.downward.passed)

    @property
    def down(self) -> bool:
        """Whether the link is cut at this moment."""
        return time.monotonic() < self._down_until

    def use(self, profile: str) -> None:
        """Be another link from here on, with a name of `PROFILES`. Raises KeyError for another name."""
        self._profile = PROFILES[profile]
        self._name = profile

    def cut(self, seconds: float = 3.0) -> None:
        """Kill every connection now, and each new one for some seconds."""
        self._down_until = time.monotonic() + seconds
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it every connection
            self._loop.call_soon_threadsafe(self._kill_all)

    # --- in the loop ----------------------------------------------------------------------------------------------

    async def relay(self, listener: socket.socket, port: int) -> None:
        """Pass every connection to a listening socket on to a port."""

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._accept(reader, writer, port)

        self._servers.append(await asyncio.start_server(accept, sock=listener))

    def stop(self) -> None:
        """Take no more connections, and end those there are."""
        for server in self._servers:
            server.close()
        self._kill_all()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        connection = _Connection(self, writer)
        if self.down:
            connection.kill()
            return
        self._connections.add(connection)
        try:
            await connection.run(reader, port)
        finally:
            self._connections.discard(connection)

    async def carry(self, way: _Way, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Pass on what comes from one end to the other, until it ends."""
        on_its_way: asyncio.Queue[_Piece] = asyncio.Queue(_MOST_ON_THE_WAY)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._take(way, source, on_its_way))
            both.create_task(_deliver(on_its_way, sink))

    async def _take(self, way: _Way, source: asyncio.StreamReader, on_its_way: asyncio.Queue[_Piece]) -> None:
        data = b"more"
        while data:
            try:
                data = await source.read(self._profile.piece)
            except OSError:
                data = b""
            await way.pass_through(len(data), self._profile)
            await on_its_way.put((time.monotonic() + self._profile.round_trip / 2, data))

    def _kill_all(self) -> None:
        for connection in tuple(self._connections):
            connection.kill()


class _Way:
    """One direction of the link: bytes go through it one after the other."""

    def __init__(self) -> None:
        self.passed = 0
        self._free_at = 0.0

    async def pass_through(self, size: int, profile: Profile) -> None:
        """Wait until so many bytes have gone out."""
        if profile.rate is not None:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + size / profile.rate
            await asyncio.sleep(self._free_at - now)
        self.passed += size


class _Connection:
    """One connection of a client, and the one to the server that belongs to it."""

    def __init__(self, link: ThinLink, client: asyncio.StreamWriter) -> None:
        self._link = link
        self._ends = [client]
        self._task: asyncio.Task[None] | None = None

    async def run(self, client: asyncio.StreamReader, port: int) -> None:
        """Pass on what either end says, until both have ended or it is killed."""
        # a task of its own, for asyncio's streams complain of one of theirs that is cancelled
        self._task = asyncio.create_task(self._pass_on(client, port))
        await asyncio.wait([self._task])

    async def _pass_on(self, client: asyncio.StreamReader, port: int) -> None:
        await asyncio.sleep(self._link.profile.round_trip)  # TCP's own handshake
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            _reset(self._ends)
            return
        to_client = self._ends[0]
        self._ends.append(to_server)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._link.carry(self._link.upward, client, to_server))
                both.create_task(self._link.carry(self._link.downward, server, to_client))
        finally:
            for end in self._ends:
                end.close()

    def kill(self) -> None:
        """Reset both ends, as a link does that breaks."""
        _reset(self._ends)
        if self._task:
            self._task.cancel()


def _reset(ends: Sequence[asyncio.StreamWriter]) -> None:
    for end in ends:
        connection = end.get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.transport.abort()


async def _deliver(on_its_way: asyncio.Queue[_Piece], sink: asyncio.StreamWriter) -> None:
    """Hand over each piece when it has arrived; an empty one is the end."""
    while True:
        arrives, data = await on_its_way.get()
        await asyncio.sleep(max(0.0, arrives - time.monotonic()))
        if sink.is_closing():
            return
        with contextlib.suppress(OSError):  # that end is gone; the other one is about to hear of it
            if not data:
                sink.write_eof()
                return
            sink.write(data)
            await sink.drain()
