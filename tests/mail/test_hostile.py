"""Mails made to hang, crash or exhaust a reader: each is read in under a second, and what it says is still there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail import safe
from listforum.mail.header import read_header
from listforum.mail.readable import Readable, readable_text
from listforum.mail.structure import attachment_parts, split
from listforum.model.mail import Header

LIMIT: Final = 1.0


def field(name: str, value: bytes) -> bytes:
    return b"From: Ana <ana@example.org>\nSubject: still here\n%s: %s\n\nbody" % (name.encode(), value)


def multipart(body: bytes, type_: bytes = b"multipart/mixed; boundary=b") -> bytes:
    return b"Subject: still here\nContent-Type: " + type_ + b"\n\n" + body


def nested(depth: int) -> bytes:
    return (
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)) + b"\nbody"
    )


CASES: Final[dict[str, Callable[[], bytes]]] = {
    # header fields
    "50 kB of quotes in To": lambda: field("To", b'"' * 50_000),
    "50 kB of escaped quotes in To": lambda: field("To", b'"' + b'\\"' * 25_000),
    "nested comments in From": lambda: b"From: " + b"(" * 50_000 + b"\nSubject: still here\n\nbody",
    "balanced comments in Cc": lambda: field("Cc", b"(" * 8_000 + b")" * 8_000 + b" a@b.example"),
    "100 kB of semicolons in To": lambda: field("To", b";" * 100_000),
    "100 kB of commas in To": lambda: field("To", b"," * 100_000),
    "20,000 addresses in To": lambda: field("To", b"a@b.example, " * 20_000),
    "100 kB of angle brackets in To": lambda: field("To", b"<" * 100_000),
    "one long word of dots in To": lambda: field("To", b"a." * 50_000 + b"@b.example"),
    "routes in To": lambda: field("To", b"<" + b"@a.example," * 9_000 + b":b@c.example>"),
    "groups in To": lambda: field("To", b"a:" * 50_000),
    "240 kB of encoded words in Subject": lambda: field("Subject", b"=?utf-8?q?a?= " * 17_000),
    "240 kB of encoded words in From": lambda: field("Reply-To", b"=?utf-8?q?a?= " * 17_000),
    "encoded words that never end": lambda: field("Subject", b"=?utf-8?q?" * 24_000),
    "encoded words of all charsets": lambda: field("Subject", b"=?utf-7?b?KysrKw?= =?hz?q?~{?= " * 5_000),
    "100,000 references": lambda: field("References", b" ".join(b"<%d@example.org>" % n for n in range(100_000))),
    "references that never end": lambda: field("References", b"<" * 200_000),
    "comments in References": lambda: field("References", b"(<a@b>" * 30_000),
    "100,000 folded lines": lambda: field("References", b"\n <a@b>" * 100_000),
    "blanks by the megabyte": lambda: field("Subject", b" \t" * 500_000),
    "10,000 parameters in Content-Type": lambda: field("Content-Type", b"text/plain" + b"; a=b" * 10_000),
    "10,000 continued parameters": lambda: field(
        "Content-Type", b"text/plain" + b"".join(b"; name*%d*=utf-8''x" % n for n in range(10_000))
    ),
    "quotes in Content-Type": lambda: field("Content-Type", b"text/plain; name=" + b'"\\' * 50_000),
    "100,000 fields": lambda: field("X-Junk", b"x\nX-Junk: " * 100_000),
    "100,000 names": lambda: field("X", b"x\n" + b"\n".join(b"X-%d: y" % n for n in range(100_000))),
    "a header of 10 MB without an end": lambda: b"Subject: still here\n" + b"X-Junk: y\n" * 1_000_000,
    "stray lines in the header": lambda: b"Subject: still here\n" + b"stray\nX: y\n" * 100_000 + b"\nbody",
    "a date of digits": lambda: field("Date", b"1" * 100_000),
    "a date of comments": lambda: field("Date", b"(" * 100_000),
    "a List-Id of brackets": lambda: field("List-Id", b"<" * 100_000),
    "a List-Post of commas": lambda: field("List-Post", b"<mailto:" + b"a@b," * 30_000 + b">"),
    "via without end": lambda: b'From: "' + b"a via " * 20_000 + b'" <a@b.example>\nSubject: still here\n\nbody',
    "8-bit junk in every field": lambda: field("To", bytes(range(128, 256)) * 500),
    "NUL everywhere": lambda: b"From: a\x00@b\nSubject: still here\x00\n\nbo\x00dy",
    # structure
    "5,000 nested multiparts": lambda: b"Subject: still here\n" + nested(5_000),
    "10,000 nested multiparts": lambda: b"Subject: still here\n" + nested(10_000),
    "10,000 nested messages": lambda: b"Subject: still here\n" + b"Content-Type: message/rfc822\n\n" * 10_000 + b"body",
    "one boundary for all levels": lambda: (
        b"Subject: still here\n" + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 5_000
    ),
    "100,000 empty parts": lambda: multipart(b"--b\n\n" * 100_000),
    "100,000 closing boundaries": lambda: multipart(b"--b\n\nbody\n" + b"--b--\n" * 100_000),
    "1,000,000 lines that may be boundaries": lambda: multipart(b"--b\n\nbody\n" + b"--\n--x\n" * 500_000),
    "parts that are all header": lambda: multipart((b"--b\n" + b"X-Y: z\n" * 500) * 400),
    "an endless boundary": lambda: multipart(b"body", b"multipart/mixed; boundary=" + b"b" * 100_000),
    "an empty boundary": lambda: multipart(b"--\nbody\n----\n", b'multipart/mixed; boundary=""'),
    "a boundary of blanks": lambda: multipart(b"--  \nbody\n", b'multipart/mixed; boundary="  "'),
    # content
    "a line of 5 MB": lambda: b"Subject: still here\n\nbody" + b"x" * 5_000_000,
    "2,000,000 empty lines": lambda: b"Subject: still here\n\nbody" + b"\n" * 2_000_000,
    "2,000,000 bare CR": lambda: b"Subject: still here\n\nbody" + b"\r" * 2_000_000,
    "quotes 500,000 deep": lambda: (
        b"Content-Type: text/plain; format=flowed\nSubject: still here\n\nbody\n" + b">" * 500_000
    ),
    "one flowed paragraph": lambda: (
        b"Content-Type: text/plain; format=flowed\nSubject: still here\n\nbody " + b"\nx " * 300_000
    ),
    "base64 of nothing but padding": lambda: (
        b"Content-Transfer-Encoding: base64\nSubject: still here\n\nYm9keQ==" + b"=" * 999_999
    ),
    "base64 in pieces": lambda: (
        b"Content-Transfer-Encoding: base64\nSubject: still here\n\nYm9keQ==\n" + b"QQ==\n" * 100_000
    ),
    "quoted-printable of equal signs": lambda: (
        b"Content-Transfer-Encoding: quoted-printable\nSubject: still here\n\nbody" + b"= " * 500_000
    ),
    "uuencode of nothing": lambda: (
        b"Content-Transfer-Encoding: x-uuencode\nSubject: still here\n\nbody\nbegin 644 x\n" + b"~\n" * 300_000
    ),
    "text that fits no charset": lambda: b"Subject: still here\n\nbody\n" + bytes(range(128, 256)) * 8_000,
    "escape sequences": lambda: b"Subject: still here\n\nbody" + b"\x1b]0;" * 250_000,
    "HTML of open tags": lambda: b"Content-Type: text/html\nSubject: still here\n\nbody" + b"<b><a href=x>" * 70_000,
    "HTML of meta tags": lambda: b"Content-Type: text/html\nSubject: still here\n\nbody" + b"<meta " * 150_000,
}


def read(raw: bytes) -> tuple[Header, Readable]:
    """All that is done with a mail from its arrival to the screen."""
    received = split(raw)
    header = read_header(received.header)
    readable = readable_text(received.parts)
    for part in attachment_parts(received.parts):
        safe.file_name(part.name or "")
    safe.line(header.subject)
    safe.body(readable.text or "")
    return header, readable


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_mail_is_read_in_time(case: str) -> None:
    raw = CASES[case]()
    start = time.process_time()
    header, readable = read(raw)
    assert time.process_time() - start < LIMIT
    assert len(header.references) <= 100
    assert len(readable.text or "") < 1_100_000


@pytest.mark.parametrize(
    "case", [case for case in CASES if CASES[case]().endswith(b"\n\nbody") and "nested" not in case]
)
def test_what_is_not_hostile_in_it_is_still_there(case: str) -> None:
    header, readable = read(CASES[case]())
    assert header.subject.startswith("still here")
    assert readable.text == "body"


@pytest.mark.parametrize(
    "charset",
    [
        "unicode_escape",
        "raw-unicode-escape",
        "idna",
        "punycode",
        "rot13",
        "hex",
        "zlib",
        "undefined",
        "mbcs",
        "",
        "\x00",
        "utf-8\x1b[2J",
    ],
)
def test_charset_tricks_do_nothing(charset: str) -> None:
    raw = (
        f"Content-Type: text/plain; charset={charset}\nSubject: =?{charset}?q?x?=\n\n".encode()
        + rb"\x1b[2J \u001b \N{ESC}"
    )
    header, readable = read(raw)
    assert readable.text == r"\x1b[2J \u001b \N{ESC}"
    assert "\x1b" not in header.subject


def test_a_charset_that_hides_escape_sequences_is_made_safe_after_decoding() -> None:
    raw = b"Content-Type: text/plain; charset=utf-7\n\n+ABs-]0;owned+AAc-title"
    assert safe.body(read(raw)[1].text or "") == "title"


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=300)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    read(raw)


MAIL = b"""\
From: =?utf-8?q?Ana_S=C3=A1?= <ana@example.org>
Date: Tue, 3 Mar 2020 10:11:12 +0330
References: <one@example.org> <two@example.org>
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: quoted-printable

Ol=C3=A1
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+T2zDoTwvcD4=
--b--
"""


@given(st.data())
@settings(deadline=None, max_examples=400)
def test_no_damage_to_a_mail_makes_it_raise(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(MAIL)))
    end = data.draw(st.integers(start, min(len(MAIL), start + 30)))
    read(MAIL[:start] + data.draw(st.binary(max_size=6)) + MAIL[end:])
