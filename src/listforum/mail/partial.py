"""A mail made of what is kept of a post that was never whole."""

from __future__ import annotations

import re
from typing import Final, Literal

from listforum.mail.fields import read_fields

MARK: Final = b"X-Listforum-Partial"
"""The header field that says: not the mail as it was sent, only what was fetched of it, "header" or "text"."""

_OURS: Final = re.compile(
    rb"^(?:X-Listforum-Partial|MIME-Version|Content-[!-9;-~]{1,40})[ \t]{0,8}:[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)


def partial_mail(fields: bytes, text: str | None) -> bytes:
    """Header fields and readable text, if known, as one mail (RFC 5322), marked as partial; line ends are CRLF."""
    kept = _OURS.sub(b"", fields.replace(b"\r\n", b"\n").strip(b"\n") + b"\n").rstrip(b"\n").replace(b"\n", b"\r\n")
    mark = MARK + (b": header" if text is None else b": text")
    described = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
    body = (text or "").encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return b"\r\n".join([kept, mark, described, b"", body])


def kept_of(fields: bytes) -> Literal["header", "text"] | None:
    """What a mail with these header fields was exported from; None when it carries no mark."""
    mark = read_fields(fields).first(MARK.decode().lower())
    if mark is None:
        return None
    return "header" if mark == b"header" else "text"
