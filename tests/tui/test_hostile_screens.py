"""Whatever strangers write, wherever it shows: text on the screen, never a command, never markup, never a crash."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest

from cli.hostile import MARK, as_bytes
from cli.test_hostile import alert_and_no_folder, folders, greeting, refused_login
from servers.certificates import Authority
from servers.scripted import ScriptedServer
from tui.hostile_home import PAYLOADS_ON_SCREENS, SHOWN_AS_THEY_ARE, configure, hostile_home
from tui.terminals import TerminalSession

COLUMNS, ROWS = 110, 50
SIDE = 20
COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
DANGEROUS = [payload for payload in PAYLOADS_ON_SCREENS if COMMANDS.search(payload.rstrip("\x1b"))]
"""What must not be found in the output; an escape at a payload's end may as well be the next one of the screen's."""
PASTED = [payload for payload in PAYLOADS_ON_SCREENS if "\r" not in payload]


@pytest.fixture(scope="module")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_home(tmp_path_factory.mktemp("hostile"))


@pytest.fixture
def home(ready_home: Path, tmp_path: Path) -> Path:
    """A copy of the hostile home, for one test."""
    return Path(shutil.copytree(ready_home, tmp_path / "home"))


class Visit:
    """A visit to places on the screen; what they showed is kept, and looked at again at the end."""

    def __init__(self, home: Path, *, driver: str = "") -> None:
        self.seen: list[str] = []
        command = [sys.executable, "-m", "listforum", "--home", str(home)]
        self.session = TerminalSession(command, {"LISTFORUM_DRIVER": driver}, COLUMNS, ROWS)
        self.session.wait_for("help")
        self.look()

    def press(self, *keys: str) -> None:
        """Presses keys one after the other, and looks after each."""
        for key in keys:
            self.session.send(key)
            self.look()

    def paste(self, payload: str) -> None:
        self.session.paste(payload)
        self.look()

    def look(self) -> None:
        """Reads the screen strictly: Forbidden is raised for any escape that is not one of a screen's own."""
        self.session.quiet(0.05)
        self.seen.append(self.session.screen.text())
        assert self.session.process.poll() is None, self.seen[-1]

    def until(self, *words: str) -> None:
        """Looks until one of these stands on the screen."""
        end = time.monotonic() + 20
        while not any(word in self.seen[-1] for word in words):
            assert time.monotonic() < end, self.seen[-1]
            self.look()

    def until_gone(self, word: str) -> None:
        """Looks until this no longer stands on the screen."""
        end = time.monotonic() + 20
        while word in self.seen[-1]:
            assert time.monotonic() < end, self.seen[-1]
            self.look()

    @property
    def text(self) -> str:
        return "\n".join(self.seen)

    @property
    def words(self) -> str:
        """The same, wherever lines break, without the edges of dialogs."""
        return " ".join(self.text.replace("│", " ").split())

    def end(self) -> None:
        """Leaves, and looks through all that was ever written."""
        self.session.send("\x11")
        self.session.exit_code()
        assert self.session.restored()
        assert "Something in listforum itself went wrong" not in self.text
        written = bytes(self.session.output)
        for payload in DANGEROUS:
            assert as_bytes(payload) not in written, ascii(payload)


@pytest.fixture
def visit() -> Iterator[Callable[..., Visit]]:
    """Begins visits; each ends with a look through all that was written."""
    begun: list[Visit] = []

    def begin(home: Path, **how: str) -> Visit:
        begun.append(Visit(home, **how))
        return begun[-1]

    yield begin
    for one in begun:
        try:
            if one.session.process.poll() is None:
                one.end()
        finally:
            one.session.close()


@pytest.mark.parametrize("driver", ["", "plain"])
def test_lists_and_topics_keep_their_columns(home: Path, visit: Callable[..., Visit], driver: str) -> None:
    here = visit(home, driver=driver)
    for key in ["", "G", "g", "\t", "G", "\t"]:
        here.press(*key)
        cells = here.session.screen.cells
        edge = [row[SIDE].text.rstrip("\u200e") for row in cells[1:-1]]
        assert set(edge) == {"│"}, here.seen[-1]
        assert all(len(row) == COLUMNS for row in cells)
    dated = [row for row in here.session.screen.cells[2:-1] if "2 Mar" in "".join(cell.text for cell in row)]
    starts = {"".join(cell.text[:1] or " " for cell in row).rindex("2 Mar") for row in dated}
    assert len(dated) > 20
    assert len(starts) == 1
    assert all(payload[:8] in here.text for payload in SHOWN_AS_THEY_ARE)


def test_topics_posts_attachments_and_reasons(home: Path, visit: Callable[..., Visit]) -> None:
    here = visit(home)
    here.press("g")
    for _ in PAYLOADS_ON_SCREENS:
        here.press("\rZ", "gj\r", "y", "hn>", "J", "u", "hhhj")  # most answers branched off: \r goes there
    for payload in SHOWN_AS_THEY_ARE:
        assert here.text.count(payload) > 3
    assert here.text.count(MARK) > 5 * len(PAYLOADS_ON_SCREENS)
    assert "Why this post is here" in here.text
    assert "branched off: " in here.text
    assert "branch: " in here.text
    assert "moving a post of " in here.text


def test_search_its_field_and_what_it_finds(home: Path, visit: Callable[..., Visit]) -> None:
    here = visit(home)
    here.press("/")
    here.session.send(f"{MARK}\r")
    here.session.wait_for("found")
    here.press("G", "g", "\r", "h", "/")
    for payload in PASTED:
        here.session.send("\x05\x15")
        here.paste(payload)
        here.session.send("\r/")
    assert all(payload in here.text for payload in SHOWN_AS_THEY_ARE)


def test_filter_and_its_field(home: Path, visit: Callable[..., Visit]) -> None:
    here = visit(home)
    here.press("f")
    for payload in PASTED:
        here.session.send("\x05\x15")
        here.paste(payload)
    assert all(payload in here.text for payload in SHOWN_AS_THEY_ARE)


def test_outbox_its_errors_questions_and_words_in_passing(home: Path, visit: Callable[..., Visit]) -> None:
    here = visit(home)
    here.press("o")
    for _ in range(8):
        here.press("d", "ny", "na", "nj")
    assert here.text.count(MARK) > 8


def test_writing_and_drafts(home: Path, visit: Callable[..., Visit]) -> None:
    here = visit(home)
    for payload in PAYLOADS_ON_SCREENS[::4]:
        here.press("c")
        here.paste(payload)
        here.press("\t")
        here.paste(f"line\n{payload}\nlast")
        here.press("\x1b", "og\r", "\x1b", "h")
    assert here.text.count(MARK) > 10


def test_answers_their_quotes_and_destinations(home: Path, visit: Callable[..., Visit]) -> None:
    here = visit(home)
    here.press("g")
    for _ in PAYLOADS_ON_SCREENS[::4]:
        here.press("\r", "r", "\x1b", "R", "\x1b", "hh", "jjjj")
    assert MARK in here.text


def test_palette_and_its_field(home: Path, visit: Callable[..., Visit]) -> None:
    here = visit(home)
    here.press(":")
    here.until("What do you want to do?")
    here.session.send("go to")
    here.until("Go to t[PATCH 3/7]")
    for payload in PASTED[::3]:
        here.session.send("\x05\x15")
        here.paste(payload)


@pytest.mark.parametrize("script", [greeting, refused_login, alert_and_no_folder, folders])
def test_what_servers_say(
    home: Path, visit: Callable[..., Visit], authority: Authority, script: Callable[..., None]
) -> None:
    waiting = cycle(PAYLOADS_ON_SCREENS)

    with ScriptedServer(
        lambda peer: script(peer, as_bytes(next(waiting)).replace(b"\n", b" ")),
        authority.certificate("localhost", "127.0.0.1"),
    ) as server:
        configure(home, server.port, f'ca_file = "{authority.ca_file}"')
        here = visit(home)
        for _ in range(6):
            here.press("s")
            here.until("Password of", "s again")
            if "Password of" in here.seen[-1]:
                here.session.send("correct horse\r")
            here.until("s again")
            here.press("\x1b")
            here.until_gone("s again")
        assert "correct horse" not in here.text
        assert "the server says" in here.words


def test_mistakes_in_the_config(tmp_path: Path, visit: Callable[..., Visit]) -> None:
    home = tmp_path / "home"
    for payload in PAYLOADS_ON_SCREENS[::9]:
        value = "".join(f"\\U{ord(one):08X}" if not 0xD800 <= ord(one) < 0xE000 else "?" for one in payload)
        configure(home, 9, f'[lists."{value}"]\naccount = "{value}"\nfolder = "{value}"\n"{value}" = 1')
        here = visit(home)
        here.press("s", "d", "?")
        here.end()
        here.session.close()
