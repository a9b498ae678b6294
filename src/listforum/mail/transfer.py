"""Content-Transfer-Encoding undone (RFC 2045, 6), also where the content was cut, padded or mislabelled."""

from __future__ import annotations

import binascii
import re
from typing import Final

_BASE64_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
NOT_BASE64: Final = bytes(sorted(set(range(256)) - set(_BASE64_ALPHABET)))
NOT_BASE64_OR_PADDING: Final = NOT_BASE64.replace(b"=", b"")
UUENCODED: Final = frozenset(("x-uuencode", "uuencode", "x-uue", "uue"))
_BLANKS: Final = b" \t\r\n\x00"
_PADDING = re.compile(rb"=[=\s]*")
_CUT_ESCAPE = re.compile(rb"=[0-9A-Fa-f]?\Z")
_LOOSE_SOFT_BREAK = re.compile(rb"=[ \t]+(\r?\n)")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


def decode_transfer(content: bytes, encoding: str) -> bytes:
    """The bytes a part holds; never raises. An unknown encoding, and content that is not in it, are taken as they are.

    Content may be the beginning of a part only: a last group that is not whole is dropped.
    """
    if encoding == "base64":
        return _from_base64(content)
    if encoding == "quoted-printable":
        return _from_quoted_printable(content)
    if encoding in UUENCODED:
        return _from_uuencode(content)
    return content


def _from_quoted_printable(content: bytes) -> bytes:
    return decode_quoted_printable(_CUT_ESCAPE.sub(b"", content))


def decode_quoted_printable(lines: bytes) -> bytes:
    """Whole lines of quoted-printable, decoded."""
    return binascii.a2b_qp(_LOOSE_SOFT_BREAK.sub(rb"=\1", lines))


def _from_base64(content: bytes) -> bytes:
    if not looks_like_base64(content):
        return content
    padding = _PADDING.search(content)
    if padding is None:
        return decode_quads(content.translate(None, NOT_BASE64))
    head, tail = content[: padding.start()], content[padding.end() :]
    decoded = decode_quads(head.translate(None, NOT_BASE64))
    if not tail:
        return decoded
    if is_footer(tail):
        return decoded + b"\n" + tail
    return decoded + b"".join(decode_quads(group.translate(None, _BLANKS)) for group in tail.split(b"="))


def is_footer(tail: bytes) -> bool:
    """Whether a list server wrote its footer behind the padding that ends the encoded text."""
    return bool(tail.translate(None, _BASE64_ALPHABET + b"=" + _BLANKS))


def looks_like_base64(content: bytes) -> bool:
    """Whether the first two rows may be base64, for text is declared as such that never was."""
    rows = content[:2000].split(maxsplit=2)
    lines = content[:2000].split(b"\n", maxsplit=40)
    first = next((line.split() for line in lines if line.strip()), [])
    if len(first) > 1:
        return False
    return all(_is_encoded(row) for row in (rows[:1] if first and b"=" in first[0] else rows[:2]))


def _is_encoded(row: bytes) -> bool:
    return 10 * len(row.translate(None, _BASE64_ALPHABET + b"=")) <= len(row)


def decode_quads(letters: bytes) -> bytes:
    """Letters of the alphabet, decoded; a last group may be without its padding."""
    whole = len(letters) // 4 * 4
    rest = letters[whole:] if len(letters) % 4 > 1 else b""
    return binascii.a2b_base64(letters[:whole] + rest + b"=" * (-len(rest) % 4))


def _from_uuencode(content: bytes) -> bytes:
    begin = _UU_BEGIN.search(content)
    if begin is None:
        return content
    return decode_uu_rows(content[begin.end() :])[0]


def decode_uu_rows(rows: bytes) -> tuple[bytes, bool]:
    """Rows of uuencoded content, decoded as far as their end, and whether that stands among them."""
    decoded: list[bytes] = []
    for row in rows.splitlines():
        if row == b"end":
            return b"".join(decoded), True
        if row:
            decoded.append(_decode_uu_row(row))
    return b"".join(decoded), False


def _decode_uu_row(row: bytes) -> bytes:
    try:
        return binascii.a2b_uu(row)
    except binascii.Error:
        # Encoders that append a checksum or strip trailing blanks: go by the length the row declares.
        length = (row[0] - 32) & 63
        room = (length * 4 + 5) // 3 + 1
        try:
            return binascii.a2b_uu(row[:room].ljust(room))
        except binascii.Error:
            return b""
