"""Flowed paragraphs become single lines; quotes keep their depth, and nothing else changes (RFC 3676)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.flowed import unflow


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("one \ntwo \nthree\nfour", "one two three\nfour"),
        ("fixed\nlines", "fixed\nlines"),
        ("> quoted \n> text\nanswer", "> quoted text\nanswer"),
        (">> deep \n>> er\n> up", ">> deep er\n> up"),
        ("> a \n>> b", "> a \n>> b"),
        (">\n> x", ">\n> x"),
        (" stuffed", "stuffed"),
        (" From here", "From here"),
        ("  indented", " indented"),
        (" > no quote", " > no quote"),
        ("text \n\nnext", "text \n\nnext"),
        ("end \n-- \nJo", "end \n-- \nJo"),
        ("-- \nJo \nDoe", "-- \nJo Doe"),
        ("> -- \n> Jo", "> -- \n> Jo"),
        ("open at the end ", "open at the end "),
        ("", ""),
    ],
)
def test_paragraphs(flowed: str, text: str) -> None:
    assert unflow(flowed) == text


def test_delsp_joins_without_a_blank() -> None:
    assert unflow("図書 \n館\n> 本 \n> 屋", delsp=True) == "図書館\n> 本屋"


@given(st.text(alphabet="> -a\n", max_size=60))
@settings(deadline=None, max_examples=300)
def test_no_letter_is_lost(text: str) -> None:
    assert unflow(text).count("a") == text.count("a")


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=8), min_size=1, max_size=12))
@settings(deadline=None, max_examples=100)
def test_a_folded_paragraph_comes_back_whole(words: list[str]) -> None:
    assert unflow(" \n".join(words)) == " ".join(words)
