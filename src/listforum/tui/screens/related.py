"""The topics that one is related to: those of all lists that share its rarest words."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from textual import on

from listforum.tui.actions import bindings
from listforum.tui.item_list import Item, ItemList
from listforum.tui.layout.cells import LRM, shortened, steady
from listforum.tui.layout.dates import day
from listforum.tui.layout.line import Line, Span
from listforum.tui.screens.dialog import WIDTH, Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from listforum.forum import Forum
    from listforum.model.forum import TopicOutline

_EDGES = 6


class RelatedScreen(Dialog[int]):
    """Answers the first post of the topic that was chosen; None when none was."""

    BINDINGS = bindings("dialog")

    def __init__(self, topics: Sequence[TopicOutline]) -> None:
        super().__init__(_("Related topics"))
        self._topics = topics

    def body(self) -> ComposeResult:
        yield ItemList()

    def keys(self) -> Sequence[tuple[str, str]]:
        return ((_("enter"), _("open")), *super().keys())

    def on_mount(self) -> None:
        room = min(WIDTH, self.app.size.width) - _EDGES
        topics = self.query_one(ItemList)
        topics.show([Item(topic.posts[0].post, _lines(topic, room)) for topic in self._topics])
        topics.focus()

    @on(ItemList.Chosen)
    def _chosen(self, message: ItemList.Chosen) -> None:
        self.dismiss(int(str(message.key)))


def _lines(topic: TopicOutline, room: int) -> tuple[Line, ...]:
    count = len(topic.posts)
    about = (
        topic.list,
        ngettext("{count} post", "{count} posts", count).format(count=count),
        day(topic.posts[-1].date),
    )
    return (
        Line((Span(f" {LRM}{shortened(steady(topic.subject), room)}{LRM}"),)),
        Line((Span("   " + shortened(f"{LRM} · ".join(about), room - 2), "muted"),)),
    )


def related_to(forum: Forum, topic: int) -> list[TopicOutline]:
    """The topics that one is related to, the most like first. Raises UnknownItem."""
    return [forum.reading.outline(other) for other in forum.searching.related(topic)]
