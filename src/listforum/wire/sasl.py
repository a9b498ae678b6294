"""The words of a login that IMAP and SMTP share (RFC 4616, RFC 7628, and Google's XOAUTH2)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from gettext import gettext as _

from listforum.errors import LoginError
from listforum.wire.endpoint import Credentials, Endpoint


@dataclass(frozen=True, slots=True, repr=False)
class Exchange:
    """A mechanism's name, its initial response in base64, and what to answer when the server objects."""

    mechanism: str
    initial: bytes
    concession: bytes | None


def exchange(credentials: Credentials, endpoint: Endpoint) -> Exchange:
    """What to say to log in. Raises `LoginError` for a name or secret that no server could take."""
    user, secret = credentials.user, credentials.secret.reveal()
    if not user or not secret:
        raise LoginError(_("there is no user name or no secret to log in to {host} with").format(host=endpoint.host))
    if any(character in user + secret for character in "\0\r\n\x01"):
        raise LoginError(
            _("the user name or secret for {host} holds a line break or control character").format(host=endpoint.host)
        )
    if credentials.mechanism == "password":
        return Exchange("PLAIN", _encoded(f"\0{user}\0{secret}"), None)
    if credentials.mechanism == "xoauth2":
        return Exchange("XOAUTH2", _encoded(f"user={user}\x01auth=Bearer {secret}\x01\x01"), b"")
    name = user.replace("=", "=3D").replace(",", "=2C")
    message = f"n,a={name},\x01host={endpoint.host}\x01port={endpoint.port}\x01auth=Bearer {secret}\x01\x01"
    return Exchange("OAUTHBEARER", _encoded(message), _encoded("\x01"))


def _encoded(text: str) -> bytes:
    try:
        return base64.b64encode(text.encode())
    except UnicodeEncodeError:
        # its text would hold the secret
        raise LoginError(_("the user name or secret is not valid text")) from None
