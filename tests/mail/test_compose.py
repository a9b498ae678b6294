"""Mails as they leave: what they say, and that they say nothing else."""

from __future__ import annotations

import email
import email.policy
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from listforum.mail.compose import Draft, attribution, compose, message_id, references_for, reply_subject
from listforum.mail.folding import clean
from listforum.mail.header import read_header
from listforum.mail.quotes import blocks, own_words, own_words_digest, quoted
from listforum.mail.readable import readable_text
from listforum.mail.structure import split
from listforum.model.mail import Author, Header, Mailbox

ID = "0123456789abcdef0123456789abcdef@example.org"
DATE = 1_772_445_659  # Mon, 2 Mar 2026 10:00:59 UTC
DRAFT = Draft(
    sender=Mailbox("Maria Silva", "maria@example.org"),
    to=("open-data@lists.example.org",),
    subject="Re: The census",
    text="The files are ready.\n",
)
ALLOWED = {
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version"),
    *("Content-Type", "Content-Transfer-Encoding"),
}
SCRIPTS = "abc XYZ 0189 .,;:!?\"'()<>@[]\\|=_-~ éñçß œŁ ΆΩ жїЯ سلامپژگچ\u200c۱۲ שלום 中文字 日本語ひカ 한국 😀 e\u0301"
WORDS = st.text(alphabet=SCRIPTS, max_size=120)
TEXTS = st.lists(st.text(alphabet=SCRIPTS + "> ", max_size=200), max_size=8).map("\n".join)


def parsed(mail: bytes) -> Message:
    return email.message_from_bytes(mail, policy=email.policy.compat32)


def decoded(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def body(mail: bytes) -> str:
    payload = parsed(mail).get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8")


def unflowed(text: str) -> str:
    """What a reader of format=flowed makes of a text (RFC 3676, 4.1); quotes shown with one mark and blank a level."""
    shown: list[str] = []
    open_depth: int | None = None
    for line in text.removesuffix("\r\n").split("\r\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        if open_depth == depth:
            shown[-1] += words
        else:
            shown.append("> " * depth + words)
        soft = words.endswith(" ") and words != "-- "
        open_depth = depth if soft else None
    return "\n".join(shown)


def header_lines(mail: bytes) -> list[bytes]:
    return mail.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


class TestWhatItSays:
    def test_a_whole_mail(self) -> None:
        draft = replace(DRAFT, in_reply_to="2@example.org", references=("1@example.org", "2@example.org"))
        assert compose(draft, ID, DATE).decode("ascii").split("\r\n") == [
            "From: Maria Silva <maria@example.org>",
            "To: open-data@lists.example.org",
            "Subject: Re: The census",
            "Date: Mon, 02 Mar 2026 10:00:00 +0000",
            f"Message-ID: <{ID}>",
            "In-Reply-To: <2@example.org>",
            "References: <1@example.org> <2@example.org>",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8; format=flowed",
            "Content-Transfer-Encoding: 7bit",
            "",
            "The files are ready.",
            "",
        ]

    def test_the_date_is_utc_and_rounded_down_to_the_minute(self) -> None:
        for date in (0, 59, DATE, 4_102_444_800):
            field = parsed(compose(DRAFT, ID, date))["Date"]
            assert field.endswith(" +0000")
            assert parsedate_to_datetime(field).timestamp() == date - date % 60

    def test_several_recipients_stand_in_one_field(self) -> None:
        to = tuple(f"member-{number}@lists.example.org" for number in range(9))
        mail = compose(replace(DRAFT, to=to), ID, DATE)
        assert [address for _, address in getaddresses([parsed(mail)["To"]])] == list(to)

    @given(WORDS)
    @settings(deadline=None, max_examples=150)
    def test_any_subject_is_read_back(self, subject: str) -> None:
        mail = compose(replace(DRAFT, subject=subject), ID, DATE)
        assert decoded(parsed(mail)["Subject"]).strip() == clean(subject)
        modern = email.message_from_bytes(mail, policy=email.policy.SMTP)
        assert isinstance(modern, EmailMessage)
        assert modern["Subject"] == clean(subject)

    @given(WORDS)
    @settings(deadline=None, max_examples=150)
    def test_any_name_is_read_back_with_its_address(self, name: str) -> None:
        mail = compose(replace(DRAFT, sender=Mailbox(name, "maria@example.org")), ID, DATE)
        written, address = parseaddr(parsed(mail)["From"].replace("\r\n", ""))
        assert address == "maria@example.org"
        assert decoded(written) == clean(name)

    @given(TEXTS)
    @settings(deadline=None, max_examples=150)
    def test_any_text_is_read_back_but_for_blanks_at_ends_of_lines(self, text: str) -> None:
        assume(not any(line.startswith((">", " >")) for line in text.split("\n")))
        lines = [line if line == "-- " else line.rstrip(" \t") for line in text.split("\n")]
        assert unflowed(body(compose(replace(DRAFT, text=text), ID, DATE))) == "\n".join(lines).rstrip("\n")

    @given(st.lists(st.tuples(st.integers(1, 9), st.text(alphabet="ab دا中", max_size=150)), min_size=1, max_size=6))
    @settings(deadline=None, max_examples=100)
    def test_quotes_keep_their_depth(self, quotes: list[tuple[int, str]]) -> None:
        text = "\n".join(("> " * depth + words).rstrip() for depth, words in quotes)
        sent = unflowed(body(compose(replace(DRAFT, text=text), ID, DATE)))
        assert [line.rstrip() for line in sent.split("\n")] == text.split("\n")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "-- \nMaria",
            "a\n-- ",
            "a\n\n\nb",
            "From here on\nFrom there",
            " indented",
            ">not a quote",
            ".",
            "a\tb",
            "=3D",
        ],
    )
    def test_lines_that_trip_mail_programs_arrive_whole(self, text: str) -> None:
        sent = unflowed(body(compose(replace(DRAFT, text=text), ID, DATE)))
        assert sent == text.replace(">not", "> not")

    def test_no_line_begins_with_from_and_a_blank(self) -> None:
        assert b"\r\nFrom " not in compose(
            replace(DRAFT, text="x\nFrom here\n" + "word " * 14 + "From there"), ID, DATE
        )

    def test_folding_makes_no_signature_mark(self) -> None:
        text = "-- " + "x" * 80 + " end"
        assert "-- " not in body(compose(replace(DRAFT, text=text), ID, DATE)).split("\r\n")

    def test_ascii_goes_as_it_is_and_everything_else_as_quoted_printable(self) -> None:
        encodings = {
            text: parsed(compose(replace(DRAFT, text=text), ID, DATE))["Content-Transfer-Encoding"]
            for text in ("plain", "é", "x" * 999)
        }
        assert encodings == {"plain": "7bit", "é": "quoted-printable", "x" * 999: "quoted-printable"}

    @given(TEXTS, WORDS, WORDS)
    @settings(deadline=None, max_examples=100)
    def test_every_line_is_ascii_ends_with_crlf_and_is_short(self, text: str, subject: str, name: str) -> None:
        draft = replace(DRAFT, text=text, subject=subject, sender=Mailbox(name, "maria@example.org"))
        mail = compose(draft, ID, DATE)
        assert mail.isascii()
        assert mail.endswith(b"\r\n")
        assert b"\n" not in mail.replace(b"\r\n", b"")
        assert b"\r" not in mail.replace(b"\r\n", b"")
        assert all(len(line) <= 78 for line in header_lines(mail))
        assert all(len(line) <= 998 for line in mail.split(b"\r\n"))

    def test_encoded_words_are_short_and_end_between_characters(self) -> None:
        mail = compose(replace(DRAFT, subject="سلام دنیا " * 40), ID, DATE)
        words = [word for line in header_lines(mail) for word in line.split() if word.startswith(b"=?")]
        assert len(words) > 5
        for word in words:
            assert len(word) <= 75
            [(octets, _)] = decode_header(word.decode())
            assert isinstance(octets, bytes)
            octets.decode("utf-8")


class TestOurOwnReader:
    """What a member with this very program sees of the mail."""

    @given(WORDS, WORDS.filter(lambda name: not set("@'\"") & set(name)))
    @settings(deadline=None, max_examples=60)
    def test_reads_subject_name_addresses_and_ids_back(self, subject: str, name: str) -> None:
        parent = ("1@example.org",)
        draft = Draft(Mailbox(name, "maria@example.org"), DRAFT.to, subject, "text", parent[0], parent)
        header = read_header(split(compose(draft, ID, DATE)).header)
        assert header.subject == clean(subject)
        assert header.from_ == (Mailbox(clean(name), "maria@example.org"),)
        assert header.to == (Mailbox("", DRAFT.to[0]),)
        assert (header.message_id, header.in_reply_to, header.references) == (ID, parent, parent)
        assert header.date == DATE - DATE % 60
        assert header.defects == ()

    @given(TEXTS)
    @settings(deadline=None, max_examples=60)
    def test_reads_the_own_words_back(self, text: str) -> None:
        shown = readable_text(split(compose(replace(DRAFT, text=text), ID, DATE)).parts).text or ""
        assert own_words_digest(own_words(shown)) == own_words_digest(own_words(text))

    def test_sees_the_quote_the_answer_and_the_signature_apart(self) -> None:
        answer = "I agree with every word of it, and I would add some of my own if I had any left. " * 3
        text = f"{quoted('Are the files ready? ' * 9, 'Ali wrote:')}\n\n{answer}\n\n-- \nMaria"
        shown = readable_text(split(compose(replace(DRAFT, text=text), ID, DATE)).parts).text or ""
        assert [block.kind for block in blocks(shown)] == ["attribution", "quote", "own", "signature"]
        assert own_words(shown) == answer.strip()


class TestWhatItDoesNotSay:
    @given(
        st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60),
        st.text(max_size=60),
        st.lists(st.text(max_size=20), max_size=3),
    )
    @settings(deadline=None, max_examples=150)
    def test_nothing_given_adds_a_header_field_or_a_control_character(
        self, subject: str, name: str, ids: list[str]
    ) -> None:
        draft = Draft(Mailbox(name, "maria@example.org"), DRAFT.to, subject, "text", "".join(ids), tuple(ids))
        mail = compose(draft, ID, DATE)
        assert set(parsed(mail).keys()) <= ALLOWED
        assert len(parsed(mail).keys()) == len(set(parsed(mail).keys()))
        for line in header_lines(mail):
            assert all(0x20 <= octet < 0x7F for octet in line)

    @pytest.mark.parametrize("control", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\x1b["])
    def test_a_line_end_in_a_subject_or_name_is_a_blank(self, control: str) -> None:
        hostile = f"Hi{control}Bcc: victim@example.net"
        mail = compose(replace(DRAFT, subject=hostile, sender=Mailbox(hostile, "maria@example.org")), ID, DATE)
        assert "Bcc" not in parsed(mail)
        assert b"\nBcc" not in mail
        assert decoded(parsed(mail)["Subject"]).startswith("Hi ")

    def test_marks_that_turn_text_around_do_not_leave(self) -> None:
        assert clean("a\u202eb\u2066c") == "abc"

    @pytest.mark.parametrize(
        "address", ["", "maria", "maria@example.org\r\nBcc: x@example.net", "a b@example.org", "é@x.org"]
    )
    def test_an_address_that_is_none_is_refused(self, address: str) -> None:
        with pytest.raises(ValueError, match="no address"):
            compose(replace(DRAFT, to=(address,)), ID, DATE)
        with pytest.raises(ValueError, match="no address"):
            compose(replace(DRAFT, sender=Mailbox("Maria", address)), ID, DATE)

    def test_a_mail_to_nobody_is_refused(self) -> None:
        with pytest.raises(ValueError, match="recipient"):
            compose(replace(DRAFT, to=()), ID, DATE)

    @pytest.mark.parametrize("id_", ["", "a b@c", "a\r\n@b", "<a@b>", "é@b", "x" * 251])
    def test_an_id_that_is_none_is_refused_as_own_and_left_out_as_parent(self, id_: str) -> None:
        with pytest.raises(ValueError, match="Message-ID"):
            compose(DRAFT, id_, DATE)
        mail = parsed(compose(replace(DRAFT, in_reply_to=id_, references=(id_, "1@example.org")), ID, DATE))
        assert "In-Reply-To" not in mail
        assert mail["References"] == "<1@example.org>"

    @pytest.mark.parametrize("date", [10**18, -(10**18)])
    def test_a_time_outside_the_calendar_is_refused(self, date: int) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            compose(DRAFT, ID, date)

    def test_control_characters_do_not_leave_in_the_text(self) -> None:
        sent = body(compose(replace(DRAFT, text="a\x1b[31mb\x00c\x9bd\ttab"), ID, DATE))
        assert sent == "a[31mbcd\ttab\r\n"

    def test_broken_text_is_sent_readable(self) -> None:
        draft = replace(DRAFT, text="a\ud800b", subject="a\ud800b", sender=Mailbox("\udfff", "maria@example.org"))
        mail = compose(draft, ID, DATE)
        assert body(mail) == "a?b\r\n"
        assert parsed(mail)["Subject"] == "a?b"

    def test_the_machine_it_is_written_on_does_not_show(self) -> None:
        program = (
            "import hashlib, socket\n"
            "socket.gethostname = socket.getfqdn = lambda *_: __import__('os').environ['FAKE_HOST']\n"
            "from listforum.mail.compose import Draft, compose, message_id\n"
            "from listforum.model.mail import Mailbox\n"
            "maria = Mailbox('مریم', 'm@example.org')\n"
            "draft = Draft(maria, ('l@example.org',), 'Re: سلام', 'متن ' * 90, 'a@b', ('a@b',))\n"
            "mail = compose(draft, message_id(bytes(16), 'm@example.org'), 1772445659)\n"
            "print(hashlib.sha256(mail).hexdigest())\n"
        )
        machines = [
            ("Asia/Tehran", "fa_IR.UTF-8", "lab-7"),
            ("UTC", "C", "localhost"),
            ("America/Bogota", "es_CO", "x"),
        ]
        outputs = set()
        for zone, language, host in machines:
            environment = {
                "PYTHONPATH": os.pathsep.join(sys.path),
                "TZ": zone,
                "LANG": language,
                "LC_ALL": language,
                "LANGUAGE": language,
                "FAKE_HOST": host,
                "HOSTNAME": host,
                "USER": host,
                "PYTHONHASHSEED": "random",
            }
            run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
            outputs.add(run.stdout)
        assert len(outputs) == 1
        assert len(outputs.pop().strip()) == len(hashlib.sha256().hexdigest())


class TestReferences:
    PARENT = Header(
        message_id="3@example.org",
        in_reply_to=("2@example.org",),
        references=("1@example.org", "2@example.org"),
        date=0,
        subject="Files",
        author=Author("Maria", None, "none"),
        from_=(),
        reply_to=(),
        to=(),
        cc=(),
        list_id="",
        list_post=(),
        read_only=False,
        original_message_id="",
    )

    def test_the_parents_chain_then_the_parent(self) -> None:
        assert references_for(self.PARENT) == ("1@example.org", "2@example.org", "3@example.org")

    def test_without_a_chain_its_in_reply_to_stands_in(self) -> None:
        assert references_for(replace(self.PARENT, references=())) == ("2@example.org", "3@example.org")
        two = replace(self.PARENT, references=(), in_reply_to=("a@b", "c@d"))
        assert references_for(two) == ("3@example.org",)

    def test_no_id_stands_twice_and_a_missing_one_not_at_all(self) -> None:
        assert references_for(replace(self.PARENT, message_id="2@example.org")) == ("1@example.org", "2@example.org")
        assert references_for(replace(self.PARENT, message_id="")) == ("1@example.org", "2@example.org")

    @given(st.lists(st.text(alphabet="abcdef0123@.", min_size=1, max_size=250), min_size=1, max_size=120, unique=True))
    @settings(deadline=None, max_examples=100)
    def test_a_long_chain_keeps_the_first_and_the_newest(self, ids: list[str]) -> None:
        mail = compose(replace(DRAFT, references=tuple(ids)), ID, DATE)
        field = parsed(mail)["References"]
        assert len("References: ") + len(field) <= 998
        kept = [id_.strip("<>") for id_ in field.split()]
        assert kept[0] == ids[0]
        newest = kept[1:]
        assert newest == (ids[len(ids) - len(newest) :] if newest else [])
        assert len(newest) == len(ids) - 1 or len(field) + len(ids[len(ids) - len(newest) - 1]) > 960


class TestMessageId:
    def test_the_random_bits_at_the_senders_domain(self) -> None:
        assert message_id(bytes(range(16)), "Maria@Example.ORG") == "000102030405060708090a0b0c0d0e0f@example.org"

    @pytest.mark.parametrize("random", [b"", bytes(15), bytes(17)])
    def test_it_takes_128_bits(self, random: bytes) -> None:
        with pytest.raises(ValueError, match="16 random bytes"):
            message_id(random, "maria@example.org")

    def test_it_needs_a_senders_address(self) -> None:
        with pytest.raises(ValueError, match="no address"):
            message_id(bytes(16), "maria")


class TestReplySubject:
    @pytest.mark.parametrize(
        ("subject", "reply"),
        [
            ("The census", "Re: The census"),
            ("Re: The census", "Re: The census"),
            ("AW: Re: SV: The census", "Re: The census"),
            ("回复：The census", "Re: The census"),
            ("پاسخ: پرونده‌ها", "Re: پرونده‌ها"),
            ("[open-data] The census", "Re: [open-data] The census"),
            ("Re: [open-data] AW: The census", "Re: [open-data] The census"),
            ("[open-data] RE[2]: The census", "Re: [open-data] The census"),
            ("Fwd: The census", "Re: The census"),
            ("smb: mounts fail", "Re: smb: mounts fail"),
            ("", "Re:"),
            ("Hi\r\nBcc: victim@example.net", "Re: Hi Bcc: victim@example.net"),
        ],
    )
    def test_re_stands_once_in_english(self, subject: str, reply: str) -> None:
        assert reply_subject(subject) == reply
        assert reply_subject(reply) == reply


class TestAttribution:
    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("Maria Silva", "Maria Silva wrote:"),
            ("مریم رضایی", "مریم رضایی wrote:"),
            ("Maria <maria@example.org>", "Maria wrote:"),
            ("maria@example.org", "Someone wrote:"),
            ("maria at example.org", "Someone wrote:"),
            ("", "Someone wrote:"),
            ("Maria\r\nSilva\x1b", "Maria Silva wrote:"),
        ],
    )
    def test_the_name_and_nothing_else(self, name: str, line: str) -> None:
        assert attribution(name) == line
