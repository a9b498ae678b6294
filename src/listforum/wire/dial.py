"""Making a TCP connection that can be cancelled and keeps its deadline, the look-up of the name included."""

from __future__ import annotations

import errno
import os
import queue
import socket
import threading
from gettext import gettext as _

from listforum.cancel import Cancel
from listforum.errors import DeadlineError, LinkError
from listforum.wire.deadline import Deadline
from listforum.wire.endpoint import Endpoint
from listforum.wire.wait import WRITE, Waiter

MOST_ADDRESSES = 8
LONGEST_TRY = 10.0
BROKEN_OFF = {errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE}
"""Somebody did answer, and then hung up."""

IN_PROGRESS = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}

Address = tuple[int, int, int, object]
"""Family, type, protocol and socket address, as `socket.getaddrinfo` gives them."""


def dial(endpoint: Endpoint, cancel: Cancel, deadline: Deadline, window: int | None = None) -> socket.socket:
    """A connected, non-blocking socket to the endpoint; about `window` bytes at the most may be on their way to it.

    Tries each of its addresses in turn. Raises `LinkError`, `DeadlineError` or `Cancelled`.
    """
    addresses = _look_up(endpoint, cancel, deadline)[:MOST_ADDRESSES]
    failure: LinkError | None = None
    with Waiter(cancel) as waiter:
        for position, address in enumerate(addresses):
            share = Deadline(deadline.doing, _share(deadline, len(addresses) - position))
            try:
                return _connect(endpoint, address, waiter, share, window)
            except LinkError as error:
                failure = error
    raise failure or LinkError(_("{host} has no address").format(host=endpoint.host))


def _share(deadline: Deadline, addresses: int) -> float:
    """Seconds for the first of these addresses; where IPv6 leads nowhere, the next must not wait for long."""
    return deadline.left() if addresses == 1 else min(deadline.left() / addresses, LONGEST_TRY)


def _connect(
    endpoint: Endpoint, address: Address, waiter: Waiter, deadline: Deadline, window: int | None
) -> socket.socket:
    family, kind, protocol, place = address
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        if window is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        code = connection.connect_ex(place)  # type: ignore[arg-type] # the shape depends on the family
        if code in IN_PROGRESS:
            waiter.wait(connection, WRITE, deadline)
            code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        _check(endpoint, code)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(endpoint: Endpoint, code: int) -> None:
    if code == errno.ECONNREFUSED:
        raise LinkError(_("{host} refuses connections on port {port}").format(host=endpoint.host, port=endpoint.port))
    if code in BROKEN_OFF:
        raise LinkError(_("the link to {host} broke").format(host=endpoint.host))
    if code:
        raise LinkError(
            _("{host} cannot be reached on port {port}: {why}").format(
                host=endpoint.host, port=endpoint.port, why=os.strerror(code)
            )
        )


def _look_up(endpoint: Endpoint, cancel: Cancel, deadline: Deadline) -> list[Address]:
    """The addresses of a host. The resolver cannot be interrupted: a thread of its own is left behind with it."""
    answers: queue.SimpleQueue[list[Address] | Exception | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
            answers.put([(family, kind, protocol, place) for family, kind, protocol, _, place in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    with cancel.waking(lambda: answers.put(None)):
        threading.Thread(target=ask, name="look up a name", daemon=True).start()
        try:
            answer = answers.get(timeout=deadline.left())
        except queue.Empty:
            raise DeadlineError(
                _("looking up {host} took too long: is there a network?").format(host=endpoint.host)
            ) from None
    cancel.check()
    if isinstance(answer, list):
        return answer
    raise LinkError(
        _("{host} cannot be found: there is no network, or the name is misspelt").format(host=endpoint.host)
    )
