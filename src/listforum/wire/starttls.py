"""STARTTLS for IMAP (RFC 3501, 6.2.1), strictly: in clear nothing is believed, shown or kept."""

from __future__ import annotations

import re
from gettext import gettext as _

from listforum.errors import LinkError
from listforum.wire.link import Link

LONGEST_LINE = 8192

_GREETING = re.compile(rb"\* OK[ \r]", re.IGNORECASE)
_AGREED = re.compile(rb"S1 OK[ \r]", re.IGNORECASE)


def upgrade(link: Link) -> None:
    """From the greeting in clear to an encrypted link, or to an error; nothing else is ever said in clear.

    Raises `LinkError` unless the server greets with OK (not PREAUTH, not BYE), agrees in its very next line, and says
    nothing more before the handshake; and `CertificateError`.
    """
    host = link.endpoint.host
    if not _GREETING.match(link.readline(LONGEST_LINE)):
        raise LinkError(_("{host} did not greet as a mail server does; nothing was sent to it").format(host=host))
    link.send(b"S1 STARTTLS\r\n")
    if not _AGREED.match(link.readline(LONGEST_LINE)):
        raise LinkError(
            _("{host}, or somebody between, refuses to encrypt the link; nothing was sent to it").format(host=host)
        )
    link.start_tls()
