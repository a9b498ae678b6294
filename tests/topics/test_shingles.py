"""Samples of texts: the same everywhere, few, and shared by whoever quotes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.topics.shingles import MOST, WINDOW, WORDS, shingles

word = st.text("abcdefgh", min_size=1, max_size=5)
words = st.lists(word, max_size=60)
law = settings(deadline=None, max_examples=200)


def test_they_are_the_same_in_every_process() -> None:
    assert shingles("The year of the flood is missing.") == (354811350, 576253096, 696810118)


def test_line_breaks_case_and_punctuation_make_no_difference() -> None:
    assert shingles("The year\nof the FLOOD is missing!") == shingles("the year of the flood, is missing")


def test_a_text_of_three_words_is_one_and_a_shorter_one_none() -> None:
    assert len(shingles("Yes, on Friday.")) == 1
    assert shingles("On Friday.") == ()
    assert shingles("") == ()


def test_where_no_blanks_set_words_apart_letters_count() -> None:
    quote = "但是洪水那一年的数据还没有找到"
    assert set(shingles(quote)) & set(shingles(f"上午好。{quote}，请问谁有纸质版本？"))


@law
@given(before=words, shared=st.lists(word, min_size=WORDS + WINDOW - 1, max_size=40), after=words, around=words)
def test_what_two_texts_share_in_enough_words_is_found(
    before: list[str], shared: list[str], after: list[str], around: list[str]
) -> None:
    one, other = " ".join([*before, *shared, *after]), " ".join([*around, *shared])
    assert set(shingles(one)) & set(shingles(other))


@law
@given(words)
def test_they_are_a_small_part_of_the_text(text: list[str]) -> None:
    found = shingles(" ".join(text))
    assert list(found) == sorted(set(found))
    assert all(0 <= shingle < 2**31 for shingle in found)


def test_a_long_text_has_no_more_than_a_letter() -> None:
    assert len(shingles(" ".join(map(str, range(50_000))))) == MOST
