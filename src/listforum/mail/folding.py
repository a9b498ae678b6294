"""Header fields written (RFC 5322, 2.2.3; RFC 2047): folded, encoded, and free of anything that could end a line."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final

_WANTED_WIDTH: Final = 76
_LONGEST_PLAIN_WORD: Final = 60
_ENCODED_TEXT: Final = 52
"""So many characters of encoded text make a word that fits on the first line of any field we write."""

_STEERS_DIRECTION: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_ATOM_PHRASE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_Q_SAFE: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def clean(text: str) -> str:
    """One line of text for a header field: control characters and runs of blanks become one blank.

    Characters that turn the direction of what follows them are left out; lone surrogates become "?".
    """
    visible = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    return " ".join(visible.translate(_STEERS_DIRECTION).encode("utf-8", "replace").decode("utf-8").split())


def unstructured(name: str, text: str) -> str:
    """A field of free text, such as Subject: cleaned, encoded where it is not ASCII, folded."""
    words = clean(text).split(" ")
    odd = [at for at, word in enumerate(words) if _needs_encoding(word)]
    if not odd:
        return folded(name, words)
    first, last = odd[0], odd[-1] + 1
    return folded(name, [*words[:first], *encoded_words(" ".join(words[first:last])), *words[last:]])


def phrase(name: str) -> list[str]:
    """A display name as the words of a phrase (RFC 5322, 3.2.5): bare, quoted, or encoded."""
    text = clean(name)
    if not text:
        return []
    if any(_needs_encoding(word) for word in text.split(" ")) or len(text) > _LONGEST_PLAIN_WORD:
        return encoded_words(text)
    if _ATOM_PHRASE.fullmatch(text):
        return text.split(" ")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def folded(name: str, words: Sequence[str]) -> str:
    """The field with its words on as many lines as the wanted width takes; the words themselves are never cut."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _WANTED_WIDTH and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)


def encoded_words(text: str) -> list[str]:
    """The text as encoded words (RFC 2047, 2: at most 75 characters), in the shorter of the two encodings."""
    whole = text.encode("utf-8")
    letter, encode = ("q", _q) if len(_q(whole)) <= len(_b(whole)) else ("b", _b)
    return [f"=?utf-8?{letter}?{piece}?=" for piece in _pieces(text, encode)]


def _needs_encoding(word: str) -> bool:
    return not word.isascii() or "=?" in word or len(word) > _LONGEST_PLAIN_WORD


def _pieces(text: str, encode: Callable[[bytes], str]) -> Iterator[str]:
    """The text encoded, cut between characters so that each piece fits an encoded word."""
    chunk = b""
    for char in text:
        octets = char.encode("utf-8")
        if chunk and len(encode(chunk + octets)) > _ENCODED_TEXT:
            yield encode(chunk)
            chunk = b""
        chunk += octets
    yield encode(chunk)


def _b(chunk: bytes) -> str:
    return base64.b64encode(chunk).decode("ascii")


def _q(chunk: bytes) -> str:
    """The restricted Q encoding of RFC 2047, 5 (3), which is right in a phrase too."""
    return "".join("_" if octet == 0x20 else chr(octet) if octet in _Q_SAFE else f"={octet:02X}" for octet in chunk)
