"""Where a server is, how it is spoken to, and who logs in."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import gettext as _
from typing import Literal

from listforum.config.settings import Proxy
from listforum.config.values import is_loopback
from listforum.errors import ConfigError
from listforum.secret import Secret

TlsMode = Literal["implicit", "starttls", "none"]
Mechanism = Literal["password", "xoauth2", "oauthbearer"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server's address, how its link is encrypted, and the way there.

    `ca_file` is trusted beside the system's authorities. With a `pin`, the SHA-256 of the server's certificate in
    hexadecimal, that certificate is accepted and no other, whoever signed it. With a `proxy` the server is reached
    through it, or not at all; its name is then never looked up here. `account` tells whose link it is: nothing that one
    account's links have agreed on is shown on another's.

    Raises `ConfigError` for `tls="none"` to anything but this machine, or through a proxy: a clear link is never made.
    """

    host: str
    port: int
    tls: TlsMode
    ca_file: str | None = None
    pin: str | None = None
    proxy: Proxy | None = None
    account: str = ""

    def __post_init__(self) -> None:
        if self.tls == "none" and not is_loopback(self.host):
            raise ConfigError(
                _('tls = "none" is only for this machine itself, and {host!r} is another').format(host=self.host)
            )
        if self.tls == "none" and self.proxy:
            raise ConfigError(_('tls = "none" does not go with a proxy: it would be told everything in clear'))


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in, with a password or a bearer token (RFC 6750)."""

    user: str
    secret: Secret
    mechanism: Mechanism
