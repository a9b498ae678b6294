"""Message identifiers as they really stand in Message-ID, In-Reply-To and References (RFC 5322, 3.6.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MAX_LENGTH: Final = 250
MAX_IDS: Final = 100

_MAX_VALUE: Final = 16 * 1024
_SHORTEST_WITHOUT_HOST: Final = 8
_SHORTEST_BROKEN: Final = 32
_TOKEN = re.compile(r"<[^<>]*>|[()]|[^<>()]+|[<>]")
_BARE = re.compile(r"[^\s<>()\",;]+")
_NO_PART_OF_AN_ID = re.compile(r"[\",;]")
_DIGIT = re.compile(r"[0-9]")
# "Message from Ana <address> of Friday 10:30 <id>" in the languages of mail programs: behind a time stands no sender.
_FROM = re.compile(r"\b(?:from|von|vom|de|da|di|do|van|från|fra|od|от|из|از|من)\b", re.IGNORECASE)
_TIME = re.compile(r"\d:\d\d|\b\d{4}\b")


def message_id(value: str) -> str:
    """The identifier of a Message-ID field without its angle brackets; "" where there is no valid one."""
    ids = _in_brackets(value)
    if ids:
        return ids[0]
    bare = value.strip()
    return bare if _BARE.fullmatch(bare) and _is_valid(bare) else ""


def message_ids(value: str) -> tuple[str, ...]:
    """The last 100 identifiers in a field, oldest first, without repeats (the last of them stays).

    Only what stands in angle brackets counts, outside comments, and not the address of `Message from X <address>`; a
    field without any bracket may hold bare identifiers and nothing else. Valid is an identifier of 1-250 characters. A
    blank that broke a long one is taken out; a short one without a host, like the `yes` that people type where a
    program asks for it, means no mail.
    """
    found = _in_brackets(value) if "<" in value else _bare(value[-_MAX_VALUE:].split())
    newest_first = dict.fromkeys(text for text in reversed(found) if _is_told(text))
    return tuple(reversed(list(newest_first)[:MAX_IDS]))


def _in_brackets(value: str) -> list[str]:
    if not value:
        return []
    found, in_comment = _bracketed(value[-_MAX_VALUE:])
    whole = ((_whole(text), depth) for text, depth in found)
    return [text for text, depth in whole if _is_valid(text) and (depth == 0 or in_comment)]


def _bare(words: Iterable[str]) -> list[str]:
    ids = [word.strip(",;") for word in words]
    sure = all(text.count("@") == 1 and _DIGIT.search(text) and _BARE.fullmatch(text) for text in ids)
    return [text for text in ids if _is_valid(text)] if sure else []


def _whole(text: str) -> str:
    """A long identifier without the blanks that broke it at a line's end; any other with blanks stays not valid."""
    joined = "".join(text.split())
    broken = len(joined) >= _SHORTEST_BROKEN and joined.count("@") == 1 and not _NO_PART_OF_AN_ID.search(joined)
    return joined if broken else text


def _is_valid(text: str) -> bool:
    return 0 < len(text) <= MAX_LENGTH and text.isprintable() and " " not in text


def _is_told(text: str) -> bool:
    """Whether another mail can be meant by it."""
    return "@" in text or len(text) >= _SHORTEST_WITHOUT_HOST


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
            if not _names_a_sender(before):
                found.append((symbol[1:-1].strip(), depth))
            before = ""
        else:
            before = symbol
    return found, depth > 0


def _names_a_sender(before: str) -> bool:
    found = _FROM.search(before)
    return found is not None and _TIME.search(before, found.end()) is None
