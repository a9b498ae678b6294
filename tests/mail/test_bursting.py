"""A digest gives back its mails, as if they had come singly; what is no digest stays whole."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.bursting import Burst, burst, may_burst
from listforum.mail.header import read_header
from listforum.mail.readable import readable_text
from listforum.mail.structure import split
from listforum.model.mail import Received

RULE = "-" * 30

HEAD = "From: water-request@lists.example.org\nTo: water@lists.example.org\nSubject: Water Digest, Vol 3, Issue 4\n"

FIRST = "Message: 1\nDate: Mon, 2 Mar 2026 10:00:00 +0000\nFrom: Ana Lima <ana@example.org>\nSubject: The wells\n"
SECOND = "Message: 2\nDate: Mon, 2 Mar 2026 11:00:00 +0000\nFrom: Bo Li <bo@example.org>\nSubject: Re: The wells\n"


def text_digest(
    *mails: str, end: str = "End of Water Digest, Vol 3, Issue 4\n***********\n", head: str = HEAD
) -> bytes:
    body = f"Today's Topics:\n\n   1. The wells\n\n{'-' * 70}\n\n" + "".join(f"{one}\n\n{RULE}\n\n" for one in mails)
    return f"{head}\n{body}{end}".encode()


def burst_of(raw: bytes) -> Burst:
    received = split(raw)
    return burst(received, read_header(received.header))


def text(mail: Received) -> str:
    return readable_text(mail.parts).text or ""


def texts(raw: bytes) -> list[str]:
    return [text(mail) for mail in burst_of(raw).mails.values()]


class TestAsText:
    def test_each_mail_has_the_header_fields_that_are_told_of_it(self) -> None:
        mails = burst_of(text_digest(f"{FIRST}To: all\nMessage-ID: <1@example.org>\n\nOpen?", f"{SECOND}\nYes.")).mails
        first, second = (read_header(mail.header) for mail in mails.values())
        assert (first.message_id, first.author.address, first.subject) == (
            "1@example.org",
            "ana@example.org",
            "The wells",
        )
        assert (second.message_id, second.author.name, second.date) == ("", "Bo Li", 1_772_449_200)

    def test_and_what_the_digest_tells_of_the_list(self) -> None:
        head = HEAD + "List-Id: <water.lists.example.org>\nList-Post: <mailto:water@lists.example.org>\n"
        mails = burst_of(text_digest(f"{FIRST}\nOpen?", f"{SECOND}To: Eve <eve@example.net>\n\nYes.", head=head)).mails
        first, second = (read_header(mail.header) for mail in mails.values())
        assert (first.list_id, first.list_post) == ("water.lists.example.org", ("water@lists.example.org",))
        assert [one.address for one in (*first.to, *second.to)] == ["water@lists.example.org", "eve@example.net"]

    def test_a_writer_whose_address_the_list_took_is_the_person_all_the_same(self) -> None:
        head = HEAD + "List-Id: <water.lists.example.org>\nList-Post: <mailto:water@lists.example.org>\n"
        munged = FIRST.replace("Ana Lima <ana@example.org>", "Ana Lima via Water <water@lists.example.org>")
        (mail,) = burst_of(text_digest(f"{munged}\nOpen?", head=head)).mails.values()
        author = read_header(mail.header).author
        assert (author.name, author.address) == ("Ana Lima", None)

    @pytest.mark.parametrize(
        "end",
        [
            "End of Water Digest, Vol 3, Issue 4\n***********\n",
            "Subject: Digest Footer\n\n_____\nWater mailing list\n\n" + RULE + "\n\nEnd of Water Digest\n****\n",
            "_______________________________________________\nWater mailing list\n\nEnd of Water Digest\n",
            "End of Water Digest\n",
            "Fim da Digest Water, volume 3, assunto 4\n****\n",
            "",
        ],
    )
    def test_the_end_of_the_digest_is_no_words_of_the_last_mail(self, end: str) -> None:
        assert texts(text_digest(f"{FIRST}\nOpen?", f"{SECOND}\nYes.", end=end)) == ["Open?", "Yes."]

    def test_a_rule_in_a_mail_is_not_taken_for_the_end(self) -> None:
        words = f"Above.\n\n{RULE}\n\nBelow."
        assert texts(text_digest(f"{FIRST}\n{words}", f"{SECOND}\n{words}")) == [words, words]

    def test_lines_that_were_wrapped_to_flow_still_do(self) -> None:
        flowed = FIRST + "Content-Type: text/plain; charset=utf-8; format=flowed\n"
        assert texts(text_digest(f"{flowed}\nOne line \nof many.")) == ["One line of many."]

    def test_of_one_that_is_not_whole_the_last_mail_is_left_out(self) -> None:
        raw = text_digest(f"{FIRST}\nOpen?", f"{SECOND}\nYes.", end="")
        received = split(raw)
        (part,) = received.parts
        content = part.content or b""
        cut = Received(received.header, (replace(part, content=content[: content.index(b"Yes")]),))
        found = burst(cut, read_header(received.header))
        assert ([text(mail) for mail in found.mails.values()], found.complete) == (["Open?"], False)

    def test_what_is_answered_above_it_is_no_digest(self) -> None:
        digest = text_digest(f"{FIRST}\nOpen?").partition(b"\n\n")[2].decode()
        answer = f"{HEAD}\nMine is closed.\n\nOn Tuesday, water-request@lists.example.org wrote:\n> Today's\n\n{digest}"
        assert burst_of(answer.encode()).mails == {}

    @pytest.mark.parametrize(
        ("sender", "list_fields"),
        [
            ("Eve <eve@example.net>", ""),
            ("Water Digest <water-request@example.net>", ""),
            ("Water Digest <water-request@example.net>", "List-Post: <mailto:water@lists.example.org>\n"),
            ("Eve via Water <water@lists.example.org>", "List-Post: <mailto:water@lists.example.org>\n"),
            ("Eve <0000abcd-dmarc-request@lists.example.org>", "List-Post: <mailto:water@lists.example.org>\n"),
            ("water-request@lists.example.org, Eve <eve@example.net>", ""),
        ],
    )
    def test_nor_are_they_when_a_member_sends_them(self, sender: str, list_fields: str) -> None:
        head = HEAD.replace("water-request@lists.example.org", sender) + list_fields
        assert burst_of(text_digest(f"{FIRST}\nOpen?", head=head)).mails == {}
        assert burst_of(parts_digest(f"{FIRST}\nOpen?", head=head)).mails == {}

    @pytest.mark.parametrize(
        ("sender", "list_fields"),
        [
            ("Water <owner-water@lists.example.org>", ""),
            ("LISTSERV@lists.example.org", "List-Id: <water.lists.example.org>\n"),
            ("water-digest-help@lists.example.org", "List-Post: <mailto:water@example.org>\n"),
            ("Water <water@lists.example.org>", "List-Post: <mailto:water@lists.example.org>\n"),
        ],
    )
    def test_list_software_has_many_names(self, sender: str, list_fields: str) -> None:
        head = HEAD.replace("water-request@lists.example.org", sender) + list_fields
        assert texts(text_digest(f"{FIRST}\nOpen?", head=head)) == ["Open?"]

    @pytest.mark.parametrize(
        "subject", ["The wells", "Re: Water Digest, Vol 3, Issue 4", "[Water] Water Digest, Vol 3"]
    )
    def test_the_same_lines_in_any_other_mail_are_no_digest(self, subject: str) -> None:
        head = HEAD.replace("Water Digest, Vol 3, Issue 4", subject)
        assert burst_of(text_digest(f"{FIRST}\nOpen?", head=head)).mails == {}


def parts_digest(*mails: str, head: str = HEAD, above: str = "") -> bytes:
    inside = "".join(f"--in\n\n{one}\n" for one in mails)
    masthead = f"--out\n\n{above}\n" if above else ""
    digest = f"--out\nContent-Type: multipart/digest; boundary=in\n\n{inside}--in--\n--out--\n"
    return f"{head}Content-Type: multipart/mixed; boundary=out\n\n{masthead}{digest}".encode()


class TestAsParts:
    def test_each_mail_keeps_every_header_field_and_its_parts(self) -> None:
        second = f"{SECOND}References: <1@example.org>\nContent-Type: multipart/alternative; boundary=alt\n\n"
        second += "--alt\n\nYes.\n--alt\nContent-Type: text/html\n\n<p>Yes.\n--alt--\n"
        found = burst_of(parts_digest(f"{FIRST}\nOpen?", second, above="Today's Topics"))
        assert found.complete
        mails = list(found.mails.values())
        assert read_header(mails[1].header).references == ("1@example.org",)
        assert [part.type for part in mails[1].parts] == ["text/plain", "text/html"]
        assert [text(mail) for mail in mails] == ["Open?", "Yes."]

    def test_contents_in_the_place_of_a_first_mail_are_none(self) -> None:
        found = burst_of(parts_digest("\nToday's Topics: the wells", f"{FIRST}\nOpen?"))
        assert [text(mail) for mail in found.mails.values()] == ["Open?"]
        assert found.complete

    def test_with_a_mail_of_which_nothing_is_told_the_digest_stays_readable(self) -> None:
        found = burst_of(parts_digest(f"{FIRST}\nOpen?", "\nWho said this?"))
        assert [text(mail) for mail in found.mails.values()] == ["Open?"]
        assert not found.complete

    def test_mails_forwarded_together_below_own_words_are_no_digest(self) -> None:
        head = HEAD.replace("water-request@lists", "ana@people").replace("Water Digest, Vol 3, Issue 4", "Look at this")
        assert burst_of(parts_digest(f"{FIRST}\nOpen?", head=head, above="I found these.")).mails == {}
        assert burst_of(parts_digest(f"{FIRST}\nOpen?", head=head.replace("Look", "Fwd: Look"))).mails == {}

    def test_a_mail_in_a_mail_of_it_stays_there(self) -> None:
        forwarded = f"{SECOND}Content-Type: message/rfc822\n\n{FIRST}\nOpen?"
        (mail,) = burst_of(parts_digest(forwarded)).mails.values()
        assert read_header(mail.header).subject == "Re: The wells"
        assert "Subject: The wells\n\nOpen?" in text(mail)


class TestHostile:
    pieces = st.sampled_from(
        [
            *HEAD.splitlines(),
            *FIRST.splitlines(),
            RULE,
            "-" * 70,
            "",
            "words",
            "> words",
            "*" * 9,
            "End of Digest",
            "_" * 9,
            "Content-Type: multipart/digest; boundary=b",
            "--b",
            "--b--",
            "Content-Type: message/rfc822",
            "\udcff",
        ]
    )

    @settings(max_examples=300, deadline=None)
    @given(lines=st.lists(pieces, max_size=40))
    def test_whatever_comes_is_burst_or_left_alone(self, lines: list[str]) -> None:
        raw = "\n".join(lines).encode("utf-8", "surrogateescape")
        for one in (raw, HEAD.encode() + b"\n" + raw, text_digest() + raw):
            received = split(one)
            header = read_header(received.header)
            found = burst(received, header)
            assert may_burst(header, received.parts) or not found.mails
            for mail in found.mails.values():
                assert mail.raw is None
                assert read_header(mail.header).from_
                text(mail)

    @pytest.mark.parametrize(
        "body",
        [
            f"{'-' * 70}\n\n" + f"{FIRST}\n{RULE}\n\n" * 20_000,
            f"{'-' * 70}\n\n{FIRST}\n" + f"\n{RULE}\n" * 100_000,
            f"{'-' * 70}\n\n{FIRST}\nwords" + "\n" * 1_000_000,
        ],
        ids=["mails", "rules", "blank lines"],
    )
    def test_a_monstrous_one_takes_no_time(self, body: str) -> None:
        began = time.process_time()
        burst_of(f"{HEAD}\n{body}".encode())
        assert time.process_time() - began < 5
