"""What comes in from a terminal never ends the program, and nothing goes out that a thin line would pay for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tui.terminals import TerminalSession, python, tokens

PROGRAM = """
import signal
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup

from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import Static
from listforum.tui.driver import ForumDriver

class Echo(App):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self):
        super().__init__(driver_class=ForumDriver)
        self.said = []

    def compose(self) -> ComposeResult:
        yield Static(Content("ready"))

    def say(self, words):
        self.said.append(words)
        self.cursor_position = Offset(3, 2)
        self.query_one(Static).update(Content("heard " + " ".join(self.said[-12:])))

    def on_key(self, event):
        if event.key == "q":
            self.exit(return_code=7)
        else:
            self.say("U+%04X" % ord(event.character) if event.character else event.key)

    def on_paste(self, event):
        self.say("pasted %d" % len(event.text))

    def on_mouse_down(self, event):
        self.say("click %d,%d" % (event.x, event.y))

    def on_resize(self, event):
        self.say("size %d" % event.size.width)

app = Echo()
app.run(mouse=%r)
raise SystemExit(app.return_code)
"""


def echo(mouse: bool = False) -> TerminalSession:
    session = python(PROGRAM.replace("%r", repr(mouse)))
    session.wait_for("size 80")
    session.quiet()
    return session


@pytest.mark.parametrize(
    "typed", [b"\xff", b"\x80", b"\xc3(", b"\xd0\xd2\xc9\xd7\xc5\xd4 ", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"]
)
def test_bytes_that_are_no_characters_become_replacement_characters(typed: bytes) -> None:
    with echo() as session:
        session.send(typed)
        session.wait_for("U+FFFD")
        session.send("z")
        session.wait_for("U+007A")
        session.send("q")
        assert session.exit_code() == 7


def test_a_character_whose_bytes_come_one_by_one_is_one_character() -> None:
    with echo() as session:
        for byte in "ژ".encode():
            session.send(bytes([byte]))
            session.quiet(0.1)
        session.wait_for("U+0698")
        assert "FFFD" not in session.screen.text()


def test_numbers_beyond_all_bounds_in_a_key_sequence_do_not_end_it() -> None:
    with echo() as session:
        for sequence in ("\x1b[99999999999;5u", "\x1b[1114112u", "\x1b[<9;9;" + "9" * 25 + "M", "\x1b[97;5;1114112u"):
            session.send(sequence)
            session.quiet(0.2)
        session.send("z")
        session.wait_for("U+007A")


def test_a_paste_with_commands_in_it_arrives_as_one_paste() -> None:
    with echo() as session:
        session.paste("a\x1b[31mb\nc")
        session.wait_for("pasted")
        session.send("z")
        session.wait_for("U+007A")


def test_the_cursor_is_there_for_braille_and_stands_where_the_app_says() -> None:
    with echo() as session:
        session.send("z")
        session.wait_for("U+007A")
        session.quiet()
        assert session.screen.cursor_visible
        assert session.screen.cursor == (3, 2)


def test_a_terminal_is_asked_for_nothing_that_is_not_used() -> None:
    with echo() as session:
        modes = {token.data for token in tokens(session.output.decode()) if token.kind == "mode"}
        assert modes == {"\x1b[?1049h", "\x1b[?2004h", "\x1b[?7l"}


def test_the_mouse_reports_clicks_and_no_movements() -> None:
    with echo(mouse=True) as session:
        modes = {token.data for token in tokens(session.output.decode()) if token.kind == "mode"}
        assert {"\x1b[?1000h", "\x1b[?1006h"} < modes
        session.send("\x1b[<0;5;9M\x1b[<0;5;9m")
        session.wait_for("click 4,8")


def test_nothing_is_written_while_nothing_happens() -> None:
    with echo() as session:
        session.quiet()
        assert session.quiet(1.2) == ""


def test_a_new_size_is_heard() -> None:
    with echo() as session:
        session.resize(60, 20)
        session.wait_for("size 60")


def test_the_terminal_is_given_back_as_it_was() -> None:
    with echo(mouse=True) as session:
        assert not session.restored()
        session.send("q")
        assert session.exit_code() == 7
        assert session.restored()
        written = session.output.decode()
        switched = [token.data for token in tokens(written) if token.kind == "mode"]
        left_on = {one[:-1] for one in switched if one.endswith("h")} - {"\x1b[?25", "\x1b[?7"}
        assert all(switched[::-1].index(mode + "l") < switched[::-1].index(mode + "h") for mode in left_on)


@pytest.mark.parametrize("theme", ["listforum-dark", "ansi-light"])
def test_whoever_wants_no_colour_gets_none(tmp_path: Path, theme: str) -> None:
    command = [sys.executable, "-m", "listforum", "--home", str(tmp_path / "home")]
    with TerminalSession(command, {"NO_COLOR": "1", "LISTFORUM_THEME": theme}) as session:
        session.wait_for("listforum demo")
        session.send("?")
        session.quiet()
        styles = {token.data for token in tokens(session.output.decode()) if token.kind == "style"}
        numbers = {int(number) for style in styles for number in style[2:-1].split(";") if number}
        assert numbers <= {0, 1, 2, 3, 4, 7, 9}
        assert numbers & {1, 7}


def test_a_line_that_is_cut_ends_the_program() -> None:
    with echo() as session:
        session.hang_up()
        session.process.wait(10)
