"""A post as rows: its words, its quotes, what hangs on it, and what is not here."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import view
from listforum.model.forum import Attachment, PostView
from listforum.tui.layout.cells import LRM, width
from listforum.tui.layout.kinds import kind
from listforum.tui.layout.post import Folds, Marked, Page, PostLine, Target, post_rows, styled

LONG_QUOTE = "\n".join(f"> quoted line {n}" for n in range(1, 15))
FOLDED = Folds()
OPEN = Folds("open")


def post_lines(view: PostView, width: int, folds: Folds = FOLDED, marked: Marked | None = None) -> tuple[PostLine, ...]:
    """A post below its heading, with what stands out in it."""
    matches = marked(view.text) if marked and view.text else ()
    return tuple(PostLine(styled(row, matches), row.stands_for) for row in post_rows(view, Page(width), folds))


def texts(lines: Sequence[PostLine]) -> list[str]:
    return [line.line.text.replace(LRM, "") for line in lines]


def shown(text: str | None, folds: Folds = FOLDED, room: int = 78) -> list[str]:
    return texts(post_lines(view(text), room, folds))


# --- quotes -------------------------------------------------------------------------------------------------------


def test_a_long_quote_at_the_end_is_one_row() -> None:
    assert shown(f"I agree.\n\nOn Monday, Omar wrote:\n{LONG_QUOTE}") == [
        "I agree.",
        "",
        "On Monday, Omar wrote:",
        "▸ 14 quoted lines",
    ]


def test_a_long_quote_above_its_answer_keeps_what_is_answered() -> None:
    assert shown(f"On Monday, Omar wrote:\n{LONG_QUOTE}\n\nI agree.") == [
        "On Monday, Omar wrote:",
        "▸ 12 quoted lines",
        "> quoted line 13",
        "> quoted line 14",
        "",
        "I agree.",
    ]


def test_a_quote_that_ends_in_its_own_marks_ends_where_its_words_end() -> None:
    assert shown("On Monday, Omar wrote:\n> Where are they?\n>\n>\n\nHere.") == [
        "On Monday, Omar wrote:",
        "> Where are they?",
        "",
        "Here.",
    ]
    assert shown(f"On Monday, Omar wrote:\n{LONG_QUOTE}\n>\n>\n\nI agree.")[1:4] == [
        "▸ 12 quoted lines",
        "> quoted line 13",
        "> quoted line 14",
    ]


def test_interleaved_answers_stay_between_their_quotes() -> None:
    assert shown("On Monday, Omar wrote:\n> Where are they?\n\nHere.\n\n> And when?\n\nOn Friday.") == [
        "On Monday, Omar wrote:",
        "> Where are they?",
        "",
        "Here.",
        "",
        "> And when?",
        "",
        "On Friday.",
    ]


def test_a_quote_opens_alone_or_with_all_others() -> None:
    text = f"On Monday, Omar wrote:\n{LONG_QUOTE}\n\nYes.\n\n{LONG_QUOTE}\n\nNo."
    assert len(shown(text, Folds().turn(1))) == len(shown(text)) + 11
    assert len(shown(text, OPEN)) == len(shown(text)) + 22
    assert shown(text, OPEN.turn(2)) == shown(text, Folds().turn(1))
    assert shown(text, Folds().turn(1).turn(1)) == shown(text)


def test_an_opened_quote_folds_again_from_any_of_its_rows() -> None:
    lines = post_lines(view(f"On Monday, Omar wrote:\n{LONG_QUOTE}"), 78, OPEN)
    assert {line.stands_for for line in lines[1:]} == {Target("quote", 1)}
    assert Target("quote", 1).folds


def test_deeper_quotes_look_different() -> None:
    lines = post_lines(view("> one\n>> two\n>>> three\n>>>> four\n\nWords."), 78, OPEN)
    assert [line.line.spans[0].style for line in lines[:4]] == ["quote-1", "quote-2", "quote-3", "quote-3"]


def test_a_folded_quote_counts_the_lines_that_were_written() -> None:
    quote = "\n".join(f"> a line of the quote that is longer than the screen {n}" for n in range(6))
    assert "▸ 6 quoted lines" in shown(f"Yes.\n\n{quote}", room=30)


def test_what_a_patch_takes_and_gives_looks_different() -> None:
    lines = post_lines(view("Look:\n\n@@ -1,2 +1,2 @@\n kept\n-old\n+new\n- an item"), 78)
    assert [line.line.spans[0].style for line in lines[2:]] == ["muted", "", "removed", "added", ""]


def test_the_footer_of_the_list_is_one_row_directly_below_the_words() -> None:
    rule = "_" * 47
    text = (
        f"Words.\n\n\n{rule}\nopen-data mailing list\nopen-data@lists.example.org\nhttps://lists.example.org/open-data"
    )
    assert shown(text) == ["Words.", "▸ the list's footer, 4 lines"]
    assert "open-data mailing list" in shown(text, OPEN)


def test_a_short_signature_stays() -> None:
    lines = post_lines(view("Words.\n\n-- \nMaria\nCensus office"), 78)
    assert texts(lines) == ["Words.", "", "-- ", "Maria", "Census office"]
    assert lines[-1].line.spans[0].style == "signature"


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from(["> quoted", ">> deep", "", "own words", "-- ", "On Monday, Omar wrote:"]), max_size=30),
    st.integers(20, 120),
)
def test_opened_a_post_shows_every_word_of_its_text(lines: list[str], room: int) -> None:
    text = "\n".join(lines)
    opened = "".join(shown(text, OPEN, room)).replace("(no text)", "")
    assert opened.replace(" ", "").replace(">", "") == text.replace("\n", "").replace(" ", "").replace(">", "")


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n>"), max_size=200),
    st.integers(20, 200),
)
def test_no_row_of_a_post_is_wider_than_the_screen(text: str, room: int) -> None:
    waiting = Attachment(1, text[:40].replace("\n", ""), "text/csv", 181_000, "waiting")
    lines = post_lines(view(text, attachments=[waiting], defects=[text[:40].replace("\n", "")]), room)
    assert all(width(line.line.text) <= room for line in lines)


# --- matches ------------------------------------------------------------------------------------------------------


def test_what_was_searched_for_stands_out_across_rows() -> None:
    text = "the census files and\nthe census again"
    places = [(4, 16), (25, 31)]
    lines = post_lines(view(text), 10, marked=lambda _text: places)
    marked = [span.text for line in lines for span in line.line.spans if span.style == "match"]
    assert "".join(marked).replace(" ", "") == "censusfilescensus"
    assert texts(lines) == ["the census", "files and", "the census", "again"]


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_marking_changes_no_word(data: st.DataObject) -> None:
    text = data.draw(st.text(st.sampled_from("ab >\nслово数据"), max_size=80))
    ends = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    places = list(zip(ends[::2], ends[1::2], strict=False))
    plain, marked = post_lines(view(text), 20, OPEN), post_lines(view(text), 20, OPEN, lambda _text: places)
    assert texts(plain) == texts(marked)


# --- what hangs on it ---------------------------------------------------------------------------------------------


def test_an_attachment_says_what_it_is_how_big_and_where() -> None:
    files = [
        Attachment(1, "map.png", "image/png", 2_400_000, "waiting"),
        Attachment(2, "table.csv", "text/csv", 812, "here"),
    ]
    lines = post_lines(view("Words.", attachments=files), 78)
    assert texts(lines)[1:] == [
        "",
        "◦ map.png (picture, on the server: 2.4 MB, d fetches it)",
        "◦ table.csv (table, 812 B, here)",
    ]
    assert [line.stands_for for line in lines[2:]] == [Target("attachment", 1), Target("attachment", 2)]


def test_a_narrow_screen_still_tells_what_an_attachment_costs() -> None:
    waiting = Attachment(1, "a-table-with-a-very-long-name-of-its-own.csv", "text/csv", 181_000, "waiting")
    lines = post_lines(view("Words.", attachments=[waiting]), 40)
    assert texts(lines)[2:] == [
        "◦ a-table-with-a-very-long-name-of-its-…",
        "  table, on the server: 181 kB, d",
        "  fetches it",
    ]
    assert {line.stands_for for line in lines[2:]} == {Target("attachment", 1)}


def test_a_text_that_is_not_here_says_how_to_get_it() -> None:
    (line,) = post_lines(view(None), 78)
    assert line.stands_for.kind == "waiting"
    assert "d fetches it" in line.line.text


def test_an_empty_text_and_a_damaged_one_are_told() -> None:
    assert shown("  \n\n") == ["(no text)"]
    assert texts(post_lines(view("Words.", defects=["the character set is unknown"]), 78))[-1] == (
        "(the character set is unknown)"
    )


def test_kinds_of_files_are_told_in_a_word() -> None:
    assert [kind(name) for name in ("image/tiff", "APPLICATION/PDF", "text/plain", "application/x-unknown")] == [
        "picture", "PDF", "text", "file",
    ]  # fmt: skip
