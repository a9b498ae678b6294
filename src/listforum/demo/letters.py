"""What a member's mail program makes of their words: header, attribution, quotes, signature."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime
from hashlib import shake_256
from typing import Final

from listforum.demo.bodies import body_of
from listforum.demo.list_software import ADDRESS, FOOTER, HOST, TAG
from listforum.demo.story import Person, StoryPost
from listforum.demo.trail import trail

_ATTRIBUTIONS: Final = {
    "en": "On {day:%Y-%m-%d} at {day:%H:%M}, {name} wrote:",
    "es": "El {day:%d/%m/%Y} a las {day:%H:%M}, {name} escribió:",
    "fr": "Le {day:%d/%m/%Y} à {day:%H:%M}, {name} a écrit :",
    "ru": "{day:%d.%m.%Y} {day:%H:%M}, {name} пишет:",
    "fa": "در تاریخ {day:%Y/%m/%d} ساعت {day:%H:%M}، {name} نوشت:",
    "ar": "في {day:%Y/%m/%d} {day:%H:%M}، كتب {name}:",
    "zh": "在 {day:%Y-%m-%d} {day:%H:%M}，{name} 写道：",
}


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes the mails of a story as of `now`. `posts` are all of it by label."""

    posts: Mapping[str, StoryPost]
    now: int

    def mail(self, post: StoryPost) -> bytes:
        """A post as its author's provider hands it to the list: header and body, lines ending in CRLF."""
        body = body_of(post, self.text(post))
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
            *body.fields,
        ]
        return passed + "\r\n".join([*fields, "", ""]).encode("ascii") + body.content

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
        day, subject = self._day(post.author, parent), self._subject(parent)
        return (
            "-----Original Message-----\n"
            f"From: {parent.author.name} <{parent.author.address}>\nSent: {day:%Y-%m-%d %H:%M}\nTo: {ADDRESS}\n"
            f"Subject: {subject if TAG in subject else f'{TAG} {subject}'}\n\n{self.text(parent)}\n\n{FOOTER}"
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


def identifier(post: StoryPost) -> str:
    """The Message-ID of a post, without angle brackets: the same whenever the demo runs."""
    return f"{shake_256(post.label.encode()).hexdigest(16)}@{post.author.address.rpartition('@')[2]}"


def _encoded(text: str, charset: str) -> str:
    if text.isascii():
        return text
    return Header(text, charset, maxlinelen=70).encode(linesep="\r\n")
