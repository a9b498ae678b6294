"""What ties posts and topics together, at the screen: reasons, branches, quotes followed to where they were written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from listforum.archive import database
from listforum.tui.layout.cells import LRM
from listforum.tui.screens.topic import TopicScreen
from listforum.tui.screens.topics import TopicsScreen
from listforum.tui.thread_view import ThreadView
from reader import Reader, fill, read
from tied import mails


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    fill(home, "open-data", mails())
    return home


def words(reader: Reader) -> str:
    """The screen, or the dialog on it, wherever its lines break."""
    dialog = [row.split("│")[1] for row in reader.rows if row.count("│") > 1]
    return " ".join("\n".join(dialog or reader.rows).replace(LRM, "").split())


def place(reader: Reader) -> tuple[int, str]:
    """The post and the row that the cursor is on."""
    view = reader.app.screen.query_one(ThreadView)
    return view.current.post, view.line(view.cursor).text.replace(LRM, "").strip()


async def open_topic(reader: Reader, subject: str) -> None:
    """Opens a topic at its first post."""
    await reader.press("g")
    screen = reader.app.screen
    assert isinstance(screen, TopicsScreen)
    for _row in range(9):
        if subject in reader.app.forum.reading.outline(screen.topic_here() or 0).subject:
            await reader.press("enter", "g")
            return
        await reader.press("down")
    raise AssertionError(reader.text)


async def go_to(reader: Reader, row: str) -> None:
    """Moves the cursor down to the row that holds some words."""
    for _row in range(200):
        if row in place(reader)[1]:
            return
        await reader.press("down")
    raise AssertionError(reader.text)


class TestReasons:
    def test_a_place_found_by_a_quote_is_told_with_its_evidence_and_how_sure_it_is(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await reader.press("n", "n", "y")
            told = words(reader)
            assert "No header says what it answers." in told
            assert "It quotes 3 lines of the post of Omar Haddad, 2026-03-01 10:00 UTC." in told
            assert "names its author, and when it was written" in told
            assert " %." in told

        read(home, script)

    def test_a_branch_tells_from_where_it_branched_off(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "Maps")
            await reader.press("y")
            told = words(reader)
            assert "Its subject changed" in told
            assert "branched off “The census of 1991”, where it answers the post of Omar Haddad" in told
            assert "In-Reply-To names that post" in told

        read(home, script)

    def test_a_post_with_headers_tells_whom_it_quotes_and_its_number(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await reader.press("n", "y")
            assert "It quotes 7 lines of that post." in words(reader)
            assert "Its number is 2." in words(reader)

        read(home, script)


class TestBranches:
    def test_both_topics_show_the_link_and_enter_goes_there_and_esc_comes_back(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await go_to(reader, "branch: Maps of the districts (2 posts)")
            await reader.press("enter")
            assert "Maps of the districts" in reader.rows[0]
            assert place(reader)[0] == 4
            await go_to(reader, "branched off: The census of 1991")
            await reader.press("enter")
            assert "The census of 1991" in reader.rows[0]
            assert place(reader)[0] == 2
            await reader.press("escape")
            assert place(reader) == (4, "▸ branched off: The census of 1991")
            await reader.press("escape")
            assert place(reader) == (2, "▸ branch: Maps of the districts (2 posts)")
            await reader.press("escape")
            assert isinstance(reader.app.screen, TopicsScreen)

        read(home, script)

    def test_a_topic_opened_from_the_list_has_nothing_to_go_back_to_but_the_list(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await go_to(reader, "branch:")
            await reader.press("enter", "right_square_bracket")
            assert "The census of 1991" in reader.rows[0]
            await reader.press("escape")
            assert isinstance(reader.app.screen, TopicsScreen)

        read(home, script)


class TestQuotes:
    def test_a_folded_quote_says_whose_words_it_holds(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            assert "quoted lines of Maria Silva, 2026-03-01" in words(reader)

        read(home, script)

    def test_a_quote_leads_to_where_it_was_written_and_esc_back_to_the_quote(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await go_to(reader, "quoted lines of Maria")
            await reader.press("greater_than_sign")
            assert place(reader) == (1, "The ministry of statistics has published the census of 1991 as scanned pages.")
            await reader.press("escape")
            assert place(reader)[0] == 2
            assert "quoted lines of Maria" in place(reader)[1]

        read(home, script)

    def test_of_several_quotes_the_one_at_the_cursor_or_below_it_is_followed_into_its_topic(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "Maps")
            await reader.press("n", "greater_than_sign")
            assert place(reader)[0] == 4
            await reader.press("escape")
            await go_to(reader, "Beside it.")
            await reader.press("greater_than_sign")
            assert "The census of 1991" in reader.rows[0]
            assert place(reader) == (1, "The ministry of statistics has published the census of 1991 as scanned pages.")
            await reader.press("escape")
            assert "Maps of the districts" in reader.rows[0]
            assert place(reader) == (5, "Beside it.")

        read(home, script)

    def test_where_nothing_is_known_to_be_quoted_that_is_said(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "Maps")
            await reader.press("greater_than_sign")
            assert "Nothing is quoted here that is known from another post." in reader.said
            assert place(reader)[0] == 4

        read(home, script)


class TestThePersonsWord:
    def test_a_post_is_split_off_and_taken_back(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            forum = reader.app.forum
            await open_topic(reader, "census")
            await reader.press("n", "T")
            assert "It begins a topic of its own now" in reader.said
            assert "u takes it back" in reader.said
            assert forum.reading.topic_of(2) == 2
            assert place(reader)[0] == 2
            await reader.press("y")
            assert "You made it begin a topic of its own." in words(reader)
            await reader.press("escape", "u")
            assert forum.reading.topic_of(2) == 1
            assert forum.reading.verdict(2) is None

        read(home, script)

    def test_a_post_is_picked_up_and_put_below_one_of_another_topic(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            forum = reader.app.forum
            await open_topic(reader, "Maps")
            await reader.press("n", "J")
            assert "moving a post of Wei Chen" in reader.rows[0]
            await reader.press("escape")
            assert "moving a post of Wei Chen" in reader.rows[0]
            await open_topic(reader, "census")
            assert "J put it below this post" in reader.rows[-1]
            await reader.press("J")
            assert forum.reading.record(5).edge.parent == 1
            assert "It stands below the post of Maria Silva" in reader.said.replace(LRM, "")
            assert "moving" not in reader.rows[0]
            await reader.press("u")
            assert forum.reading.record(5).edge.parent == 4

        read(home, script)

    def test_taking_back_restores_the_word_before(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            forum = reader.app.forum
            await open_topic(reader, "census")
            await reader.press("n", "n", "T", "J", "escape")
            await open_topic(reader, "Maps")
            await reader.press("J")
            assert forum.reading.record(3).edge.parent == 4
            await reader.press("u")
            assert forum.reading.topic_of(3) == 3

        read(home, script)

    def test_the_number_of_the_post_may_be_typed(self, home: Path) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await reader.press("n", "n", "J", "J")
            await reader.type("1")
            await reader.press("enter")
            assert reader.app.forum.reading.record(3).edge.parent == 1

        read(home, script)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("1", "A post cannot stand below itself."),
            ("2", "round in a circle"),
            ("99", "There is no post 99."),
            ("one", "“one” is no number of a post"),
        ],
    )
    def test_what_cannot_be_is_refused_in_a_sentence(self, home: Path, typed: str, said: str) -> None:
        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await reader.press("J", "J")
            await reader.type(typed)
            await reader.press("enter")
            assert said in reader.said
            assert "moving" in reader.rows[0]
            await reader.press("u")
            assert "moving" not in reader.rows[0]
            assert reader.app.forum.reading.verdict(1) is None

        read(home, script)

    def test_while_another_program_writes_nothing_changes_and_that_is_said(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "_BUSY_MILLISECONDS", 50)

        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await reader.press("n", "n")
            with closing(sqlite3.connect(home / "archive.sqlite3", isolation_level=None)) as another:
                another.execute("BEGIN IMMEDIATE")
                await reader.press("T")
            assert "Another listforum is writing to the archive just now" in reader.said
            assert place(reader)[0] == 3
            assert reader.app.forum.reading.topic_of(3) == 1

        read(home, script)

    def test_a_copy_that_can_only_be_read_says_so(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_self: object) -> None:
            raise sqlite3.OperationalError("attempt to write a readonly database")

        monkeypatch.setattr(database.Database, "_open_to_write", refuse)

        async def script(reader: Reader) -> None:
            await open_topic(reader, "census")
            await reader.press("n", "n", "T")
            assert "can only be read: nothing can be kept there" in reader.said
            assert reader.app.forum.reading.topic_of(3) == 1

        read(home, script)

    def test_one_takes_back_a_word_given_long_ago(self, home: Path) -> None:
        async def give(reader: Reader) -> None:
            await open_topic(reader, "census")
            await reader.press("n", "n", "T")

        async def take_back(reader: Reader) -> None:
            await open_topic(reader, "census of 1991")
            forum = reader.app.forum
            assert isinstance(reader.app.screen, TopicScreen)
            while place(reader)[0] != 3:
                await reader.press("right_square_bracket")
            await reader.press("y")
            assert "Y takes your word on it back." in words(reader)
            await reader.press("escape", "Y")
            assert forum.reading.verdict(3) is None
            await reader.press("Y")
            assert "nothing of yours to take back" in reader.said

        read(home, give)
        read(home, take_back)


class TestBadges:
    def test_a_post_of_several_lists_names_them_in_its_heading(self, home: Path) -> None:
        fill(home, "maps", mails()[:1])

        async def script(reader: Reader) -> None:
            await reader.press("tab", "down", "down", "enter")
            await open_topic(reader, "census")
            assert "Maria Silva · 2026-03-01 09:00 UTC · open-data + maps" in words(reader)
            assert words(reader).count("+ maps") == 1

        read(home, script)
