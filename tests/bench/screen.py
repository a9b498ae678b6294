"""The screens, measured on a terminal of 80x24: `python tests/bench/screen.py MBOX...`.

Prints what opening takes beside an empty Textual app, the memory held, the time from a key to the last byte that it
brings forth, and what a key costs in bytes, on an archive of these mails. Run by hand on a quiet machine.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from listforum.config import load
from listforum.forum import Forum
from listforum.home import Home
from listforum.model.forum import Whereabouts
from tui.terminals import TerminalSession

EMPTY = """
from textual.app import App
from textual.widgets import Static

class Empty(App):
    def compose(self):
        yield Static("READY", markup=False)

Empty().run(mouse=False)
"""
PROGRAM = "import sys; from listforum.__main__ import main; sys.exit(main())"
LONG = 50
"""Posts of a topic that is worth being called long."""

KEYS = {
    "a row down": "\x1b[B",
    "a page down": "\x1b[6~",
    "a page up": "\x1b[5~",
}


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory) / "home"
        for mbox in options.mboxes:
            _listforum(home, "import", str(mbox), mbox.stem)
        _listforum(home, "search", "word", "--limit", "1")
        _print_starts(home, options.runs)
        _print_keys(home)
        _print_topics(home)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mboxes", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=11)
    return parser.parse_args()


def _listforum(home: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "-c", PROGRAM, "--home", str(home), *arguments], check=True)


# --- opening ------------------------------------------------------------------------------------------------------


def _print_starts(home: Path, runs: int) -> None:
    """Turn by turn, so that whatever else the machine does falls on both alike."""
    empty: list[tuple[float, float]] = []
    ours: list[tuple[float, float]] = []
    for _run in range(runs):
        empty.append(_first_paint([sys.executable, "-c", EMPTY], "READY"))
        ours.append(_first_paint(_command(home), "started by"))
    print(f"\n{'first paint':<34}{'min ms':>9}{'median':>9}{'RSS MB':>9}")
    for name, starts in (("an empty Textual app", empty), ("listforum", ours)):
        seconds = [start[0] * 1000 for start in starts]
        memory = statistics.median(start[1] for start in starts)
        print(f"{name:<34}{min(seconds):>9.0f}{statistics.median(seconds):>9.0f}{memory / 1e6:>9.1f}")
    ratio = statistics.median(one[0] / other[0] for one, other in zip(ours, empty, strict=True))
    print(f"{'ratio (median of pairs)':<34}{'':>9}{ratio:>9.2f}")


def _first_paint(command: Sequence[str], text: str) -> tuple[float, float]:
    """Seconds until a text is on the terminal, and the bytes of memory held once it is quiet."""
    began = time.monotonic()
    with TerminalSession(command) as terminal:
        wanted = text.encode()
        while wanted not in terminal.output:
            terminal._read(1)
        seconds = time.monotonic() - began
        terminal.quiet(0.5)
        return seconds, terminal.resident_bytes()


# --- keys ---------------------------------------------------------------------------------------------------------


def _print_keys(home: Path) -> None:
    print(f"\n{'key to the last byte of its frame':<34}{'median ms':>10}{'p95':>8}{'bytes':>8}")
    with _opened(home) as terminal:
        _print_key_rows("topics", terminal)
        print(f"{'memory after it':<34}{terminal.resident_bytes() / 1e6:>8.1f} MB")
    _put_on(home, _longest(home)[0])
    with _opened(home) as terminal:
        terminal.send("\r")
        terminal.quiet(0.8)
        _print_key_rows("the longest topic", terminal)


def _print_key_rows(where: str, terminal: TerminalSession) -> None:
    for name, key in KEYS.items():
        before = len(terminal.output)
        times = _times(lambda pressed=key: terminal.latency(pressed, 0.06))
        paid = (len(terminal.output) - before) / len(times)
        print(f"{where + ': ' + name:<34}{statistics.median(times):>10.1f}{_p95(times):>8.1f}{paid:>8.0f}")


def _times(press: Callable[[], float], count: int = 40) -> list[float]:
    return [press() * 1000 for _press in range(count)]


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


# --- long topics --------------------------------------------------------------------------------------------------


def _print_topics(home: Path) -> None:
    """Opens the longest topics, each in a fresh program: enter to the last byte of the first screen, and to rest."""
    print(
        f"\n{'enter on a topic, to the last byte':<34}{'posts':>6}{'first frame ms':>16}{'at rest ms':>12}{'RSS MB':>8}"
    )
    for long in _longest(home):
        _put_on(home, long)
        _name, topic, posts = long
        with _opened(home) as terminal:
            times = _frames(terminal, "\r")
            memory = terminal.resident_bytes() / 1e6
        print(f"{'topic ' + str(topic):<34}{posts:>6}{times[0] * 1000:>16.0f}{times[1] * 1000:>12.0f}{memory:>8.1f}")


def _put_on(home: Path, long: tuple[str, int, int]) -> None:
    """Has the program open with the cursor on a topic."""
    name, topic, _posts = long
    with _forum(home) as forum:
        forum.whereabouts.save(Whereabouts(name, "all", topic, None, 0))


def _frames(terminal: TerminalSession, key: str) -> tuple[float, float]:
    """Seconds from a key to the end of the first run of output, and to the last byte of all."""
    terminal.quiet(0.5)
    began = time.monotonic()
    terminal.send(key)
    first = last = 0.0
    while terminal._read(0.01 if not first else 0.3) or not last:
        last = time.monotonic() - began
        if not first and not terminal._read(0.008):
            first = last
    return first or last, last


def _longest(home: Path) -> Sequence[tuple[str, int, int]]:
    """The five longest topics: their list, number and count of posts."""
    with _forum(home) as forum:
        found = [
            (info.name, topic.topic, topic.posts)
            for info in forum.reading.lists()
            for topic in forum.reading.topics(info.name, (), 1_000_000, 0)
            if topic.posts >= LONG
        ]
    return sorted(found, key=lambda one: -one[2])[:5]


# --- the program under measurement --------------------------------------------------------------------------------


def _command(home: Path) -> Sequence[str]:
    return [sys.executable, "-c", PROGRAM, "--home", str(home)]


def _opened(home: Path) -> TerminalSession:
    terminal = TerminalSession(_command(home))
    terminal.wait_for("started by")
    terminal.quiet(0.8)
    return terminal


def _forum(home: Path) -> Forum:
    return Forum(Home(home), lambda: load(Home(home).config_file))


if __name__ == "__main__":
    main()
