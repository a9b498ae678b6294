"""Made-up digests for tests, as list software writes them: RFC 1153 text, and multipart/digest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from email import message_from_bytes
from email.message import Message

from mails import LIST_ID, identifier

SUBJECT = "Open-data Digest, Vol 3, Issue 4"
ID = "digest@example.org"

_FIELDS = """\
From: open-data-request@lists.example.org
To: open-data@lists.example.org
Subject: {subject}
Date: Sun, 15 Mar 2026 12:00:00 +0000
Message-ID: <{message_id}>
List-Id: Open data <{list_id}>
MIME-Version: 1.0
"""

_MASTHEAD = """\
Send Open-data mailing list submissions to
	open-data@lists.example.org

Today's Topics:

   1. The census files
"""

_LIST_FOOTER = """\
_______________________________________________
Open-data mailing list
open-data@lists.example.org
https://lists.example.org/listinfo/open-data
"""

TOLD = ("Date", "From", "Subject", "To", "Message-ID")
"""The header fields that Mailman keeps of a mail in a text digest."""


def as_text(
    mails: Sequence[bytes], *, told: Iterable[str] = TOLD, subject: str = SUBJECT, message_id: str = ID
) -> bytes:
    """Whole mails with plain text as an RFC 1153 digest, with the header fields named by `told` only."""
    names = list(told)
    lines = [_MASTHEAD, "", "-" * 70, ""]
    for number, raw in enumerate(mails, 1):
        read = message_from_bytes(raw)
        fields = [f"{name}: {read[name]}" for name in names if read[name]]
        lines += [f"Message: {number}", *fields, "Content-Type: text/plain; charset=utf-8", "", _text(read)]
        lines += ["", "-" * 30, ""]
    lines += ["Subject: Digest Footer", "", _LIST_FOOTER, "", "-" * 30, "", f"End of {subject}", "*" * 40, ""]
    body = "\n".join(lines)
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    return _crlf(f"{_fields(subject, message_id)}{kind}\n{body}".encode())


def as_parts(mails: Sequence[bytes], *, subject: str = SUBJECT, message_id: str = ID) -> bytes:
    """Whole mails as a multipart/digest between a masthead and a footer."""
    inside = b"".join(b"--in\nContent-Type: message/rfc822\n\n" + raw + b"\n" for raw in mails)
    return _crlf(
        f"{_fields(subject, message_id)}Content-Type: multipart/mixed; boundary=out\n\n"
        f"--out\n\n{_MASTHEAD}\n--out\nContent-Type: multipart/digest; boundary=in\n\n".encode()
        + inside
        + f"--in--\n--out\n\n{_LIST_FOOTER}\n--out--\n".encode()
    )


def ids(numbers: Iterable[int]) -> set[str]:
    """The Message-IDs of mails."""
    return {identifier(number) for number in numbers}


def _fields(subject: str, message_id: str) -> str:
    return _FIELDS.format(subject=subject, message_id=message_id, list_id=LIST_ID)


def _text(read: Message) -> str:
    content = read.get_payload(decode=True)
    return content.decode() if isinstance(content, bytes) else ""


def _crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
