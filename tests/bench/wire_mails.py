"""Mails for the benchmark of the wire that no mailbox has: other scripts, transfer encodings, large attachments."""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Iterator, Sequence
from email.header import Header
from typing import Final, Literal

from listforum.mail.header import read_header
from listforum.mail.readable import readable_text
from listforum.mail.structure import split

Encoding = Literal["base64", "quoted-printable"]

LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
SCRIPTS: Final = {
    "Cyrillic": str.maketrans(LATIN, "абцдефгхийклмнопярстувщхыз"),
    "Persian": str.maketrans(LATIN, "ابچدهفگحیجکلمنوپقرستعوشخیز"),
}
_LONGEST: Final = 20_000


def in_script(script: str, encoding: Encoding, raws: Sequence[bytes]) -> Iterator[bytes]:
    """The texts and subjects of these mails letter by letter in another script; who wrote and answered whom stays."""
    letters = SCRIPTS[script]
    for number, raw in enumerate(raws):
        mail = split(raw)
        header = read_header(mail.header)
        text = (readable_text(mail.parts).text or "")[:_LONGEST].lower().translate(letters)
        subject = " ".join(header.subject.lower().translate(letters).split())
        references = " ".join(f"<{one}>" for one in header.references)
        fields = [
            f"Date: Thu, 01 Jan 2026 {number // 60 % 24:02}:{number % 60:02}:00 +0000",
            f"From: {header.author.name.encode('ascii', 'ignore').decode() or 'A'} <someone@example.org>",
            "To: list@example.org",
            "Subject: " + Header(subject, "utf-8").encode(linesep="\r\n"),
            f"Message-ID: <{header.message_id or number}>",
            *([f"References: {references}"] if references else []),
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Transfer-Encoding: {encoding}",
        ]
        yield "\r\n".join([*fields, "", ""]).encode("utf-8", "replace") + _encoded(text, encoding)


def with_attachment(size: int) -> bytes:
    """A mail with an attachment of about so many bytes, which nothing can make smaller."""
    content = base64.encodebytes(random.Random(size).randbytes(size)).replace(b"\n", b"\r\n")
    fields = (
        "Date: Thu, 01 Jan 2026 08:00:00 +0000",
        "From: Maria Silva <maria@example.org>",
        "Subject: The census files",
        f"Message-ID: <attached-{size}@example.org>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="part"',
        "",
        "--part",
        "Content-Type: text/plain",
        "",
        "Here they are.",
        "--part",
        'Content-Type: application/zip; name="census.zip"',
        'Content-Disposition: attachment; filename="census.zip"',
        "Content-Transfer-Encoding: base64",
        "",
        "",
    )
    return "\r\n".join(fields).encode("ascii") + content + b"--part--\r\n"


def _encoded(text: str, encoding: Encoding) -> bytes:
    data = "\r\n".join(text.splitlines()).encode("utf-8") + b"\r\n"
    if encoding == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    return quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
