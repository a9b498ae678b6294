"""A list of any number of topics, its rows read a page at a time."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Awaitable, Callable, Sequence

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from conversations import summary
from listforum.model.forum import TopicSummary
from listforum.tui.layout.cells import LRM
from listforum.tui.theme import FALLBACKS
from listforum.tui.topic_list import TopicList


class Archive:
    """Reads rows, and keeps account of how many at a time."""

    def __init__(self) -> None:
        self.reads: list[int] = []
        self.unread = 0
        self.gone: set[int] = set()

    def rows(self, topics: Sequence[int]) -> dict[int, TopicSummary]:
        self.reads.append(len(topics))
        return {
            topic: summary(topic, f"Topic {topic}", unread=self.unread) for topic in topics if topic not in self.gone
        }


class Stage(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.topics = TopicList()
        self.said: list[tuple[str, int]] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACKS

    def compose(self) -> ComposeResult:
        yield self.topics

    def on_mount(self) -> None:
        self.topics.focus()

    def on_topic_list_highlighted(self, message: TopicList.Highlighted) -> None:
        self.said.append(("highlighted", message.topic))

    def on_topic_list_chosen(self, message: TopicList.Chosen) -> None:
        self.said.append(("chosen", message.topic))


def play(journey: Callable[[Stage, TopicList, Pilot[None]], Awaitable[None]], width: int = 80) -> None:
    async def act() -> None:
        stage = Stage()
        async with stage.run_test(size=(width, 12)) as pilot:
            await pilot.pause()
            await journey(stage, stage.topics, pilot)

    asyncio.run(act())


def row(topics: TopicList, y: int) -> str:
    return topics.render_line(y).text.replace(LRM, "")


def test_a_hundred_thousand_topics_are_read_a_page_at_a_time() -> None:
    archive = Archive()

    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.show(array("q", range(100_000)), archive.rows)
        await pilot.pause()
        assert archive.reads == [64]
        await pilot.press("end")
        await pilot.pause()
        assert topics.current == 99_999
        assert "Topic 99999" in row(topics, 11)
        assert len(archive.reads) <= 3

    play(journey)


def test_reading_down_reads_each_page_once() -> None:
    archive = Archive()

    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.show(array("q", range(640)), archive.rows)
        await pilot.press(*["pagedown"] * 20, *["pageup"] * 20)
        await pilot.pause()
        assert len(archive.reads) <= 4

    play(journey)


def test_what_is_kept_of_the_rows_is_bounded() -> None:
    archive = Archive()

    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.show(array("q", range(100_000)), archive.rows)
        for y in range(0, 100_000, 64):
            topics.line(y)
        assert len(topics._pages) <= 32

    play(journey)


def test_the_cursor_tells_its_topic_and_a_click_chooses_it() -> None:
    archive = Archive()

    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.show(array("q", [30, 20, 10]), archive.rows)
        await pilot.press("down")
        await pilot.click(topics, offset=(5, 2))
        await pilot.pause()
        assert stage.said == [("highlighted", 30), ("highlighted", 20), ("highlighted", 10), ("chosen", 10)]

    play(journey)


def test_shown_anew_the_cursor_stays_on_its_topic() -> None:
    archive = Archive()

    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.show(array("q", [30, 20, 10]), archive.rows)
        assert topics.select(20)
        topics.show(array("q", [50, 40, 30, 20, 10]), archive.rows)
        await pilot.pause()
        assert topics.current == 20
        assert topics.cursor == 3
        assert not topics.select(99)
        assert topics.current == 20

    play(journey)


def test_rows_read_again_keep_cursor_and_scroll() -> None:
    archive = Archive()

    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.show(array("q", range(1000)), archive.rows)
        await pilot.press(*["pagedown"] * 5, "up", "up")
        await pilot.pause()
        before = (topics.current, topics.scroll_offset)
        archive.unread = 2
        topics.refresh_rows()
        await pilot.pause()
        assert (topics.current, topics.scroll_offset) == before
        assert row(topics, 0).startswith("●")

    play(journey)


def test_a_topic_that_is_gone_leaves_an_empty_row() -> None:
    archive = Archive()
    archive.gone = {20}

    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.show(array("q", [30, 20, 10]), archive.rows)
        await pilot.pause()
        assert row(topics, 1).strip() == ""
        assert "Topic 10" in row(topics, 2)

    play(journey)


def test_an_empty_list_says_why() -> None:
    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.empty = "Nothing is unread."
        topics.show(array("q"), Archive().rows)
        await pilot.press("down", "end", "pageup")
        assert topics.current is None
        assert "Nothing is unread." in row(topics, 1)

    play(journey)


@pytest.mark.parametrize("width", [40, 80, 160, 300])
def test_rows_fill_the_screen_and_no_more(width: int) -> None:
    archive = Archive()

    async def journey(stage: Stage, topics: TopicList, pilot: Pilot[None]) -> None:
        topics.show(array("q", range(100)), archive.rows)
        await pilot.pause()
        assert topics.line_width == width - 1
        assert len(row(topics, 0).rstrip()) == width - 1

    play(journey, width)
