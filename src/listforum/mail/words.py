"""Header values decoded: raw 8-bit bytes and encoded words (RFC 2047), also the broken ones that mail is full of."""

from __future__ import annotations

import binascii
import re
from typing import Final

from listforum.mail.charset import decode
from listforum.mail.transfer import decode_transfer

# Tolerated: blanks and underscores misused inside, missing blanks around, words longer than 75 characters.
_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_RUN = re.compile(rf"{_WORD.pattern}(?:[ \t]*{_WORD.pattern})*")
# In an address field a word that runs into an addr-spec stays as it is: decoded, it would forge an address.
_QUOTED_OR_RUN = re.compile(rf'"(?:[^"\\]|\\.)*(?:"|\Z)|{_RUN.pattern}(?![@.\w])', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = re.compile("[\x00-\x1f\x7f]+")
_SPECIAL: Final = str.maketrans({"\\": "\\\\", '"': '\\"'})


def decode_value(value: bytes, codec: str = "") -> str:
    """An unfolded field value as text, encoded words still in it; 8-bit bytes in `codec` where they are not UTF-8.

    Control characters become blanks: no header value may bring a line end along.
    """
    if value.isascii():
        # ISO-2022-JP is sent raw in headers, too.
        text = decode(value, "").text if b"\x1b" in value else value.decode("ascii")
    else:
        text = _decode_8bit(value, codec)
    return _CONTROL.sub(" ", text)


def _decode_8bit(value: bytes, codec: str) -> str:
    if codec:
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.decode(codec, "replace")
    return decode(value, "").text


def decode_words(text: str) -> str:
    """Text with its encoded words decoded (RFC 2047), as it stands in an unstructured field such as Subject."""
    if "=?" not in text:
        return text
    return _RUN.sub(lambda run: _decode_run(run[0]), text)


def quote_words(text: str) -> str:
    """The value of an address field with its encoded words as quoted strings, so that its structure stays as sent."""
    if "=?" not in text:
        return text
    return _QUOTED_OR_RUN.sub(_requoted, text)


def _requoted(match: re.Match[str]) -> str:
    token = match[0]
    if not token.startswith('"'):
        return f'"{_decode_run(token).translate(_SPECIAL)}"'
    if "=?" not in token:
        return token
    # Many programs quote encoded words, which RFC 2047 (5) forbids and every reader expects to be decoded.
    inner = _QUOTED_PAIR.sub(r"\1", token[1:].removesuffix('"'))
    return f'"{decode_words(inner).translate(_SPECIAL)}"'


def _decode_run(run: str) -> str:
    """Adjacent words; bytes of one charset are joined before they are decoded, for words may break a character."""
    texts: list[str] = []
    label, data = "", bytearray()
    for word in _WORD.finditer(run):
        word_label = word[1].partition("*")[0].lower()
        if word_label != label:
            texts.append(decode(bytes(data), label).text)
            label, data = word_label, bytearray()
        data += _word_bytes(word[2], word[3])
    texts.append(decode(bytes(data), label).text)
    return _CONTROL.sub(" ", "".join(texts))


def _word_bytes(encoding: str, encoded: str) -> bytes:
    octets = encoded.encode("utf-8", "replace")
    if encoding in "bB":
        return decode_transfer(octets, "base64")
    return binascii.a2b_qp(octets, header=True)
