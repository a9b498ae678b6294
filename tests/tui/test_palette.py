"""Anything to do, found by its name and done on the screen beneath."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.tui.layout.cells import width
from listforum.tui.screens.palette import PaletteScreen
from listforum.tui.screens.topic import TopicScreen
from listforum.tui.screens.topics import TopicsScreen
from listforum.tui.shelf import Shelf
from mails import mail
from reader import Reader, fill, read


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    fill(home, "open-data", [mail(1), mail(2, subject="Buses")])
    fill(home, "gardens", [mail(11, subject="Seeds", list_id="gardens.example.org")])
    return home


@pytest.mark.parametrize("key", ["ctrl+p", "colon"])
def test_a_few_letters_and_enter_do_it(home: Path, key: str) -> None:
    async def script(reader: Reader) -> None:
        await reader.press(key)
        assert isinstance(reader.app.screen, PaletteScreen)
        await reader.type("open the top")
        await reader.press("enter")
        assert isinstance(reader.app.screen, TopicScreen)

    read(home, script)


def test_the_keys_are_learned_on_the_way(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("ctrl+p")
        await reader.type("follow")
        (row,) = [row for row in reader.rows if "Follow the topic" in row]
        assert " w " in row

    read(home, script)


def test_words_may_stand_in_any_order(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("ctrl+p")
        await reader.type("topic FOLLOW")
        assert "Follow the topic" in reader.text
        assert "Search everything" not in reader.text

    read(home, script)


def test_a_list_and_a_view_can_be_gone_to(home: Path) -> None:
    async def script(reader: Reader) -> None:
        screen = reader.app.screen
        assert isinstance(screen, TopicsScreen)
        for name, shelf in (
            ("open-data", Shelf("open-data")),
            ("gardens", Shelf("gardens")),
            ("unread", Shelf(None, "unread")),
        ):
            await reader.press("ctrl+p")
            await reader.type(f"go to {name}")
            await reader.press("enter")
            assert screen.shelf == shelf
            assert reader.app.screen is screen

    read(home, script)


def test_down_chooses_another(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("ctrl+p")
        await reader.type("go to")
        await reader.press("down", "enter")
        screen = reader.app.screen
        assert isinstance(screen, TopicsScreen)
        assert screen.shelf == Shelf("open-data")

    read(home, script)


def test_what_is_called_by_nobody_is_said(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("ctrl+p")
        await reader.type("zzz")
        assert "Nothing of that name." in reader.text
        await reader.press("enter")
        assert isinstance(reader.app.screen, PaletteScreen)
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicsScreen)

    read(home, script)


def test_what_the_app_does_is_done_too(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("ctrl+p")
        await reader.type("all keys")
        await reader.press("enter")
        assert "How it works" in reader.text or "In the list of topics" in reader.text

    read(home, script)


def test_on_a_narrow_screen_the_words_have_the_room(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("ctrl+p")
        await reader.type("go to open")
        assert "Go to open-data" in reader.text
        assert all(width(row) <= 40 for row in reader.rows)

    read(home, script, size=(40, 16))
