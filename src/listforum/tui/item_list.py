"""A few hundred things of several rows each: what a search found, the outbox, the lists at the side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from textual.binding import Binding
from textual.message import Message

from listforum.tui.layout.line import Line, StyleName
from listforum.tui.line_list import LineList


@dataclass(frozen=True, slots=True)
class Item:
    """One thing: `key` names it; the first `titles` of its lines stand above it and are never under the cursor."""

    key: object
    lines: tuple[Line, ...]
    titles: int = 0


class ItemList(LineList):
    """Things to choose one from. The cursor goes from one to the next, whatever they are high; enter chooses."""

    BINDINGS = [Binding("enter", "choose", show=False)]  # noqa: RUF012 - Textual's own form

    class Highlighted(Message):
        """The cursor has come to another thing than the one it was first shown on."""

        def __init__(self, items: ItemList, key: object) -> None:
            super().__init__()
            self.items = items
            self.key = key

        @property
        def control(self) -> ItemList:
            return self.items

    class Chosen(Highlighted):
        """A thing was chosen, with enter or by a click."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._items: tuple[Item, ...] = ()
        self._starts: list[int] = [0]
        self._told: object = None

    def show(self, items: Sequence[Item]) -> None:
        """Shows these things; the cursor stays on the one it was on, when that is among them."""
        before = self.current
        self._items = tuple(items)
        self._starts = [0, *accumulate(len(item.lines) for item in items)]
        self._told = self._items[0].key if self._items and before is None else before
        self.rows_changed()
        if before is None or not self.select(before):
            self._put_on(min(self.current_place, len(self._items) - 1))

    def select(self, key: object) -> bool:
        """Puts the cursor on the thing of that key; answers whether it is there."""
        for at, item in enumerate(self._items):
            if item.key == key:
                self._put_on(at)
                return True
        return False

    @property
    def current_place(self) -> int:
        """Which thing, counted from 0, the cursor is on."""
        return max(bisect_right(self._starts, self.cursor, hi=len(self._items)) - 1, 0)

    @property
    def current(self) -> object:
        """The key of the thing that the cursor is on; None where there is none."""
        return self._items[self.current_place].key if self._items else None

    def line_count(self) -> int:
        return self._starts[-1]

    def line(self, y: int) -> Line:
        at = bisect_right(self._starts, y) - 1
        return self._items[at].lines[y - self._starts[at]]

    def cursor_rows(self, cursor: int) -> range:
        at = bisect_right(self._starts, cursor, hi=len(self._items)) - 1
        if not 0 <= at < len(self._items):
            return range(cursor, cursor)
        return range(self._starts[at], self._starts[at + 1])

    def cursor_style(self, y: int) -> StyleName:
        if not self._items:
            return ""
        at = self.current_place
        return "cursor" if self._starts[at] + self._items[at].titles <= y < self._starts[at + 1] else ""

    def cursor_moved(self) -> None:
        if self._items and self.current != self._told:
            self._told = self.current
            self.post_message(self.Highlighted(self, self.current))

    def chosen(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        if self._items:
            self.post_message(self.Chosen(self, self.current))

    def action_move(self, rows: int) -> None:
        self._put_on(self.current_place + rows)

    def action_page(self, pages: int) -> None:
        rows = pages * max(1, self.page_height - 1)
        self.scroll_rows_to(self.scroll_offset.y + rows)
        self._put_on(max(bisect_right(self._starts, max(self.cursor + rows, 0), hi=len(self._items)) - 1, 0))

    def action_to_end(self) -> None:
        self._put_on(len(self._items) - 1)

    def _put_on(self, at: int) -> None:
        if self._items:
            at = min(max(at, 0), len(self._items) - 1)
            self.cursor = self._starts[at] + self._items[at].titles
