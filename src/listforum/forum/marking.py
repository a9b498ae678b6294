"""Marking: what was read, what is followed, muted or starred; and the person's word on threads."""

from __future__ import annotations

import time
from collections.abc import Collection
from gettext import gettext as _
from typing import Literal

from listforum.archive.archive import Archive
from listforum.archive.marks import Kind
from listforum.errors import UsageError
from listforum.forum.numbers import number_in

Action = Literal["read", "unread", "follow", "unfollow", "mute", "unmute", "star", "unstar"]


class Marking:
    """Changes that are the person's own; every one can be taken back."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def mark(self, action: Action, target: str, older_than: int | None = None) -> int:
        """Marks a topic (a number), a list (its name) or a post (`post:NUMBER`); answers how many changed.

        `older_than`, in seconds UTC, leaves newer posts alone. Raises UnknownItem, or UsageError.
        """
        if action in {"read", "unread"}:
            posts = self._posts(target, older_than)
            marks = self._archive.marks
            return len(marks.read(posts) if action == "read" else marks.unread(posts))
        if older_than is not None:
            raise UsageError(_("--older-than goes with read and unread only."))
        kind: Kind = "follow" if action.endswith("follow") else "mute" if action.endswith("mute") else "star"
        topics = self._topics(target)
        return (
            self._archive.marks.take(kind, topics) if action.startswith("un") else self._archive.marks.put(kind, topics)
        )

    def read(self, posts: Collection[int]) -> tuple[int, ...]:
        """Marks posts as read; answers those that were not, so that it can be undone exactly."""
        return self._archive.marks.read(posts)

    def unread(self, posts: Collection[int]) -> tuple[int, ...]:
        """Marks posts as unread; answers those that were read, so that it can be undone exactly."""
        return self._archive.marks.unread(posts)

    def join(self, post: int, parent: int) -> None:
        """Puts a post, and what hangs below it, under another. Raises UnknownItem, or UsageError for a circle."""
        self._archive.threads.join(post, parent, int(time.time()))

    def split(self, post: int) -> None:
        """Makes a post, and what hangs below it, a topic of its own. Raises UnknownItem."""
        self._archive.threads.split(post, int(time.time()))

    def unjoin(self, post: int) -> bool:
        """Takes back a join or a split; answers whether there was one. Raises UnknownItem."""
        return self._archive.threads.unjoin(post)

    def _topics(self, target: str) -> list[int]:
        number = _post_number(target) if target.startswith("post:") else number_in(target)
        if number is not None:
            return [self._archive.topics.post(number).topic]
        return list(self._archive.topics.in_list(self._archive.lists.id_of(target)))

    def _posts(self, target: str, older_than: int | None) -> Collection[int]:
        topics = self._archive.topics
        if target.startswith("post:"):
            records = [topics.post(_post_number(target))]
        elif (number := number_in(target)) is not None:
            records = list(topics.posts(topics.post(number).topic))
        else:
            return topics.posts_in_list(self._archive.lists.id_of(target), older_than)
        return [record.post for record in records if older_than is None or record.date < older_than]


def _post_number(target: str) -> int:
    number = number_in(target.removeprefix("post:"))
    if number is None:
        raise UsageError(_("“{target}” is no post: write post: and its number.").format(target=target))
    return number
