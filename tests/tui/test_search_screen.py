"""Search at the keys: found while one types, in any letter form, and opened at the very post."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.forum.searching import Searching
from listforum.model.forum import SearchAnswer, SearchHit
from listforum.tui.item_list import ItemList
from listforum.tui.layout.cells import width
from listforum.tui.layout.search import found_words, hit_lines
from listforum.tui.screens.search import SearchScreen
from listforum.tui.screens.topic import TopicScreen
from listforum.tui.screens.topics import TopicsScreen
from mails import mail
from reader import Reader, fill, read

LONG = "\n".join(f"Line {n} of a long post." for n in range(60))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    fill(
        home,
        "open-data",
        [
            mail(1, subject="Census", text=LONG),
            mail(
                2, subject="Re: Census", answers=[1], author="Wei Chen <wei@example.org>", text="Try the turnip files."
            ),
            mail(3, subject="Buses", text="The timetable is a scan."),
            mail(4, subject="کتابخانه", author="Samira <samira@example.org>", text="کتاب‌های تازه رسید"),
        ],
    )
    fill(
        home, "gardens", [mail(11, subject="Seeds [/b]", list_id="gardens.example.org", text="Turnips for dry ground.")]
    )
    return home


async def search(reader: Reader, words: str) -> None:
    """Opens the search, types, and waits for the answer."""
    await reader.press("slash")
    await reader.type(words)
    await answered(reader)


async def answered(reader: Reader) -> None:
    await reader.until(lambda: "found" in reader.text or "colon" in reader.text or "quotation" in reader.text)
    await reader.settled()


def test_before_anything_is_typed_it_says_what_can_be(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("slash")
        for words in ("from:maria", "subject:census", "before:2026-03", '"open data portal"'):
            assert words in reader.text, words

    read(home, script)


def test_what_is_typed_is_found_without_enter_in_every_list(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "turnip")
        assert "2 topics found" in reader.text
        assert "Seeds [/b]" in reader.text
        assert "gardens" in reader.text
        assert "Try the turnip files." in reader.text
        assert "Wei Chen" in reader.text

    read(home, script)


def test_the_last_line_has_the_keys_that_work_where_one_is(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("slash")
        assert reader.rows[-1].split() == "enter to the results esc back f1 help".split()  # noqa: SIM905 - as it stands
        await search(reader, "turnip")
        assert "/turnip" in reader.text
        await reader.press("enter")
        for key in ("enter open", "/ search", "s sync", "u undo", "esc back", "f1 help"):
            assert key in reader.rows[-1], key
        await reader.press("slash")
        assert "s sync" not in reader.rows[-1]
        assert "to the results" in reader.rows[-1]

    read(home, script)


def test_where_nothing_is_found_it_says_what_finds_more(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "xylophone")
        assert "0 topics found" in reader.text
        assert "Fewer or shorter words find more." in reader.text
        reader.app.screen.query_one("#words").value = "turnip"  # type: ignore[attr-defined]
        await reader.until(lambda: "2 topics found" in reader.text)
        assert "Fewer" not in reader.text

    read(home, script)


def test_a_list_that_is_not_here_is_named_with_those_that_are(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("slash")
        await reader.type("turnip list:nope")
        await reader.until(lambda: "“nope”" in reader.text)
        assert "Known: gardens, open-data" in reader.text
        assert "topics found" not in reader.text

    read(home, script)


def test_enter_goes_to_the_results_and_opens_one_at_the_post_with_the_words_marked(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "turnip list:open-data")
        await reader.press("enter", "enter")
        assert isinstance(reader.app.screen, TopicScreen)
        assert "Census" in reader.rows[0]
        assert "Try the turnip files." in reader.text
        marked = [
            segment.text
            for strip in reader.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style and segment.style.bold and segment.style.underline
        ]
        assert "turnip" in marked

    read(home, script)


def test_what_only_the_subject_of_an_answer_has_opens_where_somebody_wrote_it(home: Path) -> None:
    fill(
        home,
        "maps",
        [
            mail(21, subject="Gazetteer", text=f"{LONG}\nWho has a gazetteer?", list_id="maps.example.org"),
            mail(22, subject="Re: Gazetteer", answers=[21], text="Not I.", list_id="maps.example.org"),
        ],
    )

    async def script(reader: Reader) -> None:
        await search(reader, "gazetteer")
        await reader.press("enter", "enter")
        assert isinstance(reader.app.screen, TopicScreen)
        assert "Who has a gazetteer?" in reader.text

    read(home, script)


def test_a_hit_opens_where_its_words_stand_together_and_not_in_what_it_quotes(tmp_path: Path) -> None:
    quote = "Maria wrote:\n> The sample rate of the old sensor is too high.\n> Nobody needs so much.\n\n"
    text = f"{quote}An empty sample, and again an empty one.\n\n{LONG}\n\nWith half the sample rate it lasts a year."
    fill(tmp_path / "home", "sensors", [mail(1, subject="Batteries"), mail(2, subject="Sensors", text=text)])

    async def script(reader: Reader) -> None:
        await search(reader, '"sample rate"')
        await reader.press("enter", "enter")
        assert isinstance(reader.app.screen, TopicScreen)
        assert "With half the sample rate" in reader.text

    read(tmp_path / "home", script)


def test_coming_back_finds_words_and_place_as_they_were(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "turnip")
        await reader.press("down", "down", "enter")
        assert isinstance(reader.app.screen, TopicScreen)
        await reader.press("escape")
        screen = reader.app.screen
        assert isinstance(screen, SearchScreen)
        assert isinstance(reader.focused, ItemList)
        assert screen.query_one("#hits", ItemList).current_place == 1
        assert "turnip" in reader.rows[1]
        await reader.press("escape")
        assert isinstance(reader.app.screen, TopicsScreen)

    read(home, script)


def test_a_persian_word_is_found_in_the_other_letter_forms(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "كتاب")  # the Arabic kaf for the Persian one
        assert "کتابخانه" in reader.text

    read(home, script)


def test_what_cannot_be_understood_is_a_sentence_under_the_field(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, 'turnip "census')
        assert "A quotation mark is never closed" in reader.text
        assert "Seeds" not in reader.text
        await reader.type('"')
        await reader.until(lambda: "found" in reader.text)

    read(home, script)


def test_of_several_searches_only_the_last_is_shown(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "turnip")
        for _letter in "turnip":
            await reader.pilot.press("backspace")
        await reader.type("timetable")
        await reader.until(lambda: "Buses" in reader.text)
        assert "turnip" not in reader.text
        assert "1 topic found" in reader.text

    read(home, script)


def test_nothing_found_is_said(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "zeppelin")
        assert "0 topics found" in reader.text
        await reader.press("enter", "down")
        assert isinstance(reader.app.screen, SearchScreen)

    read(home, script)


def test_slash_in_the_results_goes_back_to_the_words(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "turnip")
        await reader.press("down", "slash")
        await reader.type("s")
        await reader.until(lambda: "turnips" in reader.rows[1])

    read(home, script)


def test_what_a_filter_did_not_find_is_searched_for(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("f")
        await reader.type("turnip")
        await reader.press("enter")
        assert isinstance(reader.app.screen, SearchScreen)
        await answered(reader)
        assert "2 topics found" in reader.text

    read(home, script)


# --- rows -------------------------------------------------------------------------------------------------------------


def hit(subject: str, snippet: str = "", matches: tuple[tuple[int, int], ...] = ()) -> SearchHit:
    return SearchHit(1, 1, "", subject, "Maria", 1_790_000_000, snippet, matches)


def test_the_matches_are_marked_and_nothing_else() -> None:
    lines = hit_lines(hit("Census", "the turnip\nand the turnip", ((4, 10), (19, 25))), "open-data", 78)
    assert [span.text for line in lines for span in line.spans if span.style == "match"] == ["turnip", "turnip"]
    assert "the turnip and the turnip" in lines[3].text


def test_a_match_that_a_row_breaks_is_marked_in_both_rows() -> None:
    lines = hit_lines(hit("Census", "one two three four five six", ((0, 27),)), "", 18)
    assert [span.style for line in lines[3:5] for span in line.spans if span.text.strip()] == ["match", "match"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (SearchAnswer(1, (hit("a"),), 3.2), "1 topic found, 3 ms"),
        (SearchAnswer(120, (hit("a"), hit("b")), 14.0), "120 topics found, the newest 2 shown, 14 ms"),
        (SearchAnswer(0, (), 1.0, behind=1), "0 topics found, 1 ms · 1 post is not indexed yet"),
        (SearchAnswer(0, (), 1.0, behind=40), "0 topics found, 1 ms · 40 posts are not indexed yet"),
    ],
)
def test_how_much_was_found_and_what_was_not_looked_at(answer: SearchAnswer, words: str) -> None:
    assert found_words(answer) == words


@given(
    subject=st.text(max_size=60),
    snippet=st.text(max_size=200),
    room=st.integers(30, 160),
    at=st.integers(0, 200),
)
@settings(max_examples=150, deadline=None)
def test_no_row_is_wider_than_its_room_and_no_letter_is_lost_from_a_match(
    subject: str, snippet: str, room: int, at: int
) -> None:
    from listforum.mail import safe

    subject, snippet = safe.line(subject), safe.body(snippet)
    lines = hit_lines(hit(subject, snippet, ((at, at + 3),)), "open-data", room)
    assert all(width(line.text) <= room for line in lines)
    plain = hit_lines(hit(subject, snippet), "open-data", room)
    assert [line.text for line in lines] == [line.text for line in plain]


def test_who_leaves_before_the_answer_comes_hears_nothing_of_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = threading.Event()
    search_as_ever = Searching.search

    def late(self: Searching, *words: Any, **wanted: Any) -> SearchAnswer:
        left.wait(10)
        return search_as_ever(self, *words, **wanted)

    monkeypatch.setattr(Searching, "search", late)

    async def script(reader: Reader) -> None:
        await reader.pilot.press("slash")
        await reader.until(lambda: isinstance(reader.app.screen, SearchScreen))
        for key in ("t", "u", "enter", "escape"):
            await reader.pilot.press(key)
        await reader.until(lambda: isinstance(reader.app.screen, TopicsScreen))
        left.set()
        await reader.settled()
        assert isinstance(reader.app.screen, TopicsScreen)

    read(home, script)
