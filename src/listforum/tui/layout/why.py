"""What is told when somebody asks why a post stands where it stands: the reasons, its quotes, its lists."""

from __future__ import annotations

from collections.abc import Iterator
from gettext import gettext as _

from listforum.forum.reasons import Known, quoting, reasons
from listforum.model.forum import PostView
from listforum.tui.actions import key_of
from listforum.tui.layout.cells import LRM


def why(view: PostView, known: Known) -> tuple[str, ...]:
    """The reasons and what else ties the post to others, a sentence each."""
    return tuple(_sentences(view, known))


def _sentences(view: PostView, known: Known) -> Iterator[str]:
    record = view.record
    yield from reasons(record, known)
    if record.post in known.verdicts:
        yield _("{key} takes your word on it back.").format(key=key_of("unjoin"))
    told = record.edge.parent if record.edge.grounds is not None and record.edge.grounds.lines else None
    yield from quoting((source for source in view.sources if source.post != told), record.edge.parent)
    if len(view.lists) > 1:
        lists = ", ".join(f"{name}{LRM}" for name in view.lists)
        yield _("It came through several lists: {lists}.").format(lists=lists)
    yield _("Its number is {post}.").format(post=record.post)
