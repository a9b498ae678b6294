"""What may go out as a text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.errors import UsageError
from listforum.forum.writing import MOST_TEXT, sendable

STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PIECES = st.sampled_from(
    ["\t", "\n", "\r\n", "\r", "\x1b[31m", "\x1b]0;t\x07", "\u202e", "\0", "سلام", "ação", "> ", "-- "]
)
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=30).map(lambda pieces: "x" + "".join(pieces))


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    assert not STEERING.search(sendable(text))


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert sendable(sendable(text)) == sendable(text)


@given(st.lists(st.text("abc \t{};", max_size=20), min_size=1, max_size=20).map("\n".join).filter(str.strip))
@settings(deadline=None, max_examples=100)
def test_plain_text_stays_as_it_was_written_tabs_and_all(text: str) -> None:
    assert sendable(text) == text
    assert sendable(text.replace("\n", "\r\n")) == text


def test_the_longest_text_is_measured_in_bytes() -> None:
    assert sendable("x" * MOST_TEXT)
    for text in ("x" * (MOST_TEXT + 1), "ж" * (MOST_TEXT // 2 + 1)):
        with pytest.raises(UsageError, match="too long"):
            sendable(text)
