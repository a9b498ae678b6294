"""Help: every key of the screen it lies over, in words, made from the registry of actions."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.tui.actions import ACTIONS, Where
from listforum.tui.layout.cells import width
from listforum.tui.layout.help import groups, help_lines
from listforum.tui.screens.help import HelpScreen
from mails import mail
from reader import Reader, fill, read


@pytest.fixture
def home(tmp_path: Path) -> Path:
    fill(tmp_path / "home", "open-data", [mail(1), mail(2, answers=[1])])
    return tmp_path / "home"


async def pages(reader: Reader) -> str:
    """Everything in the help, page by page."""
    seen = [reader.text]
    for _page in range(12):
        await reader.press("pagedown")
        seen.append(reader.text)
    return "\n".join(seen)


def test_every_key_of_the_screen_is_explained_and_how_it_works(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("question_mark")
        text = await pages(reader)
        for words in (
            "In the list of topics",
            "Everywhere",
            "In every list and text",
            "How it works",
            "Follow the topic",
        ):
            assert words in text, words
        assert str(home) in text.replace("│\n", "").replace(" ", "") or "home" in text
        assert "Answer on the list" not in text

    read(home, script)


def test_in_a_topic_it_is_about_the_topic(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("enter", "question_mark")
        assert "In a topic" in reader.text
        assert "Answer on the list" in await pages(reader)
        await reader.press("escape")
        assert not isinstance(reader.app.screen, HelpScreen)

    read(home, script)


def test_a_second_question_mark_opens_no_second_help(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("question_mark", "question_mark", "escape")
        assert not isinstance(reader.app.screen, HelpScreen)

    read(home, script)


@pytest.mark.parametrize("where", sorted({place for action in ACTIONS for place in action.where}))
def test_every_action_of_a_place_is_in_its_help_once(where: Where) -> None:
    rows = [row for group in groups((where,)) for row in group.rows]
    assert len(rows) == len(set(rows)) == len({(a.name, a.help) for a in ACTIONS if a.keys and where in a.where})


@pytest.mark.parametrize("room", [20, 40, 72, 200])
def test_rows_of_keys_fit_every_width(room: int, tmp_path: Path) -> None:
    lines = help_lines(groups(("topics", "topic", "everywhere", "lines")), tmp_path, room)
    rows = lines[: next(at for at, line in enumerate(lines) if line.text == "How it works")]
    assert max(width(line.text) for line in rows) <= max(room, 30)


def test_help_can_be_had_at_a_question_too(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("A", "question_mark")
        assert "At a question" in reader.text
        await reader.press("escape")
        assert "Mark as read" in reader.text

    read(home, script)
