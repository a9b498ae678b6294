"""Where a server is, how it is spoken to, and who logs in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from gettext import gettext as _
from typing import Literal

from listforum.errors import ConfigError
from listforum.secret import Secret

TlsMode = Literal["implicit", "starttls", "none"]
Mechanism = Literal["password", "xoauth2", "oauthbearer"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server's address and how its link is encrypted; `ca_file` is trusted beside the system's authorities.

    Raises `ConfigError` for `tls="none"` to anything but this machine: a clear link is never made.
    """

    host: str
    port: int
    tls: TlsMode
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.tls == "none" and not _is_loopback(self.host):
            raise ConfigError(
                _('tls = "none" is only for this machine itself, and {host!r} is another').format(host=self.host)
            )


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in, with a password or a bearer token (RFC 6750)."""

    user: str
    secret: Secret
    mechanism: Mechanism


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
