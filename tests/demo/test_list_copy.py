"""What the demo's list does with a post, and what its story is made of."""

from __future__ import annotations

import base64
import quopri
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.demo.attachments import content
from listforum.demo.list_software import ADDRESS, FOOTER, LIST_ID
from listforum.demo.mails import list_copy
from listforum.demo.story import Attachment, Person, read_topic
from listforum.mail.compose import Draft, compose
from listforum.mail.header import read_header
from listforum.mail.readable import readable_text
from listforum.mail.structure import split
from listforum.model.mail import Mailbox

NOW = int(datetime(2026, 3, 1, 20, 0, tzinfo=UTC).timestamp())


class TestListCopy:
    def posted(self, text: str, subject: str = "Stops of Évora") -> bytes:
        draft = Draft(Mailbox("Maria Silva", "maria@example.org"), (ADDRESS,), subject, text)
        return compose(draft, "one@example.org", NOW)

    @pytest.mark.parametrize("subject", ["Wells", "Re: [open-data] Wells", "آب", "Re: [open-data] آب و هوا"])
    def test_the_tag_stands_before_the_subject_once(self, subject: str) -> None:
        header = read_header(split(list_copy(self.posted("Hello.", subject), NOW)).header)
        assert header.subject == (subject if "[open-data]" in subject else f"[open-data] {subject}")

    def test_the_list_names_itself_and_leaves_the_rest_as_it_was(self) -> None:
        header = read_header(split(list_copy(self.posted("Hello."), NOW)).header)
        assert (header.message_id, header.date) == ("one@example.org", NOW)
        assert (header.list_id, header.list_post) == (LIST_ID, (ADDRESS,))
        assert header.author.address == "maria@example.org"

    @pytest.mark.parametrize("text", ["Hello.", "Olá, Évora!", "سلام به همه"])
    def test_the_footer_is_readable_below_every_text(self, text: str) -> None:
        read = readable_text(split(list_copy(self.posted(text), NOW)).parts).text
        assert read == f"{text}\n\n{FOOTER}".strip()

    @settings(deadline=None, max_examples=60)
    @given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300).filter(str.strip))
    def test_whatever_was_written_stays_as_it_was_written(self, text: str) -> None:
        mail = self.posted(text)
        as_sent = readable_text(split(mail).parts).text or ""
        assert readable_text(split(list_copy(mail, NOW)).parts).text == f"{as_sent}\n\n{FOOTER}".strip("\n")

    @pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
    def test_the_footer_respects_how_the_text_is_encoded(self, encoding: str) -> None:
        octets = "Был дождь.\r\n".encode("koi8-r")
        body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring, "8bit": bytes}[encoding](octets)
        head = f"Subject: Rain\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: {encoding}\r\n"
        copy = list_copy(head.encode() + b"\r\n" + body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), NOW)
        assert readable_text(split(copy).parts).text == f"Был дождь.\n\n{FOOTER}".strip()

    def test_a_mail_that_others_may_not_pass_on_goes_out_in_the_lists_name(self) -> None:
        mail = b"From: Ana <ana@correo.example>\r\nSubject: Hola\r\n\r\nHola.\r\n"
        header = read_header(split(list_copy(mail, NOW)).header)
        assert header.from_ == (Mailbox("Ana via open-data", ADDRESS),)
        assert (header.author.name, header.author.address) == ("Ana", "ana@correo.example")


class TestFiles:
    @pytest.mark.parametrize(("kind", "beginning"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("csv", b"station,")])
    def test_are_of_the_kind_and_size_they_say(self, kind: str, beginning: bytes) -> None:
        made = content(Attachment("a", kind, 50))  # type: ignore[arg-type]
        assert made.startswith(beginning)
        assert 45_000 < len(made) < 55_000


class TestMistakesInTheText:
    @pytest.mark.parametrize(
        ("block", "words"),
        [
            ("From: ana\nWhen: soon\n\nHello.", "no span of time: soon"),
            ("From: eve\nWhen: 1d\n\nHello.", "eve"),
            ("From: ana\nWhen: 1d\nAnwsers: one\n\nHello.", "unknown header line: Anwsers: one"),
            ("From: ana\nWhen: 1d\nAttach: exe 4 a.exe\n\nHello.", "no such attachment"),
            ("From: ana\nWhen: 1d\nKind: sung\n\nHello.", "no such Kind"),
        ],
    )
    def test_are_named_with_file_and_block(self, block: str, words: str) -> None:
        people = {"ana": Person("ana", "Ana", "ana@example.org", "es")}
        with pytest.raises(ValueError, match=f"99-new.txt, block first: .*{re.escape(words)}"):
            list(read_topic("99-new", f"Subject: New\n\n=== first\n{block}\n", people))
