"""Nothing but text leaves for the terminal, whatever widget made it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from listforum.tui.guard import ColorFilter, ControlFilter, line_filters
from listforum.tui.layout import glyphs
from listforum.tui.terminal import Terminal

BLACK = Color(0, 0, 0)


def through(text: str, style: Style | None = None) -> Segment:
    return ControlFilter().apply([Segment("before "), Segment(text, style)], BLACK)[1]


def test_commands_are_taken_out_and_words_stay() -> None:
    assert through("a\x1b]0;title\x07b\x9b31mc\x00\x7f\r\n\t").text == "a]0;titleb31mc"


def test_what_reorders_text_across_its_field_is_taken_out() -> None:
    assert through("\u202egnp.exe\u2066\u2069\u2028").text == "gnp.exe"


def test_joiners_and_direction_marks_are_spelling_and_stay() -> None:
    assert through("می\u200cخواهم\u200e 👩\u200d💻").text == "می\u200cخواهم\u200e 👩\u200d💻"


def test_half_a_character_keeps_its_place_and_cannot_stop_the_writer() -> None:
    assert through("a\udc80b").text == "a\ufffdb"


def test_a_clean_line_is_passed_on_as_it_is() -> None:
    segments = [Segment("clean"), Segment("ok", Style(bold=True))]
    assert ControlFilter().apply(segments, BLACK) is segments


def test_no_segment_is_a_link_and_none_is_a_control() -> None:
    assert through("click", Style(link="https://example.org/\x1b]0;x\x07")).style == Style()
    assert ControlFilter().apply([Segment("\x1b[2J", None, [(1,)])], BLACK) == [Segment("[2J")]  # type: ignore[list-item]


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(max_codepoint=0x2100) | st.characters()))
def test_no_control_is_left_and_no_cell_moves(text: str) -> None:
    passed = through(text).text
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000 for c in passed)
    assert sum(map(cell_len, passed)) == sum(map(cell_len, text))


def test_without_colour_only_the_attributes_are_left() -> None:
    loud = Style(color="red", bgcolor="blue", bold=True, reverse=True, meta={"@click": "quit"})
    quiet = ColorFilter().apply([Segment("x", loud), Segment("y")], BLACK)
    assert quiet[0].style == Style(bold=True, reverse=True, meta={"@click": "quit"})
    assert quiet[1].style is None
    assert RichColor.parse("red") not in (quiet[0].style.color, quiet[0].style.bgcolor)


def test_a_terminal_without_colour_gets_none() -> None:
    environ = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with_color = Terminal.look(environ, stdin_tty=True, stdout_tty=True)
    without = Terminal.look({**environ, "NO_COLOR": "1"}, stdin_tty=True, stdout_tty=True)
    assert [type(one) for one in line_filters(with_color)] == [ControlFilter]
    assert [type(one) for one in line_filters(without)] == [ControlFilter, ColorFilter]


def test_a_terminal_without_utf8_gets_signs_in_ascii_cell_for_cell() -> None:
    terminal = Terminal.look({"TERM": "xterm-256color", "LC_ALL": "C"}, stdin_tty=True, stdout_tty=True)
    _controls, signs = line_filters(terminal)
    told = "╭──╮ │● “کتاب”… ★ ▸ · └ ▅"
    (written,) = signs.apply([Segment(told, Style(bold=True))], BLACK)
    assert written == Segment('.--. |* "کتاب"~ + + - `  ', Style(bold=True))
    assert cell_len(written.text) == cell_len(told)


def test_every_sign_of_the_lists_has_one_in_ascii() -> None:
    terminal = Terminal.look({"TERM": "xterm-256color", "LC_ALL": "C"}, stdin_tty=True, stdout_tty=True)
    _controls, signs = line_filters(terminal)
    (written,) = signs.apply([Segment(glyphs.ALL)], BLACK)
    assert written.text.isascii()
    assert len(written.text) == cell_len(glyphs.ALL)
