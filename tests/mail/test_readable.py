"""The text of a post: its shown parts, decoded, unfolded and joined."""

from __future__ import annotations

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.readable import MAX_TEXT, readable_text
from listforum.mail.structure import split
from listforum.model.mail import Part


def part(content: bytes | None, type_: str = "text/plain", **rest: object) -> Part:
    described: dict[str, object] = {
        "section": "1",
        "type": type_,
        "size": len(content or b""),
        "content": content,
        **rest,
    }
    return Part(**described)  # type: ignore[arg-type]


def read(content: bytes, type_: str = "text/plain", **rest: object) -> str | None:
    return readable_text([part(content, type_, **rest)]).text


def test_text_is_decoded_and_its_line_ends_are_line_feeds() -> None:
    assert read(b"Ol=C3=A1\r\nmundo\r\n", charset="utf-8", encoding="quoted-printable") == "Olá\nmundo"


def test_nothing_fetched_is_no_text_and_an_empty_part_is_empty_text() -> None:
    assert readable_text([part(None)]).text is None
    assert readable_text([]).text == ""
    assert readable_text([part(b"x", "image/png")]).text == ""
    assert readable_text([part(b"")]).text == ""


def test_flowed_text_is_unfolded() -> None:
    assert read(b"> one \n> two\nthree \nfour\n-- \nAna\n", flowed=True) == "> one two\nthree four\n-- \nAna"
    assert read(b"one \ntwo\n", flowed=True, delsp=True) == "onetwo"


def test_html_becomes_text() -> None:
    assert read(b"<p>Ol&aacute;<blockquote>antes</blockquote>", "text/html") == "Olá\n\n> antes"


def test_html_may_name_its_own_charset() -> None:
    html = '<html><meta http-equiv=Content-Type content="text/html; charset=windows-1251"><p>книга</p>'.encode("cp1251")
    assert read(html, "text/html") == "книга"
    assert read("<meta charset=koi8-r><p>книга</p>".encode(), "text/html", charset="utf-8") == "книга"


def test_shown_parts_are_joined_by_an_empty_line_and_empty_ones_left_out() -> None:
    parts = [part(b"body\r\n"), part(b"\r\n"), part(b"footer\r\n"), part(None), part(b"secret", attached=True)]
    assert readable_text(parts).text == "body\n\nfooter"


def test_a_part_that_was_cut_is_read_as_far_as_it_is_here() -> None:
    whole = base64.encodebytes("Книга на столе, чай на окне".encode())
    for length in range(len(whole)):
        text = read(whole[:length], charset="utf-8", encoding="base64", size=len(whole))
        assert "Книга на столе, чай на окне".startswith(text or "")


def test_a_mail_in_a_stateful_charset_without_transfer_encoding() -> None:
    raw = b"Content-Type: text/plain; charset=ISO-2022-JP\n\n" + "図書館\n".encode("iso-2022-jp")
    assert readable_text(split(raw).parts).text == "図書館"


def test_utf7_is_decoded_here_and_left_to_be_made_safe_later() -> None:
    assert read(b"+ABs-[2J", charset="utf-7") == "\x1b[2J"


def test_a_wrong_charset_is_told() -> None:
    readable = readable_text([part("é".encode("latin-1") + b" mais", charset="x-invented")])
    assert readable.text == "é mais"
    assert readable.defects == ("charset 'x-invented': read as cp1252",)


def test_a_missing_charset_is_nothing_to_tell_where_the_text_is_ascii_or_utf8() -> None:
    assert readable_text([part("Olá".encode())]).defects == ()


def test_a_signature_mark_keeps_its_blank() -> None:
    assert read(b"text\n-- \nAna") == "text\n-- \nAna"


def test_text_without_end_is_cut_and_says_so() -> None:
    readable = readable_text([part(b"x" * (MAX_TEXT + 5)), part(b"y" * 10)])
    assert readable.text is not None
    assert readable.text.startswith("x" * 100)
    assert readable.text.endswith("[The text is longer than this: 5 more characters are not shown.]")
    assert len(readable.text) < MAX_TEXT + 100
    assert readable.defects == ("text cut at 1,000,000 characters",)


types = st.sampled_from(["text/plain", "text/html", "text/x-diff", "image/png"])
encodings = st.sampled_from(["7bit", "base64", "quoted-printable", "x-uuencode", "nonsense"])
charsets = st.sampled_from(["", "utf-8", "utf-7", "iso-2022-jp", "gb2312", "unicode_escape", "x"])


described = st.fixed_dictionaries(
    {"type_": types, "encoding": encodings, "charset": charsets, "flowed": st.booleans(), "delsp": st.booleans()}
)


@given(st.binary(max_size=120), described)
@settings(deadline=None, max_examples=300)
def test_any_part_gives_a_bounded_text_with_line_feeds_only(content: bytes, description: dict[str, str]) -> None:
    text = readable_text([part(content, **description)]).text
    assert text is not None or description["type_"] == "image/png"
    assert "\r" not in (text or "")
    assert len(text or "") <= 20 * len(content)
