"""Texts broken into rows: prose, patches, quotes, in every script."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from listforum.tui.layout.cells import LRM
from listforum.tui.layout.wrap import wrapped

PIECES = st.sampled_from(
    [
        "word", "слово", "می\u200cخواهم", "مرحبا", "数据开放", "、", "https://example.org/a/very/long/path?with=query",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467", "❤\ufe0f", "e\u0301\u0302", "-", "+", "> ", ">> ", "  ",
        "    ", " ", "1. ",
        "x" * 90, "。" * 50, "\u200d", "\ufe0f", "@@ -1,2 +1,3 @@",
    ]
)  # fmt: skip
LINES = st.lists(PIECES, max_size=14).map("".join)
TEXTS = st.lists(LINES, max_size=6).map("\n".join)


def texts(text: str, room: int) -> list[str]:
    return [row.text for row in wrapped(text, room)]


@settings(deadline=None, max_examples=400)
@given(TEXTS, st.integers(10, 300), st.integers(10, 120))
def test_no_row_is_wider_than_the_screen(text: str, room: int, measure: int) -> None:
    assert all(cell_len(row.text) <= room for row in wrapped(text, room))
    assert all(cell_len(row.text) <= room for row in wrapped(text, room, measure))


@settings(deadline=None, max_examples=400)
@given(TEXTS, st.integers(10, 300))
def test_nothing_but_blanks_is_lost(text: str, room: int) -> None:
    shown = "".join(row.text[row.lead :] for row in wrapped(text, room))
    leads = sum(row.text[: row.lead].count(">") for row in wrapped(text, room))
    kept, all_of_it = shown.replace(" ", ""), text.replace(" ", "").replace("\n", "")
    if leads == 0:
        assert kept == all_of_it
    assert kept.replace(">", "") == all_of_it.replace(">", "")


@settings(deadline=None, max_examples=400)
@given(TEXTS, st.integers(10, 300))
def test_every_row_knows_where_its_words_stand_in_the_text(text: str, room: int) -> None:
    for row in wrapped(text, room):
        words = row.text[row.lead :]
        assert text[row.start : row.start + len(words)] == words


def test_prose_breaks_between_words() -> None:
    assert texts("the census files are published", 12) == ["the census", "files are", "published"]


def test_an_address_moves_to_a_row_of_its_own_before_it_is_cut() -> None:
    address = "https://example.org/census"
    assert texts(f"look here: {address}", 27) == ["look here:", address]
    assert texts(address, 20) == [address[:20], address[20:]]


def test_wide_characters_break_anywhere_but_before_a_full_stop() -> None:
    assert texts("开放数据开放数据。", 10) == ["开放数据开", "放数据。"]
    assert texts("开放数据开。", 10) == ["开放数据", "开。"]


def test_a_quote_keeps_its_mark_on_every_row() -> None:
    assert texts("> > the census files are published", 16) == ["> > the census", "> > files are", "> > published"]


def test_a_list_item_hangs_below_its_words() -> None:
    assert texts("- the census files are here", 14) == ["- the census", "  files are", "  here"]


def test_code_and_tables_keep_their_columns() -> None:
    assert texts("    for row in rows: print", 12) == ["    for row ", "in rows: pri", "nt"]
    assert texts("  name     posts    last", 20) == ["  name     posts    ", "last"]


def test_two_blanks_after_a_sentence_make_no_table() -> None:
    assert texts("  It is late.  We met.  All agreed.", 16) == ["  It is late.", "  We met.  All", "  agreed."]


def test_prose_is_no_wider_than_is_good_to_read_but_tables_and_patches_are() -> None:
    prose, table = "some words " * 12, "name   posts   last   " * 5
    text = f"{prose.strip()}\n{table.strip()}\n@@ -1 +1 @@\n-{prose.strip()}"
    rows = [row.text for row in wrapped(text, 160, 80)]
    assert max(len(row) for row in rows[:2]) <= 80
    assert rows[2:] == [table.strip(), "@@ -1 +1 @@", f"-{prose.strip()}"]


def test_the_lines_of_a_patch_keep_their_columns_and_the_prose_after_it_does_not() -> None:
    patch = "@@ -1,2 +1,2 @@\n kept line of it\n-old words of a line\n+new words of a line\n- an item of prose"
    assert texts(patch, 16) == [
        "@@ -1,2 +1,2 @@",
        " kept line of it",
        "-old words of a ",
        "line",
        "+new words of a ",
        "line",
        "- an item of",
        "  prose",
    ]


def test_right_to_left_words_leave_quote_marks_and_indents_at_the_left() -> None:
    assert texts("> پرونده‌های سرشماری منتشر شد", 16)[0].startswith("> " + LRM)
    assert all(row.startswith("> " + LRM) for row in texts("> پرونده‌های سرشماری منتشر شد", 16))
    assert texts("  سلام", 40) == ["  " + LRM + "سلام"]
    assert texts("سلام", 40) == ["سلام"]


@pytest.mark.parametrize("line", ["x" * 60, "слово " * 20, "پرونده‌های سرشماری " * 8, "开放数据" * 30])
def test_long_texts_are_wrapped_in_no_time(line: str) -> None:
    text = "\n".join(["a line of plain words", "> quoted words", line] * 2_000)
    began = time.process_time()
    wrapped(text, 78)
    assert time.process_time() - began < 2


def test_one_endless_line_takes_no_more_than_its_length() -> None:
    began = time.process_time()
    assert len(wrapped("数" * 200_000, 80)) == 5_000
    assert len(wrapped("x" * 200_000, 80)) == 2_500
    assert time.process_time() - began < 4
