"""Why a post stands where it stands, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from gettext import gettext as _

from listforum.model.forum import PostRecord, PostView
from listforum.tui.layout.cells import LRM
from listforum.tui.layout.dates import full

_SURE = 0.95


def why(view: PostView, records: Mapping[int, PostRecord]) -> tuple[str, ...]:
    """The reasons, a sentence each; `records` are the posts of the topic by their number."""
    return tuple(_reasons(view, records))


def _reasons(view: PostView, records: Mapping[int, PostRecord]) -> Iterator[str]:
    edge = view.record.edge
    if edge.parent is None:
        yield from _beginning(view)
        return
    whom = _whom(edge.parent, records)
    if edge.reason == "person":
        yield _("You put it here yourself, below {whom}.").format(whom=whom)
    elif edge.reason == "in-reply-to":
        yield _("Its header says so: In-Reply-To names {whom}.").format(whom=whom)
    elif edge.reason == "references":
        yield _("Its header says so: References names {whom} as the nearest post before it that is here.").format(
            whom=whom
        )
    else:
        yield _("It stands below {whom}.").format(whom=whom)
    if edge.reason != "person" and edge.confidence < _SURE:
        yield _("That is {percent} % certain.").format(percent=round(edge.confidence * 100))
    if edge.missing:
        yield _("It also names a post that is not here: {message_id}").format(message_id=edge.missing + LRM)
    if view.parent_topic is not None and view.parent_topic != view.record.topic:
        yield _("What it answers stands in another topic, number {topic}.").format(topic=view.parent_topic)


def _beginning(view: PostView) -> Iterator[str]:
    edge = view.record.edge
    if edge.missing:
        yield _("It answers a post that is not here: {message_id}").format(message_id=edge.missing + LRM)
        yield _("So it begins a topic, until that post comes.")
    else:
        yield _("It begins the topic: its header names no post that it answers, or you split it off.")


def _whom(parent: int, records: Mapping[int, PostRecord]) -> str:
    record = records.get(parent)
    if record is None:
        return _("post {post}").format(post=parent)
    return _("the post of {author}, {when}").format(author=record.author + LRM, when=full(record.date))
