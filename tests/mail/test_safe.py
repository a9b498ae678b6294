"""Whatever leaves the archive cannot command a terminal, disguise itself, or name a file where it should not be."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail import safe

UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]")
any_text = st.text(st.characters(blacklist_categories=()), max_size=80)
COMMANDS = ["\x1b", "\x1b]", "\x1b[", "\x9b", "\x9d", "\x07", "\x1b\\", "\x9c", ";", "31m", "\x00"]
LETTERS = ["\u202e", "\u2067", "\u0301", "\u200c", "\ufeff", "\ud83d", "\ude00", "a", "سلام", "-", ".", "/", "con"]
BLANKS = ["\r", "\n", "\t", " "]
nasty_text = st.lists(st.sampled_from(COMMANDS + LETTERS + BLANKS), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]52;c;AAAA\x1b\\clip", "clip"),
        ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("\x90payload\x9cafter", "after"),
        ("bell\x07 back\x08 null\x00 shift\x0e\x0f del\x7f", "bell back null shift del"),
        ("\x1bcreset", "reset"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("\U000e0041\U000e0042tagged", "tagged"),
        ("half \ud83d character", "half \ufffd character"),
        ("one\rtwo\r\nthree\x85four\u2028five", "one\ntwo\nthree\nfour\nfive"),
        ("a\tb", "a       b"),
    ],
)
def test_a_body_keeps_its_words_and_loses_its_commands(hostile: str, shown: str) -> None:
    assert safe.body(hostile) == shown


def test_an_unterminated_control_string_hides_no_more_than_its_introducer() -> None:
    assert safe.body("\x1b]0;never closed\nsecond line") == "0;never closed\nsecond line"


@pytest.mark.parametrize("word", ["می\u200cخواهم", "👨\u200d👩\u200d👧", "ab\u200ecd", "שלום\u200f", "و\u061c"])
def test_joiners_and_direction_marks_are_spelling_and_stay(word: str) -> None:
    assert safe.body(word) == word
    assert safe.line(word) == word


def test_piles_of_marks_are_cut() -> None:
    assert safe.body("z" + "\u0301" * 500) == "z" + "\u0301" * 4
    assert safe.body("א" + "\u05bf\u05b0" * 500) == "א" + "\u05bf\u05b0" * 2
    assert safe.body("\U00010a00" + "\u0301\U00010a0f" * 500) == "\U00010a00" + "\u0301\U00010a0f" * 2


@pytest.mark.parametrize("word", ["بِسْمِ اللّٰهِ", "בְּרֵאשִׁ֖ית", "किन्तु", "ทั้งนี้", "Việt"])
def test_marks_that_spell_stay(word: str) -> None:
    assert safe.body(word) == word


def test_a_line_has_no_line_ends_and_single_blanks() -> None:
    assert safe.line("Re: \r\n\t a\u2029  b \n") == "Re: a b"


@given(any_text | nasty_text)
@settings(deadline=None, max_examples=300)
def test_nothing_unsafe_is_left_and_a_second_pass_changes_nothing(text: str) -> None:
    body, line = safe.body(text), safe.line(text)
    assert UNSAFE.search(body) is None
    assert UNSAFE.search(line) is None
    assert "\n" not in line
    assert safe.body(body) == body
    assert safe.line(line) == line


@pytest.mark.parametrize(
    "pattern", ["\x1b", "\x1b[", "\x1b]0;", "\x1b]" + "a" * 4095, "\x9b" + "0" * 255, "a\u0301", "\u202e", "\r", "x\t"]
)
def test_cleaning_is_linear(pattern: str) -> None:
    text = pattern * (500_000 // len(pattern))
    start = time.process_time()
    safe.body(text)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("given_name", "harmless"),
    [
        ("report.pdf", "report.pdf"),
        ("گزارش.pdf", "گزارش.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("/etc/passwd", "_etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("C:evil", "C_evil"),
        ("-rf", "rf"),
        (".bashrc", "bashrc"),
        ("~root", "root"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1 .log", "_com1 .log"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u200eb\u200fc.txt", "abc.txt"),
        ("two\nlines\x1b[2J.txt", "two lines.txt"),
        ("trailing. . ", "trailing"),
        ('a<b>c|d?e*f"g', "a_b_c_d_e_f_g"),
        ("", "attachment"),
        ("...", "attachment"),
        ("\x00", "attachment"),
    ],
)
def test_a_file_name_is_bare_and_harmless(given_name: str, harmless: str) -> None:
    assert safe.file_name(given_name) == harmless


def test_a_long_file_name_keeps_its_extension() -> None:
    name = safe.file_name("я" * 500 + ".txt")
    assert name.endswith("я.txt")
    assert len(name.encode()) <= 200
    assert len(safe.file_name("x." + "e" * 500).encode()) <= 200


@given(any_text | nasty_text)
@settings(deadline=None, max_examples=300)
def test_no_name_leaves_its_directory(text: str) -> None:
    name = safe.file_name(text)
    assert name
    assert not set(name) & set('/\\:\x00\n"<>|?*')
    assert not name.startswith((".", "-", " "))
    assert not name.endswith((".", " "))
    assert len(name.encode()) <= 201
    assert all(unicodedata.category(letter) != "Cc" for letter in name)
    assert safe.file_name(name) == name
