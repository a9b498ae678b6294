"""What of a post is shown, and what of it is marked."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.search.parse import parse, parse_unfinished
from listforum.search.snippet import LENGTH, marks, snippet

FILLER = "one two three four five six seven eight nine ten "
BORDER_AND_ELLIPSES = 64


def marked(text: str, typed: str) -> tuple[str, list[str]]:
    shown, marks = snippet(text, parse(typed, date(2026, 1, 1)))
    return shown, [shown[start:end] for start, end in marks]


@pytest.mark.parametrize(
    ("text", "typed", "marks"),
    [
        ("The Pumps broke", "pump", ["Pumps"]),
        ("the hand pump", '"hand pump"', ["hand", "pump"]),
        ("همه کتاب\u200cها اینجاست", "کتاب", ["کتاب\u200cها"]),
        ("همه كتاب ها اینجاست", "کتاب", ["كتاب"]),
        ("فردا می\u200cروم", "میروم", ["می\u200cروم"]),
        ("un cafe\u0301 noir", "café", ["cafe\u0301"]),
        ("ещё одна книга", "книги", ["книга"]),
        ("全文搜索引擎", "搜索", ["搜索"]),
        ("全文搜索引擎", "搜索引", ["搜索引"]),
        ("全文搜索引擎", "擎", ["擎"]),
        ("在Linux上", "linux", ["Linux"]),
        ("mail maria@example.org now", "example.org", ["example", "org"]),
        ("two pumps, one pumping", "pump*", ["pumps", "pumping"]),
        ("two pumps, one pumping", "pumpi*", ["pumping"]),
        ("it is happily done", "happil*", ["happily"]),
        ("the hand pump", '"hand pu*"', ["hand", "pump"]),
        ("این کتاب\u200cها", "کتابه*", ["کتاب\u200cها"]),
        ("كتابهای ما", "کتابه*", ["كتابهای"]),
        ("在Linux上", "lin*", ["Linux"]),
        ("全文搜索引擎", "搜索*", ["搜索"]),
        ("a pump or a tap", "tap OR pump", ["pump", "tap"]),
        ("a pump or a tap", "ta* OR from:maria", ["tap"]),
        ("a pump or a tap", "pump -ta*", ["pump"]),
        ("a pump or a tap", "pump -tap", ["pump"]),
        ("a pump or a tap", "colour:pump", ["pump"]),
        ("report.pdf", "file:report.pdf", []),
        ("the pump", "subject:pump", []),
        ("the pump", "from:pump", []),
        ("the pump", "-pump", []),
        ("the pump", "after:2020", []),
        ("", "pump", []),
    ],
)
def test_marks_are_what_was_asked_for_as_it_was_written(text: str, typed: str, marks: list[str]) -> None:
    assert marked(text, typed) == (text, marks)


def test_white_space_is_evened_out_and_marks_follow() -> None:
    assert marked("  the\n\n   pump\tbroke \n", "broke") == ("the pump broke", ["broke"])


def test_long_texts_are_cut_between_words_around_the_match() -> None:
    shown, marks = marked(FILLER * 20 + "pump " + FILLER * 20, "pump")
    assert marks == ["pump"]
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) <= LENGTH + 4
    assert set(shown.split()) <= {*FILLER.split(), "pump", "…"}


def test_without_a_match_the_beginning_is_shown() -> None:
    shown, marks = marked(FILLER * 20, "subject:pump")
    assert marks == []
    assert shown.startswith(FILLER)
    assert shown.endswith(" …")


def test_the_place_that_shows_most_of_the_words_is_shown() -> None:
    shown, marks = marked("pump " + FILLER * 20 + "hand pump " + FILLER * 20, "hand pump")
    assert "hand pump" in shown
    assert marks == ["hand", "pump"]


@pytest.mark.parametrize("between", [20, 200, 2_000])
def test_a_phrase_is_shown_rather_than_its_words_elsewhere(between: int) -> None:
    scattered = "hand and " + FILLER + "pump " + FILLER * between
    shown, marks = marked(scattered + "the hand pump broke " + FILLER * 20, '"hand pump"')
    assert "the hand pump broke" in shown
    assert marks == ["hand", "pump"]


def test_a_phrase_is_shown_rather_than_more_words() -> None:
    shown, _ = marked("water pump by hand " + FILLER * 20 + "one hand pump there", '"hand pump" water')
    assert "one hand pump there" in shown


def test_words_with_the_phrase_are_shown_rather_than_the_phrase_alone() -> None:
    shown, _ = marked("one hand pump there " + FILLER * 20 + "hand pump for water", '"hand pump" water')
    assert "hand pump for water" in shown


def test_a_beginning_far_down_is_found() -> None:
    assert marked(FILLER * 3_000 + "pumping", "pumpi*")[1] == ["pumping"]
    assert marked("سلام دوستان " * 3_000 + "كتابهای", "کتابه*")[1] == ["كتابهای"]


def test_what_is_still_being_typed_is_marked_too() -> None:
    text = "two pumps"
    assert marks(text, parse_unfinished("two pum", date(2026, 1, 1))) == ((0, 3), (4, 9))


def test_a_match_far_down_is_found_and_one_beyond_all_bounds_is_not() -> None:
    assert marked(FILLER * 3_000 + "pump", "pump")[1] == ["pump"]
    shown, marks = marked(FILLER * 10_000 + "pump", "pump")
    assert (shown.startswith(FILLER), marks) == (True, [])


def test_text_without_spaces_is_cut_too() -> None:
    shown, marks = marked("字" * 500 + "搜索" + "字" * 500, "搜索")
    assert marks == ["搜索"]
    assert len(shown) <= LENGTH + 4


def test_a_letter_is_not_parted_from_its_accents() -> None:
    shown, _ = marked("e\u0301" * 500 + " pump", "pump")
    assert "… \u0301" not in shown


FRAGMENTS = ["pump", "کتاب\u200cها", "搜索引擎", "\n\n", " ", "é" * 30, "x" * 70]
texts = st.lists(
    st.one_of(st.text(max_size=10), st.sampled_from(FRAGMENTS)),
    max_size=60,
).map("".join)


@given(texts, st.sampled_from(["pump", "کتاب", "搜索", "pump 搜索 کتاب", "x", "引", "pu*", "کت* OR x*", '"搜索引擎"']))
@settings(deadline=None, max_examples=200)
def test_marks_lie_in_order_within_a_short_snippet(text: str, typed: str) -> None:
    shown, marks = snippet(text, parse(typed, date(2026, 1, 1)))
    assert len(shown) <= LENGTH + BORDER_AND_ELLIPSES
    assert "\n" not in shown
    flat = [position for mark in marks for position in mark]
    assert flat == sorted(set(flat))
    assert all(0 <= position <= len(shown) for position in flat)
