"""A mail made of what is kept of a post that was never whole."""

from __future__ import annotations

from typing import Final

MARK: Final = b"X-Listforum-Partial"
"""The header field that says: not the mail as it was sent, only what was fetched of it."""


def partial_mail(fields: bytes, text: str) -> bytes:
    """Header fields and readable text as one mail (RFC 5322), marked as partial; line ends are CRLF."""
    kept = fields.replace(b"\r\n", b"\n").strip(b"\n").replace(b"\n", b"\r\n")
    described = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
    body = text.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return b"\r\n".join([kept, MARK + b": yes", described, b"", body])


def is_partial(fields: bytes) -> bool:
    """Whether a mail's header fields carry the mark."""
    return b"\n" + MARK.lower() + b":" in b"\n" + fields.lower()
