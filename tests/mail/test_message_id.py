"""Which mail a Message-ID, In-Reply-To or References field tells of, as mail programs really write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.header import read_header
from listforum.mail.message_id import MAX_IDS, MAX_LENGTH, message_id, message_ids


class TestMessageId:
    @pytest.mark.parametrize(
        ("value", "own"),
        [
            ("<a1@example.org>", "a1@example.org"),
            (" <a1@example.org>  (added by a relay)", "a1@example.org"),
            ("a1@example.org", "a1@example.org"),
            ("<no-host>", "no-host"),
            ("<long.name.of.a.mail.1@list.exam ple.org>", "long.name.of.a.mail.1@list.example.org"),
            ("<a1@exam ple.org>", ""),
            ("<>", ""),
            ("", ""),
            ("two words", ""),
            ("<two words>", ""),
            ("<a<b>@example.org>", "b"),
            (f"<{'x' * (MAX_LENGTH + 1)}>", ""),
            ("<a\N{ZERO WIDTH SPACE}b@example.org>", ""),
        ],
    )
    def test_the_one_of_the_mail_itself(self, value: str, own: str) -> None:
        assert message_id(value) == own


class TestReferences:
    @pytest.mark.parametrize(
        ("value", "ids"),
        [
            ("<a1@example.org> <b2@example.org>", ("a1@example.org", "b2@example.org")),
            ("<a1@example.org><b2@example.org>", ("a1@example.org", "b2@example.org")),
            ("<a1@example.org>,<b2@example.org>", ("a1@example.org", "b2@example.org")),
            ("<a1@example.org> <b2@example.org> <a1@example.org>", ("b2@example.org", "a1@example.org")),
            ("<a1@example.org> (a comment with <c3@example.org>)", ("a1@example.org",)),
            ("<a1@[192.0.2.1]>", ("a1@[192.0.2.1]",)),
            ("<a+b=c/d@example.org>", ("a+b=c/d@example.org",)),
            ("<a1@example.org> <b2@example", ("a1@example.org",)),
        ],
    )
    def test_in_the_form_of_the_standard(self, value: str, ids: tuple[str, ...]) -> None:
        assert message_ids(value) == ids

    @pytest.mark.parametrize(
        "value",
        [
            'Message from Ana Sá <ana@example.net> of "Fri, 19 Jul 2002 14:28:42 BST." <a1@example.org>',
            'Message from ana@example.net of "Fri, 19 Jul 2002 14:28:42 BST." <a1@example.org>',
            "Message from Ana Sá of 23 Jul 2002 10:02:42 -0300 <a1@example.org>",
            'Your message of "Fri, 19 Jul 2002 14:28:42 BST." <a1@example.org>',
            "Ana's message of Saturday, 7 April 2007 00:53:46 +0300 <a1@example.org>",
            "<a1@example.org>; from ana@example.net on Fri, Jul 19, 2002 at 02:28:42PM +0100",
            "<a1@example.org> (message from Ana <ana@example.net> on Fri, 19 Jul 2002)",
            "<a1@example.org> from Ana <ana@example.net>",
            "message-id <a1@example.org> of Fri, 19 Jul 2002",
            "Mensaje de Ana <ana@example.net> del 19/07/2002 14:28 <a1@example.org>",
            "Nachricht von Ana <ana@example.net> vom 19.07.2002, 14:28 <a1@example.org>",
            "Сообщение от Ана <ana@example.net> <a1@example.org>",
        ],
    )
    def test_in_the_prose_of_old_programs(self, value: str) -> None:
        assert message_ids(value) == ("a1@example.org",)

    @pytest.mark.parametrize(
        "value",
        [
            "<long.name.of.a.mail.1@list.exam ple.org>",
            "< long.name.of.a.mail.1@list.example.org >",
            "<long.name.\tof.a.mail.1@list.example.org>",
        ],
    )
    def test_an_id_that_a_relay_broke_is_whole_again(self, value: str) -> None:
        assert message_ids(value) == ("long.name.of.a.mail.1@list.example.org",)

    def test_an_id_without_brackets_is_taken_where_nothing_else_stands(self) -> None:
        assert message_ids("a1@example.org") == ("a1@example.org",)
        assert message_ids("a1@example.org b2@example.org") == ("a1@example.org", "b2@example.org")

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "<>",
            "<yes>",
            "<y>",
            "<no>",
            "<hello>",
            "Re: maps",
            "ana@example.net",
            "ana7@example.net's message of Friday",
            'Your message of "Fri, 19 Jul 2002"',
            "<ana7@example.net, talk@lists.example.org>",
            "<a sentence about something>",
            "<a sentence about somebody@example.org, say>",
            "<two words@example.org>",
            f"<{'x' * 300}@example.org>",
            "Message from Ana <ana@example.net>",
            "Mensaje de Ana <ana@example.net>",
            "پیام از آنا <ana@example.net>",
        ],
    )
    def test_junk_tells_nothing(self, value: str) -> None:
        assert message_ids(value) == ()

    def test_a_long_id_needs_no_host(self) -> None:
        assert message_ids("<102.10200000000105>") == ("102.10200000000105",)

    def test_of_a_flood_the_last_are_kept(self) -> None:
        ids = message_ids("".join(f"<{n}@example.org>" for n in range(10_000)))
        assert len(ids) == MAX_IDS
        assert ids[-1] == "9999@example.org"

    @pytest.mark.parametrize("unit", ["<", ">", "(", "from ", "<a@b>", "< a", "a1@b ", "1:00 ", "\N{NO-BREAK SPACE}"])
    def test_a_field_of_a_megabyte_is_read_at_once(self, unit: str) -> None:
        began = time.process_time()
        message_ids(unit * (1_000_000 // len(unit)))
        assert time.process_time() - began < 1

    @given(st.text(alphabet='<>()@ ,;:"ab1من', max_size=60))
    @settings(deadline=None, max_examples=300)
    def test_whatever_stands_there_an_id_is_one_word(self, value: str) -> None:
        for told in message_ids(value):
            assert told.split() == [told]
            assert not set(told) & set("<>")


class TestAddressesInTheirPlace:
    @pytest.mark.parametrize("field", ["In-Reply-To", "References"])
    def test_an_address_of_the_mail_is_no_id(self, field: str) -> None:
        header = read_header(
            b"From: Ana <ana7@example.net>\r\nTo: Talk <talk1@lists.example.org>\r\nCc: bo2@example.net\r\n"
            + f"{field}: <Talk1@lists.example.org> <a1@example.org> <bo2@example.net>".encode()
            + b"\r\n <ana7@example.net>\r\n\r\n"
        )
        assert (*header.in_reply_to, *header.references) == ("a1@example.org",)
