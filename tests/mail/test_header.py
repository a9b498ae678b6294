"""Header fields of the real world are understood, and the dishonest ones are told apart."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail import mail_parser
from listforum.mail.address import is_address, parse_mailboxes
from listforum.mail.header import read_header
from listforum.model.mail import Header, Mailbox

WHOLE = """\
Received: from somewhere
From: =?utf-8?q?Ana_S=C3=A1?= <ana@example.net>
Reply-To: Talk <talk@lists.example.org>
To: talk@lists.example.org, "Roe, J." <j@example.org>
Cc: bo@example.net
Subject: =?utf-8?b?UmU6IFt0YWxrXSBSZXVuacOjbw==?=
 of today
Date: Tue, 3 Mar 2020 10:11:12 +0330
Message-ID: <three@example.net>
In-Reply-To: <two@example.org> (Bo's message)
References: <one@example.org>
 <two@example.org>
List-Id: Talk about things <Talk.Lists.Example.org>
List-Post: <https://lists.example.org/talk>, <mailto:talk@lists.example.org?subject=x>
X-Microsoft-Original-Message-ID: <first@example.net>

"""


def read(*lines: str | bytes) -> Header:
    return read_header(b"\r\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\r\n\r\n")


def word(text: str, charset: str, codec: str = "") -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(codec or charset)).decode()}?="


def test_a_whole_header() -> None:
    header = read_header(WHOLE.encode())
    assert header.author.name == "Ana Sá"
    assert header.author.address == "ana@example.net"
    assert header.author.evidence == "from"
    assert header.from_ == (Mailbox("Ana Sá", "ana@example.net"),)
    assert header.reply_to == (Mailbox("Talk", "talk@lists.example.org"),)
    assert header.to == (Mailbox("", "talk@lists.example.org"), Mailbox("Roe, J.", "j@example.org"))
    assert header.cc == (Mailbox("", "bo@example.net"),)
    assert header.subject == "Re: [talk] Reunião of today"
    assert header.date == 1583217672
    assert header.message_id == "three@example.net"
    assert header.in_reply_to == ("two@example.org",)
    assert header.references == ("one@example.org", "two@example.org")
    assert header.list_id == "talk.lists.example.org"
    assert header.list_post == ("talk@lists.example.org",)
    assert not header.read_only
    assert header.original_message_id == "first@example.net"
    assert header.defects == ()


def test_fetched_fields_say_the_same_as_the_whole_header() -> None:
    fetched = "\r\n".join(line for line in WHOLE.splitlines() if not line.startswith("Received")).encode()
    assert read_header(fetched) == read_header(WHOLE.encode())


def test_an_empty_header_says_nothing() -> None:
    header = read_header(b"")
    assert (header.message_id, header.date, header.subject, header.from_) == ("", None, "", ())
    assert (header.author.name, header.author.address, header.author.evidence) == ("", None, "none")


# --- decoding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "decoded"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?S=C3=A1_e_Br=C3=A1s?=", "Sá e Brás"),
        (word("図書館", "iso-2022-jp"), "図書館"),
        (word("图书馆", "gb2312"), "图书馆"),
        (word("도서관", "ks_c_5601-1987", "cp949"), "도서관"),
        (word("Книги", "koi8-r"), "Книги"),
        (word("کتاب", "windows-1256", "cp1256"), "کتاب"),
        ("=?utf-8*en?q?with_language?=", "with language"),
        ("=?utf-8?q?a?=  =?utf-8?q?b?= c", "ab c"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?S=C3?= =?utf-8?q?=A1?=", "Sá"),
        ("=?utf-8?b?U8M=?= =?utf-8?b?oQ==?=", "Sá"),
        ("=?utf-8?b?U8Oh", "=?utf-8?b?U8Oh"),
        ("=?utf-8?b?U8Oh?", "=?utf-8?b?U8Oh?"),
        ("=?utf-8?b?U8Oh?=,", "Sá,"),
        ("=?utf-8?q?blanks in it?=", "blanks in it"),
        ("x=?utf-8?q?S=C3=A1?=y", "xSáy"),
        ("=?x-unheard-of?q?caf=C3=A9?=", "café"),
        ("=?us-ascii?q?caf=E9?=", "café"),
        ("=?rot13?q?uryyb?=", "uryyb"),
        ("=?utf-8?q?line=0D=0ABcc:_evil=00=1B?=", "line Bcc: evil"),
        ("=?utf-8?b?!!!?=", "!!!"),
        (b"\x1b$B?^=q4[\x1b(B", "図書館"),
        ("Sá".encode(), "Sá"),
        ("Sá".encode("latin-1"), "Sá"),
        ("Завтра у библиотеки".encode("cp1251"), "Завтра у библиотеки"),
        ("Завтра у библиотеки".encode("koi8-r"), "Завтра у библиотеки"),
        ("我们明天在图书馆见面".encode("gb18030"), "我们明天在图书馆见面"),
    ],
)
def test_subjects(subject: str | bytes, decoded: str) -> None:
    line = subject if isinstance(subject, bytes) else subject.encode()
    assert read(b"Subject: " + line).subject == decoded


def test_a_raw_name_is_read_in_the_charset_of_all_raw_fields_together() -> None:
    header = read(
        "From: Иван <ivan@example.org>".encode("koi8-r"), "Subject: Завтра встречаемся у библиотеки".encode("koi8-r")
    )
    assert header.author.name == "Иван"


@pytest.mark.parametrize(
    ("from_", "name"),
    [
        ('"=?utf-8?q?S=C3=A1=2C_Ana?=" <ana@example.net>', "Sá, Ana"),
        ("=?utf-8?q?S=C3=A1=2C_Ana?= <ana@example.net>", "Sá, Ana"),
        ("=?utf-8?q?Ana?= =?utf-8?q?_S=C3?= =?utf-8?q?=A1?= <ana@example.net>", "Ana Sá"),
        ("=?utf-8?q?Ana?= de =?utf-8?q?S=C3=A1?= <ana@example.net>", "Ana de Sá"),
        ("ana@example.net (=?utf-8?q?Ana_S=C3=A1?=)", "Ana Sá"),
        ("=?utf-8?b?IkFuYSI=?= <ana@example.net>", "Ana"),
        ("Ana\r\n\t<ana@example.net>", "Ana"),
        (f"{word('森林', 'iso-2022-jp')} <ana@example.net>", "森林"),
    ],
)
def test_names(from_: str, name: str) -> None:
    header = read(f"From: {from_}")
    assert (header.author.name, header.author.address) == (name, "ana@example.net")


# --- honesty ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "from_",
    [
        "alice@example.org <bob@evil.example>",
        '"alice@example.org" <bob@evil.example>',
        "=?utf-8?q?alice=40example.org?= <bob@evil.example>",
        "=?utf-8?q?alice=40example.org=00?= <bob@evil.example>",
        "=?utf-8?q?=22Alice=22_=3Calice=40example.org=3E=0A?= <bob@evil.example>",
        "=?utf-8?q?alice=40example.org=3E=2C?= <bob@evil.example>",
        "bob@evil.example (alice@example.org)",
    ],
)
def test_a_name_that_looks_like_an_address_is_not_the_address(from_: str) -> None:
    header = read(f"From: {from_}")
    assert header.author.address == "bob@evil.example"
    assert any("looks like an address" in defect for defect in header.defects)


def test_a_name_that_stands_alone_in_a_comment_is_kept() -> None:
    assert read("From: (Ana)").author.name == "(Ana)"


@pytest.mark.parametrize(
    "from_",
    [
        "alice. bob@evil.example",
        "alice @example.org",
        "<alice@example.org> <bob@evil.example>",
        "alice@example.org, bob@evil.example",
        "alice@example.org bob@evil.example",
        "alice@example.org\x00<bob@evil.example",
        "alice@example.org: bob@evil.example",
        "ana at example.net (Ana)",
        "",
    ],
)
def test_an_ambiguous_writer_has_no_address(from_: str) -> None:
    header = read(f"From: {from_}")
    assert (header.author.address, header.author.evidence) == (None, "none")


def test_an_encoded_word_does_not_make_an_address() -> None:
    (mailbox,) = read("From: =?utf-8?b?YWxpY2VAZXhhbXBsZS5vcmc=?=@evil.example").from_
    assert mailbox.address.endswith("@evil.example")
    assert "alice@example.org" not in mailbox.address


def test_of_repeated_fields_the_first_counts_and_it_is_said() -> None:
    header = read("From: a@example.org", "From: b@example.org", "Subject: one", "Subject: two")
    assert (header.author.address, header.subject) == ("a@example.org", "one")
    assert header.defects == ("From: repeated, the first counts", "Subject: repeated, the first counts")


addresses = st.text(alphabet='ab@.<>(),;:"\\ []=?', max_size=40)


@given(addresses)
@settings(deadline=None, max_examples=300)
def test_no_address_comes_out_that_the_strict_reading_does_not_find(value: str) -> None:
    strict = {mailbox.address for mailbox in parse_mailboxes(" ".join(value.split()))}
    for mailbox in read(f"From: {value}").from_:
        assert mailbox.address in strict | {""}
        assert not mailbox.address or is_address(mailbox.address)


# --- identifiers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "ids"),
    [
        ("<a@x>", ("a@x",)),
        ("<a@x> <b@x>", ("a@x", "b@x")),
        ("<a@x><b@x>", ("a@x", "b@x")),
        ("<a@x>,\r\n <b@x>", ("a@x", "b@x")),
        ("<\r\n a@x>", ("a@x",)),
        ("<a@x> (from Bo <bo@example.org>)", ("a@x",)),
        ("(a comment) <a@x>", ("a@x",)),
        ('Your message of "Mon, 1 Jan 2001" <a@x>', ("a@x",)),
        ('Message from Bo <bo@example.org> of "Mon" <a@x>', ("a@x",)),
        ("<a(b)c@x>", ("a(b)c@x",)),
        (":-( <a@x>", ("a@x",)),
        ("<a@x> <b@x> <a@x>", ("b@x", "a@x")),
        ("<no-at-sign>", ("no-at-sign",)),
        ("bo@example.org", ()),
        ("message from bo@example.org of Monday", ()),
        ("<two words@x>", ()),
        ("<>", ()),
        ("<" + "a" * 251 + ">", ()),
        ("<" + "a" * 250 + ">", ("a" * 250,)),
        ("<a\x01b@x>", ()),
    ],
)
def test_identifiers_referred_to(field: str, ids: tuple[str, ...]) -> None:
    header = read(f"In-Reply-To: {field}", f"References: {field}")
    assert header.in_reply_to == ids
    assert header.references == ids


def test_the_newest_hundred_references_stay() -> None:
    header = read("References: " + "\r\n ".join(f"<{n}@example.org>" for n in range(3000)))
    assert header.references == tuple(f"{n}@example.org" for n in range(2900, 3000))


@pytest.mark.parametrize(
    ("field", "message_id"),
    [("<a@x>", "a@x"), ("a@x", "a@x"), ("<a@x> (added by a server)", "a@x"), ("a b@x", ""), ("<a b@x>", ""), ("", "")],
)
def test_own_identifier(field: str, message_id: str) -> None:
    assert read(f"Message-ID: {field}").message_id == message_id


# --- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "date"),
    [
        ("Tue, 03 Mar 2020 10:11:12 +0330", 1583217672),
        ("3 Mar 2020 10:11 GMT", 1583230260),
        ("Tue, 3 Mar 2020 10:11:12 -0000 (comment)", 1583230272),
        ("Tue, 3 Mar 2020 10:11:12", 1583230272),
        ("Tue, 3 Mar 20 10:11:12 +0000", 1583230272),
        ("Tue Mar  3 10:11:12 2020", 1583230272),
        ("Tue, 3 Mar 2020 9:11:12 +0000", 1583226672),
        ("Sat, 31 Dec 2016 23:59:60 +0000", 1483228800),
        ("2020-03-03 10:11", 1583230260),
        ("2020-03-03T10:11:12Z", 1583230272),
        ("Thu, 1 Jan 1970 00:00:00 +0000", 0),
        ("Wed, 31 Dec 1969 23:59:59 +0000", None),
        ("Mon, 1 Jan 2101 00:00:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 1 Jan 0001 00:00:00 +0000", None),
        ("Mon, 31 Feb 2020 00:00:00 +0000", None),
        ("Mon, 3 Mar 2020 24:61:99 +0000", None),
        ("Mon, 3 Mar 2020 10:11:12 +99999999999999999999", None),
        ("9999-99-99", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(field: str, date: int | None) -> None:
    assert read(f"Date: {field}").date == date


@given(st.text(alphabet="0123456789+-:, TZMonJaDecGE()", max_size=40))
@settings(deadline=None, max_examples=300)
def test_any_date_is_within_reason_or_none(value: str) -> None:
    date = read(f"Date: {value}").date
    assert date is None or 0 <= date < 4_133_980_800


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "list_id"),
    [
        ("<talk.example.org>", "talk.example.org"),
        ("Talk (all of it) <Talk.Example.org>", "talk.example.org"),
        ('"<odd>" <talk.example.org>', "talk.example.org"),
        ("talk.example.org", "talk.example.org"),
        ("words without an id", ""),
        ("<talk@example.org>", ""),
        ("<" + "a" * 300 + ">", ""),
    ],
)
def test_list_ids(field: str, list_id: str) -> None:
    assert read(f"List-Id: {field}").list_id == list_id


@pytest.mark.parametrize(
    ("field", "post", "read_only"),
    [
        ("<mailto:talk@example.org>", ("talk@example.org",), False),
        ("<MAILTO:a%2Bb@example.org?subject=hi>", ("a+b@example.org",), False),
        (
            "<https://example.org/>, <mailto:a@example.org>, <mailto:b@example.org>",
            ("a@example.org", "b@example.org"),
            False,
        ),
        ("NO (announcements only)", (), True),
        ("no", (), True),
        ("<mailto:a@example.org%0d%0aBcc:b@example.org>", (), False),
        ("<mailto:%ff%fe>", (), False),
        ("<mailto:>", (), False),
        ("nowhere", (), False),
    ],
)
def test_list_post(field: str, post: tuple[str, ...], read_only: bool) -> None:
    header = read(f"List-Post: {field}")
    assert (header.list_post, header.read_only) == (post, read_only)


def test_the_writer_behind_a_munged_from_is_found_in_the_header() -> None:
    header = read(
        "From: =?utf-8?q?Ana_S=C3=A1?= via Talk <talk@lists.example.org>",
        "Reply-To: =?utf-8?q?Ana_S=C3=A1?= <ana@example.net>",
        "List-Id: <talk.lists.example.org>",
    )
    assert (header.author.name, header.author.address, header.author.evidence) == (
        "Ana Sá",
        "ana@example.net",
        "reply-to",
    )


# --- robustness ---------------------------------------------------------------------------------------------------


def test_where_the_library_fails_the_strict_reading_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise RecursionError

    monkeypatch.setattr(mail_parser, "mailboxes", fail)
    monkeypatch.setattr(mail_parser, "date", fail)
    header = read("From: =?utf-8?q?Ana_S=C3=A1?= <ana@example.net>", "Date: Tue, 3 Mar 2020 10:11:12 +0330")
    assert header.from_ == (Mailbox("Ana Sá", "ana@example.net"),)
    assert header.date == 1583217672
    assert header.defects == (
        "From: read without mail-parser, which failed: RecursionError",
        "Date: read without mail-parser, which failed: RecursionError",
    )


NAMES = [b"From: ", b"\nSubject: ", b"\nDate: ", b"\nReferences: ", b"\nList-Post: ", b"\nTo: ", b"\nX-Original-From: "]
PIECES = [
    b"=?utf-8?b?",
    b"=?x?q?",
    b"?=",
    b"<",
    b">",
    b"@",
    b"(",
    b'"',
    b"\\",
    b"\xe9",
    b"\x1b$B",
    b"\r\n ",
    b",",
    b":",
    b"a",
]


@given(st.binary(max_size=200) | st.lists(st.sampled_from(NAMES + PIECES), max_size=40).map(b"".join))
@settings(deadline=None, max_examples=400)
def test_no_bytes_make_it_raise_and_no_line_end_comes_through(fields: bytes) -> None:
    header = read_header(fields)
    texts = [header.subject, header.author.name, *(mailbox.name for mailbox in header.from_ + header.to)]
    assert not any(set(text) & set("\r\n\x00\x1b") for text in texts)
