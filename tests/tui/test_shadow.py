"""Writing only what changed shows the very same screen as writing everything, and takes a tenth of the bytes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, set_cell_size

from listforum.tui.shadow import Shadow
from tui.terminals import Cell, Screen, Style, TerminalSession, environment

COLUMNS, ROWS = 30, 10
STYLES = ["", "1", "38;2;1;2;3;48;2;4;5;6", "1;4;31", "48;5;17", "39;49", "2;37;40", "7", "3;38;5;9", "9;100"]
WORDS = [
    "a",
    "open data",
    "     ",
    "──",
    "中文",
    "表",
    "می‌خواهم",
    "e\u0301",
    "👩\u200d💻",
    "🇮🇷",
    "x\u200e ",
    "|",
    "ж",
    "…",
]

pieces = st.tuples(st.sampled_from(STYLES), st.lists(st.sampled_from(WORDS), max_size=5).map("".join))
places = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))
Piece = tuple[str, str]


def painted(row: int, column: int, segments: list[Piece]) -> str:
    """A piece of a row as Textual paints it: each segment in its style, and nothing over the edge."""
    written, room = f"\x1b[{row + 1};{column + 1}H", COLUMNS - column
    for style, text in segments:
        fitting = set_cell_size(text, min(cell_len(text), room))
        room -= cell_len(fitting)
        written += f"\x1b[{style}m{fitting}\x1b[0m" if style else fitting
    return written


patches = st.lists(st.tuples(places, st.lists(pieces, max_size=4)), min_size=1, max_size=8)
cursors = st.none() | places


def patched(patch: list[tuple[tuple[int, int], list[Piece]]], cursor: tuple[int, int] | None) -> str:
    """A frame that paints some places, and leaves the cursor somewhere."""
    parts = [painted(row, column, segments) for (row, column), segments in patch]
    return "".join(parts) + ("" if cursor is None else f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H")


def listed(lines: list[list[Piece]], first: int, left: int) -> str:
    """A frame that paints a list from a line on, beside something at the left."""
    rows = [[*lines[(first + row) % len(lines)], ("", " " * COLUMNS)] for row in range(1, ROWS - 1)]
    return "\n".join(painted(at, left, row) for at, row in enumerate(rows, 1)) + "\x1b[2;1H"


frames = st.builds(patched, patches, cursors)
scrolled = st.builds(
    lambda lines, firsts, left: [listed(lines, first, left) for first in firsts],
    st.lists(st.lists(pieces, min_size=1, max_size=3), min_size=6, max_size=14),
    st.lists(st.integers(0, 20), min_size=2, max_size=5),
    st.sampled_from([0, 7]),
)


def look(screen: Screen) -> list[list[Cell]]:
    """What can be seen: the colour of letters cannot on a blank through which no line runs."""
    return [[seen(cell) for cell in row] for row in screen.cells]


def seen(cell: Cell) -> Cell:
    if cell.text == " " and not cell.style.attributes & {4, 7, 9}:
        return replace(cell, style=Style(background=cell.style.background))
    return cell


def assert_same(all_frames: list[str]) -> None:
    stock, thrifty, shadow = Screen(COLUMNS, ROWS), Screen(COLUMNS, ROWS), Shadow(COLUMNS, ROWS)
    for frame in all_frames:
        changes = shadow.frame(frame)
        assert changes is not None
        stock.feed(frame)
        thrifty.feed(changes)
        assert look(thrifty) == look(stock)
        if frame.endswith("H"):
            assert thrifty.cursor == stock.cursor


@settings(deadline=None, max_examples=150)
@given(st.lists(frames, min_size=1, max_size=8))
def test_any_frames_show_the_same(all_frames: list[str]) -> None:
    assert_same(all_frames)


@settings(deadline=None, max_examples=100)
@given(frames, scrolled, frames)
def test_lists_that_scroll_show_the_same(before: str, lists: list[str], after: str) -> None:
    assert_same([before, *lists, after])


@settings(deadline=None, max_examples=100)
@given(frames, st.lists(frames, min_size=1, max_size=4))
def test_after_what_is_unknown_everything_painted_is_written(before: str, all_frames: list[str]) -> None:
    stock, thrifty, shadow = Screen(COLUMNS, ROWS), Screen(COLUMNS, ROWS), Shadow(COLUMNS, ROWS)
    for screen in (stock, thrifty):
        screen.feed(before)
    shadow.forget()
    for frame in all_frames:
        stock.feed(frame)
        thrifty.feed(shadow.frame(frame) or "")
        assert look(thrifty) == look(stock)


@pytest.mark.parametrize(
    "strange",
    [
        "\x1b[1;1Hx\x1b[?25l",
        "\x1b[1;1H\x1b]8;;https://example.org\x1b\\x",
        "\x1b[1;1H\tx",
        "\x1b[1;1H\x1b[73mx",
        "\x1b[1;1H\x1b[38;7;1mx",
        f"\x1b[1;{COLUMNS}Hxy",
        f"\x1b[{ROWS + 1};1Hx",
        f"\x1b[{ROWS};1Hx\n",
        "\x1b[1;1H\x9b31mx",
    ],
)
def test_what_is_not_understood_is_not_guessed_at(strange: str) -> None:
    shadow = Shadow(COLUMNS, ROWS)
    assert shadow.frame("\x1b[1;1Hhello") is not None
    assert shadow.frame(strange) is None


def test_a_frame_that_changes_nothing_is_nothing() -> None:
    shadow, frame = Shadow(COLUMNS, ROWS), "\x1b[3;1H\x1b[1;31mhello\x1b[0m\x1b[1;1H"
    assert shadow.frame(frame)
    assert shadow.frame(frame) == ""


# --- on terminals -----------------------------------------------------------------------------------------------------

PROGRAM = Path(__file__).parent / "scrolling_app.py"

KEYS = [*"jjjjjjjjjjjj", *"ddk", *"uukj", "n", "j", "\x1b", "t", "j", "d", "\t", "a", "中", "\x7f", "b"]


class Tmux:
    """A program in a tmux of its own, which is a terminal by somebody else."""

    def __init__(self, directory: Path, name: str, environ: dict[str, str]) -> None:
        self._socket = str(directory / name)
        self._environ = environment({**environ, "TERM": "tmux-256color"})
        self.run("-f", "/dev/null", "new-session", "-d", "-x", "70", "-y", "20", f"{sys.executable} {PROGRAM}")

    def run(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-S", self._socket, *arguments]
        return subprocess.run(command, env=self._environ, check=True, capture_output=True, text=True).stdout

    def settled(self) -> list[list[Cell]]:
        """What is shown, cell for cell, once it stays."""
        before, after = "-", ""
        while before != after or not after.strip():
            time.sleep(0.12)
            before, after = after, self.run("capture-pane", "-e", "-N", "-p", "-t", "0")
        screen = Screen(70, 20)
        screen.feed(after.rstrip("\n").replace("\n", "\r\n"))
        return look(screen)

    def press(self, key: str) -> None:
        self.run("send-keys", "-t", "0", "-l", key)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Tmux, Tmux]]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    ours, stock = Tmux(tmp_path, "ours", {}), Tmux(tmp_path, "stock", {"LISTFORUM_DRIVER": "plain"})
    yield ours, stock
    for one in (ours, stock):
        one.run("kill-server")


def test_tmux_shows_the_same_after_every_key(both: tuple[Tmux, Tmux]) -> None:
    ours, stock = both
    assert ours.settled() == stock.settled()
    for number, key in enumerate(KEYS):
        ours.press(key)
        stock.press(key)
        assert ours.settled() == stock.settled(), (number, key)


def start(**environ: str) -> TerminalSession:
    session = TerminalSession([sys.executable, str(PROGRAM)], environ)
    session.wait_for("open budget")
    session.quiet()
    return session


def test_a_tenth_of_the_bytes_at_the_start_and_at_a_scroll() -> None:
    with start() as ours, start(LISTFORUM_DRIVER="plain") as stock:
        assert len(ours.output) < len(stock.output) / 4
        scrolled: list[int] = []
        for session in (ours, stock):
            for _ in range(14):
                session.send("j")
                session.quiet(0.15)
            before = len(session.output)
            session.send("j")
            session.quiet()
            scrolled.append(len(session.output) - before)
        assert 0 < scrolled[0] < scrolled[1] / 5


def test_a_new_size_is_painted_anew() -> None:
    with start() as session:
        session.resize(60, 18)
        session.quiet()
        session.send("j")
        session.quiet()
        small = session.screen.text()
        assert "open budget" in small
        session.resize(80, 24)
        session.quiet()
        assert "open budget" in session.screen.text()
        assert len(session.screen.text().strip().splitlines()) > len(small.strip().splitlines())
