"""When listforum itself fails, the terminal is restored, one sentence is said, and nothing private is shown or kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from listforum.tui.crash import last_words, trace, write_trace
from tui.terminals import TerminalSession, python

SECRET = "correct horse battery"

PROGRAM = """
import asyncio, sys, threading
from pathlib import Path
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static
from listforum.errors import ArchiveError
from listforum.tui.crash import CrashSafe
from listforum.tui.driver import ForumDriver

class Broken(Static):
    def compose(self):
        if app.where == "compose":
            fail("correct horse battery")
        return ()

    def render(self):
        if app.where == "render":
            fail("correct horse battery")
        return Content("ready")

class Tiny(CrashSafe):
    ENABLE_COMMAND_PALETTE = False
    crash_file = Path(sys.argv[2])

    def __init__(self, where):
        super().__init__()
        self.driver_class = ForumDriver
        self.where = where
        if where == "style":
            self.CSS = "Nonsense { colour: [/nope] ; "

    def compose(self) -> ComposeResult:
        yield Broken()

    def on_mount(self):
        if self.where == "mount":
            fail("correct horse battery")

    def on_unmount(self):
        if self.where == "unmount":
            fail("correct horse battery")

    def on_key(self, event):
        password = "correct horse battery"
        where = self.where
        if where == "handler":
            fail(password)
        elif where == "timer":
            self.set_timer(0.01, lambda: fail(password))
        elif where == "worker":
            self.run_worker(self.work(password))
        elif where == "thread worker":
            self.run_worker(lambda: fail(password), thread=True)
        elif where == "thread":
            threading.Thread(target=fail, args=(password,), daemon=True).start()
        elif where == "callback":
            asyncio.get_running_loop().call_soon(fail, password)
        elif where == "later":
            self.call_after_refresh(fail, password)
        elif where == "group":
            raise ExceptionGroup(password, [ValueError(password), KeyError(password)])
        elif where == "words":
            raise ArchiveError("The archive is damaged\\x1b]0;x\\x07: see doctor.")
        elif where == "exit after it":
            try:
                fail(password)
            except ValueError as error:
                self.call_later(self.fail_again, error)
            self.call_later(self.exit, None, 0)
        elif where == "panic":
            self.panic(password)
        elif where == "unmount":
            self.exit(0, return_code=0)
        elif where == "nothing":
            self.exit(0, return_code=0)

    async def work(self, password):
        fail(password)

    def fail_again(self, error):
        raise error

def fail(password):
    secret = "local " + password
    raise ValueError("the message says " + secret)

app = Tiny(sys.argv[1])
app.run()
sys.exit(app.return_code)
"""

AT_START = ["compose", "render", "mount", "style"]
ON_A_KEY = [
    "handler", "timer", "worker", "thread worker", "thread", "callback", "later", "group", "exit after it", "panic",
    "unmount",
]  # fmt: skip


def failing(where: str, home: Path, columns: int = 80) -> TerminalSession:
    program = f"import sys; sys.argv[1:] = [{where!r}, {str(home / 'crash.txt')!r}]\n" + PROGRAM
    session = python(program, columns=columns)
    if where not in AT_START:
        session.wait_for("ready")
        session.send("k")
    return session


@pytest.mark.parametrize("where", AT_START + ON_A_KEY)
def test_wherever_it_fails(where: str, tmp_path: Path) -> None:
    with failing(where, tmp_path, columns=300) as session:
        assert session.exit_code() == 1
        written = session.output.decode()
        assert written.count("Something in listforum itself went wrong") == 1
        assert "correct horse" not in written
        assert "Traceback" not in written
        assert session.restored()
        assert "Something in listforum itself went wrong" in session.screen.text()
        assert str(tmp_path / "crash.txt") in written

        kept = tmp_path / "crash.txt"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert "correct horse" not in kept.read_text()
        assert "listforum " in kept.read_text()


def test_a_failure_with_words_of_its_own_is_told_in_them(tmp_path: Path) -> None:
    with failing("words", tmp_path) as session:
        assert session.exit_code() == 1
        assert "The archive is damaged: see doctor." in session.screen.text()
        assert session.restored()
        assert not (tmp_path / "crash.txt").exists()


def test_without_a_failure_nothing_is_said(tmp_path: Path) -> None:
    with failing("nothing", tmp_path) as session:
        assert session.exit_code() == 0
        assert session.screen.text().strip() == ""
        assert not (tmp_path / "crash.txt").exists()


def test_where_nothing_can_be_kept_the_sentence_does_not_name_a_file(tmp_path: Path) -> None:
    with failing("handler", tmp_path / "not there", columns=300) as session:
        assert session.exit_code() == 1
        assert "went wrong (ValueError in __main__:" in session.screen.text()
        assert "crash.txt" not in session.screen.text()


# --- the trace --------------------------------------------------------------------------------------------------------


def error_of(password: str) -> BaseException:
    try:
        try:
            int(password)
        except ValueError as cause:
            raise KeyError(password) from cause
    except KeyError as error:
        return error


def test_the_trace_says_where_and_what_kind_and_no_values() -> None:
    text = "\n".join(trace(error_of(SECRET)))
    assert "builtins.KeyError" in text
    assert "caused by builtins.ValueError" in text
    assert "in error_of" in text
    assert SECRET not in text


def test_a_recursion_without_end_makes_a_short_trace() -> None:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError as error:
        assert len(list(trace(error))) < 150


def test_causes_that_go_in_a_circle_are_told_once() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert sum("builtins." in line for line in trace(first)) == 2


def test_the_newest_trace_takes_the_place_of_the_last_whoever_could_read_that(tmp_path: Path) -> None:
    kept = tmp_path / "crash.txt"
    kept.write_text("old")
    kept.chmod(0o644)
    assert write_trace(kept, error_of(SECRET))
    assert "old" not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_link_in_the_place_of_the_trace_leads_nowhere(tmp_path: Path) -> None:
    elsewhere, kept = tmp_path / "precious", tmp_path / "crash.txt"
    elsewhere.write_text("precious")
    kept.symlink_to(elsewhere)
    assert write_trace(kept, error_of(SECRET))
    assert elsewhere.read_text() == "precious"


def test_what_is_said_is_one_harmless_line() -> None:
    hostile = type("Bad\x1b]0;x\x07\nName", (Exception,), {})
    said = last_words(hostile(), Path("/home/\x1b[31m/crash.txt"))
    assert "\x1b" not in said
    assert "\n" not in said
