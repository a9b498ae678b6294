"""Asking a proxy for a connection: SOCKS 5 (RFC 1928, 1929) and HTTP CONNECT (RFC 9110, 9.3.6); pure.

Each way is a generator: it yields what to say and how many bytes to read then, is sent exactly those bytes, and
returns when the connection stands. No byte is read beyond the proxy's own answer: what follows is the server's.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Generator
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final

from listforum.config.settings import Proxy
from listforum.errors import LinkError

LONGEST_HEAD: Final = 8192

# SOCKS 5
_VERSION, _CONNECT, _NO_LOGIN, _PASSWORD, _NONE_FITS = 5, 1, 0, 2, 0xFF
_IPV4, _NAME, _IPV6 = 1, 3, 4
_NOT_ALLOWED, _REFUSED = 2, 5
_OUT_OF_REACH: Final = {3, 4, 6}


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """What to say to the proxy, and of how many bytes its answer is."""

    say: bytes
    size: int


Handshake = Generator[Turn, bytes, None]


@dataclass(frozen=True, slots=True)
class Goal:
    """Whom to reach through which proxy, with the sentences for what may come between."""

    proxy: Proxy
    host: str
    port: int

    def handshake(self) -> Handshake:
        """What to say and read. Raises `LinkError` when the proxy does not connect."""
        if not re.fullmatch(r"[!-~]{1,255}", self.host):
            raise self.unsayable()
        return _socks(self) if self.proxy.kind == "socks5h" else _connect(self)

    def login_wanted(self) -> LinkError:
        words = _("the proxy {proxy} wants a login: write it into proxy in the config, as {form}")
        form = str(self.proxy).replace("://", "://user:password@")
        return LinkError(words.format(proxy=self.proxy, form=form))

    def login_refused(self) -> LinkError:
        words = _("the proxy {proxy} refuses the user name or password that the config has for it")
        return LinkError(words.format(proxy=self.proxy))

    def not_allowed(self) -> LinkError:
        words = _("the proxy {proxy} does not allow connections to {host} on port {port}")
        return LinkError(words.format(proxy=self.proxy, host=self.host, port=self.port))

    def out_of_reach(self) -> LinkError:
        words = _("the proxy {proxy} works, but cannot reach {host} on port {port}; is the name right?")
        return LinkError(words.format(proxy=self.proxy, host=self.host, port=self.port))

    def refused(self) -> LinkError:
        words = _("{host} refuses connections on port {port}, says the proxy {proxy}")
        return LinkError(words.format(proxy=self.proxy, host=self.host, port=self.port))

    def failed(self, code: int) -> LinkError:
        words = _("the proxy {proxy} could not connect to {host} on port {port} (its answer: {code})")
        return LinkError(words.format(proxy=self.proxy, host=self.host, port=self.port, code=code))

    def nonsense(self) -> LinkError:
        words = _("what answers at {proxy} is no such proxy; nothing was sent to {host}")
        return LinkError(words.format(proxy=self.proxy, host=self.host))

    def unsayable(self) -> LinkError:
        words = _("the proxy {proxy} cannot be told the name {host!r}, or the login in the config")
        return LinkError(words.format(proxy=self.proxy, host=self.host))


def _socks(goal: Goal) -> Handshake:
    methods = bytes([_NO_LOGIN] if goal.proxy.user is None else [_NO_LOGIN, _PASSWORD])
    version, method = yield Turn(bytes([_VERSION, len(methods)]) + methods, 2)
    if version != _VERSION:
        raise goal.nonsense()
    if method == _NONE_FITS:
        raise goal.login_wanted() if goal.proxy.user is None else goal.login_refused()
    if method not in methods:
        raise goal.nonsense()
    if method == _PASSWORD:
        _version, status = yield Turn(_socks_login(goal), 2)
        if status != 0:
            raise goal.login_refused()
    yield from _socks_connect(goal)


def _socks_login(goal: Goal) -> bytes:
    user, password = _login(goal)
    if len(user) > 255 or len(password) > 255:
        raise goal.unsayable()
    return bytes([1, len(user)]) + user + bytes([len(password)]) + password


def _socks_connect(goal: Goal) -> Handshake:
    request = bytes([_VERSION, _CONNECT, 0]) + _address(goal) + goal.port.to_bytes(2)
    version, code, _reserved, kind = yield Turn(request, 4)
    if version != _VERSION:
        raise goal.nonsense()
    if code in _OUT_OF_REACH:
        raise goal.out_of_reach()
    if code:
        known = {_NOT_ALLOWED: goal.not_allowed, _REFUSED: goal.refused}
        raise known[code]() if code in known else goal.failed(code)
    if kind == _NAME:
        size = (yield Turn(b"", 1))[0]
    elif kind in (_IPV4, _IPV6):
        size = 4 if kind == _IPV4 else 16
    else:
        raise goal.nonsense()
    yield Turn(b"", size + 2)  # where the proxy connects from, which is its own business


def _address(goal: Goal) -> bytes:
    try:
        address = ipaddress.ip_address(goal.host)
    except ValueError:
        return bytes([_NAME, len(goal.host)]) + goal.host.encode("ascii")
    return bytes([_IPV4 if address.version == 4 else _IPV6]) + address.packed


def _connect(goal: Goal) -> Handshake:
    answer = b""
    say = _request(goal)
    while not answer.endswith((b"\r\n\r\n", b"\n\n")):
        if len(answer) >= LONGEST_HEAD or b"HTTP/1."[: len(answer)] != answer[:7]:
            raise goal.nonsense()
        answer += yield Turn(say, 1)
        say = b""
    status = re.match(rb"HTTP/1\.[01] ([0-9]{3})[ \r\n]", answer)
    if status is None:
        raise goal.nonsense()
    code = int(status[1])
    if 200 <= code < 300:
        return
    if code == 407:
        raise goal.login_wanted() if goal.proxy.user is None else goal.login_refused()
    if code in (403, 405, 451):
        raise goal.not_allowed()
    if code in (404, 502, 503, 504):
        raise goal.out_of_reach()
    raise goal.failed(code)


def _request(goal: Goal) -> bytes:
    host = f"[{goal.host}]" if ":" in goal.host else goal.host
    where = f"{host}:{goal.port}".encode("ascii")
    lines = [b"CONNECT " + where + b" HTTP/1.1", b"Host: " + where]
    if goal.proxy.user is not None:
        user, password = _login(goal)
        if b":" in user:  # which would end the name there (RFC 7617, 2)
            raise goal.unsayable()
        lines.append(b"Proxy-Authorization: Basic " + base64.b64encode(user + b":" + password))
    return b"\r\n".join([*lines, b"", b""])


def _login(goal: Goal) -> tuple[bytes, bytes]:
    password = goal.proxy.password.reveal() if goal.proxy.password else ""
    try:
        return (goal.proxy.user or "").encode(), password.encode()
    except UnicodeEncodeError:
        raise goal.unsayable() from None  # its text would hold the secret
