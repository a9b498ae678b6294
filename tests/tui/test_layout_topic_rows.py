"""A list of topics as rows of columns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import HOUR, NOON, summary
from listforum.tui.layout.cells import LRM, width
from listforum.tui.layout.topic_rows import columns, heading, row

NOW = NOON + 4 * HOUR


def plain(text: str) -> str:
    return text.replace(LRM, "")


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
    st.integers(20, 300),
    st.integers(0, 10**8),
)
def test_a_row_is_as_wide_as_the_screen_whatever_stands_in_it(
    subject: str, starter: str, cells: int, count: int
) -> None:
    shown = row(summary(subject=subject, starter=starter, posts=count, unread=count), columns(cells), NOW)
    assert width(shown.text) == cells
    assert width(heading(columns(cells)).text) == cells


def test_a_row_at_eighty_columns() -> None:
    shown = plain(row(summary(unread=2, starred=True, followed=True), columns(80), NOW).text)
    assert shown == f"●»★ {'The census files':41} {'Maria Silva':14} {3:5} {2:5} {'3 h':>7}"
    assert plain(heading(columns(80)).text).split() == ["subject", "started", "by", "posts", "new", "last"]


@pytest.mark.parametrize(
    ("cells", "names"),
    [(40, ["subject", "new", "last"]), (50, ["subject", "posts", "new", "last"])],
)
def test_a_narrow_screen_goes_without_some_columns(cells: int, names: list[str]) -> None:
    assert plain(heading(columns(cells)).text).split() == names


def test_unread_shows_without_any_colour() -> None:
    read, unread = row(summary(), columns(80), NOW), row(summary(unread=1), columns(80), NOW)
    assert plain(unread.text).startswith("●")
    assert not plain(read.text).startswith("●")
    assert "unread" in {span.style for span in unread.spans if "census" in span.text}


def test_a_muted_topic_is_quiet() -> None:
    shown = row(summary(muted=True, unread=4), columns(80), NOW)
    assert {span.style for span in shown.spans if span.text.strip(" " + LRM)} == {"muted"}


def test_a_right_to_left_subject_does_not_turn_the_row() -> None:
    shown = row(summary(subject="پرونده‌های سرشماری"), columns(80), NOW)
    assert shown.text.startswith(LRM)
    subject = next(span.text for span in shown.spans if "سرشماری" in span.text)
    assert subject.endswith(LRM)
