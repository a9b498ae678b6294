"""What a person writes: drafts, where they would go, and what is to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OutboxState = Literal["draft", "queued", "sending", "uncertain", "sent", "on the list", "failed"]


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """Something to send, or sent. `public` tells whether it goes to everyone on the list or to one person."""

    item: int
    account: str
    sender: str
    list: str
    state: OutboxState
    to: tuple[str, ...]
    public: bool
    subject: str
    message_id: str
    post: int | None
    error: str | None
    queued: int
    tried: int | None = None


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A text that is being written: an answer to `post`, to the list or in private, or the first post of a topic.

    `draft` is 0 as long as it was not saved. `post` is None for a new topic, and where the answered post is gone.
    """

    draft: int
    kind: Literal["reply", "private", "post"]
    list: str
    post: int | None
    subject: str
    text: str
    saved: int


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a text would go, and under which name. `changes_class`: in private, though what it answers was public."""

    list: str
    to: str
    public: bool
    sender: str
    changes_class: bool
