"""Message identifiers as they really stand in Message-ID, In-Reply-To and References (RFC 5322, 3.6.4)."""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 250
MAX_IDS: Final = 100

_MAX_VALUE: Final = 16 * 1024
_TOKEN = re.compile(r"<[^<>]*>|[()]|[^<>()]+|[<>]")
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)
_BARE = re.compile(r"[^\s<>()\"]+")


def message_id(value: str) -> str:
    """The identifier of a Message-ID field without its angle brackets; "" where there is no valid one."""
    ids = message_ids(value)
    if ids:
        return ids[0]
    bare = value.strip()
    return bare if _BARE.fullmatch(bare) and _is_valid(bare) else ""


def message_ids(value: str) -> tuple[str, ...]:
    """The last 100 identifiers in a field, oldest first, without repeats (the last of them stays).

    Only what stands in angle brackets counts, outside comments, and not the address of `Message from X <address>`.
    Valid is an identifier of 1-250 characters without blanks.
    """
    if not value:
        return ()
    found, in_comment = _bracketed(value[-_MAX_VALUE:])
    ids = [text for text, depth in found if _is_valid(text) and (depth == 0 or in_comment)]
    newest_first = dict.fromkeys(reversed(ids))
    return tuple(reversed(list(newest_first)[:MAX_IDS]))


def _is_valid(text: str) -> bool:
    return 0 < len(text) <= MAX_LENGTH and text.isprintable() and " " not in text


def _bracketed(value: str) -> tuple[list[tuple[str, int]], bool]:
    """What stands in angle brackets, each with the depth of comments around it, and whether a comment never ends."""
    found: list[tuple[str, int]] = []
    depth = 0
    before = ""
    for symbol in _TOKEN.findall(value):
        if symbol == "(":
            depth += 1
        elif symbol == ")":
            depth = max(0, depth - 1)
        elif symbol[0] == "<" and len(symbol) > 1:
            if not _FROM.search(before):
                found.append((symbol[1:-1].strip(), depth))
            before = ""
        else:
            before = symbol
    return found, depth > 0
