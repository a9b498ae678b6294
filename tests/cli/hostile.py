"""What strangers put into mails, servers' answers and file names, and how to see whether it got through."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

from member import Outcome

MARK = "NONCE"
"""Stands in each payload, so that it can be told whether the words around it are still there."""

PAYLOADS = [
    f"\x1b]0;{MARK}\x07",
    f"\x1b]0;{MARK}\x1b\\",
    f"\x1b]2;{MARK}",
    f"\x1b]8;;https://evil.example/{MARK}\x1b\\click\x1b]8;;\x1b\\",
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b]777;notify;{MARK};x\x07",
    f"\x1b]1337;File=name={MARK}:AAAA\x07",
    f"\x1b]4;1;rgb:{MARK}\x9c",
    f"\x1b[31m{MARK}\x1b[0m",
    f"\x1b[2J\x1b[H{MARK}",
    f"\x1b[{MARK}",
    "\x1b[" + "9" * 500 + f"m{MARK}",
    f"\x1b[?1049h{MARK}",
    f"\x1b[6n{MARK}",
    f"\x1b[21t{MARK}",
    f"\x1bP+q{MARK}\x1b\\",
    f"\x1bP{MARK}",
    f"\x1b_G{MARK}\x1b\\",
    f"\x1b_{MARK}",
    f"\x1b^{MARK}\x1b\\",
    f"\x1bX{MARK}\x1b\\",
    f"\x1bc{MARK}",
    f"\x1b(0{MARK}",
    f"\x1b#8{MARK}",
    f"{MARK}\x1b",
    f"\x1b\x1b\x1b[m{MARK}",
    f"\x1b\n[31m{MARK}",
    f"\x9b31m{MARK}",
    f"\x9d0;{MARK}\x9c",
    f"\x90{MARK}\x9c",
    f"\x9f{MARK}",
    f"\x84\x85\x8d{MARK}",
    f"\x07{MARK}\x07",
    f"{MARK}\x00{MARK}",
    f"{MARK}\x08\x08\x08\x08gone",
    f"{MARK}\rover",
    f"{MARK}\r\nBcc: victim@example.org",
    f"{MARK}\x0b\x0c\x1c\x1d\x1e{MARK}",
    f"\x0e{MARK}\x0f",
    f"{MARK}\x7f\x7f",
    f"\u202e{MARK}gpj.exe",
    f"\u202a\u202b\u202d{MARK}\u202c",
    f"\u2066\u2067\u2068{MARK}\u2069",
    f"\U000e0041\U000e0042{MARK}\U000e007f",
    f"\u2028{MARK}\u2029",
    f"\ud800{MARK}\udfff",
    f"\ufeff\u2060\u2063{MARK}",
    f"[@click=app.quit]{MARK}[/]",
    f"[/nope]{MARK}[bold",
    f"{{0}} %s %(x)s ${{{MARK}}} `{MARK}`",
]

_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


def found_in(outcome: Outcome) -> list[str]:
    """What a terminal would not print as text, in all that a command wrote; JSON is looked into as it is decoded."""
    texts = [outcome.output, outcome.messages]
    if outcome.output.startswith(("{", "[")):
        texts += strings(json.loads(outcome.output))
    return [repr(text[max(0, at.start() - 30) : at.end() + 30]) for text in texts for at in _FORBIDDEN.finditer(text)]


def strings(value: object) -> Iterator[str]:
    """Every string in a JSON document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from strings(one)


def as_bytes(payload: str) -> bytes:
    return payload.encode("utf-8", "surrogatepass")


def raw_mail(number: int, payload: str) -> bytes:
    """A mail with the payload, as it is, wherever a mail has room for words of its writer."""
    words = as_bytes(payload)
    return b"\r\n".join(
        [
            b"Date: Mon, 2 Mar 2026 10:%02d:00 +0000" % number,
            b"From: " + words + b" <p%d@example.org>" % number,
            b"To: list@example.org",
            b"Subject: raw " + words,
            b"Message-ID: <raw%d" % number + words + b"@example.org>",
            b"In-Reply-To: <missing%d" % number + words + b"@example.org>",
            b"References: <missing%d" % number + words + b"@example.org>",
            b"List-Id: " + words + b" <" + words + b".lists.example.org>",
            b"List-Post: <mailto:" + words + b"@example.org>",
            *_multipart(words, b"8bit", words, b"; filename=\"" + words + b".txt\"", b"text/x-" + words),
        ]
    )  # fmt: skip


def encoded_mail(number: int, payload: str) -> bytes:
    """The same in the encodings of mail, which hide what comes of them from whoever looks at the bytes only."""
    words = as_bytes(payload)
    word = b"=?utf-8?b?" + b64encode(words) + b"?="
    percent = quote(words, safe="").encode()
    return b"\r\n".join(
        [
            b"Date: Mon, 2 Mar 2026 11:%02d:00 +0000" % number,
            b"From: " + word + b" <e%d@example.org>" % number,
            b"To: list@example.org",
            b"Subject: encoded " + word,
            b"Message-ID: <encoded%d@example.org>" % number,
            b"List-Id: " + word + b" <open-data.lists.example.org>",
            b"List-Post: <mailto:" + percent + b"@example.org>",
            *_multipart(
                b64encode(words), b"base64", _as_html(payload), b"; filename*=utf-8''" + percent, b"application/x-%00"
            ),
        ]
    )


def _multipart(text: bytes, encoding: bytes, html: bytes, name: bytes, kind: bytes) -> list[bytes]:
    return [
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="=="',
        b"",
        b"--==",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: " + encoding,
        b"",
        text,
        b"--==",
        b"Content-Type: text/html; charset=utf-8",
        b"",
        b"<p>searchable " + html + b"</p>",
        b"--==",
        b"Content-Type: " + kind,
        b"Content-Disposition: attachment" + name,
        b"",
        b"content",
        b"--==--",
        b"",
    ]


def _as_html(payload: str) -> bytes:
    return "".join(f"&#{ord(character)};" for character in payload).encode()
