"""What a member's mail program makes of their words: attributions, quotes, signatures, mails of every usual shape."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime
from hashlib import shake_256
from html import escape
from typing import Final
from urllib.parse import quote

from listforum.demo import attachments
from listforum.demo.list_software import ADDRESS, FOOTER, HOST, TAG
from listforum.demo.story import Attachment, Person, StoryPost
from listforum.demo.trail import trail
from listforum.mail.flowing import flow

_ATTRIBUTIONS: Final = {
    "en": "On {day:%Y-%m-%d} at {day:%H:%M}, {name} wrote:",
    "es": "El {day:%d/%m/%Y} a las {day:%H:%M}, {name} escribió:",
    "fr": "Le {day:%d/%m/%Y} à {day:%H:%M}, {name} a écrit :",
    "ru": "{day:%d.%m.%Y} {day:%H:%M}, {name} пишет:",
    "fa": "در تاریخ {day:%Y/%m/%d} ساعت {day:%H:%M}، {name} نوشت:",
    "ar": "في {day:%Y/%m/%d} {day:%H:%M}، كتب {name}:",
    "zh": "在 {day:%Y-%m-%d} {day:%H:%M}，{name} 写道：",
}
_MOSTLY: Final = 0.2
"""The share of letters outside ASCII from which base64 is shorter than quoted-printable."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes the mails of a story as of `now`. `posts` are all of it by label."""

    posts: Mapping[str, StoryPost]
    now: int

    def mail(self, post: StoryPost) -> bytes:
        """A post as its author's provider hands it to the list: header and body, lines ending in CRLF."""
        kind, encoding, body = self._body(post)
        domain = post.author.address.rpartition("@")[2]
        words = {"domain": domain, "host": HOST, "address": ADDRESS}
        passed = trail("provider", identifier(post).encode("ascii"), self.written(post), words)
        fields = [
            *([f"User-Agent: {post.author.program}"] if post.author.program else []),
            f"From: {_encoded(post.author.name, post.charset)} <{post.author.address}>",
            f"To: {', '.join(filter(None, (ADDRESS, post.also_to)))}",
            f"Subject: {_encoded(self._subject(post), post.charset)}",
            f"Date: {format_datetime(self._day(post.author, post))}",
            f"Message-ID: <{identifier(post)}>",
            *self._threading(post),
            "MIME-Version: 1.0",
            f"Content-Type: {kind}",
            *([f"Content-Transfer-Encoding: {encoding}"] if encoding else []),
        ]
        return passed + "\r\n".join([*fields, "", ""]).encode("ascii") + body

    def written(self, post: StoryPost) -> int:
        """When a post was written, in seconds since 1970 UTC."""
        return self.now - post.seconds_before_now

    def text(self, post: StoryPost) -> str:
        """The text that goes out: what the author typed, and what their program put around it."""
        parent = self.posts.get(post.answers)
        text = post.text
        if parent is not None and not post.quote and (first := re.search("^>", text, re.MULTILINE)):
            text = f"{text[: first.start()]}{self._attribution(post, parent)}\n{text[first.start() :]}"
        if post.signed and post.author.signature:
            text += f"\n\n-- \n{post.author.signature.strip()}"
        if parent is None or not post.quote:
            return text
        below = self._quoted if post.quote == "all" else self._original
        return f"{text}\n\n{below(post, parent)}"

    def _quoted(self, post: StoryPost, parent: StoryPost) -> str:
        lines = f"{self.text(parent)}\n\n{FOOTER}".rstrip("\n").split("\n")
        marked = ("".join((">", "" if not line or line.startswith(">") else " ", line)) for line in lines)
        return "\n".join([self._attribution(post, parent), *marked])

    def _original(self, post: StoryPost, parent: StoryPost) -> str:
        day = self._day(post.author, parent)
        return (
            "-----Original Message-----\n"
            f"From: {parent.author.name} <{parent.author.address}>\nSent: {day:%d %B %Y %H:%M}\nTo: {ADDRESS}\n"
            f"Subject: {self._subject(parent)}\n\n{self.text(parent)}"
        )

    def _attribution(self, post: StoryPost, parent: StoryPost) -> str:
        pattern = _ATTRIBUTIONS[post.author.language]
        return pattern.format(day=self._day(post.author, parent), name=parent.author.name)

    def _day(self, reader: Person, post: StoryPost) -> datetime:
        return datetime.fromtimestamp(self.written(post), UTC).astimezone(timezone(timedelta(minutes=reader.zone)))

    def _subject(self, post: StoryPost) -> str:
        parent = self.posts.get(post.answers)
        if parent is None or parent.subject != post.subject:
            return post.subject
        return f"{post.author.reply} {TAG} {post.subject}"

    def _threading(self, post: StoryPost) -> list[str]:
        if not post.answers or not post.threading:
            return []
        chain: list[str] = []
        above = self.posts.get(post.answers)
        while above is not None:
            chain.insert(0, f"<{identifier(above)}>")
            above = self.posts.get(above.answers)
        return [f"In-Reply-To: {chain[-1]}", "References: " + "\r\n ".join(chain)]

    def _body(self, post: StoryPost) -> tuple[str, str, bytes]:
        """Content-Type, Content-Transfer-Encoding ("" for a multipart) and body."""
        text = self.text(post)
        plain = _entity(f"text/plain; charset={post.charset}", text, post)
        if post.kind == "flowed":
            flowed = "\n".join(flow(_one_line_paragraphs(text)))
            plain = _entity(f"text/plain; charset={post.charset}; format=flowed", flowed, post)
        page = _entity(f"text/html; charset={post.charset}", _html(text, post.author.language), post)
        if post.kind == "html":
            plain = page
        if post.kind == "alternative":
            plain = _multipart("alternative", post.label, [plain, page])
        if post.attachments:
            return _multipart("mixed", post.label, [plain, *map(_attached, post.attachments)])
        return plain


def identifier(post: StoryPost) -> str:
    """The Message-ID of a post, without angle brackets: the same whenever the demo runs."""
    return f"{shake_256(post.label.encode()).hexdigest(16)}@{post.author.address.rpartition('@')[2]}"


def _encoded(text: str, charset: str) -> str:
    if text.isascii():
        return text
    return Header(text, charset, maxlinelen=70).encode(linesep="\r\n")


def _entity(kind: str, text: str, post: StoryPost) -> tuple[str, str, bytes]:
    octets = (text.rstrip("\n") + "\n").replace("\n", "\r\n").encode(post.charset)
    encoding = post.encoding or _suiting(octets)
    if encoding == "base64":
        return kind, encoding, base64.encodebytes(octets).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return kind, encoding, binascii.b2a_qp(octets).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return kind, encoding, octets


def _suiting(octets: bytes) -> str:
    high = sum(octet > 127 for octet in octets)
    longest = max(map(len, octets.split(b"\r\n")))
    if not high and longest <= 900:
        return "7bit"
    return "base64" if high > _MOSTLY * len(octets) else "quoted-printable"


def _multipart(kind: str, seed: str, parts: Sequence[tuple[str, str, bytes]]) -> tuple[str, str, bytes]:
    boundary = f"=_{shake_256(f'{seed} {kind}'.encode()).hexdigest(14)}"
    body = b"This is a multi-part message in MIME format.\r\n"
    for content_type, encoding, content in parts:
        head = f"--{boundary}\r\nContent-Type: {content_type}\r\n"
        if encoding:
            head += f"Content-Transfer-Encoding: {encoding}\r\n"
        body += f"{head}\r\n".encode("ascii") + content + (b"" if content.endswith(b"\r\n") else b"\r\n")
    return f'multipart/{kind}; boundary="{boundary}"', "", body + f"--{boundary}--\r\n".encode("ascii")


def _attached(attachment: Attachment) -> tuple[str, str, bytes]:
    """An attachment; its disposition stands in the field after the type, its name as RFC 2231 writes it."""
    if attachment.name.isascii():
        name = f' filename="{attachment.name}"'
    else:
        coded = f"utf-8''{quote(attachment.name, safe='')}"
        pieces = re.findall("(?:%..|.){1,20}", coded)
        name = ";\r\n".join(f" filename*{n}*={piece}" for n, piece in enumerate(pieces))
    kind = f"{attachments.TYPES[attachment.type]}\r\nContent-Disposition: attachment;\r\n{name}"
    return kind, "base64", base64.encodebytes(attachments.content(attachment)).replace(b"\n", b"\r\n")


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
