"""BODYSTRUCTURE becomes parts, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imapclient.response_parser import parse_response

from listforum.model.mail import Heading, Part
from listforum.wire import structure

PLAIN = '("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 120 4 NIL NIL NIL NIL)'
HTML = '("text" "html" ("charset" "utf-8") NIL NIL "base64" 300 9 NIL NIL NIL NIL)'
IMAGE = '("image" "png" ("name" "a.png") "<id>" NIL "base64" 9000 NIL ("inline" NIL) NIL NIL)'


def parts(text: str) -> tuple[Part, ...]:
    return structure.parts(parse_response([text.encode()])[0])


def sections(text: str) -> list[tuple[str, str, str | None]]:
    return [(part.section, part.type, part.alternative) for part in parts(text)]


def test_a_mail_of_one_part_is_section_one() -> None:
    assert parts(PLAIN) == (Part("1", "text/plain", 120, "utf-8", "quoted-printable"),)


def test_old_servers_leave_the_end_out() -> None:
    assert parts('("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 1)') == (Part("1", "text/plain", 5),)


def test_alternatives_know_where_they_stand() -> None:
    assert sections(f'({PLAIN}{HTML} "alternative" NIL NIL NIL)') == [
        ("1", "text/plain", ""),
        ("2", "text/html", ""),
    ]
    footer_behind = f'(({PLAIN}({HTML}{IMAGE} "related") "alternative"){PLAIN} "mixed")'
    assert sections(footer_behind) == [
        ("1.1", "text/plain", "1"),
        ("1.2.1", "text/html", "1"),
        ("1.2.2", "image/png", "1"),
        ("2", "text/plain", None),
    ]


ENVELOPE = (
    '("Mon, 2 Mar 2026  10:00:00 +0000" "=?utf-8?q?=C3=A1gua?=" (("Ana =?utf-8?q?Jos=C3=A9?=" NIL "ana" "example.org")'
    '(NIL NIL "friends" NIL)("Li, Bo" NIL "bo" "example.org")(NIL NIL NIL NIL))'
    ' NIL NIL NIL NIL NIL NIL "<1@example.org>")'
)
HEADING = Heading(
    "Ana José <ana@example.org>, Li, Bo <bo@example.org>",
    "Mon, 2 Mar 2026 10:00:00 +0000",
    "água",
    message_id="<1@example.org>",
)


def mail_in_mail(inside: str, envelope: str = ENVELOPE, rest: str = "20 NIL NIL NIL NIL") -> str:
    return f'("message" "rfc822" NIL NIL NIL "7bit" 800 {envelope} {inside} {rest})'


def test_a_forwarded_mail_is_followed_and_its_envelope_is_its_heading() -> None:
    text, mail, inside, picture = parts(f'({PLAIN}{mail_in_mail(f"({PLAIN}{IMAGE} {chr(34)}mixed{chr(34)})")} "mixed")')
    assert mail == Part("2", "message/rfc822", 0, heading=HEADING)
    assert [part.section for part in (text, inside, picture)] == ["1", "2.1", "2.2"]
    assert (inside.encoding, picture.name) == ("quoted-printable", "a.png")


def test_the_mails_of_a_digest_are_followed() -> None:
    found = parts(f'({PLAIN}({mail_in_mail(PLAIN)}{mail_in_mail(HTML)} "digest"){PLAIN} "mixed")')
    assert [part.section for part in found] == ["1", "2.1", "2.1.1", "2.2", "2.2.1", "3"]
    assert [part.heading and part.heading.in_digest for part in found] == [None, True, None, True, None, None]


def test_a_mail_that_is_nothing_but_a_mail() -> None:
    assert [part.section for part in parts(mail_in_mail(mail_in_mail(PLAIN)))] == ["1", "1.1", "1.1.1"]
    inside = f'({PLAIN}{HTML} "alternative")'
    assert [(part.section, part.alternative) for part in parts(mail_in_mail(inside))] == [
        ("1", None),
        ("1.1", "1"),
        ("1.2", "1"),
    ]


@pytest.mark.parametrize(
    ("envelope", "inside"),
    [("NIL", PLAIN), (ENVELOPE, "NIL"), ('"odd"', PLAIN), (ENVELOPE, '"odd"'), (ENVELOPE, "()"), (ENVELOPE, "7")],
)
def test_a_mail_in_a_mail_that_is_told_badly_is_one_leaf(envelope: str, inside: str) -> None:
    assert parts(mail_in_mail(inside, envelope)) == (Part("1", "message/rfc822", 800),)


@pytest.mark.parametrize(
    "envelope", ["()", "(NIL NIL NIL)", '((NIL) (NIL) "x")', '(5 6 ((7 8 9 10)(NIL) "x" 4))', '("\u001b[31m\u0007" 1)']
)
def test_an_envelope_without_sense_is_a_heading_all_the_same(envelope: str) -> None:
    mail, inside = parts(mail_in_mail(PLAIN, envelope))
    assert mail.heading is not None
    assert all(part.isprintable() for part in (mail.heading.from_, mail.heading.date, mail.heading.subject))
    assert inside.section == "1.1"


def test_mails_nested_without_end_are_bounded() -> None:
    nested = PLAIN
    for _ in range(200):
        nested = mail_in_mail(nested)
    found = parts(nested)
    assert len(found) <= structure.DEEPEST + 2
    assert found[-1].heading is None
    wide = mail_in_mail("(" + mail_in_mail(PLAIN) * 3000 + ' "digest")')
    assert len(parts(wide)) == structure.MOST_PARTS


def test_an_address_that_is_none_is_only_a_name() -> None:
    envelope = '(NIL NIL ((NIL NIL "ana" "MISSING_DOMAIN")("Bo" NIL "MISSING_MAILBOX" "MISSING_DOMAIN")))'
    assert parts(mail_in_mail(PLAIN, envelope))[0].heading == Heading("ana, Bo", "", "")


@pytest.mark.parametrize("kind", ['"text" NIL', 'NIL "plain"', '"text" ""', '"a/b" ""'])
def test_half_a_type_is_plain_text(kind: str) -> None:
    assert parts(f'({kind} NIL NIL NIL "7bit" 5 1)') == (Part("1", "text/plain", 5),)


def test_a_mail_that_is_attached_is_one_leaf() -> None:
    envelope = '(NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL)'
    disposition = '("attachment" ("filename" "m.eml"))'
    inner = f'("message" "rfc822" NIL NIL NIL "7bit" 800 {envelope} {PLAIN} 20 NIL {disposition})'
    (text, mail) = parts(f'({PLAIN}{inner} "mixed")')
    assert text.section == "1"
    assert mail == Part("2", "message/rfc822", 800, name="m.eml", attached=True)


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ('"filename" "plain.txt"', "plain.txt"),
        ('"filename*" "UTF-8\'\'%e2%82%ac%20rates"', "€ rates"),
        ('"filename*0*" "iso-8859-1\'en\'%A3" "filename*1" " rest"', "£ rest"),
        ('"filename*1" "b.txt" "filename*0" "a"', "ab.txt"),
        ('"filename*0*" "unknown-8bit\'\'%e9t" "filename*1*" "%e9"', "été"),
        ('"filename*0*" "UTF-8\'\'%D8" "filename*1*" "%A7"', "ا"),
        ('"filename" "=?utf-8?B?w6kudHh0?="', "é.txt"),
        ('"filename" "=?nonsense?X?y?="', "=?nonsense?X?y?="),
        ('"filename" "=?utf-8?B?w6k="', "=?utf-8?B?w6k="),
        ('"filename" ""', None),
        ('"size" "3"', None),
    ],
)
def test_file_names_are_decoded(parameters: str, name: str | None) -> None:
    (part,) = parts(f'("application" "pdf" NIL NIL NIL "base64" 9 NIL ("ATTACHMENT" ({parameters})) NIL NIL)')
    assert part.name == name
    assert part.attached


def test_the_name_of_the_type_serves_where_the_disposition_has_none() -> None:
    (part,) = parts(IMAGE)
    assert (part.name, part.attached) == ("a.png", False)


def test_flowed_text_is_known() -> None:
    (part,) = parts('("text" "plain" ("format" "Flowed" "DELSP" "yes" "charset" "UTF-8") NIL NIL "8bit" 5 1)')
    assert (part.flowed, part.delsp, part.charset) == (True, True, "utf-8")


@pytest.mark.parametrize("size", ["NIL", '"many"', "-5", "99999999999999999999999999"])
def test_a_size_without_sense_is_bounded(size: str) -> None:
    (part,) = parts(f'("text" "plain" NIL NIL NIL "7bit" {size} 1)')
    assert 0 <= part.size <= structure.LARGEST


def test_a_monstrous_mail_is_bounded() -> None:
    assert len(parts("(" + PLAIN * 3000 + '"mixed")')) == structure.MOST_PARTS
    nested = PLAIN
    for _ in range(200):
        nested = f'({nested} "mixed")'
    assert all(part.section.count(".") <= structure.DEEPEST for part in parts(nested))


atoms = st.none() | st.integers() | st.binary(max_size=12)
trees = st.recursive(atoms, lambda inner: st.lists(inner, max_size=12).map(tuple), max_leaves=60)


@settings(deadline=None, max_examples=100)
@given(trees)
def test_anything_becomes_parts(tree: object) -> None:
    found = structure.parts(tree)
    assert found
    assert len({part.section for part in found}) == len(found)
    assert all("/" in part.type and part.size >= 0 for part in found)
