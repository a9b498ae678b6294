"""The body of a post in each shape that mail programs give it: plain, flowed, HTML, both of them, with files."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import shake_256
from html import escape
from typing import Final
from urllib.parse import quote

from listforum.demo import attachments
from listforum.demo.story import Attachment, StoryPost
from listforum.mail.flowing import flow

_MOSTLY: Final = 0.2
"""The share of bytes outside ASCII from which base64 is shorter than quoted-printable."""

_LONGEST: Final = 900
"""Bytes of the longest line that is sent as it is."""


@dataclass(frozen=True, slots=True)
class Body:
    """A MIME entity (RFC 2045): the fields that describe it, and its content as it is sent."""

    fields: tuple[str, ...]
    content: bytes


def body_of(post: StoryPost, text: str) -> Body:
    """A text in the shape its post has, with the post's files."""
    shown = _shown(post, text)
    if not post.attachments:
        return shown
    return _multipart("mixed", post.label, [shown, *map(_attached, post.attachments)])


def _shown(post: StoryPost, text: str) -> Body:
    plain = _text("plain", text, post)
    match post.kind:
        case "flowed":
            return _text("plain; format=flowed", "\n".join(flow(_one_line_paragraphs(text))), post)
        case "html":
            return _page(text, post)
        case "alternative":
            return _multipart("alternative", post.label, [plain, _page(text, post)])
        case _:
            return plain


def _page(text: str, post: StoryPost) -> Body:
    return _text("html", _html(text, post.author.language), post)


def _text(kind: str, text: str, post: StoryPost) -> Body:
    octets = (text.rstrip("\n") + "\n").replace("\n", "\r\n").encode(post.charset)
    encoding = post.encoding or _suiting(octets)
    fields = (f"Content-Type: text/{kind}; charset={post.charset}", f"Content-Transfer-Encoding: {encoding}")
    if encoding == "base64":
        return Body(fields, _base64(octets))
    if encoding == "quoted-printable":
        return Body(fields, binascii.b2a_qp(octets).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return Body(fields, octets)


def _suiting(octets: bytes) -> str:
    high = sum(octet > 127 for octet in octets)
    if not high and max(map(len, octets.split(b"\r\n"))) <= _LONGEST:
        return "7bit"
    return "base64" if high > _MOSTLY * len(octets) else "quoted-printable"


def _base64(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def _multipart(kind: str, seed: str, parts: Sequence[Body]) -> Body:
    boundary = f"=_{shake_256(f'{seed} {kind}'.encode()).hexdigest(14)}"
    content = b"This is a multi-part message in MIME format.\r\n"
    for part in parts:
        head = "\r\n".join((f"--{boundary}", *part.fields, "", ""))
        content += head.encode("ascii") + part.content + (b"" if part.content.endswith(b"\r\n") else b"\r\n")
    return Body(
        (f'Content-Type: multipart/{kind}; boundary="{boundary}"',), content + f"--{boundary}--\r\n".encode("ascii")
    )


def _attached(attachment: Attachment) -> Body:
    fields = (
        f"Content-Type: {attachments.TYPES[attachment.type]}",
        f"Content-Disposition: attachment;\r\n{_file_name(attachment.name)}",
        "Content-Transfer-Encoding: base64",
    )
    return Body(fields, _base64(attachments.content(attachment)))


def _file_name(name: str) -> str:
    """The parameter that names a file, in pieces and percent-encoded where it is not ASCII (RFC 2231, 3 and 4)."""
    if name.isascii():
        return f' filename="{name}"'
    pieces = re.findall("(?:%..|.){1,20}", f"utf-8''{quote(name, safe='')}")
    return ";\r\n".join(f" filename*{n}*={piece}" for n, piece in enumerate(pieces))


def _one_line_paragraphs(text: str) -> str:
    """A text in which each paragraph stands on one line, as it was typed; quotes, lists and signatures stay."""
    own, mark, rest = text.partition("\n-- \n")
    joined = re.sub(r"(?<=[^\n])\n(?=[^\s>*\-\d])", " ", _apart(own))
    return joined + mark + rest


def _apart(text: str) -> str:
    """A text whose quoted lines are not run into what follows."""
    return re.sub(r"^(>.*)\n(?=[^>\n])", r"\1\n\n", text, flags=re.MULTILINE)


def _html(text: str, language: str) -> str:
    """The text as the mail programs of today write it, style and all."""
    direction = ' dir="rtl"' if language in ("fa", "ar") else ""
    blocks = re.split(r"\n{2,}", escape(text, quote=False))
    paragraphs = "\r\n".join(_paragraph(block) for block in blocks)
    return (
        "<!DOCTYPE html>\n<html><head><style>p{margin:0 0 1em;font-family:sans-serif;font-size:11pt}"
        ".quote{border-left:2px solid #999;padding-left:1ex;color:#555}</style></head>\n"
        f"<body{direction}>\n{paragraphs}\n</body></html>"
    ).replace("\r\n", "\n")


def _paragraph(block: str) -> str:
    lines = block.split("\n")
    if all(line.startswith("&gt;") for line in lines):
        inner = "<br>\n".join(line.removeprefix("&gt;").strip() for line in lines)
        return f'<blockquote class="quote" type="cite">{inner}</blockquote>'
    return "<p>" + "<br>\n".join(lines) + "</p>"
