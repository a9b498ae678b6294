"""The demo's mails, as they lie in a subscriber's folder."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import shake_256
from typing import Final

from listforum.demo.letters import Letters
from listforum.demo.list_software import list_copy
from listforum.demo.story import StoryPost, read_story

__all__ = ["DemoMail", "community", "list_copy"]

_LONGEST_DELAY: Final = 200
"""Seconds that the list's machine takes at most to pass a post on."""


@dataclass(frozen=True, slots=True)
class DemoMail:
    """A complete mail (RFC 5322, lines ending in CRLF).

    `arrived` is when it came to the folder, in seconds since 1970 UTC; `late` mails came after the person last looked.
    """

    mail: bytes
    arrived: int
    late: bool


def community(now: int) -> tuple[DemoMail, ...]:
    """Every mail of the community in the order of arrival, told from `now` on: the same `now` gives the same bytes."""
    story = read_story()
    letters = Letters({post.label: post for post in story.posts}, now)
    mails = [_delivered(letters, post) for post in story.posts if post.kind != "lost"]
    return tuple(sorted(mails, key=lambda mail: mail.arrived))


def _delivered(letters: Letters, post: StoryPost) -> DemoMail:
    received = letters.written(post) + 3 + shake_256(post.label.encode()).digest(1)[0] * _LONGEST_DELAY // 256
    return DemoMail(list_copy(letters.mail(post), received), received + 9, post.late)
