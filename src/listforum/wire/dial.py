"""Making a TCP connection that can be cancelled and keeps its deadline, the look-up of the name included."""

from __future__ import annotations

import errno
import os
import queue
import socket
import threading
from gettext import gettext as _

from listforum.cancel import Cancel
from listforum.config.settings import Proxy
from listforum.config.values import is_loopback
from listforum.errors import DeadlineError, LinkError
from listforum.wire.deadline import Deadline
from listforum.wire.endpoint import Endpoint
from listforum.wire.meter import Meter
from listforum.wire.proxy import Goal
from listforum.wire.tunnel import Tunnel
from listforum.wire.wait import WRITE, Waiter

MOST_ADDRESSES = 8
LONGEST_TRY = 10.0
BROKEN_OFF = {errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE}
"""Somebody did answer, and then hung up."""

IN_PROGRESS = {errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}

NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}

ANYWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that nobody has (RFC 5737, RFC 3849)."""

Address = tuple[int, int, int, object]
"""Family, type, protocol and socket address, as `socket.getaddrinfo` gives them."""


def dial(
    endpoint: Endpoint, cancel: Cancel, deadline: Deadline, window: int | None = None, meter: Meter | None = None
) -> socket.socket:
    """A connected, non-blocking socket to the endpoint; about `window` bytes at the most may be on their way to it.

    Where the endpoint has a proxy, it leads through that, and nothing is looked up, or connected to, around it; what is
    said to the proxy is counted by `meter`. Raises `LinkError`, `DeadlineError`, `Cancelled`, and `BudgetError` where
    the meter has no room for what a proxy says.
    """
    if endpoint.proxy is None:
        return _connected(endpoint.host, endpoint.port, cancel, deadline, window)
    connection = _connected_to_proxy(endpoint, endpoint.proxy, cancel, deadline, window)
    try:
        with Waiter(cancel) as waiter:
            goal = Goal(endpoint.proxy, endpoint.host, endpoint.port)
            words = _("connecting to {host} through the proxy {proxy}")
            asking = Deadline(words.format(host=endpoint.host, proxy=endpoint.proxy), deadline.left())
            Tunnel(goal, connection, waiter, asking, meter or Meter()).dig()
    except BaseException:
        connection.close()
        raise
    return connection


def _connected_to_proxy(
    endpoint: Endpoint, proxy: Proxy, cancel: Cancel, deadline: Deadline, window: int | None
) -> socket.socket:
    if proxy.host.lower().rstrip(".") == endpoint.host.lower().rstrip(".") and not is_loopback(proxy.host):
        words = _("the proxy {proxy} has the name of the mail server, which must not be looked up; write its address")
        raise LinkError(words.format(proxy=proxy))
    reaching = Deadline(_("connecting to the proxy {proxy}").format(proxy=proxy), deadline.left())
    try:
        return _connected(proxy.host, proxy.port, cancel, reaching, window)
    except DeadlineError:
        raise
    except LinkError as error:
        words = _("the proxy {proxy} cannot be used, and nothing went around it: {why}")
        raise LinkError(words.format(proxy=proxy, why=error)) from None


# --- connecting -------------------------------------------------------------------------------------------------------


def _connected(host: str, port: int, cancel: Cancel, deadline: Deadline, window: int | None) -> socket.socket:
    """Tries each address of the host in turn."""
    addresses = _look_up(host, port, cancel, deadline)[:MOST_ADDRESSES]
    failure: LinkError | None = None
    with Waiter(cancel) as waiter:
        for position, address in enumerate(addresses):
            share = Deadline(deadline.doing, _share(deadline, len(addresses) - position))
            try:
                return _connect(address, waiter, share, window)
            except OSError as error:
                failure = _failure(host, port, error.errno or 0)
            except DeadlineError as error:
                failure = error
    raise failure or LinkError(_("{host} has no address").format(host=host))


def _share(deadline: Deadline, addresses: int) -> float:
    """Seconds for the first of these addresses; where IPv6 leads nowhere, the next must not wait for long."""
    return deadline.left() if addresses == 1 else min(deadline.left() / addresses, LONGEST_TRY)


def _connect(address: Address, waiter: Waiter, deadline: Deadline, window: int | None) -> socket.socket:
    """A connection to one address. Raises OSError beside what waiting raises."""
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
        _check(code)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(code: int) -> None:
    if code:
        raise OSError(code, os.strerror(code))


def _failure(host: str, port: int, code: int) -> LinkError:
    """Why there is no connection."""
    if code == errno.ECONNREFUSED:
        words = _("{host} refuses connections on port {port}; is the port right, and open in this network?")
    elif code in BROKEN_OFF:
        words = _("the link to {host} broke")
    elif code == errno.ENETUNREACH:
        words = _("there is no network that leads to {host}: look whether this machine is online")
    elif code == errno.ETIMEDOUT:
        return DeadlineError(_("{host} does not answer on port {port}").format(host=host, port=port))
    else:
        words = _("{host} cannot be reached on port {port}: {why}")
    return LinkError(words.format(host=host, port=port, why=os.strerror(code)))


# --- looking up a name ------------------------------------------------------------------------------------------------


def _look_up(host: str, port: int, cancel: Cancel, deadline: Deadline) -> list[Address]:
    """The addresses of a host. The resolver cannot be interrupted: a thread of its own is left behind with it."""
    answers: queue.SimpleQueue[list[Address] | Exception | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, kind, protocol, place) for family, kind, protocol, _, place in found])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    with cancel.waking(lambda: answers.put(None)):
        threading.Thread(target=ask, name="look up a name", daemon=True).start()
        try:
            answer = answers.get(timeout=deadline.left())
        except queue.Empty:
            raise DeadlineError(_("looking up {host} took too long: is there a network?").format(host=host)) from None
    cancel.check()
    if isinstance(answer, list):
        return answer
    raise _unknown(host, answer)


def _unknown(host: str, why: Exception | None) -> LinkError:
    """Why a name has no address: there is no network, no such name, or nobody who could say."""
    if isinstance(why, UnicodeError):
        words = _("{host} cannot be found: there can be no such name; it is misspelt")
    elif not _is_online():
        words = _("{host} cannot be found: this machine is not online")
    elif isinstance(why, OSError) and why.errno in NO_SUCH_NAME:
        words = _("{host} cannot be found: there is no such name; it may be misspelt")
    else:
        words = _(
            "{host} cannot be found: the name server of this network does not answer. Try again, or look whether "
            "other names are found"
        )
    return LinkError(words.format(host=host))


def _is_online() -> bool:
    """Tell whether there is a way out of this machine, without sending anything: the kernel knows its routes."""
    for family, nobody in ANYWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((nobody, 9))
        except OSError:
            continue
        return True
    return False
