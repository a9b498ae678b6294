"""What a mailing list says of itself: List-Id (RFC 2919) and List-Post (RFC 2369)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from listforum.mail.address import is_address

_MAX_VALUE: Final = 4096
_MAX_ADDRESSES: Final = 10
_BRACKETED = re.compile(r"<([^<>]*)>")
_LIST_ID = re.compile(r"[^\s<>@\"]{1,255}")
_NO = re.compile(r"\s*NO\s*(?:\(|\Z)", re.IGNORECASE)


def list_id(value: str) -> str:
    """The identifier in a List-Id field, in lower case, without brackets or description; "" where there is none."""
    bracketed = _BRACKETED.findall(value[:_MAX_VALUE])
    candidate = bracketed[-1] if bracketed else value
    candidate = "".join(candidate.split()) if bracketed else candidate.strip()
    return candidate.lower() if _LIST_ID.fullmatch(candidate) else ""


def list_post(value: str) -> tuple[tuple[str, ...], bool]:
    """The addresses of the mailto URIs in a List-Post field, and whether it says that nobody may post."""
    value = value[:_MAX_VALUE]
    uris = [uri.strip() for uri in _BRACKETED.findall(value)]
    addresses = dict.fromkeys(address for uri in uris for address in _mailto(uri))
    return tuple(addresses)[:_MAX_ADDRESSES], bool(_NO.match(value)) and not addresses


def _mailto(uri: str) -> list[str]:
    """The recipients in a mailto URI (RFC 6068, 2)."""
    scheme, _, rest = uri.partition(":")
    if scheme.strip().lower() != "mailto":
        return []
    recipients = rest.partition("?")[0].split(",")
    return [address for address in map(_unescaped, recipients) if is_address(address)]


def _unescaped(recipient: str) -> str:
    # Octets that are no UTF-8 become U+FFFD, which no address holds.
    return unquote(recipient.strip())
