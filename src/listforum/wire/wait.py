"""Waiting for a socket, a deadline or a cancel, whichever comes first."""

from __future__ import annotations

import contextlib
import selectors
import socket
from types import TracebackType

from listforum.cancel import Cancel
from listforum.wire.deadline import Deadline

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE


class Waiter:
    """Waits on behalf of one thread; a cancel from another wakes it at once. Used as a context manager."""

    def __init__(self, cancel: Cancel) -> None:
        self._cancel = cancel
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Waiter:
        with self._stack as stack:
            self._selector = stack.enter_context(selectors.DefaultSelector())
            self._bell, self._rope = (stack.enter_context(end) for end in socket.socketpair())
            self._rope.setblocking(False)
            self._selector.register(self._bell, READ)
            stack.enter_context(self._cancel.waking(self._ring))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def wait(self, connection: socket.socket, events: int, deadline: Deadline) -> None:
        """Return when the socket is ready for `READ` or `WRITE`. Raises `Cancelled` or `DeadlineError`."""
        self._cancel.check()
        patience = deadline.patience()
        self._selector.register(connection, events)
        try:
            ready = self._selector.select(patience)
        finally:
            self._selector.unregister(connection)
        self._cancel.check()
        if not ready:
            raise deadline.error()

    def _ring(self) -> None:
        # a full pipe has been rung before
        with contextlib.suppress(BlockingIOError):
            self._rope.send(b"!")
