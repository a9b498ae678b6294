"""Keys that arrive all at once, as over a thin line: none of them reaches a screen that it was not meant for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual import events

from listforum.tui import type_ahead
from listforum.tui.screens.compose import ComposeScreen
from listforum.tui.screens.search import SearchScreen
from listforum.tui.screens.topics import TopicsScreen
from reader import Reader, forum_at, read
from tui.correspondent import settle_down


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return settle_down(tmp_path / "home")


async def at_once(reader: Reader, *keys: str) -> None:
    """Has keys arrive without a pause between them."""
    for key in keys:
        character = " " if key == "space" else key if len(key) == 1 else None
        reader.app.post_message(events.Key({"/": "slash", "?": "question_mark"}.get(key, key), character))
    await reader.pilot.pause(0.3)
    await reader.settled()


def marks(home: Path) -> list[tuple[bool, bool, bool]]:
    with forum_at(home) as forum:
        return [(one.followed, one.muted, one.starred) for one in forum.reading.topics("open-data", (), 50, 0)]


def test_a_word_behind_the_key_of_the_search_is_searched_for(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await at_once(reader, "/", *"swamq")
        assert isinstance(reader.app.screen, SearchScreen)
        assert "swamq" in reader.rows[1]

    read(home, script)
    assert not any(map(any, marks(home)))


def test_a_word_behind_the_key_of_the_filter_is_filtered_by(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await at_once(reader, "f", *"wmc")
        assert isinstance(reader.app.screen, TopicsScreen)
        assert "wmc" in reader.rows[1]

    read(home, script)
    assert not any(map(any, marks(home)))


def test_what_takes_long_to_open_gets_its_keys_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_filter = TopicsScreen.action_filter

    def slowly(screen: TopicsScreen) -> None:
        time.sleep(2 * type_ahead._PATIENCE)
        open_filter(screen)

    monkeypatch.setattr(TopicsScreen, "action_filter", slowly)

    async def script(reader: Reader) -> None:
        await at_once(reader, "f", *"wmc")
        await reader.until(lambda: "wmc" in reader.rows[1])

    read(home, script)
    assert not any(map(any, marks(home)))


def test_words_behind_the_key_of_an_answer_are_the_answer(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await at_once(reader, "enter", "r", *"mow", "space", *"As")
        assert isinstance(reader.app.screen, ComposeScreen)
        assert "mow As" in reader.text

    read(home, script)
    assert not any(map(any, marks(home)))


def test_keys_go_on_after_what_could_not_be_opened(home: Path) -> None:
    async def script(reader: Reader) -> None:
        (home / "config.toml").write_text("[")
        await at_once(reader, "c", "escape", "w")
        assert isinstance(reader.app.screen, TopicsScreen)

    read(home, script)
    assert marks(home)[0][0]


def test_no_key_waits_for_a_screen_that_has_gone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type_ahead, "_PATIENCE", 60.0)

    async def script(reader: Reader) -> None:
        for keys in (["/", "x", "escape"], ["enter", "escape"], ["?", "escape"], ["c", "x", "escape"], ["o", "escape"]):
            await at_once(reader, *keys)
            assert isinstance(reader.app.screen, TopicsScreen)
        await at_once(reader, "w")

    read(home, script)
    assert marks(home)[0][0]
