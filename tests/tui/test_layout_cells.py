"""How many cells texts take, and fields of exactly so many."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from listforum.tui.layout.cells import LRM, advances, cut, field, number, padded, shortened, steady, width

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1eb\U0001f1f7"

TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs", "Cc")),
        st.sampled_from("ab \u200d\ufe0f\u20e3\u0301\u200c\u200e\u200f中文سلامклн❤©1" + FAMILY + FLAG + "\U0001f3fd"),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_a_text_is_as_wide_as_what_crops_it_believes(text: str) -> None:
    assert width(text) == cell_len(text)
    assert sum(advances(text)) == width(text)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.integers(0, 40))
def test_a_field_has_exactly_its_width_whatever_the_text(text: str, room: int) -> None:
    made = field(text, room)
    assert cell_len(made) == room
    assert made.endswith(LRM)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.integers(0, 40))
def test_what_is_cut_fits_and_is_a_beginning(text: str, room: int) -> None:
    assert text.startswith(cut(text, room))
    assert width(cut(text, room)) <= room
    assert width(shortened(text, room)) <= room
    assert width(padded(text, room)) == room


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_a_steady_text_stays_as_it_is(text: str) -> None:
    assert steady(steady(text)) == steady(text)


def test_what_terminals_disagree_about_is_made_simple() -> None:
    assert steady(f"{FAMILY} at home") == "\U0001f468 at home"
    assert steady(f"{FLAG} Paris") == "FR Paris"
    assert steady("❤\ufe0f\u200d\U0001f525!") == "❤!"
    assert steady("\U0001f44b\U0001f3fd") == "\U0001f44b"
    assert steady("\u0301\u0302alone") == "alone"


def test_spelling_stays_as_it_is() -> None:
    for spelled in ("می\u200cخواهم", "cafe\u0301", "नमस्ते", "中文", "ค่ำ"):
        assert steady(spelled) == spelled


def test_a_long_text_ends_in_an_ellipsis() -> None:
    assert shortened("the census files", 10) == "the censu…"
    assert shortened("数据数据数据", 6) == "数据…"
    assert shortened("short", 5) == "short"


def test_a_number_stands_at_the_right_and_never_breaks_its_column() -> None:
    assert number(12, 4) == "  12"
    assert number(123_456, 4) == "123k"
    assert number(12_345_678, 3) == "12M"
    assert number(12_345_678, 1) == "+"
