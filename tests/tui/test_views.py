"""Saved searches stand beside the lists: their topics are shown like a list's, and are kept up with the archive."""

from __future__ import annotations

import threading
from array import array
from pathlib import Path
from typing import Any

import pytest

from listforum.errors import ArchiveError
from listforum.forum.searching import Searching
from listforum.tui.item_list import ItemList
from listforum.tui.screens.ask import AskScreen
from listforum.tui.screens.search import SearchScreen
from listforum.tui.screens.topic import TopicScreen
from listforum.tui.screens.topics import TopicsScreen
from listforum.tui.shelf import SavedShelf, Shelf
from listforum.tui.topic_list import TopicList
from mails import mail
from reader import Reader, fill, forum_at, read

WIDE = (120, 30)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    fill(
        home,
        "open-data",
        [
            mail(1, subject="Census", text="Where are the turnip files?"),
            mail(2, subject="Buses", text="The timetable is a scan."),
            mail(3, subject="Maps", text="No turnip on any of them."),
        ],
    )
    fill(home, "gardens", [mail(11, subject="Seeds", list_id="gardens.example.org", text="Turnips for dry ground.")])
    return home


def saved(home: Path, **searches: str) -> None:
    with forum_at(home) as forum:
        for name, words in searches.items():
            forum.views.keep(name, words)


def topics_of(reader: Reader) -> set[str]:
    """The subjects in the list of topics."""
    rows = [row[21:] for row in reader.rows[2:-1]]
    return {subject for subject in ("Census", "Buses", "Maps", "Seeds") if any(subject in row for row in rows)}


def side(reader: Reader, name: str) -> str:
    """The row at the side that has a name; "" where there is none."""
    rows = [row[:21].replace("\u200e", "").strip(" │") for row in reader.rows[1:-1]]
    return next((row for row in rows if name in row), "")


async def choose(reader: Reader, name: str) -> None:
    """Goes to a saved search by the palette, and waits for its topics."""
    await reader.until(lambda: bool(side(reader, name)))
    await reader.press("ctrl+p")
    await reader.type(f"go to {name}")
    await reader.press("enter")
    await reader.until(lambda: "Looking for" not in reader.text)


def test_a_search_is_saved_under_a_name_and_stands_beside_the_lists_with_what_is_unread(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("slash")
        await reader.type("turnip")
        await reader.until(lambda: "3 topics found" in reader.text)
        await reader.press("ctrl+s")
        assert isinstance(reader.app.screen, AskScreen)
        assert "turnip" in reader.text
        await reader.type("Roots")
        await reader.press("enter")
        assert "Saved as Roots" in reader.said.replace("\u200e", "")
        await reader.press("escape")
        await reader.until(lambda: side(reader, "Roots") == "/ Roots          3")
        await choose(reader, "Roots")
        await reader.until(lambda: topics_of(reader) == {"Census", "Maps", "Seeds"})
        assert "Roots" in reader.rows[0]

    read(home, script, WIDE)


def test_its_topics_are_opened_marked_and_filtered_like_those_of_a_list(home: Path) -> None:
    saved(home, roots="turnip")

    async def script(reader: Reader) -> None:
        await choose(reader, "roots")
        await reader.until(lambda: len(topics_of(reader)) == 3)
        await reader.press("f")
        await reader.type("census")
        assert topics_of(reader) == {"Census"}
        await reader.press("enter", "enter")
        assert isinstance(reader.app.screen, TopicScreen)
        await reader.press("escape", "escape")
        await reader.until(lambda: side(reader, "roots") == "/ roots          2")
        await reader.press("A", "enter")
        await reader.until(lambda: side(reader, "roots") == "/ roots")
        await reader.press("u")
        await reader.until(lambda: side(reader, "roots") == "/ roots          2")

    read(home, script, WIDE)


def test_reading_on_goes_through_its_topics_first(home: Path) -> None:
    saved(home, roots="turnip")

    async def script(reader: Reader) -> None:
        await choose(reader, "roots")
        await reader.until(lambda: len(topics_of(reader)) == 3)
        seen = []
        for _topic in range(3):
            await reader.press("space")
            assert isinstance(reader.app.screen, TopicScreen)
            seen.append(reader.rows[0].replace("\u200e", "").split()[0])
        assert set(seen) == {"Census", "Maps", "Seeds"}

    read(home, script, WIDE)


def test_what_comes_is_in_it_too(home: Path, tmp_path: Path) -> None:
    saved(home, roots="turnip")

    async def script(reader: Reader) -> None:
        await choose(reader, "roots")
        await reader.until(lambda: len(topics_of(reader)) == 3)
        fill(home, "open-data", [mail(1), mail(2), mail(4, subject="Buses", text="A turnip on the seat.")])
        reader.app.archive_changed()
        await reader.until(lambda: len(reader.app.screen.query_one(TopicList).topics) == 4)

    read(home, script, WIDE)


def test_what_was_read_stays_in_a_view_of_the_unread_until_it_is_chosen_anew(home: Path) -> None:
    saved(home, new="turnip is:unread")

    async def script(reader: Reader) -> None:
        await choose(reader, "new")
        await reader.until(lambda: len(topics_of(reader)) == 3)
        await reader.press("enter", "escape")
        await reader.until(lambda: side(reader, "new").endswith(" 2"))
        assert len(topics_of(reader)) == 3
        await choose(reader, "open-data")
        await choose(reader, "new")
        await reader.until(lambda: len(topics_of(reader)) == 2)

    read(home, script, WIDE)


def test_it_is_renamed_and_taken_away_and_both_are_taken_back(home: Path) -> None:
    saved(home, roots="turnip")

    async def script(reader: Reader) -> None:
        await choose(reader, "roots")
        await reader.press("e")
        await reader.type("Beets")
        await reader.press("enter")
        await reader.until(lambda: "Beets" in side(reader, "Beets") and "Beets" in reader.rows[0])
        assert side(reader, "roots") == ""
        await reader.press("u")
        await reader.until(lambda: "roots" in side(reader, "roots") and "roots" in reader.rows[0])
        await reader.press("d")
        await reader.until(lambda: side(reader, "roots") == "")
        screen = reader.app.screen
        assert isinstance(screen, TopicsScreen)
        assert screen.shelf == Shelf(None)
        await reader.press("u")
        await reader.until(lambda: "roots" in side(reader, "roots"))

    read(home, script, WIDE)


def test_one_saved_over_another_is_taken_back_too(home: Path) -> None:
    saved(home, roots="turnip")

    async def script(reader: Reader) -> None:
        await reader.press("slash")
        await reader.type("timetable")
        await reader.press("ctrl+s")
        await reader.type("roots")
        await reader.press("enter", "escape", "u")
        assert [one.words for one in reader.app.forum.views.all()] == ["turnip"]

    read(home, script, WIDE)


def test_the_side_chooses_it_and_its_keys_stand_below(home: Path) -> None:
    saved(home, roots="turnip")

    async def script(reader: Reader) -> None:
        await reader.until(lambda: bool(side(reader, "roots")))
        await reader.press("home", "tab", "home", "down", "down")
        screen = reader.app.screen
        assert isinstance(screen, TopicsScreen)
        assert isinstance(screen.shelf, SavedShelf)
        assert isinstance(reader.focused, ItemList)
        assert "e rename" in reader.rows[-1]
        await reader.press("up")
        assert "e rename" not in reader.rows[-1]

    read(home, script, WIDE)


def test_without_a_saved_search_its_keys_say_how_one_is_saved(home: Path) -> None:
    async def script(reader: Reader) -> None:
        for key in ("e", "d"):
            await reader.press(key)
            assert "^s saves one" in reader.said

    read(home, script)


@pytest.mark.parametrize(("typed", "words"), [("timeta", "timeta*"), ("turnip", "turnip"), ("xylophone", "xylophone*")])
def test_a_word_that_was_only_begun_is_saved_as_the_beginning_it_is(home: Path, typed: str, words: str) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("slash")
        await reader.type(typed)
        await reader.press("ctrl+s", "enter")
        assert [one.words for one in reader.app.forum.views.all()] == [words]

    read(home, script)


def test_no_words_are_not_saved(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("slash", "ctrl+s")
        assert isinstance(reader.app.screen, SearchScreen)
        assert "Type the words" in reader.said

    read(home, script)


def test_what_goes_wrong_is_said_where_its_topics_would_stand(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(home, lost="turnip")

    def broken(_self: Searching, *_words: Any) -> array[int]:
        raise ArchiveError("The disk is gone.")

    monkeypatch.setattr(Searching, "topics", broken)

    async def script(reader: Reader) -> None:
        await choose(reader, "lost")
        await reader.until(lambda: "The disk is gone." in reader.text)

    read(home, script, WIDE)


def test_the_screen_waits_for_no_saved_search(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(home, slow="turnip")
    go_on = threading.Event()

    def slowly(_self: Searching, *_words: Any) -> array[int]:
        go_on.wait(20)
        return array("q")

    monkeypatch.setattr(Searching, "topics", slowly)

    async def script(reader: Reader) -> None:
        try:
            await reader.until(lambda: bool(side(reader, "slow")))
            await reader.pilot.press("end", "enter")
            await reader.until(lambda: isinstance(reader.app.screen, TopicScreen))
        finally:
            go_on.set()

    read(home, script, WIDE)


def test_a_search_that_is_typed_goes_before_the_saved_ones(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(home, slow="turnip")
    begun, cancelled_once = threading.Event(), threading.Event()

    def until_cancelled(self: Searching, _words: str, cancelled: Any) -> array[int]:
        begun.set()
        while not cancelled() and not cancelled_once.is_set():
            cancelled_once.wait(0.002)
        cancelled_once.set()
        return array("q", [1])

    monkeypatch.setattr(Searching, "topics", until_cancelled)

    async def script(reader: Reader) -> None:
        await reader.until(begun.is_set)
        await reader.pilot.press("slash")
        await reader.until(lambda: isinstance(reader.app.screen, SearchScreen))
        await reader.type("timetable")
        await reader.until(lambda: "1 topic found" in reader.text)
        assert cancelled_once.is_set()
        await reader.press("escape", "escape")
        await reader.until(lambda: side(reader, "slow").endswith(" 1"))

    read(home, script, WIDE)


def test_of_two_with_the_same_words_the_one_that_is_shown_is_renamed_and_dropped(home: Path) -> None:
    saved(home, first="turnip", second="turnip")

    async def script(reader: Reader) -> None:
        await choose(reader, "second")
        await reader.press("e")
        await reader.press("ctrl+a", "ctrl+k")
        await reader.type("third")
        await reader.press("enter")
        await reader.until(lambda: "third" in reader.rows[0])
        await reader.press("d")
        await reader.until(lambda: not side(reader, "third"))
        assert side(reader, "first")

    read(home, script, WIDE)
