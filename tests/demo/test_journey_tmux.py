"""The same first minutes on a real terminal, with the worst that can happen to a program while it sends."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.journey import ANSWER, NEW_POSTS, QUESTION, TO_THE_LIST, TYPED, WRITTEN
from demo.tmux import Tmux, installed
from listforum.tui.layout.cells import width


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory with a short path, for a socket lies in it; skipped without tmux, but failing where CI is set."""
    if not installed():
        if os.environ.get("CI"):
            pytest.fail("tmux is not installed, and CI must not skip its tests")
        pytest.skip("tmux is not installed")
    with tempfile.TemporaryDirectory(prefix="lf-") as made:
        yield Path(made)


@pytest.fixture
def terminal(directory: Path) -> Iterator[Tmux]:
    with Tmux(directory) as terminal:
        yield terminal


def test_the_whole_journey_with_a_cut_and_a_kill(terminal: Tmux, directory: Path) -> None:
    home = directory / "home"
    terminal.start("--home", str(home), "demo")
    terminal.wait_for(f"{NEW_POSTS} new posts wait behind a slow link. Press s", "2G · 0.0 kB")
    a_sync_is_priced_cut_and_goes_on(terminal)
    space_reads_and_a_word_is_found(terminal)
    the_newcomer_is_answered(terminal)
    the_program_dies_while_it_sends(terminal, home)
    what_became_of_it_is_told_after_a_restart(terminal, home)
    the_list_shows_it(terminal, home)


def a_sync_is_priced_cut_and_goes_on(terminal: Tmux) -> None:
    terminal.press("s")
    terminal.wait_for(f"open-data: {NEW_POSTS} new posts, about", "with their texts")
    terminal.press("Enter")
    terminal.wait_for("headers 4 of 37")
    terminal.press("F3")
    terminal.wait_for("broke; trying again")
    terminal.press("F2")
    terminal.wait_for("3G ·")
    terminal.wait_for(f"{NEW_POSTS} texts", "down,")
    terminal.press("Escape")
    terminal.until(lambda: "Syncing" not in terminal.words)
    terminal.wait_for(QUESTION, "space reads on")


def space_reads_and_a_word_is_found(terminal: Tmux) -> None:
    terminal.press("g", "Space")
    terminal.wait_for("Tariq Rahman", "the file is perfect")
    terminal.press("Space", "Space")
    terminal.until(lambda: QUESTION not in terminal.rows[0])
    terminal.press("Escape")
    terminal.until(lambda: "listforum ·" in terminal.rows[0])
    terminal.wait_for("/ searches offline")
    terminal.press("/")
    terminal.wait_for("from:name")
    terminal.type(TYPED)
    terminal.wait_for("topics found", "Found in the other spelling")
    terminal.until(lambda: WRITTEN[0] in "\n".join(terminal.rows[3:-2]))
    terminal.press("Enter", "Enter")
    terminal.wait_for("y says why")
    terminal.until(lambda: WRITTEN[0] in "\n".join(terminal.rows[1:-2]))
    terminal.press("n", "y")
    terminal.wait_for("Why this post is here", "In-Reply-To names the post of")
    terminal.press("Escape")
    terminal.until(lambda: "Why this post" not in terminal.words)


def the_newcomer_is_answered(terminal: Tmux) -> None:
    terminal.press("q")
    terminal.until(lambda: terminal.rows[0].startswith(" Search"))
    terminal.press("q")
    terminal.until(lambda: "listforum ·" in terminal.rows[0])
    terminal.press("Tab", "j", "j", "j", "Enter")
    terminal.until(lambda: "Unanswered" in terminal.rows[0] and QUESTION in terminal.rows[2])
    terminal.press("Enter")
    terminal.wait_for("the file is perfect", "r answers")
    terminal.press("r")
    terminal.wait_for(TO_THE_LIST)
    terminal.type(ANSWER)
    terminal.wait_for(ANSWER)
    terminal.press("C-s")
    terminal.wait_for("It is queued, and safe.")


def the_program_dies_while_it_sends(terminal: Tmux, home: Path) -> None:
    """The server has taken the mail, and its answer is still on its way over the slow link."""
    terminal.press("F2", "F2", "F2")
    terminal.wait_for("2G ·")
    terminal.press("s")
    terminal.until(lambda: copies(home) == 1)
    terminal.kill()


def what_became_of_it_is_told_after_a_restart(terminal: Tmux, home: Path) -> None:
    terminal.start("--home", str(home), "demo")
    terminal.wait_for(QUESTION, "the file is perfect", "2G · 0.0 kB")
    terminal.press("q")
    terminal.until(lambda: "listforum ·" in terminal.rows[0])
    terminal.press("o")
    terminal.wait_for("uncertain", TO_THE_LIST, "It may have been sent; it is not sent again by itself.")
    assert copies(home) == 1


def the_list_shows_it(terminal: Tmux, home: Path) -> None:
    terminal.press("s")
    terminal.wait_for("open-data: 1 new post, about")
    terminal.press("Enter")
    terminal.wait_for("down,")
    terminal.press("Escape")
    terminal.wait_for("on the list", TO_THE_LIST)
    assert copies(home) == 1
    assert not any("may have been sent" in row for row in terminal.rows)


class TestNothingIsLeft:
    def test_after_leaving(self, terminal: Tmux, directory: Path) -> None:
        begin(terminal)
        assert demos(directory)
        terminal.press("q")
        terminal.until(lambda: terminal.dead)
        assert demos(directory) == []

    def test_after_a_kill_and_the_next_demo(self, terminal: Tmux, directory: Path) -> None:
        begin(terminal)
        terminal.kill()
        (left,) = demos(directory)
        begin(terminal)
        (other,) = demos(directory)
        assert other != left
        terminal.press("q")
        terminal.until(lambda: terminal.dead)
        assert demos(directory) == []


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (40, 24)], ids=str)
def test_every_screen_fits(directory: Path, size: tuple[int, int]) -> None:
    with Tmux(directory, *size) as terminal:
        begin(terminal)
        for key, shown in SCREENS:
            if key:
                terminal.press(key)
            terminal.wait_for(shown)
            assert all(width(row) <= size[0] for row in terminal.rows), terminal.rows
            assert "help" in terminal.rows[-1] or key in DIALOGS, terminal.rows
        terminal.press("C-q")
        terminal.until(lambda: terminal.dead)


SCREENS = [
    ("", "new posts wait"),
    ("Tab", "Unanswered"),
    ("Escape", "listforum ·"),
    ("f", "words of the subject"),
    ("Escape", "listforum ·"),
    ("G", "listforum ·"),
    ("Enter", "Six rules"),
    ("y", "Why this post is here"),
    ("Escape", "Welcome"),
    ("r", "To everyone on open-data"),
    ("Escape", "Welcome"),
    ("?", "Read on: down"),
    ("Escape", "Welcome"),
    ("C-p", "What do you want to do?"),
    ("Escape", "Welcome"),
    ("o", "Outbox"),
    ("q", "Welcome"),
    ("/", "from:name"),
    ("Escape", "Welcome"),
    ("s", "Nothing is fetched before you have seen the price"),
    ("Escape", "Welcome"),
]
"""A key, and what the screen shows after it."""

DIALOGS = {"y", "?", "C-p", "s"}
"""The keys that open what has a key line of its own."""


def begin(terminal: Tmux) -> None:
    terminal.start("demo")
    terminal.until(lambda: "listforum ·" in terminal.rows[0])


def demos(directory: Path) -> list[Path]:
    return sorted(directory.glob("listforum-demo-*"))


def copies(home: Path) -> int:
    """How many mails with the answer lie on the server."""
    return sum(ANSWER.encode() in path.read_bytes() for path in (home / "demo" / "inbox").glob("*.eml"))
