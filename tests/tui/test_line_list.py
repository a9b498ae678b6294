"""Rows with a cursor, and things of several rows each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from listforum.tui.item_list import Item, ItemList
from listforum.tui.layout.line import Line, Span
from listforum.tui.line_list import LineList
from listforum.tui.theme import FALLBACKS, THEMES

Journey = Callable[[Pilot[None]], Awaitable[None]]


class Numbers(LineList):
    """Rows that are numbered; keeps account of which were asked for."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.asked: list[int] = []

    def line_count(self) -> int:
        return self.count

    def line(self, y: int) -> Line:
        self.asked.append(y)
        return Line((Span("数" * (y % 2)), Span(f"row {y}", "unread")))


class Stage(App[None]):
    """One widget, and what it said."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, widget: Widget, theme: str = "listforum-dark") -> None:
        super().__init__()
        self.widget = widget
        self.said: list[tuple[str, object]] = []
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACKS

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.widget.focus()

    def on_item_list_highlighted(self, message: ItemList.Highlighted) -> None:
        self.said.append(("highlighted", message.key))

    def on_item_list_chosen(self, message: ItemList.Chosen) -> None:
        self.said.append(("chosen", message.key))


def play(stage: Stage, journey: Journey, size: tuple[int, int] = (40, 10)) -> None:
    async def act() -> None:
        async with stage.run_test(size=size) as pilot:
            await pilot.pause()
            await journey(pilot)

    asyncio.run(act())


def rows(widget: LineList) -> list[str]:
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


# --- rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (["down", "j", "down"], 3),
        (["down", "down", "up", "k"], 0),
        (["pagedown"], 9),
        (["pagedown", "pageup"], 0),
        (["end"], 99),
        (["G", "down"], 99),
        (["G", "g"], 0),
        (["end", "home", "up"], 0),
    ],
)
def test_keys_move_the_cursor(keys: list[str], row: int) -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        assert numbers.cursor == row
        assert f"row {row}" in "".join(rows(numbers))

    play(Stage(numbers), journey)


def test_a_page_on_shows_what_was_not_seen_wherever_the_cursor_stands() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        await pilot.press("down", "down", "pagedown")
        await pilot.pause()
        assert rows(numbers)[0] == "数row 9"
        assert numbers.cursor == 11
        await pilot.press(*["pagedown"] * 12)
        await pilot.pause()
        assert numbers.cursor == 99

    play(Stage(numbers), journey)


def test_a_million_rows_cost_a_screenful() -> None:
    numbers = Numbers(1_000_000)

    async def journey(pilot: Pilot[None]) -> None:
        await pilot.press("end", "up", "pageup", "home")
        await pilot.pause()
        assert len(set(numbers.asked)) < 60

    play(Stage(numbers), journey)


def test_a_move_of_the_cursor_asks_for_two_rows() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        numbers.asked.clear()
        await pilot.press("down")
        await pilot.pause()
        assert set(numbers.asked) == {0, 1}

    play(Stage(numbers), journey)


class Columns(Numbers):
    """Rows of columns with a blank between two of them, and a match among the words of one."""

    def line(self, y: int) -> Line:
        return Line(
            (Span("one", "muted"), Span(" "), Span("two", "unread"), Span("match", "match"), Span(" "), Span("three"))
        )


def test_a_blank_between_columns_is_no_piece_of_its_own_but_keeps_its_background() -> None:
    columns = Columns(3)

    async def journey(pilot: Pilot[None]) -> None:
        pieces = [(one.text, one.style.bgcolor if one.style else None) for one in columns.render_line(1)]
        assert [text for text, _ in pieces[:4]] == ["one ", "two", "match", " three"]
        assert pieces[3][1] == pieces[0][1] != pieces[2][1]

    play(Stage(columns), journey)


def test_every_row_is_as_wide_as_the_screen() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        assert {numbers.render_line(y).cell_length for y in range(10)} == {40}

    play(Stage(numbers), journey)


def test_the_cursor_shows_in_its_row_and_keeps_what_is_bold_bold() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        await pilot.press("down")
        (cursor,) = [one.style for one in numbers.render_line(1) if one.text.startswith("row")]
        (other,) = [one.style for one in numbers.render_line(0) if one.text.startswith("row")]
        assert cursor is not None
        assert other is not None
        assert cursor.bgcolor != other.bgcolor
        assert cursor.bold
        assert other.bold

    play(Stage(numbers), journey)


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
def test_without_colours_of_its_own_the_cursor_is_reversed(theme: str) -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        styles = [one.style for one in numbers.render_line(0)]
        assert all(style is not None and style.reverse for style in styles)
        assert all(style is not None and style.color is not None and style.color.is_default for style in styles)
        assert numbers.scrollable_content_region.width == 40

    play(Stage(numbers, theme), journey)


def test_styles_follow_the_theme() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        dark = [one.style for one in numbers.render_line(3)]
        pilot.app.theme = "listforum-light"
        await pilot.pause()
        assert [one.style for one in numbers.render_line(3)] != dark

    play(Stage(numbers), journey)


def test_every_theme_of_textual_can_be_used() -> None:
    numbers = Numbers(3)

    async def journey(pilot: Pilot[None]) -> None:
        for theme in ("nord", "textual-light", "ansi-light", "gruvbox"):
            pilot.app.theme = theme
            await pilot.pause()
            assert rows(numbers)[0] == "row 0"

    play(Stage(numbers), journey)


def test_the_terminals_own_cursor_stands_on_the_row_for_a_braille_display() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        await pilot.press("down", "down")
        assert pilot.app.cursor_position == (0, 2)
        await pilot.press("end")
        await pilot.pause()
        assert pilot.app.cursor_position == (0, 9)

    play(Stage(numbers), journey)


def test_where_there_is_nothing_it_says_why() -> None:
    numbers = Numbers(0)
    numbers.empty = "No topics here: press s to sync. [b]not markup[/b]"

    async def journey(pilot: Pilot[None]) -> None:
        assert rows(numbers)[:3] == ["", " No topics here: press s to sync.", " [b]not markup[/b]"]
        await pilot.press("down", "pagedown", "end", "home")
        assert numbers.cursor == 0

    play(Stage(numbers), journey)


def test_the_wheel_takes_the_cursor_along() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        for _ in range(6):
            numbers.scroll_to(y=numbers.scroll_target_y + 3, animate=False)
            numbers._keep_cursor_on_screen()
            await pilot.pause()
        assert numbers.scroll_offset.y == 18
        assert numbers.cursor == 18

    play(Stage(numbers), journey)


def test_a_click_puts_the_cursor_on_the_row() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        await pilot.click(numbers, offset=(3, 4))
        assert numbers.cursor == 4

    play(Stage(numbers), journey)


def test_when_rows_go_the_cursor_stays_on_one_that_is_left() -> None:
    numbers = Numbers(100)

    async def journey(pilot: Pilot[None]) -> None:
        await pilot.press("end")
        numbers.count = 5
        numbers.rows_changed()
        await pilot.pause()
        assert numbers.cursor == 4
        assert rows(numbers)[:5] == ["row 0", "数row 1", "row 2", "数row 3", "row 4"]

    play(Stage(numbers), journey)


# --- things of several rows ---------------------------------------------------------------------------------------


def items(keys: Sequence[str], titled: str = "") -> list[Item]:
    """Things of two rows each; above one of them stands a title."""
    title = Line((Span("Title"),))
    rows = {key: (Line((Span(key),)), Line((Span("  more"),))) for key in keys}
    return [Item(key, (title, *rows[key]), titles=1) if key == titled else Item(key, rows[key]) for key in keys]


def test_the_cursor_goes_from_thing_to_thing() -> None:
    listed = ItemList()
    stage = Stage(listed)

    async def journey(pilot: Pilot[None]) -> None:
        listed.show(items("abc"))
        await pilot.press("down", "down", "down", "enter")
        assert listed.current == "c"
        await pilot.pause()
        assert stage.said == [("highlighted", "b"), ("highlighted", "c"), ("chosen", "c")]

    play(stage, journey)


def test_all_rows_of_a_thing_are_under_the_cursor_but_its_title() -> None:
    listed = ItemList()

    async def journey(pilot: Pilot[None]) -> None:
        listed.show(items("ab", titled="b"))
        await pilot.press("down")
        assert rows(listed)[:5] == ["a", "  more", "Title", "b", "  more"]
        assert [listed.cursor_style(y) for y in range(5)] == ["", "", "", "cursor", "cursor"]

    play(Stage(listed), journey)


def test_shown_anew_the_cursor_stays_on_its_thing() -> None:
    listed = ItemList()
    stage = Stage(listed)

    async def journey(pilot: Pilot[None]) -> None:
        listed.show(items("abc"))
        assert listed.select("b")
        await pilot.pause()
        stage.said.clear()
        listed.show(items("xyzb"))
        await pilot.pause()
        assert listed.current == "b"
        assert stage.said == []
        listed.show(items("q"))
        await pilot.pause()
        assert stage.said == [("highlighted", "q")]
        assert not listed.select("nothing")

    play(stage, journey)


def test_a_thing_is_shown_whole_when_the_cursor_comes_to_it() -> None:
    listed = ItemList()

    async def journey(pilot: Pilot[None]) -> None:
        listed.show(items("abcdefghijklm"))
        await pilot.press("end")
        await pilot.pause()
        assert rows(listed)[-2:] == ["m", "  more"]
        await pilot.press("pageup", "home")
        await pilot.pause()
        assert rows(listed)[:2] == ["a", "  more"]

    play(Stage(listed), journey)


def test_nothing_can_be_chosen_where_there_is_nothing() -> None:
    listed = ItemList()
    stage = Stage(listed)

    async def journey(pilot: Pilot[None]) -> None:
        listed.show([])
        await pilot.press("enter", "down", "end")
        assert listed.current is None
        assert stage.said == []

    play(stage, journey)
