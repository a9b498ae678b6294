"""A list in many scripts that scrolls beside a text, over a field: what a driver has to show."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from listforum.tui.driver import ForumDriver
from listforum.tui.fields import SafeInput

SUBJECTS = ["open budget", "دادهٔ باز برای همه", "开放数据 标准", "Öffentliche Daten", "e\u0301te\u0301", "данные"]


class Rows(ScrollView, can_focus=True):
    BINDINGS = [("j", "move(1)"), ("k", "move(-1)"), ("d", "move(12)"), ("u", "move(-12)")]  # noqa: RUF012

    at = 0

    def on_mount(self) -> None:
        self.virtual_size = Size(70, 500)

    def render_line(self, y: int) -> Strip:
        y += self.scroll_offset.y
        style = self.visual_style.rich_style + Style(reverse=y == self.at)
        subject = SUBJECTS[y % len(SUBJECTS)] + f"\u200e {y:4} posts, {y * 7 % 13} new"
        return Strip([Segment(subject, style)]).adjust_cell_length(self.size.width, style)

    def action_move(self, by: int) -> None:
        self.at = max(0, min(499, self.at + by))
        self.scroll_to(y=max(0, self.at - 10), animate=False)
        self.refresh()


class Scrolling(App[None]):
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #side { dock: left; width: 12; background: $panel; }
    Input { dock: bottom; border: none; height: 1; }
    Rows { scrollbar-size: 1 1; }
    """

    def compose(self) -> ComposeResult:
        yield Static(Content("side\n名单\nlists"), id="side")
        yield Rows()
        yield SafeInput()

    def on_mount(self) -> None:
        self.query_one(Rows).focus()

    def on_key(self, event: events.Key) -> None:
        if event.key == "n":
            self.notify("told in passing", markup=False, timeout=600)
        elif event.key == "escape":
            self.clear_notifications()
        elif event.key == "t":
            self.theme = "ansi-dark"


if __name__ == "__main__":
    Scrolling(driver_class=ForumDriver).run(mouse=False)
