"""A digest reads alike whether it came as text or as parts; a forwarded mail stands below its heading."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.digest import is_digest, members
from listforum.mail.quotes import blocks, own_words, quoted
from listforum.mail.readable import readable_text
from listforum.mail.structure import split

PLAIN = f"""\
Send Water mailing list submissions to
	water@lists.example.org

Today's Topics:

   1. The wells (Ana Lima)
   2. Re: The wells (Bo Li)

{"-" * 70}

Message: 1
Date: Mon, 2 Mar 2026 10:00:00 +0000
From: Ana Lima <ana@example.org>
Subject: The wells
To: water@lists.example.org
Message-ID: <1@example.org>
Content-Type: text/plain; charset=us-ascii

Are the wells open?

--\x20
Ana

{"-" * 30}

Message: 2
Date: Mon, 2 Mar 2026 11:00:00 +0000
From: Bo Li <bo@example.org>
Subject: Re: The wells

On Monday, Ana Lima <ana@example.org> wrote:
> Are the wells open?

Two of them are.

{"-" * 30}

Subject: Digest Footer

_______________________________________________
Water mailing list
water@lists.example.org
https://lists.example.org/listinfo/water

{"-" * 30}

End of Water Digest, Vol 3, Issue 4
***********************************
"""

MIME = b"""\
From: water-request@lists.example.org
Subject: Water Digest, Vol 3, Issue 4
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=out

--out
Content-Description: Water Digest, Vol 3, Issue 4

Today's Topics: the wells

--out
Content-Type: multipart/digest; boundary=in

--in

Date: Mon, 2 Mar 2026 10:00:00 +0000
From: Ana Lima <ana@example.org>
Subject: The wells
Message-ID: <1@example.org>

Are the wells open?

--in
Content-Type: message/rfc822

Date: Mon, 2 Mar 2026 11:00:00 +0000
From: "Li, Bo" <bo@example.org>
Subject: =?utf-8?q?Re=3A_The_wells?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=deep

--deep
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

PiBBcmUgdGhlIHdlbGxzIG9wZW4/CgpUd28gb2YgdGhlbSBhcmUuCg==
--deep
Content-Type: image/png; name=map.png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--deep--
--in--

--out
Content-Type: text/plain

_______________________________________________
Water mailing list
water@lists.example.org
https://lists.example.org/listinfo/water
--out--
"""

FORWARDED = b"""\
From: ana@example.org
Subject: Fwd: The wells
Content-Type: multipart/mixed; boundary=out

--out

See below.
--out
Content-Type: message/rfc822

From: Bo Li <bo@example.org>
Date: Mon, 2 Mar 2026 11:00:00 +0000
Subject: The wells

Two of them are open.
--out

Mine is closed.
--out--
"""


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind, " ".join(block.text.split())) for block in blocks(text)]


class TestDigestsAsText:
    def test_each_mail_is_read_by_itself(self) -> None:
        told = kinds(PLAIN)
        assert [kind for kind, _ in told] == ["own", "signature", "own", "attribution", "quote", "own", "footer"]
        assert own_words(PLAIN).count("Are the wells open?") == 1
        assert "Two of them are." in own_words(PLAIN)
        assert "From: Bo Li <bo@example.org>" in own_words(PLAIN)

    def test_an_answer_to_a_digest_is_none(self) -> None:
        answer = "Only one is, now.\n\nOn Tuesday, water-request@lists.example.org wrote:\n" + PLAIN
        assert own_words(answer) == "Only one is, now."
        original = "Only one is, now.\n\n-----Original Message-----\nFrom: water\nSubject: Water Digest\n\n" + PLAIN
        assert own_words(original) == "Only one is, now."

    @pytest.mark.parametrize(
        "text",
        [
            "A ruled line:\n\n" + "-" * 70 + "\n\nand words below.\n",
            "A\n\n" + "-" * 30 + "\n\nFrom: the well\nDate: now\n\nwords\n",
            "No blank line\n" + "-" * 70 + "\n\nFrom: a\nDate: b\n\nwords\n",
            "",
        ],
    )
    def test_rules_alone_make_no_digest(self, text: str) -> None:
        assert members(text) == ()

    @given(
        st.lists(
            st.sampled_from(
                ["-" * 70, "-" * 30, "", "From: a", "Date: b", "Subject: c", "> d", "_" * 40, "words", "-- "]
            )
        ).map("\n".join)
    )
    @settings(deadline=None, max_examples=300)
    def test_its_blocks_are_the_text_again(self, text: str) -> None:
        assert "\n".join(block.text for block in blocks(text)) == text
        cut = [line for one in members(text) for line in (one.heading or None, one.text) if line is not None]
        assert not cut or "\n".join(cut) == text


class TestDigestsAsParts:
    def test_they_read_like_those_that_come_as_text(self) -> None:
        assert readable_text(split(MIME).parts).text == "\n\n".join(
            [
                "Today's Topics: the wells",
                "-" * 70,
                "Date: Mon, 2 Mar 2026 10:00:00 +0000\nFrom: Ana Lima <ana@example.org>\nSubject: The wells",
                "Are the wells open?",
                "-" * 30,
                "Date: Mon, 2 Mar 2026 11:00:00 +0000\nFrom: Li, Bo <bo@example.org>\nSubject: Re: The wells",
                "> Are the wells open?\n\nTwo of them are.",
                "-" * 30,
                "_" * 47 + "\nWater mailing list\nwater@lists.example.org\nhttps://lists.example.org/listinfo/water",
            ]
        )

    def test_every_mail_is_words_and_only_quotes_and_footers_are_not(self) -> None:
        text = readable_text(split(MIME).parts).text or ""
        assert [kind for kind, _ in kinds(text)] == ["own", "quote", "own", "footer"]
        assert own_words(text).count("Are the wells open?") == 1
        assert "> Two of them are." in quoted(text, "Water wrote:")

    def test_a_mail_without_text_still_has_its_heading(self) -> None:
        raw = b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\nContent-Type: image/png\n\nz\n--b--\n"
        assert readable_text(split(raw).parts).text == "-" * 70 + "\n\nSubject: x"


class TestForwardedMails:
    def test_they_stand_below_their_heading(self) -> None:
        text = readable_text(split(FORWARDED).parts).text or ""
        assert text == (
            "See below.\n\n-------- Forwarded Message --------\nDate: Mon, 2 Mar 2026 11:00:00 +0000\n"
            "From: Bo Li <bo@example.org>\nSubject: The wells\n\nTwo of them are open.\n\n"
            "-------- End of Forwarded Message --------\n\nMine is closed."
        )
        assert own_words(text) == "See below.\n\nMine is closed."

    def test_an_attached_one_is_no_text(self) -> None:
        attached = FORWARDED.replace(b"message/rfc822", b"message/rfc822\nContent-Disposition: attachment")
        assert readable_text(split(attached).parts).text == "See below.\n\nMine is closed."


@pytest.mark.parametrize(
    ("subject", "digest"),
    [
        ("Water Digest, Vol 12, Issue 3", True),
        ("Open data in Recife Digest, Vol 1, Issue 120", True),
        ("Water digest, Vol 1 #123 - 5 msgs", True),
        ("water-digest Digest V3 #12", True),
        ("[water] Digest Number 1200", True),
        ("Re: [water] Digest Number 1200", False),
        ("Lote Agua, Vol 12, Envío 3", True),
        ("Lot Eau, Vol 12, Parution 3", True),
        ("Дайджест Water, том 12, выпуск 3", True),
        ("Re: Water Digest, Vol 12, Issue 3", False),
        ("Re : Water Digest, Vol 12, Issue 3", False),
        ("[Water] Water Digest, Vol 12, Issue 3", False),
        ("Water Digest, Vol 12, Issue 3 (lost)", False),
        ("Water, Vol 12, Issue 3", False),
        ("", False),
        ("digest, " * 5_000, False),
    ],
)
def test_digests_are_known_by_their_subject(subject: str, digest: bool) -> None:
    assert is_digest(subject) == digest
