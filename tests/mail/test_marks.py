"""Marks that are piled on a letter cost no more time than other text."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.marks import MOST, composed
from listforum.mail.quotes import blocks, own_words_digest
from listforum.mail.subject import bare_subject, base_subject

HEBREW = "\u05bf\u05b0"
RARE = "\U00010a0d\U00010a0f"
PILES = [HEBREW, "\u0323\u0301", RARE, "\u0301\U00010a0f", "\u0f73", "\u302e\u0323"]
QUICK = 1.0


@pytest.mark.parametrize("pile", PILES)
@pytest.mark.parametrize("compare", [composed, own_words_digest, blocks, base_subject, bare_subject])
def test_a_pile_of_marks_is_compared_in_no_time(compare: object, pile: str) -> None:
    assert callable(compare)
    began = time.process_time()
    compare("א" + pile * 30_000)
    assert time.process_time() - began < QUICK


@given(
    st.text(max_size=40).filter(lambda text: not any(map(unicodedata.combining, unicodedata.normalize("NFD", text))))
)
@settings(deadline=None, max_examples=100)
def test_what_has_no_piles_is_composed_as_unicode_says(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_as_many_marks_as_languages_write_are_composed_as_unicode_says() -> None:
    text = "Việt e\u0323\u0302 " + "א" + HEBREW * (MOST // 2) + " हिन्दी"
    assert composed(text) == unicodedata.normalize("NFC", text)
    assert composed("א" + HEBREW * MOST) == composed("א" + HEBREW * (MOST // 2))


def test_every_mark_that_unicode_knows_is_thinned() -> None:
    marks = (mark for mark in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(mark) == "Mn")
    assert [mark for mark in marks if len(composed("x " + mark * 5 * MOST)) >= 5 * MOST] == []
