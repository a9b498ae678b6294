"""When something was written, short and in full."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import NOON
from listforum.forum.moments import full
from listforum.tui.layout.cells import width
from listforum.tui.layout.dates import ago, day


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (0, "now"),
        (59, "now"),
        (5 * 60, "5 min"),
        (3 * 3600, "3 h"),
        (2 * 86_400, "2 d"),
        (7 * 86_400, "26 Feb"),
        (299 * 86_400, "10 May"),
        (300 * 86_400, "2025-05"),
        (-3600, "now"),
        (-40 * 86_400, "2026-04"),
    ],
)
def test_the_longer_ago_the_less_exact(passed: int, words: str) -> None:
    assert ago(NOON - passed, NOON) == words


def test_a_date_in_full() -> None:
    assert full(NOON) == "2026-03-05 12:00 UTC"
    assert day(NOON) == "2026-03-05"


@settings(deadline=None, max_examples=200)
@given(st.integers(-(2**62), 2**62), st.integers(0, 2**33))
def test_every_date_fits_its_column(then: int, now: int) -> None:
    assert 0 < width(ago(then, now)) <= 7
    assert full(then).endswith(" UTC")
