"""The base of everything that is read on the screens: rows on Textual's line API, with a cursor on one of them.

No row is a widget, so a hundred thousand cost no more than a screenful. A move of the cursor repaints two rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from listforum.tui.actions import bindings
from listforum.tui.layout.cells import width
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.layout.wrap import wrapped
from listforum.tui.theme import LINE_CSS, row_style

if TYPE_CHECKING:
    from textual import events

_STRIPS_KEPT: Final = 1024


class LineList(ScrollView, can_focus=True):
    """Rows with a cursor. Who derives from it says how many there are and what each holds, and calls `rows_changed`."""

    DEFAULT_CSS = LINE_CSS
    BINDINGS = bindings("lines")
    ALLOW_SELECT = False

    cursor: reactive[int] = reactive(0, repaint=False)
    """The row that the cursor is on."""

    empty: reactive[str] = reactive("")
    """What is said where there are no rows. It is shown as it is, so it must be safe."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._strips: dict[int, Strip] = {}
        self._styles: dict[tuple[StyleName, StyleName, StyleName], Style] = {}

    # --- for those who derive -------------------------------------------------------------------------------------

    def line_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def line(self, y: int) -> Line:
        """A row, counted from 0. It should take no more cells than `line_width`."""
        raise NotImplementedError

    def cursor_rows(self, cursor: int) -> range:
        """The rows that are repainted when the cursor comes to a row or leaves it."""
        return range(cursor, cursor + 1)

    def cursor_style(self, y: int) -> StyleName:
        """How a row looks, beside what it is, because of where the cursor stands."""
        return "cursor" if y == self.cursor else ""

    def cursor_moved(self) -> None:
        """The cursor has come to another row."""

    def chosen(self) -> None:
        """The row under the cursor was clicked."""

    # --- rows -----------------------------------------------------------------------------------------------------

    @property
    def line_width(self) -> int:
        """Cells of a row."""
        return self.scrollable_content_region.width

    @property
    def page_height(self) -> int:
        """Rows on the screen."""
        return max(1, self.scrollable_content_region.height)

    def rows_changed(self) -> None:
        """Shows the rows anew, whatever has changed about them; the cursor stays on one of them."""
        self._strips.clear()
        count = self.line_count()
        size = Size(self.line_width, count)
        if size != self.virtual_size:
            self.virtual_size = size
            self._refresh_scrollbars()
        self.cursor = self._row_within(self.cursor)
        self.refresh()

    def refresh_row(self, y: int) -> None:
        """Shows one row anew."""
        self._strips.pop(y, None)
        self.refresh_line(y)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        if row >= self.line_count():
            return self._below(row)
        strip = self._strips.get(row)
        if strip is None:
            if len(self._strips) > _STRIPS_KEPT:
                self._strips.clear()
            strip = self._strips[row] = self._strip(self.line(row), self.cursor_style(row))
        return strip

    def _below(self, row: int) -> Strip:
        """A row after the last; where there are none at all, the first ones say why."""
        words = "" if self.line_count() or row < 1 else self.empty
        said = [one.text for one in wrapped(words, max(4, self.line_width - 2))]
        text = said[row - 1] if row <= len(said) else ""
        return self._strip(Line((Span(" "), Span(text, "muted"))), "")

    def _strip(self, line: Line, over: StyleName) -> Strip:
        segments: list[Segment] = []
        style, text = self._style(line.fill, "", over), ""
        for span in line.spans:
            own = self._style(line.fill, span.style, over)
            if own is not style and not (span.text == " " and _is_same_blank(own, style)):
                if text:
                    segments.append(Segment(text, style))
                style, text = own, ""
            text += span.text
        if text:
            segments.append(Segment(text, style))
        cells = sum(width(span.text) for span in line.spans)
        return Strip(segments, cells).adjust_cell_length(self.size.width, self._style(line.fill, "", over))

    def _style(self, fill: StyleName, name: StyleName, over: StyleName) -> Style:
        """A row's style, a span's on top of it and the cursor's on top of both: what each leaves open stays.

        Only words that were searched for stand out from the cursor, too.
        """
        known = self._styles.get((fill, name, over))
        if known is None:
            known = self.rich_style
            for one in (fill, over, name) if name == "match" else (fill, name, over):
                if one:
                    known += row_style(one, self.app, self.has_focus)
            self._styles[fill, name, over] = known
        return known

    def notify_style_update(self) -> None:
        self._styles.clear()
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self, _event: events.Resize) -> None:
        self.rows_changed()
        self.show_cursor()

    # --- the cursor -----------------------------------------------------------------------------------------------

    def validate_cursor(self, cursor: int) -> int:
        return self._row_within(cursor)

    def watch_cursor(self, old: int, new: int) -> None:
        for row in {*self.cursor_rows(old), *self.cursor_rows(new)}:
            self.refresh_row(row)
        self.show_cursor()
        self.cursor_moved()

    def watch_empty(self) -> None:
        self.refresh()

    def show_cursor(self) -> None:
        """Scrolls as little as needed for the cursor to be on the screen."""
        rows = self.cursor_rows(self.cursor)
        top, height = self.scroll_offset.y, self.page_height
        if rows.start < top or len(rows) > height:
            self.scroll_rows_to(rows.start)
        elif rows.stop > top + height:
            self.scroll_rows_to(rows.stop - height)
        self._place_terminal_cursor()

    def scroll_rows_to(self, top: int) -> None:
        """Has a row stand at the top, as far as there are rows to fill the screen below it."""
        self.scroll_to(y=top, animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._place_terminal_cursor()

    def on_focus(self) -> None:
        self._repaint_cursor()
        self._place_terminal_cursor()

    def on_blur(self) -> None:
        self._repaint_cursor()

    def _repaint_cursor(self) -> None:
        for row in self.cursor_rows(self.cursor):
            self.refresh_row(row)

    def _place_terminal_cursor(self) -> None:
        """A braille display shows the row on which the terminal's own cursor stands."""
        if self.has_focus and self.is_attached:
            region: Region = self.content_region
            row = min(max(self.cursor - self.scroll_offset.y, 0), self.page_height - 1)
            self.app.cursor_position = region.offset + Offset(0, row)

    def _row_within(self, row: int) -> int:
        return min(max(row, 0), max(self.line_count() - 1, 0))

    # --- keys and mouse -------------------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """A screenful on, but for one row that was seen before; the cursor keeps its place on the screen."""
        rows = pages * max(1, self.page_height - 1)
        self.scroll_rows_to(self.scroll_offset.y + rows)
        self.cursor += rows

    def action_to_start(self) -> None:
        self.cursor = 0

    def action_to_end(self) -> None:
        self.cursor = self.line_count() - 1

    def on_click(self, event: events.Click) -> None:
        row = event.get_content_offset_capture(self).y + self.scroll_offset.y
        if 0 <= row < self.line_count():
            self.cursor = row
            self.chosen()

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        super()._on_mouse_scroll_down(event)
        self._keep_cursor_on_screen()

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        super()._on_mouse_scroll_up(event)
        self._keep_cursor_on_screen()

    def _keep_cursor_on_screen(self) -> None:
        """The wheel moves the rows; the cursor comes along rather than being lost."""
        top = self.scroll_target_y
        self.cursor = min(max(self.cursor, round(top)), round(top) + self.page_height - 1)


def _is_same_blank(one: Style, other: Style) -> bool:
    """Whether a blank looks the same in both styles: it need not be a piece of its own then."""
    return one.bgcolor == other.bgcolor and not any(
        style.reverse or style.underline or style.strike or style.overline for style in (one, other)
    )
