"""From a topic to those that are about the same, in any list, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.tui.screens.related import RelatedScreen
from listforum.tui.screens.topic import TopicScreen
from mails import mail
from reader import Reader, fill, read

ABOUT_PUMPS = "The impeller of the pump shows cavitation, and the gasket leaks."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    fill(
        home,
        "open-data",
        [
            mail(1, subject="A noisy pump", text=ABOUT_PUMPS),
            mail(2, subject="Buses", text="The timetable is a scan."),
            mail(3, subject="Maps", text="No pump on any of them."),
        ],
    )
    fill(
        home,
        "gardens",
        [
            mail(11, subject="Water at last", list_id="gardens.example.org", text=ABOUT_PUMPS),
            mail(12, subject="Seeds", list_id="gardens.example.org", text="For dry ground."),
        ],
    )
    return home


async def open_topic(reader: Reader, subject: str) -> None:
    await reader.press("f")
    await reader.type(subject)
    await reader.press("enter", "enter")
    assert isinstance(reader.app.screen, TopicScreen)
    assert subject in reader.rows[0]
    reader.app.forum.searching.catch_up()


def test_a_topic_of_another_list_is_opened_and_left_again(home: Path) -> None:
    async def story(reader: Reader) -> None:
        await open_topic(reader, "Water at last")
        await reader.press("=")
        await reader.until(lambda: isinstance(reader.app.screen, RelatedScreen))
        assert "A noisy pump" in reader.text
        assert "open-data · 1 post" in reader.text.replace("\u200e", "")
        await reader.press("enter")
        await reader.until(lambda: "A noisy pump" in reader.rows[0])
        await reader.press("escape")
        await reader.until(lambda: "Water at last" in reader.rows[0])

    read(home, story)


def test_where_there_is_none_it_says_so(home: Path) -> None:
    async def story(reader: Reader) -> None:
        await open_topic(reader, "Seeds")
        await reader.press("=")
        assert reader.said == "No other topic is much like this one."

    read(home, story)
