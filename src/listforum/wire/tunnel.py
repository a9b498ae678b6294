"""Speaking with a proxy over a socket of ours: cancellable, within the deadline, every byte counted."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from gettext import gettext as _

from listforum.errors import BudgetError, LinkError
from listforum.wire.deadline import Deadline
from listforum.wire.meter import Meter
from listforum.wire.proxy import Goal
from listforum.wire.wait import READ, WRITE, Waiter


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A connection to a proxy that is to become one to the server behind it."""

    goal: Goal
    connection: socket.socket
    waiter: Waiter
    deadline: Deadline
    meter: Meter

    def dig(self) -> None:
        """Return when all that is sent now goes to the server.

        Raises `LinkError` in the proxy's sense, `DeadlineError`, `Cancelled`, and `BudgetError` where the meter has no
        room.
        """
        handshake = self.goal.handshake()
        turn = next(handshake)
        while True:
            self._send(turn.say)
            answer = self._receive(turn.size)
            try:
                turn = handshake.send(answer)
            except StopIteration:
                return

    def _send(self, data: bytes) -> None:
        while data:
            try:
                sent = self.connection.send(data)
            except BlockingIOError:
                self.waiter.wait(self.connection, WRITE, self.deadline)
                continue
            except OSError:
                raise self._broken() from None
            self.meter.sent(sent)
            data = data[sent:]

    def _receive(self, size: int) -> bytes:
        answer = b""
        while len(answer) < size:
            try:
                data = self.connection.recv(self._affordable(size - len(answer)))
            except BlockingIOError:
                self.waiter.wait(self.connection, READ, self.deadline)
                continue
            except OSError:
                raise self._broken() from None
            if not data:
                raise self._broken()
            self.meter.received(len(data))
            answer += data
        return answer

    def _affordable(self, size: int) -> int:
        room = self.meter.room
        if room == 0:
            words = _("the proxy {proxy} says more than the budget has room for; the link was cut")
            raise BudgetError(words.format(proxy=self.goal.proxy))
        return size if room is None else min(size, room)

    def _broken(self) -> LinkError:
        words = _("the proxy {proxy} hung up before it had connected to {host}")
        return LinkError(words.format(proxy=self.goal.proxy, host=self.goal.host))
