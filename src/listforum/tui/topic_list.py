"""A list of topics, any number of them: their numbers are held, their rows are read a page at a time."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from textual.message import Message

from listforum.model.forum import TopicSummary
from listforum.tui.layout.line import Line, Span
from listforum.tui.layout.topic_rows import Columns, columns, heading, row
from listforum.tui.line_list import LineList

if TYPE_CHECKING:
    from textual.geometry import Size

Rows = Callable[[Sequence[int]], Mapping[int, TopicSummary]]
"""Reads the summaries of topics, by number."""

_PAGE: Final = 64
_PAGES_KEPT: Final = 32


class TopicList(LineList):
    """Topics, a row each."""

    class Highlighted(Message):
        """The cursor has come to another topic."""

        def __init__(self, topics: TopicList, topic: int) -> None:
            super().__init__()
            self.topics = topics
            self.topic = topic

        @property
        def control(self) -> TopicList:
            return self.topics

    class Chosen(Highlighted):
        """A topic was clicked."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self.topics: array[int] = array("q")
        self._rows: Rows = lambda _topics: {}
        self._pages: dict[int, Mapping[int, TopicSummary]] = {}
        self._columns: Columns | None = None
        self._told: int | None = None

    def show(self, topics: array[int], rows: Rows) -> None:
        """Shows these topics in this order; the cursor stays on its topic where that is among them."""
        before = self.current
        self.topics, self._rows = topics, rows
        self._pages.clear()
        self._told = before
        self.rows_changed()
        if before is None or not self.select(before):
            self.show_cursor()
            self.cursor_moved()

    def select(self, topic: int) -> bool:
        """Puts the cursor on a topic; answers whether it is there."""
        try:
            self.cursor = self.topics.index(topic)
        except ValueError:
            return False
        return True

    @property
    def current(self) -> int | None:
        """The topic that the cursor is on; None where there is none."""
        return self.topics[self.cursor] if self.cursor < len(self.topics) else None

    @property
    def heading(self) -> Line:
        """The names of the columns, as wide as the rows."""
        return heading(self._columns_now())

    def refresh_rows(self) -> None:
        """Reads the rows again: something about topics has changed, but not which there are."""
        self._pages.clear()
        self.rows_changed()

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        """The first frame shows the rows around the cursor: a second one with other rows would be paid for too."""
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed:
            self.rows_changed()
            self.show_cursor()
        return changed

    def line_count(self) -> int:
        return len(self.topics)

    def line(self, y: int) -> Line:
        summary = self._page(y // _PAGE).get(self.topics[y])
        if summary is None:  # it was joined to another a moment ago: the list is about to be shown anew
            return Line((Span(" "),))
        return row(summary, self._columns_now(), int(time.time()))

    def rows_changed(self) -> None:
        self._columns = None
        super().rows_changed()

    def cursor_moved(self) -> None:
        topic = self.current
        if topic is not None and topic != self._told:
            self._told = topic
            self.post_message(self.Highlighted(self, topic))

    def chosen(self) -> None:
        if self.current is not None:
            self.post_message(self.Chosen(self, self.current))

    def _columns_now(self) -> Columns:
        if self._columns is None:
            # a column of its own for the scroll bar, also where there is none: nothing moves when it comes or goes
            self._columns = columns(min(self.line_width, self.size.width - 1))
        return self._columns

    def _page(self, number: int) -> Mapping[int, TopicSummary]:
        page = self._pages.get(number)
        if page is None:
            page = self._rows(self.topics[number * _PAGE : (number + 1) * _PAGE])
            if len(self._pages) >= _PAGES_KEPT:
                del self._pages[next(iter(self._pages))]
            self._pages[number] = page
        return page
