"""Made-up topics for tests of what is read on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from listforum.model.forum import Attachment, Edge, PostRecord, PostView, Reason, TopicOutline, TopicSummary

NOON = 1_772_712_000
"""2026-03-05 12:00 UTC."""

HOUR = 3600
TOPIC = 1


def record(
    post: int,
    parent: int | None = None,
    *,
    author: str = "Maria Silva",
    hours: int | None = None,
    read: bool = False,
    missing: str | None = None,
    here: bool = True,
    reason: Reason | None = "in-reply-to",
    confidence: float = 1.0,
) -> PostRecord:
    """A post of the topic, written `hours` after noon, else in the order of the numbers."""
    return PostRecord(
        post=post,
        topic=TOPIC,
        message_id=f"mail-{post}@example.org",
        subject="The census files",
        author=author,
        address="maria@example.org",
        date=NOON + HOUR * (post if hours is None else hours),
        state="text" if here else "header",
        read=read,
        edge=Edge(post, parent, reason if parent else None, confidence, missing),
    )


def view(
    text: str | None,
    of: PostRecord | None = None,
    attachments: Sequence[Attachment] = (),
    defects: Sequence[str] = (),
    parent_topic: int | None = None,
) -> PostView:
    """A post with a text."""
    known = of or record(1)
    return PostView(
        replace(known, state="header" if text is None else known.state),
        parent_topic,
        text,
        tuple(attachments),
        tuple(defects),
    )


def summary(topic: int = TOPIC, subject: str = "The census files", **changed: object) -> TopicSummary:
    """A topic's row: three posts, all read."""
    usual = TopicSummary(
        topic=topic,
        subject=subject,
        posts=3,
        unread=0,
        people=2,
        started=NOON,
        last=NOON + HOUR,
        starter="Maria Silva",
        followed=False,
        muted=False,
        starred=False,
    )
    return replace(usual, **changed)  # type: ignore[arg-type]  # the caller names fields


@dataclass
class Topic:
    """A topic whose texts are read as a view asks for them; `asked` keeps account of that."""

    views: list[PostView]
    asked: list[int] = field(default_factory=list)

    @property
    def outline(self) -> TopicOutline:
        return TopicOutline(TOPIC, "The census files", "open-data", tuple(one.record for one in self.views))

    @property
    def load(self) -> Callable[[Sequence[int]], list[PostView]]:
        def read(posts: Sequence[int]) -> list[PostView]:
            self.asked += posts
            return [one for one in self.views if one.record.post in posts]

        return read


def chain(posts: int, rows: int = 4, *, read: bool = False) -> Topic:
    """Posts that each answer the one before, each of so many rows of words."""
    words = [
        "\n".join(f"post {post}, line {line} of {rows}" for line in range(1, rows + 1)) for post in range(1, posts + 1)
    ]
    return Topic([view(words[post - 1], record(post, post - 1 or None, read=read)) for post in range(1, posts + 1)])
