"""Fields take text and nothing else, however it comes; every script can be typed, long texts can be pasted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets.text_area import Selection

from cli.hostile import PAYLOADS
from listforum.mail import safe
from listforum.tui.fields import SafeInput, SafeTextArea, one_line

ZWNJ = "\u200c"


class Fields(App[None]):
    def compose(self) -> ComposeResult:
        yield SafeInput(id="line")
        yield SafeTextArea(id="lines")

    @property
    def line(self) -> SafeInput:
        return self.query_one("#line", SafeInput)

    @property
    def lines(self) -> SafeTextArea:
        return self.query_one("#lines", SafeTextArea)


def with_fields(journey: Callable[[Fields, Pilot[None]], Awaitable[None]]) -> None:
    async def run() -> None:
        app = Fields()
        async with app.run_test(size=(80, 24)) as pilot:
            await journey(app, pilot)

    asyncio.run(run())


async def paste(app: Fields, pilot: Pilot[None], field: str, text: str) -> None:
    app.query_one(field).focus()
    await pilot.pause()
    app.post_message(events.Paste(text))
    await pilot.pause()


async def type_in(app: Fields, pilot: Pilot[None], field: str, text: str) -> None:
    app.query_one(field).focus()
    await pilot.pause()
    for character in text:
        app.post_message(events.Key("unnamed", character))
    await pilot.pause()


def test_a_hostile_paste_is_text_in_both_fields() -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        for payload in PAYLOADS:
            app.line.value, app.lines.text = "", ""
            app.line.post_message(events.Paste(payload))
            app.lines.post_message(events.Paste(payload))
            await pilot.pause()
            assert app.line.value == one_line(payload)
            assert app.lines.text == safe.written(payload)
            assert app.line.value == safe.body(app.line.value)

    with_fields(journey)


def test_a_paste_of_several_lines_is_one_line_with_blanks() -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        await paste(app, pilot, "#line", "open\r\ndata\n")
        assert app.line.value == "open data"
        await paste(app, pilot, "#line", " and  more")
        assert app.line.value == "open data and  more"

    with_fields(journey)


def test_a_paste_takes_the_place_of_what_is_selected() -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        app.line.value = "budget"
        app.line.focus()
        app.line.select_all()
        app.lines.text = "one two"
        app.lines.selection = Selection((0, 0), (0, 3))
        await paste(app, pilot, "#lines", "1\x1b[m")
        assert app.lines.text == "1 two"
        app.line.focus()
        app.line.select_all()
        await paste(app, pilot, "#line", "x\x07y")
        assert app.line.value == "xy"

    with_fields(journey)


@pytest.mark.parametrize("field", ["#line", "#lines"])
def test_persian_can_be_typed_with_its_joiner(field: str) -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        await type_in(app, pilot, field, f"می{ZWNJ}خواهم")
        written = app.line.value if field == "#line" else app.lines.text
        assert written == f"می{ZWNJ}خواهم"

    with_fields(journey)


@pytest.mark.parametrize("field", ["#line", "#lines"])
def test_a_typed_control_does_nothing(field: str) -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        await type_in(app, pilot, field, "a\x9b\u202e\x00\u2066b\ufffd")
        written = app.line.value if field == "#line" else app.lines.text
        assert written == "ab\ufffd"

    with_fields(journey)


def test_what_a_program_puts_into_a_field_is_text_too() -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        app.line.value = "a\x1b]0;x\x07b"
        app.lines.text = "a\x1b]0;x\x07b\u202e"
        app.lines.insert("\x9bmc")
        assert app.line.value == "ab"
        assert "c" in app.lines.text
        assert not {"\x1b", "\x9b", "\u202e"} & set(app.lines.text)

    with_fields(journey)


def test_a_patch_keeps_its_tabs() -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        await paste(app, pilot, "#lines", "-\told\n+\tnew")
        assert app.lines.text == "-\told\n+\tnew"

    with_fields(journey)


def test_tab_goes_on_to_the_next_field() -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        app.lines.focus()
        await pilot.press("tab")
        assert app.focused is app.line
        assert app.lines.text == ""

    with_fields(journey)


def test_nothing_blinks() -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        assert not app.line.cursor_blink
        assert not app.lines.cursor_blink

    with_fields(journey)


@pytest.mark.parametrize("field", ["#line", "#lines"])
def test_half_a_megabyte_pasted_does_not_freeze(field: str) -> None:
    async def journey(app: Fields, pilot: Pilot[None]) -> None:
        start = time.process_time()
        await paste(app, pilot, field, "open data for everybody, سلام\n" * 17_000)
        await pilot.press("x")
        assert time.process_time() - start < 4
        assert len(app.lines.text) > 500_000 if field == "#lines" else len(app.line.value) <= 2001

    with_fields(journey)


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_text_for_fields_is_safe_and_stays_as_it_is_the_second_time(text: str) -> None:
    line, lines = one_line(text), safe.written(text)
    assert safe.body(line) == line
    assert "\n" not in line
    assert safe.written(lines) == lines
    assert all(safe.body(part) == part for part in lines.split("\t"))
