"""A topic opened: reading on, going from post to post, folding, and what counts as read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from conversations import Topic, chain, record, view
from listforum.model.forum import Attachment
from listforum.tui.layout.cells import LRM
from listforum.tui.layout.post import Sought, Target
from listforum.tui.theme import FALLBACKS
from listforum.tui.thread_view import ThreadView

QUOTE = "\n".join(f"> quoted line {n}" for n in range(1, 15))


class Stage(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self) -> None:
        super().__init__()
        self.thread = ThreadView()
        self.seen: list[int] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACKS

    def compose(self) -> ComposeResult:
        yield self.thread

    def on_mount(self) -> None:
        self.thread.focus()

    def on_thread_view_seen(self, message: ThreadView.Seen) -> None:
        self.seen += message.posts


Journey = Callable[[Stage, ThreadView, Pilot[None]], Awaitable[None]]


def play(journey: Journey, height: int = 12, width: int = 60) -> None:
    async def act() -> None:
        stage = Stage()
        async with stage.run_test(size=(width, height)) as pilot:
            await pilot.pause()
            await journey(stage, stage.thread, pilot)

    asyncio.run(act())


async def settled(pilot: Pilot[None]) -> None:
    """Everything is laid out, painted and told."""
    for _ in range(2):
        await pilot.pause(0.03)


def rows(thread: ThreadView) -> list[str]:
    return [thread.render_line(y).text.replace(LRM, "").rstrip() for y in range(thread.size.height)]


# --- opening ------------------------------------------------------------------------------------------------------


def test_a_topic_opens_at_the_post_and_line_asked_for() -> None:
    topic = chain(20, rows=30)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load, 12, 9)
        await settled(pilot)
        assert thread.place == (12, 9)
        assert "post 12, line 9 of 30" in "\n".join(rows(thread))
        assert thread.virtual_size.height == 20 * 32

    play(journey)


@pytest.mark.parametrize("rows_above", [2, 40])
def test_the_last_post_is_opened_however_high_the_ones_above_it_are(rows_above: int) -> None:
    above = "\n".join(f"line {n}" for n in range(rows_above))
    topic = Topic([view(above), *(view(above, record(n, n - 1)) for n in range(2, 9)), view("The end.", record(9, 8))])

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load, 9)
        assert thread.place == (9, 0)
        await settled(pilot)
        assert thread.place == (9, 0)
        assert "The end." in rows(thread)

    play(journey)


def test_a_topic_can_be_shown_before_there_is_a_screen() -> None:
    topic = chain(5, rows=3)

    async def act() -> None:
        stage = Stage()
        stage.thread.show(topic.outline, topic.load, 3)
        assert stage.thread.place == (3, 0)
        async with stage.run_test(size=(60, 12)) as pilot:
            await settled(pilot)
            assert stage.thread.current.post == 3
            assert rows(stage.thread)[0].startswith("●")

    asyncio.run(act())


def test_opening_reads_only_what_shows() -> None:
    topic = chain(200, rows=10)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load, 100)
        assert len(topic.asked) <= 4
        await pilot.pause(1.5)
        assert sorted(set(topic.asked)) == list(range(1, 201))
        assert thread.place == (100, 0)
        assert thread.virtual_size.height == 200 * 12

    play(journey)


def test_what_was_searched_for_is_on_the_screen() -> None:
    words = "\n".join(f"line {n}" for n in range(1, 60)) + "\nthe census"
    topic = Topic([view("Before."), view(words, record(2, 1))])

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(
            topic.outline,
            topic.load,
            2,
            found=Sought(
                lambda text: [(at, at + 6) for at in [text.find("census")] if at >= 0], lambda text: text.find("census")
            ),
        )
        await settled(pilot)
        assert "the census" in rows(thread)
        assert thread.place == (2, 60)

    play(journey)


def test_an_empty_topic_does_nothing() -> None:
    topic = Topic([])

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await pilot.press("down", "end", "pagedown")
        assert thread.current_view is None
        assert thread.place == (0, 0)
        assert not thread.read_on()
        assert not thread.next_post()

    play(journey)


# --- going about --------------------------------------------------------------------------------------------------


def test_from_post_to_post_and_back() -> None:
    topic = chain(5, rows=20)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        assert thread.next_post()
        assert thread.place == (2, 0)
        await pilot.press("down", "down")
        assert thread.previous_post()
        assert thread.place == (2, 0)
        assert thread.previous_post()
        assert thread.place == (1, 0)
        assert not thread.previous_post()

    play(journey)


def test_the_heading_of_the_post_that_is_read_stands_out() -> None:
    topic = chain(3, rows=2)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await pilot.press("down", "down", "down", "down", "down")
        assert thread.current.post == 2
        assert [thread.line(row).fill for row in (0, 4, 8)] == ["heading-unread", "heading-current", "heading-unread"]

    play(journey)


def test_the_end_is_the_end_however_little_was_laid_out() -> None:
    topic = chain(100, rows=13)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await pilot.press("end")
        await settled(pilot)
        assert thread.current.post == 100
        assert rows(thread)[-2] == "post 100, line 13 of 13"

    play(journey)


def test_scrolling_into_what_was_not_laid_out_shows_every_row_once() -> None:
    topic = chain(40, rows=7)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        shown: list[str] = []
        for _ in range(40 * 9):
            shown.append(rows(thread)[thread.cursor - thread.scroll_offset.y])
            thread.action_move(1)
        words = [row for row in shown if row.startswith("post")]
        assert words == [f"post {post}, line {line} of 7" for post in range(1, 41) for line in range(1, 8)]

    play(journey)


@pytest.mark.parametrize("width", [40, 100])
def test_a_new_width_keeps_the_line_that_is_read(width: int) -> None:
    words = "\n".join(f"{n} " + "words of a long line that is wrapped " * 3 for n in range(1, 40))
    topic = Topic([view(words, record(post, post - 1 or None)) for post in range(1, 5)])

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load, 3)
        await pilot.press(*["pagedown"] * 3)
        while not thread.line(thread.cursor).text[0].isdigit():
            thread.action_move(1)
        before = thread.line(thread.cursor).text.split()[0]
        await pilot.resize_terminal(width, 20)
        await settled(pilot)
        assert thread.current.post == 3
        assert thread.line(thread.cursor).text.split()[0] == before
        assert any(row.startswith(f"{before} words") for row in rows(thread))

    play(journey)


def test_the_smallest_of_screens_breaks_nothing() -> None:
    topic = chain(9, rows=5)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load, 4, 2)
        for width, height in [(1, 1), (3, 30), (7, 2), (300, 1), (60, 12)]:
            await pilot.resize_terminal(width, height)
            await pilot.press("pagedown", "up", "end", "home")
            assert {thread.render_line(y).cell_length for y in range(height)} == {width}
        thread.go_to(4, 2)
        await settled(pilot)
        assert "post 4, line 2 of 5" in rows(thread)

    play(journey)


def test_a_page_down_shows_the_next_page() -> None:
    topic = chain(30, rows=7)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        shown = rows(thread)
        for _ in range(30):
            await pilot.press("pagedown")
            await pilot.pause()
            assert rows(thread)[0] == shown[-1] or thread.scroll_offset.y == thread.max_scroll_y
            shown = rows(thread)
        assert thread.current.post == 30

    play(journey)


# --- reading on ---------------------------------------------------------------------------------------------------


def test_reading_on_goes_down_a_post_and_then_to_the_next_unread() -> None:
    topic = Topic(
        [
            view("\n".join(f"a{n}" for n in range(25)), record(1)),
            view("read before", record(2, 1, read=True)),
            view(None, record(3, 2, here=False)),
            view("\n".join(f"d{n}" for n in range(30)), record(4, 3)),
            view("short", record(5, 4)),
        ]
    )

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        read: list[str] = []
        for _ in range(12):
            await settled(pilot)
            read += rows(thread)
            if not thread.read_on():
                break
        assert {*(f"a{n}" for n in range(25)), *(f"d{n}" for n in range(30)), "short"} <= set(read)
        assert stage.seen == [1, 4, 5]
        assert not thread.read_on()

    play(journey)


def test_reading_on_shows_the_last_row_again_and_skips_none() -> None:
    topic = chain(1, rows=60)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await settled(pilot)
        last = rows(thread)[-1]
        thread.read_on()
        await settled(pilot)
        assert rows(thread)[0] == last

    play(journey)


def test_only_what_was_on_the_screen_is_seen() -> None:
    topic = Topic(
        [
            view("short", record(1)),
            view("\n".join(f"line {n}" for n in range(40)), record(2, 1)),
            view("short", record(3, 2)),
        ]
    )

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await settled(pilot)
        assert stage.seen == [1]
        thread.go_to(3)
        await settled(pilot)
        assert stage.seen == [1, 3]
        thread.go_to(2)
        for _ in range(3):
            await settled(pilot)
            assert stage.seen == [1, 3]
            await pilot.press("pagedown")
        await settled(pilot)
        assert stage.seen == [1, 3, 2]

    play(journey)


def test_the_end_of_a_post_alone_is_not_the_post() -> None:
    words = "\n".join(f"line {n}" for n in range(60)) + "\nthe census"
    topic = Topic([view(words)])

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(
            topic.outline,
            topic.load,
            1,
            found=Sought(lambda text: [(len(text) - 6, len(text))], lambda text: len(text) - 6),
        )
        await settled(pilot)
        await pilot.press("end")
        await settled(pilot)
        assert "the census" in rows(thread)
        assert stage.seen == []
        assert thread.read_on()
        assert thread.place == (1, 0)

    play(journey)


def test_who_comes_back_reads_on_from_there() -> None:
    topic = chain(2, rows=40)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load, 1, 32)
        await settled(pilot)
        thread.read_on()
        await settled(pilot)
        assert stage.seen == [1]
        assert thread.read_on()
        assert thread.place == (2, 0)

    play(journey)


def test_a_post_without_its_text_is_never_seen() -> None:
    topic = Topic([view(None, record(1, here=False))])

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await settled(pilot)
        assert stage.seen == []
        assert not thread.read_on()
        topic.views[0] = view("Here it is.", record(1))
        thread.refresh_topic(topic.outline)
        await settled(pilot)
        assert stage.seen == [1]

    play(journey)


def test_what_was_read_before_is_not_told_again() -> None:
    topic = chain(2, rows=2, read=True)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await settled(pilot)
        assert stage.seen == []

    play(journey)


# --- folds --------------------------------------------------------------------------------------------------------


def quoting() -> Topic:
    text = f"On Monday, Omar wrote:\n{QUOTE}\n\nYes.\n\n{QUOTE}\n\nNo."
    return Topic([view(text, record(1)), view(text, record(2, 1))])


def test_enter_on_a_folded_quote_opens_it_where_it_stands() -> None:
    topic = quoting()

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await pilot.press("down", "down")
        assert thread.target_here == Target("quote", 1)
        thread.toggle_here()
        await settled(pilot)
        assert rows(thread)[2] == "> quoted line 1"
        assert thread.cursor == 2
        await pilot.press("down", "down")
        thread.toggle_here()
        await settled(pilot)
        assert rows(thread)[2] == "▸ 12 quoted lines"
        assert thread.place == (1, 2)

    play(journey, height=20)


def test_all_quotes_of_a_post_or_of_the_topic_open_and_fold() -> None:
    topic = quoting()

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await settled(pilot)
        folded = thread.virtual_size.height
        thread.toggle_quotes()
        await settled(pilot)
        assert thread.virtual_size.height == folded + 22
        thread.toggle_all_quotes()
        await settled(pilot)
        assert thread.virtual_size.height == folded + 44
        thread.toggle_all_quotes()
        await settled(pilot)
        assert thread.virtual_size.height == folded
        thread.toggle_here()
        await settled(pilot)
        assert thread.virtual_size.height == folded + 22

    play(journey)


def test_a_click_on_a_folded_quote_opens_it() -> None:
    topic = quoting()

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await settled(pilot)
        await pilot.click(thread, offset=(4, 2))
        await settled(pilot)
        assert rows(thread)[2] == "> quoted line 1"

    play(journey, height=20)


def test_opening_quotes_above_does_not_move_what_is_read() -> None:
    topic = quoting()

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load, 2, 6)
        await settled(pilot)
        row = thread.line(thread.cursor).text
        above = thread.cursor - thread.scroll_offset.y
        thread.toggle_all_quotes()
        await settled(pilot)
        assert thread.line(thread.cursor).text == row
        assert thread.cursor - thread.scroll_offset.y == above

    play(journey)


# --- changes ------------------------------------------------------------------------------------------------------


def test_the_target_says_what_can_be_fetched() -> None:
    waiting = Attachment(1, "map.png", "image/png", 181_000, "waiting")
    topic = Topic([view("Words.", record(1), [waiting]), view(None, record(2, 1, here=False))])

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await pilot.press("down", "down", "down")
        assert thread.target_here == Target("attachment", 1)
        thread.go_to(2, 1)
        assert thread.target_here.kind == "waiting"

    play(journey)


def test_posts_that_come_leave_the_reader_where_they_are() -> None:
    topic = chain(10, rows=5)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load, 6, 3)
        await settled(pilot)
        before = rows(thread)
        topic.views.append(view("an answer to the first", record(11, 1, hours=0)))
        thread.refresh_topic(topic.outline)
        await settled(pilot)
        assert thread.place == (6, 3)
        assert [row for row in rows(thread) if row.startswith("post")] == [
            row for row in before if row.startswith("post")
        ]

    play(journey)


def test_a_post_marked_read_loses_its_mark() -> None:
    topic = chain(2, rows=2)

    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        thread.show(topic.outline, topic.load)
        await settled(pilot)
        assert rows(thread)[0].startswith("●")
        thread.refresh_topic(chain(2, rows=2, read=True).outline)
        await settled(pilot)
        assert not rows(thread)[0].startswith("●")

    play(journey)


def test_another_topic_begins_anew() -> None:
    async def journey(stage: Stage, thread: ThreadView, pilot: Pilot[None]) -> None:
        for topic in (chain(30, rows=9), chain(2, rows=1)):
            thread.show(topic.outline, topic.load)
            await settled(pilot)
            assert thread.place == (1, 0)
            assert thread.scroll_offset.y == 0
            assert thread.virtual_size.height == len(topic.views) * (len((topic.views[0].text or "").split("\n")) + 2)

    play(journey)
