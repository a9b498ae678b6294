"""Content-Transfer-Encoding undone (RFC 2045, 6), also where the content was cut, padded or mislabelled."""

from __future__ import annotations

import binascii
import re
from typing import Final

_BASE64_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64: Final = bytes(sorted(set(range(256)) - set(_BASE64_ALPHABET)))
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
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _from_uuencode(content)
    return content


def _from_quoted_printable(content: bytes) -> bytes:
    return binascii.a2b_qp(_LOOSE_SOFT_BREAK.sub(rb"=\1", _CUT_ESCAPE.sub(b"", content)))


def _from_base64(content: bytes) -> bytes:
    if not _looks_like_base64(content):
        return content
    padding = _PADDING.search(content)
    if padding is None:
        return _decode_quads(content.translate(None, _NOT_BASE64))
    head, tail = content[: padding.start()], content[padding.end() :]
    decoded = _decode_quads(head.translate(None, _NOT_BASE64))
    if not tail:
        return decoded
    if tail.translate(None, _BASE64_ALPHABET + b"=" + _BLANKS):
        # A list server wrote its footer behind the encoded text.
        return decoded + b"\n" + tail
    return decoded + b"".join(_decode_quads(group.translate(None, _BLANKS)) for group in tail.split(b"="))


def _looks_like_base64(content: bytes) -> bool:
    """Whether the first two rows may be base64, for text is declared as such that never was."""
    rows = content[:2000].split(maxsplit=2)
    lines = content[:2000].split(b"\n", maxsplit=40)
    first = next((line.split() for line in lines if line.strip()), [])
    if len(first) > 1:
        return False
    return all(_is_encoded(row) for row in (rows[:1] if first and b"=" in first[0] else rows[:2]))


def _is_encoded(row: bytes) -> bool:
    return 10 * len(row.translate(None, _BASE64_ALPHABET + b"=")) <= len(row)


def _decode_quads(letters: bytes) -> bytes:
    whole = len(letters) // 4 * 4
    rest = letters[whole:] if len(letters) % 4 > 1 else b""
    return binascii.a2b_base64(letters[:whole] + rest + b"=" * (-len(rest) % 4))


def _from_uuencode(content: bytes) -> bytes:
    begin = _UU_BEGIN.search(content)
    if begin is None:
        return content
    decoded = []
    for row in content[begin.end() :].splitlines():
        if row == b"end":
            break
        decoded.append(_decode_uu_row(row))
    return b"".join(decoded)


def _decode_uu_row(row: bytes) -> bytes:
    try:
        return binascii.a2b_uu(row)
    except binascii.Error:
        # Encoders that append a checksum or strip trailing blanks: go by the length the row declares.
        length = (row[0] - 32) & 63 if row else 0
        room = (length * 4 + 5) // 3 + 1
        try:
            return binascii.a2b_uu(row[:room].ljust(room))
        except binascii.Error:
            return b""
