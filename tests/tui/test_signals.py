"""Ends that others decide on: the terminal goes away, somebody ends the process. And Ctrl-C, which ends nothing."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from listforum.cancel import Cancel
from listforum.tui.exchange import Exchange, Outcome
from reader import Reader, forum_at, read
from tui.correspondent import begin_answer, drafts, program, settle_down
from tui.terminals import TerminalSession, python

SOON = 1.5
"""Seconds in which it has ended, on a machine that does other things, too."""

STUCK = """\
import sys, time
from listforum.tui.screens.compose import ComposeScreen
def stuck(screen):
    time.sleep(30)
ComposeScreen.action_throw_away = stuck
from listforum.cli import main
sys.exit(main(["--home", {home!r}]))
"""

BLOCKED_SOCKET = """\
import socket, sys
from listforum.tui.exchange import Link
here, there = socket.socketpair()
Link.send_and_sync = lambda link, exchange: here.recv(1)
from listforum.cli import main
sys.exit(main(["--home", {home!r}]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return settle_down(tmp_path / "home")


def own_words(home: Path) -> list[str]:
    return [draft.text.rpartition("\n\n")[2] for draft in drafts(home)]


def seconds_to_end(session: TerminalSession) -> float:
    began = time.monotonic()
    session.process.wait(15)
    return time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_keeps_the_draft_and_gives_the_terminal_back(home: Path, number: signal.Signals) -> None:
    with program(home) as session:
        begin_answer(session, "UTF-8")
        session.send(", I think")
        session.wait_for("I think")
        session.process.send_signal(number)
        assert seconds_to_end(session) < SOON
        assert session.exit_code() == 128 + number
        assert session.restored()
        assert "UTF-8" not in session.screen.text()
    assert own_words(home) == ["UTF-8, I think"]


def test_ctrl_z_puts_it_aside_and_it_comes_back_as_it_was(home: Path) -> None:
    with program(home) as session:
        session.wait_for("The census files")
        session.send("\x1a")
        until_state(session, "T")
        assert session.restored()
        session.quiet()
        session.process.send_signal(signal.SIGCONT)
        painted = session.quiet()
        assert "The census files" in painted
        assert "help" in painted


def until_state(session: TerminalSession, state: str) -> None:
    """Waits until the kernel says so of the process (proc(5)): T is stopped, S waits."""
    end = time.monotonic() + 10
    while Path(f"/proc/{session.process.pid}/stat").read_text().rpartition(")")[2].split()[0] != state:
        session.quiet(0.05)
        assert time.monotonic() < end


def test_a_line_that_is_cut_keeps_the_draft(home: Path) -> None:
    with program(home) as session:
        begin_answer(session, "UTF-8, I think")
        session.hang_up()
        assert seconds_to_end(session) < SOON
        assert session.process.returncode == 128 + signal.SIGHUP
    assert own_words(home) == ["UTF-8, I think"]


def test_the_readers_place_is_kept(home: Path) -> None:
    with program(home) as session:
        session.wait_for("The census files")
        session.send("\r")
        session.wait_for("Which encoding")
        session.process.send_signal(signal.SIGTERM)
        session.exit_code()
    with forum_at(home) as forum:
        place = forum.whereabouts.load()
    assert place is not None
    assert place.topic is not None


def test_a_socket_that_never_answers_holds_nothing_up(home: Path) -> None:
    with python(BLOCKED_SOCKET.format(home=str(home))) as session:
        begin_answer(session, "UTF-8")
        session.send("\x1b")
        session.wait_for("Kept as a draft")
        session.send("s")
        session.wait_for("stop")
        session.process.send_signal(signal.SIGTERM)
        assert seconds_to_end(session) < SOON
        assert session.exit_code() == 128 + signal.SIGTERM
        assert session.restored()


def test_a_screen_that_hangs_ends_nevertheless(home: Path) -> None:
    with python(STUCK.format(home=str(home))) as session:
        begin_answer(session, "UTF-8")
        session.quiet(1.5)
        session.send("\x18")
        session.quiet(0.3)
        session.process.send_signal(signal.SIGTERM)
        assert seconds_to_end(session) < SOON
        assert session.exit_code() == 128 + signal.SIGTERM
        assert session.restored()
    assert own_words(home) == ["UTF-8"]


def test_a_signal_while_the_editor_is_open_ends_both_and_keeps_what_was_saved(home: Path) -> None:
    editor = home.parent / "editor"
    editor.write_text("#!/bin/sh\necho 'from my editor' >> \"$1\"\necho 'My editor is up.'\nexec sleep 60\n")
    editor.chmod(0o700)
    with program(home, {"EDITOR": str(editor)}) as session:
        begin_answer(session, "typed")
        session.send("\x0f")
        session.wait_for("My editor is up.")
        session.process.send_signal(signal.SIGTERM)
        assert seconds_to_end(session) < SOON
        assert session.exit_code() == 128 + signal.SIGTERM
    assert "from my editor" in drafts(home)[0].text
    assert not list((home / "tmp").iterdir())


def test_the_terminal_says_nothing_of_it(home: Path) -> None:
    with program(home) as session:
        begin_answer(session, "UTF-8")
        session.process.send_signal(signal.SIGTERM)
        session.exit_code()
        assert "Traceback" not in session.output.decode("utf-8", "replace")
    assert not (home / "crash.txt").exists()


# --- Ctrl-C -------------------------------------------------------------------------------------------------------


def test_ctrl_c_says_how_to_leave(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("ctrl+c")
        assert "^q leaves listforum." in reader.said
        assert reader.app.is_running

    read(home, script)


def test_ctrl_c_stops_a_run_on_the_link(home: Path) -> None:
    async def script(reader: Reader) -> None:
        cancel, waiting = Cancel(), threading.Event()

        def work(exchange: Exchange) -> Outcome:
            while not exchange.cancel.cancelled:
                waiting.wait(0.01)
            return Outcome()

        reader.app.link.begin(Exchange(str, lambda: None, cancel, "test"), work, lambda _exchange: None)
        await reader.press("ctrl+c")
        assert cancel.cancelled
        assert "Stopping" in reader.said
        await reader.until(lambda: not reader.app.link.busy)

    read(home, script)
