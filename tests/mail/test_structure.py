"""A mail is taken apart as IMAP numbers it, and one readable version of it is chosen."""

from __future__ import annotations

import email
import email.message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.structure import MAX_PARTS, attachment_parts, shown_parts, split
from listforum.model.mail import Heading, Part

MIXED = b"""\
From: Ana <ana@example.org>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="outer"\r
\r
preamble, not shown\r
--outer\r
Content-Type: multipart/alternative; boundary=inner\r
\r
--inner\r
Content-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes\r
Content-Transfer-Encoding: Quoted-Printable\r
\r
Ol=C3=A1\r
--inner\r
Content-Type: text/html\r
\r
<p>Ol&aacute;</p>\r
--inner--\r
--outer\r
Content-Type: application/pdf; name="old name.pdf"\r
Content-Disposition: attachment; filename*=utf-8''relat%C3%B3rio.pdf\r
Content-Transfer-Encoding: base64\r
\r
AAAA\r
--outer\r
Content-Type: message/rfc822\r
\r
Subject: forwarded\r
\r
inside\r
--outer\r
\r
list footer\r
--outer--\r
epilogue, not shown\r
"""


def part(section: str, type_: str = "text/plain", **rest: object) -> Part:
    described: dict[str, object] = {"section": section, "type": type_, "size": 100, **rest}
    return Part(**described)  # type: ignore[arg-type]


def test_leaves_are_numbered_as_imap_does() -> None:
    received = split(MIXED)
    assert [(leaf.section, leaf.type) for leaf in received.parts] == [
        ("1.1", "text/plain"),
        ("1.2", "text/html"),
        ("2", "application/pdf"),
        ("3", "message/rfc822"),
        ("3.1", "text/plain"),
        ("4", "text/plain"),
    ]
    assert received.raw == MIXED
    assert received.arrived is None


def test_the_header_is_kept_as_received() -> None:
    header = split(MIXED).header
    assert MIXED.startswith(header)
    assert header.endswith(b'boundary="outer"\r\n\r\n')


def test_a_leaf_tells_how_it_is_to_be_read() -> None:
    text, html, pdf, forwarded, inside, footer = split(MIXED).parts
    assert (text.charset, text.encoding, text.flowed, text.delsp) == ("utf-8", "quoted-printable", True, True)
    assert text.content == b"Ol=C3=A1"
    assert text.size == 8
    assert text.complete
    assert (text.alternative, html.alternative, footer.alternative) == ("1", "1", None)
    assert (pdf.name, pdf.attached, pdf.content) == ("relatório.pdf", True, b"AAAA")
    assert forwarded.heading == Heading("", "", "forwarded")
    assert (forwarded.content, inside.content) == (b"Subject: forwarded\r\n\r\n", b"inside")
    assert (footer.content, footer.encoding, footer.charset) == (b"list footer", "7bit", "")


def test_a_plain_mail_is_section_1() -> None:
    (leaf,) = split(b"Subject: x\n\nbody\n").parts
    assert (leaf.section, leaf.type, leaf.content, leaf.alternative) == ("1", "text/plain", b"body\n", None)


def test_the_whole_mail_as_alternative_has_the_empty_section() -> None:
    header = b"Content-Type: multipart/alternative; boundary=b\n\n"
    leaves = split(header + b"--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>x\n--b--\n").parts
    assert [(leaf.section, leaf.alternative) for leaf in leaves] == [("1", ""), ("2", "")]


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b"", b""),
        (b"\n", b""),
        (b"\r\nbody", b"body"),
        (b"Subject: header only", b""),
        (b"Subject: header only\n", b""),
        (b"no header at all\n\nsecond paragraph", b"no header at all\n\nsecond paragraph"),
        (b"From ana@example.org Mon Jan  1\nSubject: x\n\nbody", b"body"),
        (b"Subject: x\n>From ana Mon\nTo: y\n\nbody", b"body"),
        (b"Subject: x\nstray\nTo: y\n\nbody", b"body"),
        (b"Subject: x\nthe blank line\nis missing\n\nbody", b"the blank line\nis missing\n\nbody"),
        (b"Subject: old\rTo: mac\r\rbody\r", b"body\n"),
        (b"Content-Type: multipart/mixed; boundary=never\n\nno such line\n", b"no such line\n"),
        (b"Content-Type: multipart/mixed\n\nno boundary\n", b"no boundary\n"),
        (b"Content-Type: text\n\nhalf a type\n", b"half a type\n"),
        (b"Content-Type: ;;;=\n\nno type\n", b"no type\n"),
    ],
)
def test_a_damaged_mail_is_one_text(raw: bytes, body: bytes) -> None:
    (leaf,) = split(raw).parts
    assert (leaf.section, leaf.type, leaf.content) == ("1", "text/plain", body)


def test_a_multipart_cut_in_the_middle_keeps_what_came() -> None:
    raw = MIXED[: MIXED.index(b"AAAA") + 2]
    assert [(leaf.section, leaf.content) for leaf in split(raw).parts][-1] == ("2", b"AA")


def test_the_mails_of_a_digest_are_followed_into_their_parts() -> None:
    raw = (
        b"Content-Type: multipart/digest; boundary=b\n\n--b\n\n"
        b"From: Ana =?utf-8?q?Jos=C3=A9?= <ana@example.org>\nSubject: =?utf-8?q?=C3=A1gua?=\n"
        b"Date: today,\n at noon\n\nx\n"
        b"--b\n\nSubject: two\nContent-Type: multipart/mixed; boundary=c\n\n"
        b"--c\n\ny\n--c\nContent-Type: image/png\n\nz\n--c--\n--b--\n"
    )
    first, x, second, y, z = split(raw).parts
    assert (first.section, first.type, first.size) == ("1", "message/rfc822", 0)
    assert first.heading == Heading("Ana José <ana@example.org>", "today, at noon", "água", True)
    assert (first.content or b"").startswith(b"From: Ana =?utf-8?q?Jos=C3=A9?= <ana@example.org>\nSubject:")
    assert second.heading == Heading("", "", "two", True)
    assert [(leaf.section, leaf.content) for leaf in (x, y, z)] == [("1.1", b"x"), ("2.1", b"y"), ("2.2", b"z")]
    assert sections(shown_parts(split(raw).parts)) == ["1.1", "2.1"]
    assert sections(attachment_parts(split(raw).parts)) == ["2.2"]


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Disposition: attachment; filename=old.eml\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
    ],
)
def test_a_mail_that_is_attached_or_encoded_stays_a_file(fields: bytes) -> None:
    raw = b"Content-Type: message/rfc822\n" + fields + b"\nSubject: inside\n\nwords\n"
    (leaf,) = split(raw).parts
    assert (leaf.section, leaf.type, leaf.heading) == ("1", "message/rfc822", None)
    assert attachment_parts([leaf]) == (leaf,)


def test_a_mail_that_is_nothing_but_a_mail_is_numbered_as_imap_does() -> None:
    inner = (
        b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n--b--\n"
    )
    leaves = split(b"Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\n" + inner).parts
    assert [(leaf.section, leaf.type, leaf.alternative) for leaf in leaves] == [
        ("1", "message/rfc822", None),
        ("1.1", "message/rfc822", None),
        ("1.1.1", "text/plain", "1.1"),
        ("1.1.2", "text/html", "1.1"),
    ]


@pytest.mark.parametrize("depth", [49, 51, 5000])
def test_mails_in_mails_are_followed_only_so_deep(depth: int) -> None:
    leaves = split(b"Content-Type: message/rfc822\n\n" * depth + b"\ndeep\n").parts
    assert len(leaves) == min(depth, 50) + 1
    assert b"deep" in (leaves[-1].content or b"")


@pytest.mark.parametrize("depth", [10, 49, 50, 51, 500, 5000])
def test_nesting_is_bounded(depth: int) -> None:
    raw = (
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)) + b"\ndeep\n"
    )
    (leaf,) = split(raw).parts
    assert leaf.section == ".".join(["1"] * min(depth, 50))
    assert leaf.type == ("text/plain" if depth <= 50 else "multipart/mixed")
    assert b"deep" in (leaf.content or b"")
    assert attachment_parts((leaf,)) == (() if depth <= 50 else (leaf,))


def test_the_number_of_parts_is_bounded() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000
    assert len(split(raw).parts) <= MAX_PARTS


def test_an_inner_boundary_that_begins_like_the_outer_is_told_apart() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n"
        b"--bb\n\none\n--bb--\n--b\n\ntwo\n--b--\n"
    )
    assert [(leaf.section, leaf.content) for leaf in split(raw).parts] == [("1.1", b"one"), ("2", b"two")]


bodies = st.text(alphabet="ab -\n", max_size=30).filter(lambda text: not text.startswith("--") and "\n--" not in text)
trees = st.recursive(bodies, lambda children: st.lists(children, min_size=1, max_size=4), max_leaves=12)


def composed(tree: object, counter: list[int]) -> email.message.Message:
    message = email.message.Message()
    if isinstance(tree, list):
        counter[0] += 1
        message["Content-Type"] = f'multipart/mixed; boundary="=_{counter[0]}_"'
        message.set_payload([composed(child, counter) for child in tree])
    else:
        message["Content-Type"] = "text/plain"
        message.set_payload(str(tree))
    return message


def leaves_of(tree: object) -> list[object]:
    return [leaf for child in tree for leaf in leaves_of(child)] if isinstance(tree, list) else [tree]


@given(trees)
@settings(deadline=None, max_examples=150)
def test_what_was_composed_comes_apart_again(tree: object) -> None:
    parts = split(composed(tree, [0]).as_bytes()).parts
    assert [(leaf.content or b"").decode() for leaf in parts] == leaves_of(tree)


PIECES = [b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: message/rfc822\n", b"--b\n", b"--b--", b"\n"]
PIECES += [b"\r", b"\x00", b"\xff", b": ", b" x", b"Content-Disposition: attachment; filename*0*=x''%\n", b'"', b";"]


@given(st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
@settings(deadline=None, max_examples=400)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    received = split(raw)
    assert received.parts
    assert len({leaf.section for leaf in received.parts}) == len(received.parts)
    assert set(shown_parts(received.parts)).isdisjoint(attachment_parts(received.parts))


def sections(parts: tuple[Part, ...]) -> list[str]:
    return [leaf.section for leaf in parts]


def test_of_alternatives_the_plain_text_is_shown() -> None:
    parts = [part("1.1", alternative="1"), part("1.2", "text/html", alternative="1"), part("2")]
    assert sections(shown_parts(parts)) == ["1.1", "2"]
    assert attachment_parts(parts) == ()


def test_html_is_shown_where_the_plain_text_is_missing_or_empty() -> None:
    html = part("2", "text/html", alternative="")
    assert shown_parts([html]) == (html,)
    empty = part("1", alternative="", size=2)
    assert shown_parts([empty, html]) == (html,)
    assert attachment_parts([empty, html]) == ()


def test_pictures_beside_an_unchosen_html_are_attachments() -> None:
    picture = part("2.2", "image/png", alternative="")
    parts = [part("1", alternative=""), part("2.1", "text/html", alternative=""), picture]
    assert sections(shown_parts(parts)) == ["1"]
    assert attachment_parts(parts) == (picture,)


def test_an_alternative_within_an_alternative_is_one_of_its_versions() -> None:
    parts = [
        part("1", alternative=""),
        part("2.1", "text/html", alternative="2"),
        part("2.2", "text/x", alternative="2"),
    ]
    assert sections(shown_parts(parts)) == ["1"]


def test_an_invitation_stays_reachable() -> None:
    invitation = part("2", "text/calendar", alternative="")
    assert attachment_parts([part("1", alternative=""), invitation]) == (invitation,)


def test_attached_text_is_an_attachment_and_inline_patches_are_text() -> None:
    parts = [
        part("1"),
        part("2", "text/x-patch"),
        part("3", attached=True),
        part("4", "text/markdown"),
        part("5", "text/csv"),
    ]
    assert sections(shown_parts(parts)) == ["1", "2", "4"]
    assert sections(attachment_parts(parts)) == ["3", "5"]


def test_attached_text_is_shown_when_it_is_all_there_is() -> None:
    parts = [part("1", attached=True)]
    assert sections(shown_parts(parts)) == ["1"]


def test_choosing_needs_no_content() -> None:
    stripped = [
        Part(**{**{name: getattr(leaf, name) for name in Part.__slots__}, "content": None})
        for leaf in split(MIXED).parts
    ]
    assert sections(shown_parts(stripped)) == ["1.1", "3.1", "4"]
    assert sections(attachment_parts(stripped)) == ["2"]
