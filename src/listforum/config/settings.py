"""What a member has set: accounts, lists, how much a sync may cost, and whether searches are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from listforum.model.mail import Mailbox
from listforum.secret import Secret

Tls = Literal["implicit", "starttls", "none"]
"""TLS from the first byte; TLS before anything else is said; or none, on a loopback address only."""

Auth = Literal["password", "xoauth2", "oauthbearer"]
"""A password, or a token by XOAUTH2 or OAUTHBEARER (RFC 7628)."""

ProxyKind = Literal["socks5h", "http"]

HISTORY = 500
"""Newest posts of a list that a first sync reads, unless the config says otherwise."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, how it is encrypted, and as whom to log in.

    `tls_pin` is the SHA-256 of the only certificate to accept, in 64 small hexadecimal digits.
    """

    host: str
    port: int
    tls: Tls
    user: str
    tls_pin: str | None = None


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where to ask for connections, in place of making them: SOCKS 5 (RFC 1928) or HTTP CONNECT (RFC 9110).

    It is told the names of the servers, and looks them up itself.
    """

    kind: ProxyKind
    host: str
    port: int
    user: str | None = None
    password: Secret | None = None

    def __str__(self) -> str:
        """The address without the login, fit to be shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SecretCommand:
    """A program and its arguments, run without a shell, whose first line of output is the secret."""

    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecretValue:
    """A password that stands in the config itself."""

    secret: Secret


@dataclass(frozen=True, slots=True)
class SecretPrompt:
    """A password that the person types each time."""


SecretSource = SecretCommand | SecretValue | SecretPrompt


@dataclass(frozen=True, slots=True)
class Account:
    """A mail account: who one is, where mail comes from and where it goes. Without `smtp` it can only read.

    `ca_file` is the absolute path of a PEM file of certificate authorities to trust in place of the system's. With a
    `proxy`, both servers are reached through it or not at all.
    """

    name: str
    address: Mailbox
    imap: Server
    smtp: Server | None
    auth: Auth
    secret: SecretSource
    ca_file: str | None = None
    proxy: Proxy | None = None


@dataclass(frozen=True, slots=True)
class ListSettings:
    """Where the mail of a list lies; with `list_id` (RFC 2919) only mail that names it, else the whole folder."""

    name: str
    account: str
    folder: str
    list_id: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How many bytes, both ways and TLS included, may be spent per day or month."""

    bytes: int
    per: Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """What a sync may cost, and how many of the newest posts a first sync reads of each list."""

    budget: Budget | None = None
    history: int = HISTORY


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Whether what was searched for is kept."""

    keep_history: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that is set, without a contradiction in it."""

    accounts: Mapping[str, Account] = field(default_factory=lambda: MappingProxyType({}))
    lists: Mapping[str, ListSettings] = field(default_factory=lambda: MappingProxyType({}))
    sync: SyncSettings = field(default_factory=SyncSettings)
    search: SearchSettings = field(default_factory=SearchSettings)


EMPTY = Config()
"""No account and no list: what commands work with that need none."""
