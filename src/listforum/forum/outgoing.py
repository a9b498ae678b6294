"""The outbox: what is to be sent, and the person's word on what became of it."""

from __future__ import annotations

from dataclasses import replace
from gettext import gettext as _
from typing import Literal, NoReturn

from listforum.archive.archive import Archive
from listforum.errors import UsageError
from listforum.home import Home
from listforum.mail import safe
from listforum.model.outgoing import OutboxItem
from listforum.words import N_

Decision = Literal["sent", "resend", "drop"]


class Outgoing:
    """Shows and settles what was queued."""

    def __init__(self, archive: Archive, home: Home) -> None:
        self._archive = archive
        self._home = home

    def items(self) -> tuple[OutboxItem, ...]:
        """Everything that was queued and not dropped, oldest first."""
        return tuple(map(_safe, self._archive.outbox.all()))

    def item(self, item: int) -> OutboxItem:
        """One item. Raises UnknownItem."""
        return _safe(self._archive.outbox.get(item))

    def settle(self, item: int, decision: Decision) -> OutboxItem:
        """The person's word on an item, which is answered as it stood before.

        Raises UnknownItem, UsageError when this cannot be said of its state, and BusyError when another listforum may
        be waiting for the server's word on it just now.
        """
        known = self.item(item)
        if known.state in {"sending", "uncertain"}:
            # While it is being sent it stands as uncertain, too, and must not be touched: the lock tells them apart.
            with self._home.lock(N_("settling")):
                self._archive.outbox.requeue_interrupted()
                known = self.item(item)
                self._decide(known, decision)
        else:
            self._decide(known, decision)
        return known

    def _decide(self, item: OutboxItem, decision: Decision) -> None:
        if decision == "drop":
            self._drop(item)
        elif decision == "sent":
            if item.state != "uncertain" or not self._archive.outbox.move(item.item, "sent"):
                _refuse(item, _("Item {item} is “{state}”: only an uncertain one can be called sent."))
        elif item.state not in {"uncertain", "failed"} or not self._archive.outbox.move(item.item, "queued"):
            _refuse(item, _("Item {item} is “{state}”: only an uncertain or a failed one can be sent again."))

    def _drop(self, item: OutboxItem) -> None:
        """Its post goes with it when it surely never went out; else it may be all there is of it, and stays."""
        with self._archive.transaction():
            if not self._archive.outbox.drop(item.item, item.state):
                _refuse(item, _("Item {item} is “{state}”: it has just begun to be sent."))
            if item.post is not None and item.state in {"draft", "queued", "failed"}:
                self._archive.posts.remove_unsent(item.post)


def _safe(item: OutboxItem) -> OutboxItem:
    return replace(item, subject=safe.line(item.subject), error=safe.line(item.error) if item.error else None)


def _refuse(item: OutboxItem, words: str) -> NoReturn:
    raise UsageError(words.format(item=item.item, state=_(item.state)))
