"""The first screen of somebody who has nothing yet: it says what to do, and leads there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from forum_home import configured_home
from listforum.tui.layout.cells import width
from listforum.tui.screens.page import PageScreen
from listforum.tui.screens.welcome import WelcomeScreen
from reader import Reader, read

CONFIG = """\
[accounts.home]
address = "Ana Lima <ana@example.org>"
imap = { host = "127.0.0.1", port = 9, tls = "none", user = "ana" }
password = "correct horse"
"""

LIST = """
[lists.open-data]
account = "home"
folder = "INBOX"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """An editor that does one thing to the file it is given."""
    program = tmp_path / "editor"
    program.write_text(f"#!/bin/sh\n{command}\n")
    program.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(program))


def test_without_a_config_it_says_what_this_is_and_what_to_do(home: Path) -> None:
    async def script(reader: Reader) -> None:
        assert isinstance(reader.app.screen, WelcomeScreen)
        for words in ("There is no config yet: begin with e", "1. e", "2. d", "3. s", "listforum demo", "import"):
            assert words in reader.text, words

    read(home, script)


def test_on_a_narrow_screen_every_word_is_reached_by_scrolling(home: Path) -> None:
    async def script(reader: Reader) -> None:
        seen = reader.text
        for _press in range(6):
            await reader.press("pagedown")
            seen += reader.text
        assert "listforum import FILE" in seen
        assert all(width(row) <= 40 for row in reader.rows)

    read(home, script, size=(40, 10))


def test_e_writes_a_config_only_its_owner_reads_and_says_where_it_is_without_an_editor(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("e")
        assert f"Your config lies at {home / 'config.toml'}." in reader.said

    read(home, script)
    assert "[accounts.home]" in (home / "config.toml").read_text()
    assert stat.S_IMODE((home / "config.toml").stat().st_mode) == 0o600


def test_a_broken_config_is_told_with_the_words_that_say_what_is_wrong(home: Path) -> None:
    configured_home(home, CONFIG.replace('tls = "none"', 'tls = "perhaps"'))

    async def script(reader: Reader) -> None:
        assert isinstance(reader.app.screen, WelcomeScreen)
        assert "needs a change" in reader.text
        assert "perhaps" in " ".join(reader.text.split())

    read(home, script)


def test_what_stands_in_a_broken_config_is_shown_letter_by_letter(home: Path) -> None:
    configured_home(home, CONFIG.replace('tls = "none"', 'tls = "[/b][@click=app.quit]"'))

    async def script(reader: Reader) -> None:
        assert "[/b][@click=app.quit]" in reader.text
        assert "\x1b" not in reader.text

    read(home, script)


def test_a_config_without_a_list_sends_to_the_doctor(home: Path) -> None:
    configured_home(home, CONFIG)

    async def script(reader: Reader) -> None:
        assert "names no list yet" in reader.text
        await reader.press("s")
        assert isinstance(reader.app.screen, WelcomeScreen)
        assert "no list to fetch yet" in reader.said

    read(home, script)


def test_d_looks_at_everything_and_shows_what_it_found(home: Path) -> None:
    configured_home(home, CONFIG.replace('tls = "none"', 'tls = "perhaps"'))

    async def script(reader: Reader) -> None:
        await reader.press("d")
        await reader.until(lambda: isinstance(reader.app.screen, PageScreen))
        await reader.settled()
        assert "ok  home" in reader.text
        assert "LOOK  config" in reader.text
        await reader.press("escape")
        assert isinstance(reader.app.screen, WelcomeScreen)

    read(home, script)


def test_s_goes_on_to_the_topics_and_the_run_once_a_list_is_set(home: Path) -> None:
    configured_home(home, CONFIG.replace('tls = "none"', 'tls = "perhaps"'))

    async def script(reader: Reader) -> None:
        (home / "config.toml").write_text(CONFIG + LIST)
        await reader.press("s")
        await reader.until(lambda: not reader.app.link.busy)
        await reader.settled()
        assert "Syncing" in reader.text
        assert "127.0.0.1" in reader.text
        await reader.press("escape")
        assert "listforum ·" in reader.rows[0]

    read(home, script)


def test_q_leaves(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("q")
        assert reader.app.return_code == 0

    read(home, script)


@pytest.mark.skipif(os.name != "posix", reason="editors are started as on Unix")
def test_an_editor_that_cannot_be_lent_the_terminal_leaves_the_screen_as_it_is(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor(tmp_path, monkeypatch, 'echo "# seen" >> "$1"')

    async def script(reader: Reader) -> None:
        await reader.press("e")
        assert isinstance(reader.app.screen, WelcomeScreen)
        assert "cannot be lent" in reader.said

    read(home, script)
