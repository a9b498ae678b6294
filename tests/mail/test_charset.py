"""Text is read in the charset it names, in the one it is in where the name is wrong, and in no codec that is none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.charset import codec_named, decode

PERSIAN = "می\u200cخواهم کتاب بخوانم"
RUSSIAN = "Завтра встречаемся у библиотеки, приносите книги и чай."
JAPANESE = "明日は図書館の前で会いましょう。お茶を持ってきてください。"
CHINESE = "我们明天在图书馆门口见面，大家请带上自己的书，还有茶。"
CHINESE_TRADITIONAL = "我們明天在圖書館門口見面，大家請帶上自己的書，還有茶。"
KOREAN = "내일 도서관 앞에서 만나요. 책을 가지고 오시기 바랍니다."
GREEK = "Αύριο συναντιόμαστε στη βιβλιοθήκη, φέρτε τα βιβλία σας."
HEBREW = "מחר ניפגש ליד הספרייה, נא להביא ספרים ותה"
ARABIC = "غدا نلتقي أمام المكتبة، أحضروا الكتب معكم"
FRENCH = "Déjà l'été : à bientôt, chère Zoé, près de la forêt."
PORTUGUESE = "Amanhã não há reunião; a discussão ficará para a próxima."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy."


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("UTF-8", "utf-8", PERSIAN),
        ("utf8", "utf-8", CHINESE),
        ('"utf-8"', "utf-8", RUSSIAN),
        ("charset=utf-8", "utf-8", RUSSIAN),
        ("windows-1251", "cp1251", RUSSIAN),
        ("KOI8-R", "koi8-r", RUSSIAN),
        ("x-mac-cyrillic", "mac-cyrillic", RUSSIAN),
        ("ISO-2022-JP", "iso2022_jp", JAPANESE),
        ("csISO2022JP", "iso2022_jp", JAPANESE),
        ("shift_jis", "cp932", JAPANESE),
        ("x-sjis", "cp932", JAPANESE),
        ("euc-jp", "euc_jp", JAPANESE),
        ("gb2312", "gb18030", CHINESE + "囍镕"),
        ("GBK", "gbk", CHINESE),
        ("hz-gb-2312", "hz", CHINESE),
        ("big5", "big5", CHINESE_TRADITIONAL),
        ("ks_c_5601-1987", "cp949", KOREAN),
        ("euc-kr", "euc_kr", KOREAN),
        ("iso-2022-kr", "iso2022_kr", KOREAN),
        ("windows-1256", "cp1256", ARABIC),
        ("iso-8859-8-i", "iso8859-8", HEBREW),
        ("windows-874", "cp874", "สวัสดีครับ"),
        ("iso-8859-7", "iso8859-7", GREEK),
        ("iso-8859-1", "cp1252", "“smart” quotes – from a Windows program"),
        ("utf-7", "utf-7", PERSIAN),
        ("unicode-1-1-utf-7", "utf-7", RUSSIAN),
        ("utf-16", "utf-16", RUSSIAN),
    ],
)
def test_a_label_of_the_real_world_is_understood(label: str, codec: str, text: str) -> None:
    decoded = decode(text.encode(codec), label)
    assert decoded.text == text
    assert decoded.as_labelled


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("utf-8", PERSIAN),
        ("cp1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("cp932", JAPANESE),
        ("euc_jp", JAPANESE),
        ("iso2022_jp", JAPANESE),
        ("iso2022_kr", KOREAN),
        ("gb18030", CHINESE),
        ("big5", CHINESE_TRADITIONAL),
        ("cp949", KOREAN),
        ("iso8859-7", GREEK),
        ("cp1255", HEBREW),
        ("cp1256", ARABIC),
        ("cp1252", FRENCH),
        ("cp1252", PORTUGUESE),
        ("cp1252", "José"),
        ("iso8859-2", CZECH),
    ],
)
@pytest.mark.parametrize("label", ["", "us-ascii", "unknown-8bit", "x-invented"])
def test_text_without_a_usable_label_is_read_in_the_charset_it_is_most_plausible_in(
    codec: str, text: str, label: str
) -> None:
    assert decode(text.encode(codec), label).text == text


def test_a_long_english_mail_with_one_accent_is_western() -> None:
    data = ("Nothing special in this line at all.\n" * 50 + "Regards, André\n").encode("cp1252")
    assert decode(data, "").text.endswith("André\n")


@pytest.mark.parametrize(
    "label",
    ["unicode_escape", "raw_unicode_escape", "idna", "punycode", "rot13", "rot_13", "base64", "zlib", "undefined"],
)
def test_codecs_that_are_no_charsets_are_never_used(label: str) -> None:
    assert codec_named(label) is None
    assert decode(rb"\x1b]0;owned\x07 +GxtbMzFt-", label).text == r"\x1b]0;owned\x07 +GxtbMzFt-"


@pytest.mark.parametrize("label", ["utf-8", "gb2312", "euc-kr", "shift_jis", "utf-16", "iso-2022-jp"])
def test_a_character_cut_at_the_end_is_dropped(label: str) -> None:
    text = "図書館" if label in ("shift_jis", "iso-2022-jp") else "한국어" if label == "euc-kr" else "图书馆"
    data = text.encode(codec_named(label) or "")
    assert decode(data[:-1], label).text in (text[:-1], text)


def test_utf8_with_a_line_of_another_charset_keeps_both() -> None:
    data = RUSSIAN.encode() + b"\n" + "Göran skrev:".encode("latin-1") + b"\n"
    decoded = decode(data, "utf-8")
    assert decoded.text == f"{RUSSIAN}\nGöran skrev:\n"
    assert not decoded.as_labelled


def test_utf8_under_another_label_is_still_utf8() -> None:
    decoded = decode(JAPANESE.encode(), "euc-kr")
    assert (decoded.text, decoded.codec, decoded.as_labelled) == (JAPANESE, "utf-8", False)


def test_half_characters_of_utf7_are_not_let_through() -> None:
    assert "\ud83d" not in decode(b"+2D0-", "utf-7").text


@given(
    st.binary(max_size=100),
    st.sampled_from(["", "utf-8", "utf-7", "utf-16", "big5", "iso-2022-jp", "hz", "cp864", "?"]),
)
@settings(deadline=None, max_examples=400)
def test_it_never_raises_and_gives_real_characters(data: bytes, label: str) -> None:
    decode(data, label).text.encode("utf-8")


@pytest.mark.parametrize("data", [b"\xe9" * 500_000, b"\xe9\n" * 200_000, "é\n".encode() * 100_000 + b"\xff"])
def test_guessing_is_bounded(data: bytes) -> None:
    start = time.process_time()
    decode(data, "")
    decode(data, "utf-8")
    assert time.process_time() - start < 2
