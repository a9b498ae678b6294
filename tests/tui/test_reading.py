"""Reading: lists and topics, one topic, reading on with space, and coming back."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.forum import Forum
from listforum.tui.screens.topic import TopicScreen
from listforum.tui.screens.topics import TopicsScreen
from listforum.tui.thread_view import ThreadView
from mails import mail
from reader import Reader, fill, forum_at, read

LONG = "\n".join(f"Line {n} of a long post." for n in range(60))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two lists: three topics in one, the newest first "Water"; one in the other."""
    home = tmp_path / "home"
    fill(
        home,
        "open-data",
        [
            mail(1, subject="Census", text="When are the files out?"),
            mail(2, subject="Re: Census", answers=[1], author="Wei Chen <wei@example.org>", text=LONG),
            mail(3, subject="Buses", text="The timetable is a scan."),
            mail(4, subject="باغ روی بام", author="Samira <samira@example.org>", text="سلام به همه"),
            mail(5, subject="Re: Census", answers=[2], author="Ana Lopez <ana@example.org>", text="Thank you."),
        ],
    )
    fill(home, "gardens", [mail(11, subject="Seeds", list_id="gardens.example.org", text="For dry ground.")])
    return home


def unread(home: Path) -> dict[str, int]:
    with forum_at(home) as forum:
        return {info.name: info.unread for info in forum.reading.lists()}


def topics(forum: Forum, name: str = "open-data") -> list[str]:
    return [topic.subject for topic in forum.reading.topics(name, (), 50, 0)]


def test_the_first_screen_shows_a_list_and_its_topics_newest_activity_first(home: Path) -> None:
    async def script(reader: Reader) -> None:
        rows = reader.rows
        assert "gardens" in rows[0]
        await reader.press("tab", "down")
        assert "open-data" in reader.rows[0]
        found = reader.rows[2:5]
        assert ["Census" in found[0], "باغ روی بام" in found[1], "Buses" in found[2]] == [True, True, True]

    read(home, script)


def test_every_row_of_the_screen_has_the_same_keys_below_and_help_among_them(home: Path) -> None:
    async def script(reader: Reader) -> None:
        assert "? help" in reader.rows[-1]
        assert "s sync" in reader.rows[-1]
        await reader.press("enter")
        assert "? help" in reader.rows[-1]

    read(home, script)


def test_space_reads_on_down_the_post_to_the_next_topic_and_the_next_list(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("tab", "down", "enter")
        await reader.press("space")
        assert isinstance(reader.app.screen, TopicScreen)
        assert "Census" in reader.rows[0]
        seen = [reader.text]
        for _press in range(12):
            await reader.press("space")
            seen.append(reader.text)
            if "Seeds" in reader.rows[0]:
                break
        story = "\n".join(seen)
        for words in ("When are the files out?", "Line 59", "Thank you.", "سلام", "The timetable", "For dry ground."):
            assert words in story, words
        assert "Seeds" in reader.rows[0]

    read(home, script)
    assert unread(home) == {"open-data": 0, "gardens": 0}


def test_only_what_was_on_the_screen_becomes_read(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("tab", "down", "enter", "enter")
        assert "Line 30" not in reader.text

    read(home, script)
    assert unread(home)["open-data"] == 4  # the first post of Census was seen whole; of the second, only its beginning


def test_u_makes_unread_again_what_had_become_read(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("enter")
        assert unread(home)["gardens"] == 0
        await reader.press("u")
        assert unread(home)["gardens"] == 1

    read(home, script)
    assert unread(home)["gardens"] == 1


def test_one_comes_back_after_a_restart_to_where_one_was(home: Path) -> None:
    async def leave_in_a_topic(reader: Reader) -> None:
        await reader.press("tab", "down", "enter", "enter", "n")
        assert "Wei Chen" in reader.text
        await reader.press("ctrl+q")

    async def come_back(reader: Reader) -> None:
        assert isinstance(reader.app.screen, TopicScreen)
        assert "Census" in reader.rows[0]
        assert "Wei Chen" in reader.text
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicsScreen)
        assert "open-data" in reader.rows[0]

    read(home, leave_in_a_topic)
    read(home, come_back)


def test_a_program_that_is_killed_comes_back_to_the_post_that_was_open(home: Path) -> None:
    async def open_a_post(reader: Reader) -> None:
        await reader.press("tab", "down", "enter", "enter", "n")
        with forum_at(home) as another:
            place = another.whereabouts.load()
        assert place is not None
        assert place.list == "open-data"
        assert place.post == reader.app.screen.query_one(ThreadView).current.post

    read(home, open_a_post)


def test_the_filter_shows_topics_while_one_types_and_esc_shows_all_again(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("tab", "down", "enter", "f")
        await reader.type("cen")
        assert "Census" in reader.text
        assert "Buses" not in reader.text
        await reader.press("escape")
        assert "Buses" in reader.text

    read(home, script)


def test_the_filter_finds_a_starter_and_other_letter_forms(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("tab", "down", "enter", "f")
        await reader.type("SAMIRA")
        assert "باغ روی بام" in reader.text
        assert "Census" not in reader.text
        await reader.press("escape", "f")
        await reader.type("روي")  # the Arabic yeh for the Persian one
        assert "باغ روی بام" in reader.text

    read(home, script)


def test_marks_are_turned_by_one_key_and_taken_back_by_u(home: Path) -> None:
    async def script(reader: Reader) -> None:
        forum = reader.app.forum
        await reader.press("w")
        assert forum.reading.topics("gardens", ("followed",), 50, 0)
        await reader.press("u")
        assert not forum.reading.topics("gardens", ("followed",), 50, 0)
        await reader.press("w", "w")
        assert not forum.reading.topics("gardens", ("followed",), 50, 0)

    read(home, script)


def test_views_show_what_is_unread_unanswered_and_followed_over_all_lists(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("tab", "down", "down")
        assert "Unread" in reader.rows[0]
        assert {"Census", "Seeds", "Buses"} <= set(reader.text.split())
        await reader.press("down", "down")
        assert "Unanswered" in reader.rows[0]
        assert "Seeds" in reader.text
        assert "Census" not in reader.text

    read(home, script, size=(100, 24))


def test_another_list_or_view_begins_with_its_newest_topic(home: Path) -> None:
    """The topic that the cursor was on stands further down in most views: nobody looks for the others above it."""
    fill(home, "many", [mail(100 + n, subject=f"Number {n}", list_id="many.example.org") for n in range(40)])

    async def script(reader: Reader) -> None:
        await reader.press("tab", "down", "enter")
        assert "many" in reader.rows[0]
        await reader.press("end", "tab", "down", "down")
        assert "Unread" in reader.rows[0]
        assert "Number 39" in reader.rows[2]
        await reader.press("enter", "enter")
        assert "Number 39" in reader.rows[0]

    read(home, script, size=(120, 24))


def test_all_topics_stand_at_the_side_and_are_chosen_there_when_they_are_shown(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("tab", *["down"] * 5)
        assert "All topics" in reader.rows[0]
        assert {"Census", "Seeds", "Buses"} <= set(reader.text.split())
        await reader.press("enter", "tab", "up")
        assert "Unanswered" in reader.rows[0]

    read(home, script, size=(100, 24))


def test_a_muted_topic_is_passed_by(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("tab", "down", "enter", "m", "space")
        assert "باغ" in reader.rows[0]

    read(home, script)


def test_forty_columns_hold_the_topics_or_the_lists(home: Path) -> None:
    async def script(reader: Reader) -> None:
        assert "Seeds" in reader.text
        assert "Views" not in reader.text
        await reader.press("tab")
        assert "Views" in reader.text
        assert "Seeds" not in reader.text

    read(home, script, size=(40, 24))


def test_a_topic_marked_read_as_a_whole_is_unread_again_with_u(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("tab", "down", "enter", "enter", "A")
        assert unread(home)["open-data"] == 2
        await reader.press("u")
        assert unread(home)["open-data"] > 2

    read(home, script)
