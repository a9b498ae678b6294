"""Search at the keys: found while one types, in any letter form, and opened at the very post."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum_home import CONFIG, configured_home
from listforum.forum.searching import Searching
from listforum.model.forum import SearchAnswer, SearchHit
from listforum.tui.fields import SafeInput
from listforum.tui.item_list import ItemList
from listforum.tui.layout.cells import width
from listforum.tui.layout.search import found_lines, found_words, hit_lines
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


def marked(reader: Reader) -> list[str]:
    """What stands out as searched for."""
    return [
        segment.text
        for strip in reader.app.screen._compositor.render_strips()
        for segment in strip
        if segment.style and segment.style.bold and segment.style.underline
    ]


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
        assert " ".join(reader.rows[-1].split()) == "enter to the results ^o best first ^s save esc back f1 help"
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


def test_a_list_that_is_not_here_is_said_above_what_all_lists_have(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "list:nope turnip")
        await reader.until(lambda: "nope" in "".join(reader.rows[2:4]) and "2 topics found" in reader.text)

    read(home, script)


def test_enter_goes_to_the_results_and_opens_one_at_the_post_with_the_words_marked(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "turnip list:open-data")
        await reader.press("enter", "enter")
        assert isinstance(reader.app.screen, TopicScreen)
        assert "Census" in reader.rows[0]
        assert "Try the turnip files." in reader.text
        assert "turnip" in marked(reader)

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


def test_what_cannot_be_understood_is_a_sentence_above_what_is_found_without_it(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "before:yesteryear turnip")
        assert "yesteryear" in "".join(reader.rows[2:6])
        assert "2 topics found" in reader.text
        assert "Seeds" in reader.text

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


@pytest.mark.parametrize(
    ("subject", "matches", "marked"),
    [
        ("The census of 1991", ((4, 10),), ["census"]),
        ("census", ((0, 6),), ["census"]),
        ("Of the last and the next census", ((25, 31),), []),  # it is cut before the word
        ("A census with a long name", ((2, 8), (21, 25)), ["census", "n"]),
        ("👍🏽 census", ((3, 9),), []),  # shown without what terminals disagree about
    ],
)
def test_the_words_are_marked_in_the_subject_as_far_as_it_is_shown(
    subject: str, matches: tuple[tuple[int, int], ...], marked: list[str]
) -> None:
    line = hit_lines(hit(subject), "", 36, matches)[1]
    assert [span.text for span in line.spans if span.style == "match"] == marked
    assert line.text == hit_lines(hit(subject), "", 36)[1].text


def test_a_match_that_a_row_breaks_is_marked_in_both_rows() -> None:
    lines = hit_lines(hit("Census", "one two three four five six", ((0, 27),)), "", 18)
    assert [span.style for line in lines[3:5] for span in line.spans if span.text.strip()] == ["match", "match"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (SearchAnswer(1, (hit("a"),), 3.2), "1 topic found, 3 ms"),
        (SearchAnswer(120, (hit("a"), hit("b")), 14.0), "120 topics found, newest first, 14 ms"),
        (SearchAnswer(50, (hit("a"),), 14.0, complete=False), "at least 50 topics, newest first · counting…"),
        (SearchAnswer(0, (), 1.0, behind=1), "0 topics found, 1 ms · 1 post is not indexed yet"),
        (SearchAnswer(0, (), 1.0, behind=40), "0 topics found, 1 ms · 40 posts are not indexed yet"),
    ],
)
def test_how_much_was_found_and_what_was_not_looked_at(answer: SearchAnswer, words: str) -> None:
    assert found_words(answer, "newest") == words


def test_the_order_is_told() -> None:
    assert found_words(SearchAnswer(2, (hit("a"), hit("b")), 1.0), "best") == "2 topics found, best first, 1 ms"


def test_what_was_not_understood_stands_above_what_was_found() -> None:
    answer = SearchAnswer(1, (hit("a"),), 1.0, problems=("“nextyear” is no day.", "There is no mark “red”."))
    assert [(line.text, line.spans[0].style) for line in found_lines(answer, "newest")] == [
        ("“nextyear” is no day.", "warning"),
        ("There is no mark “red”.", "warning"),
        ("1 topic found, 1 ms", "muted"),
    ]


def test_what_was_meant_is_told_with_the_key_that_takes_it_over() -> None:
    lines = [line.text for line in found_lines(SearchAnswer(0, (), 1.0, meant="from:maria census"), "newest")]
    assert "from:maria census" in lines[1]
    assert lines[1].endswith(" tab searches for it.")


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


# --- while one types --------------------------------------------------------------------------------------------------


class Answering:
    """Stands in for the search: says what was asked, and answers when it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.cancelled: list[str] = []
        self.go_on = threading.Event()
        self.answers: dict[str, Sequence[SearchAnswer]] = {}
        monkeypatch.setattr(Searching, "typed", self._typed)

    def _typed(self, text: str, *, cancelled: Callable[[], bool], **_wanted: Any) -> Iterator[SearchAnswer]:
        self.asked.append(text)
        for answer in self.answers.get(text, [SearchAnswer(0, (), 1.0)]):
            while not self.go_on.wait(0.002):
                if cancelled():
                    self.cancelled.append(text)
                    return
            yield answer
            if not answer.complete:
                self.go_on.clear()


def many(first: int, last: int) -> tuple[SearchHit, ...]:
    return tuple(SearchHit(n, n, "", f"Topic {n}", "Maria", 1_790_000_000, "", ()) for n in range(first, last))


def test_who_leaves_before_the_answer_comes_hears_nothing_of_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Answering(monkeypatch)

    async def script(reader: Reader) -> None:
        await reader.pilot.press("slash")
        await reader.until(lambda: isinstance(reader.app.screen, SearchScreen))
        for key in ("t", "u", "enter", "escape"):
            await reader.pilot.press(key)
        await reader.until(lambda: isinstance(reader.app.screen, TopicsScreen))
        await reader.settled()
        assert isinstance(reader.app.screen, TopicsScreen)

    read(home, script)
    assert search.cancelled == search.asked


def test_a_key_cancels_the_search_before_it_in_the_middle(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Answering(monkeypatch)
    search.answers = {"t": [SearchAnswer(9, many(1, 9), 1.0)], "tu": [SearchAnswer(1, many(20, 21), 1.0)]}

    async def script(reader: Reader) -> None:
        await reader.press("slash")
        await reader.pilot.press("t")
        await reader.until(lambda: search.asked == ["t"])
        await reader.pilot.press("u")
        await reader.until(lambda: search.asked == ["t", "tu"])
        assert search.cancelled == ["t"]
        search.go_on.set()
        await reader.until(lambda: "Topic 20" in reader.text)
        assert "1 topic found" in reader.text

    read(home, script)


def test_the_first_hits_are_there_before_they_are_counted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Answering(monkeypatch)
    search.answers = {
        "t": [SearchAnswer(30, many(1, 31), 1.0, complete=False), SearchAnswer(412, many(1, 31), 90.0)],
    }
    search.go_on.set()

    async def script(reader: Reader) -> None:
        await reader.press("slash")
        await reader.pilot.press("t")
        await reader.until(lambda: "at least 30 topics" in reader.text)
        await reader.pilot.press("down", "down", "down")
        hits = reader.app.screen.query_one("#hits", ItemList)
        assert (hits.has_focus, hits.current) == (True, 3)
        search.go_on.set()
        await reader.until(lambda: "412 topics found" in reader.text)
        assert (hits.has_focus, hits.current) == (True, 3)

    read(home, script)


def test_what_was_found_before_stays_until_something_else_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Answering(monkeypatch)
    search.answers = {"t": [SearchAnswer(2, many(1, 3), 1.0)]}
    search.go_on.set()

    async def script(reader: Reader) -> None:
        await reader.press("slash", "t")
        await reader.until(lambda: "Topic 2" in reader.text)
        search.go_on.clear()
        await reader.pilot.press("u")
        await reader.until(lambda: search.asked == ["t", "tu"])
        assert "Topic 2" in reader.text
        search.go_on.set()
        await reader.until(lambda: "0 topics found" in reader.text)
        assert "Topic 2" not in reader.text

    read(home, script)


def test_who_goes_down_to_the_last_hit_is_shown_more(tmp_path: Path) -> None:
    fill(tmp_path / "home", "big", [mail(n, subject=f"Number {n}", text="A turnip.") for n in range(1, 46)])

    async def script(reader: Reader) -> None:
        await search(reader, "turnip")
        assert "45 topics found" in reader.text
        hits = reader.app.screen.query_one("#hits", ItemList)
        await reader.press("enter", *["down"] * 29)
        here = hits.current
        await reader.press(*["down"] * 30)
        assert hits.current != here
        assert hits.current_place == 44

    read(tmp_path / "home", script)


# --- orders, what was meant, earlier words ----------------------------------------------------------------------------


def test_the_order_is_turned_at_the_words_and_at_the_hits_and_stays(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "turnip")
        assert "newest first" in reader.text
        await reader.press("ctrl+o")
        await reader.until(lambda: "found, best first" in reader.text)
        assert "^o newest first" in reader.rows[-1]
        await reader.press("enter", "o")
        await reader.until(lambda: "found, newest first" in reader.text)
        await reader.press("o", "escape")
        await search(reader, "turnip")
        assert "found, best first" in reader.text

    read(home, script)


def test_what_was_meant_is_searched_for_with_tab(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering = Answering(monkeypatch)
    answering.answers = {
        "turnop": [SearchAnswer(0, (), 1.0, meant="turnip")],
        "turnip": [SearchAnswer(1, many(1, 2), 1)],
    }
    answering.go_on.set()

    async def script(reader: Reader) -> None:
        await search(reader, "turnop")
        await reader.until(lambda: "Did you mean “turnip”?" in reader.text.replace("\u200e", ""))
        await reader.press("tab")
        await reader.until(lambda: "1 topic found" in reader.text)
        assert reader.rows[1].strip() == "turnip"
        await reader.press("tab")
        assert isinstance(reader.focused, ItemList)
        await reader.press("tab")
        assert not isinstance(reader.focused, ItemList)

    read(home, script)


def test_up_and_down_go_through_earlier_words(home: Path) -> None:
    async def script(reader: Reader) -> None:
        for words in ("turnip", "timetable"):
            await search(reader, words)
            await reader.press("enter", "escape")
        await reader.press("slash")
        await reader.type("se")
        seen = []
        for key in ("up", "up", "up", "down", "down"):
            await reader.press(key)
            seen.append(reader.rows[1].strip())
        assert seen == ["timetable", "turnip", "turnip", "timetable", "se"]
        await reader.until(lambda: "Seeds" in reader.text)
        await reader.press("down")
        assert isinstance(reader.focused, ItemList)

    read(home, script)


def test_the_help_begins_with_what_can_be_typed(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("slash", "f1")
        assert "librar*" in reader.text
        await reader.press("escape", "question_mark")
        assert "librar*" in reader.text
        await reader.press("escape")
        await reader.type("why?")
        assert reader.rows[1].strip() == "why?"

    read(home, script)


# --- in the topic -----------------------------------------------------------------------------------------------------


def test_the_next_match_is_gone_to_through_the_posts_of_a_topic_and_back(tmp_path: Path) -> None:
    fill(
        tmp_path / "home",
        "open-data",
        [
            mail(1, subject="Census", text=f"First turnip.\n{LONG}\nSecond turnip."),
            mail(2, subject="Re: Census", answers=[1], text=LONG),
            mail(3, subject="Re: Census", answers=[2], text=f"{LONG}\nThird turnip.\n{LONG}"),
        ],
    )

    async def script(reader: Reader) -> None:
        await search(reader, "turnip")
        await reader.press("enter", "enter")
        assert "N next match" in reader.rows[-1]
        assert "Third turnip." in reader.text
        await reader.press("N")
        assert "no more of these words" in reader.said
        for words in ("Second turnip.", "First turnip."):
            await reader.press("P")
            assert words in reader.text
        for words in ("Second turnip.", "Third turnip."):
            await reader.press("N")
            assert words in reader.text

    read(tmp_path / "home", script)


def test_a_word_that_was_only_begun_is_marked_in_the_topic_too(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await search(reader, "timeta")
        await reader.press("enter", "enter")
        assert isinstance(reader.app.screen, TopicScreen)
        assert "timetable" in marked(reader)

    read(home, script)


def test_without_a_search_there_is_no_next_match(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("enter", "N")
        assert "Nothing was searched for here" in reader.said

    read(home, script)


# --- earlier sessions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kept", "recalled"), [("true", "turnip"), ("false", "")])
def test_words_of_earlier_sessions_come_back_only_where_that_is_wanted(home: Path, kept: str, recalled: str) -> None:
    configured_home(home, f"{CONFIG}\n[search]\nkeep_history = {kept}\n")

    async def first(reader: Reader) -> None:
        await search(reader, "turnip")
        await reader.press("enter")

    async def second(reader: Reader) -> None:
        await reader.press("slash", "up")
        assert reader.app.screen.query_one("#words", SafeInput).value == recalled

    read(home, first)
    read(home, second)


def test_the_palette_forgets_what_was_searched_for(home: Path) -> None:
    configured_home(home, f"{CONFIG}\n[search]\nkeep_history = true\n")

    async def script(reader: Reader) -> None:
        await search(reader, "turnip")
        await reader.press("enter", "ctrl+p")
        await reader.type("forget")
        await reader.press("enter", "enter")
        assert reader.app.forum.history.words() == ()
        await reader.press("escape", "slash", "up")
        assert reader.app.screen.query_one("#words", SafeInput).value == ""

    read(home, script)


def test_what_is_not_indexed_yet_is_asked_for_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering = Answering(monkeypatch)
    answering.answers["t"] = [SearchAnswer(1, many(1, 2), 1.0, behind=40)]
    answering.go_on.set()

    async def script(reader: Reader) -> None:
        await reader.press("slash", "t")
        await reader.until(lambda: "40 posts are not indexed yet" in reader.text)
        answering.answers["t"] = [SearchAnswer(2, many(1, 3), 1.0)]
        await reader.until(lambda: "2 topics found" in reader.text)
        assert answering.asked == ["t", "t"]

    read(home, script)
