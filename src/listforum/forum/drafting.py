"""Drafts: what somebody is writing, kept until it is queued or thrown away."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from gettext import gettext as _
from typing import Literal

from listforum.archive.archive import Archive
from listforum.errors import UnknownItem, UsageError
from listforum.forum.writing import Writing
from listforum.home import Home
from listforum.mail.readable import readable_text
from listforum.mail.structure import split
from listforum.model.outgoing import OutboxItem, SavedDraft
from listforum.words import N_


class Drafting:
    """Keeps drafts, queues them, and takes back what was queued. Only queueing needs the config.

    A text is a draft or an item of the outbox, never both and never neither, wherever it stops.
    """

    def __init__(self, archive: Archive, home: Home, writing: Callable[[], Writing]) -> None:
        self._archive = archive
        self._home = home
        self._writing = writing

    def save(self, draft: SavedDraft) -> SavedDraft:
        """Keeps a draft, a new one or over the old one; answers it with its number and the time.

        Raises UnknownItem when it was queued or thrown away meanwhile, and HomeError where nothing can be written.
        """
        kept = replace(draft, saved=int(time.time()))
        with self._archive.transaction():
            if not draft.draft:
                return replace(kept, draft=self._archive.drafts.add(kept))
            if not self._archive.drafts.replace(kept):
                raise _gone(draft.draft)
        return kept

    def all(self) -> tuple[SavedDraft, ...]:
        """Every draft, the newest first."""
        return self._archive.drafts.all()

    def get(self, draft: int) -> SavedDraft:
        """One draft. Raises UnknownItem."""
        found = self._archive.drafts.get(draft)
        if found is None:
            raise _gone(draft)
        return found

    def discard(self, draft: int) -> None:
        """Throws a draft away; one that is gone already is no mistake."""
        with self._archive.transaction():
            self._archive.drafts.remove(draft)

    def queue(self, draft: int) -> OutboxItem:
        """Queues what was written; then the draft is gone. Raises as `Writing` does; then the draft stays."""
        writing = self._writing()
        with self._archive.transaction():
            item = _queued(writing, self.get(draft))
            self._archive.drafts.remove(draft)
            return item

    def reopen(self, item: int) -> SavedDraft:
        """Takes a queued or failed item back to be edited: item and unsent post go, the draft comes.

        Raises UnknownItem, UsageError when it may have gone out already, and BusyError while it may be being sent.
        """
        if self._archive.outbox.get(item).state in {"sending", "uncertain"}:
            # What an interrupted run left as being sent is only queued, and the lock tells that nobody sends it.
            with self._home.lock(N_("editing")):
                self._archive.outbox.requeue_interrupted()
                return self._taken_back(item)
        return self._taken_back(item)

    def _taken_back(self, item: int) -> SavedDraft:
        outbox = self._archive.outbox
        with self._archive.transaction():
            known, answered = outbox.get(item), outbox.answered(item)
            text = readable_text(split(outbox.mail(item)[1]).parts).text or ""
            if not outbox.drop(item, "queued", "failed"):
                raise UsageError(
                    _("Item {item} is “{state}”: only a queued or a failed one can be edited again.").format(
                        item=item, state=known.state
                    )
                )
            if known.post is not None:
                self._archive.posts.remove_unsent(known.post)
            return self.save(SavedDraft(0, _kind(known, answered), known.list, answered, known.subject, text, 0))


def _queued(writing: Writing, draft: SavedDraft) -> OutboxItem:
    if draft.kind == "post":
        return writing.post(draft.list, draft.subject, draft.text)
    if draft.post is None:
        raise UsageError(_("The post that this answers is gone: copy the text into a new post."))
    answer = writing.reply_privately if draft.kind == "private" else writing.reply_to_list
    return answer(draft.post, draft.text, draft.list or None)


def _kind(item: OutboxItem, answered: int | None) -> Literal["reply", "private", "post"]:
    if not item.public:
        return "private"
    return "post" if answered is None else "reply"


def _gone(draft: int) -> UnknownItem:
    return UnknownItem(_("There is no draft {number} any more: it was queued or thrown away.").format(number=draft))
