"""Lines for a person fit on the terminal, in every script; what is piped is neither cut nor wrapped."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.test_import_export import on_terminal
from listforum.cli import screen
from mails import mail
from member import Member

words = st.lists(st.text("abc漢字éکتاب>\u0301🙂", min_size=1, max_size=12), max_size=30).map(" ".join)
rooms = st.integers(10, 100)


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert [screen.width(text) for text in ("abc", "漢字", "e\u0301", "کتاب\u200cها", "🙂", "")] == [3, 4, 1, 6, 2, 0]


@given(words, rooms)
@settings(deadline=None, max_examples=200)
def test_what_is_shortened_fits_and_begins_as_it_did(text: str, room: int) -> None:
    short = screen.shortened(text, room)
    assert screen.width(short) <= room
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(words, rooms)
@settings(deadline=None, max_examples=200)
def test_what_is_wrapped_fits_but_for_words_that_are_too_long(text: str, room: int) -> None:
    lines = list(screen.wrapped(text, room))
    for line in lines:
        assert screen.width(line) <= room or len(line.lstrip("> ").split()) <= 1
    if not text.startswith((">", " ")):
        assert " ".join(lines).split() == text.split()


def test_a_quote_stays_a_quote() -> None:
    assert list(screen.wrapped("> > the words of somebody else", 20)) == ["> > the words of", "> > somebody else"]
    assert list(screen.wrapped("", 20)) == [""]
    assert list(screen.wrapped("    indented code", 80)) == ["    indented code"]


def test_the_rows_of_a_table_stay_within_a_terminal_and_are_whole_in_a_pipe(member: Member, tmp_path: Path) -> None:
    subject = "کتاب‌های تازه و کهنهٔ کتابخانه " * 4
    for number, one in enumerate([subject, "漢字" * 40, "short"]):
        (tmp_path / f"{number}.eml").write_bytes(mail(number, subject=one, text="Words " * 60))
        member.json("import", str(tmp_path / f"{number}.eml"), "open-data")
    for command in (["topics", "open-data"], ["search", "words"], ["show", "1"], ["lists"]):
        shown = on_terminal(member, *command)
        heading = 1 if command[0] == "show" else 0
        assert all(screen.width(line) <= 80 for line in shown.splitlines()[heading:]), command
    assert subject.strip() in member.run("topics", "open-data").output
    assert "Words " * 59 + "Words" in member.run("show", "1").output


def test_a_text_is_shown_without_the_blank_lines_around_it(member: Member, tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(mail(1, text="  \n\n\nThe first line.\n\nThe last.\n\n  \n"))
    (tmp_path / "2.eml").write_bytes(mail(2, text="  \n"))
    for number in (1, 2):
        member.json("import", str(tmp_path / f"{number}.eml"), "open-data")
    for command in ("show", "read"):
        assert "\n\n\nThe first" not in member.run(command, "1").output
        assert member.run(command, "1").output.endswith("The last.\n")
        assert member.run(command, "2").output.endswith("(no text)\n")
