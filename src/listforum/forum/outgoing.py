"""The outbox: what is to be sent, and the person's word on what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from listforum.archive.archive import Archive
from listforum.errors import UsageError
from listforum.mail import safe
from listforum.model import OutboxItem


class Outgoing:
    """Shows and settles what was queued."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def items(self) -> tuple[OutboxItem, ...]:
        """Everything that was queued and not dropped, oldest first."""
        return tuple(
            replace(item, subject=safe.line(item.subject), error=safe.line(item.error) if item.error else None)
            for item in self._archive.outbox.all()
        )

    def settle(self, item: int, decision: Literal["sent", "resend", "drop"]) -> None:
        """The person's word on an item. Raises UnknownItem; UsageError when it cannot be said of its state."""
        known = self._archive.outbox.get(item)
        if decision == "drop":
            self._drop(known)
        elif decision == "sent":
            if known.state != "uncertain" or not self._archive.outbox.move(item, "sent"):
                raise UsageError(f"Item {item} is “{known.state}”: only an uncertain one can be called sent.")
        elif known.state not in {"uncertain", "failed"} or not self._archive.outbox.move(item, "queued"):
            raise UsageError(f"Item {item} is “{known.state}”: only an uncertain or a failed one can be sent again.")

    def _drop(self, item: OutboxItem) -> None:
        if item.state == "sending":
            raise UsageError(f"Item {item.item} is being sent just now.")
        with self._archive.transaction():
            self._archive.outbox.drop(item.item)
            if item.post is not None and item.state in {"draft", "queued", "failed"}:
                self._archive.posts.remove_unsent(item.post)
