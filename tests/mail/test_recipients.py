"""Who a private answer goes to. Every doubt must refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listforum.errors import NoAddressError
from listforum.mail.recipients import answers_privately, private_recipient
from listforum.model.mail import Author, Header, Mailbox

LIST = "open-data@lists.example.org"
LISTS = (LIST, "maps@example.net")
MARIA = Mailbox("Maria Silva", "maria@example.org")
TALK = Mailbox("Open data", LIST)

PLAIN = Header(
    message_id="1@example.org",
    in_reply_to=(),
    references=(),
    date=0,
    subject="Files",
    author=Author("Maria Silva", "maria@example.org", "from"),
    from_=(MARIA,),
    reply_to=(),
    to=(TALK,),
    cc=(),
    list_id="open-data.lists.example.org",
    list_post=(LIST,),
    read_only=False,
    original_message_id="",
)
MUNGED = replace(
    PLAIN,
    author=Author("Maria Silva", None, "none"),
    from_=(Mailbox("Maria Silva via Open-data", LIST),),
    reply_to=(TALK,),
)


def from_address(address: str) -> Header:
    return replace(PLAIN, author=Author("Maria", address, "from"), from_=(Mailbox("Maria", address),))


class TestProvenPeople:
    def test_the_author_in_from(self) -> None:
        assert private_recipient(PLAIN, LISTS) == "maria@example.org"

    def test_the_author_in_from_where_reply_to_is_the_list(self) -> None:
        assert private_recipient(replace(PLAIN, reply_to=(TALK,)), LISTS) == "maria@example.org"

    def test_the_author_the_header_proves_behind_a_munged_from(self) -> None:
        for evidence in ("reply-to", "x-original-from"):
            author = Author("Maria Silva", "maria@example.org", evidence)
            header = replace(MUNGED, author=author, reply_to=(MARIA, TALK))
            assert private_recipient(header, LISTS) == "maria@example.org"

    def test_the_only_person_in_reply_to_where_the_list_stands_in_from(self) -> None:
        assert private_recipient(replace(MUNGED, reply_to=(MARIA,)), LISTS) == "maria@example.org"
        assert private_recipient(replace(MUNGED, reply_to=(TALK, MARIA)), LISTS) == "maria@example.org"

    @pytest.mark.parametrize("address", ["ivan@list.ru", "open@example.org", "ana@example.net", "m.silva@data.example"])
    def test_addresses_that_only_resemble_a_lists(self, address: str) -> None:
        assert private_recipient(from_address(address), LISTS) == address

    def test_a_name_with_a_comma_read_as_two_mailboxes(self) -> None:
        header = replace(PLAIN, from_=(Mailbox("Silva", ""), Mailbox("Maria", "maria@example.org")))
        assert private_recipient(header, LISTS) == "maria@example.org"


class TestRefusals:
    @pytest.mark.parametrize(
        "address",
        [
            LIST,
            LIST.upper(),
            "maps@example.net",
            "open-data-request@lists.example.org",
            "open-data-bounces@lists.example.org",
            "open-data-bounces+ali=example.com@lists.example.org",
            "open-data-owner@lists.example.org",
            "open-data+help@lists.example.org",
            "open-data+maria=example.org@lists.example.org",
            "open-data@example.org",
            "open-data@relay.example.com",
            "owner-open-data@example.com",
            "other-request@example.com",
            "another@lists.example.com",
            "maps@googlegroups.com",
            "main@open-data.groups.io",
            "maria=40example.org@dmarc.example.com",
            "noreply@example.org",
            "no-reply+12@example.org",
            "mailer-daemon@example.org",
            "maria@example.org.invalid",
            "",
            "maria",
            "maria@example.org\r\nBcc: ali@example.org",
            "maria@example.org, ali@example.org",
        ],
    )
    def test_an_address_that_could_be_a_lists_or_a_machines(self, address: str) -> None:
        with pytest.raises(NoAddressError):
            private_recipient(from_address(address), LISTS)

    def test_a_list_that_stands_in_from_and_reply_to_with_nobody_else(self) -> None:
        with pytest.raises(NoAddressError, match="shows only open-data@"):
            private_recipient(MUNGED, LISTS)

    def test_the_list_is_known_by_its_list_post_or_list_id_too(self) -> None:
        header = from_address(LIST)
        with pytest.raises(NoAddressError):
            private_recipient(header, ())
        with pytest.raises(NoAddressError):
            private_recipient(replace(header, list_post=()), ())
        for address in ("open-data@example.org", "open-data-team@example.org"):
            with pytest.raises(NoAddressError):
                private_recipient(replace(from_address(address), list_post=()), ())

    def test_two_people_in_reply_to(self) -> None:
        ali = Mailbox("Ali", "ali@example.org")
        with pytest.raises(NoAddressError):
            private_recipient(replace(MUNGED, reply_to=(MARIA, ali)), LISTS)

    def test_a_reply_to_that_cannot_be_read_beside_a_person(self) -> None:
        with pytest.raises(NoAddressError):
            private_recipient(replace(MUNGED, reply_to=(MARIA, Mailbox("who <knows@", ""))), LISTS)

    def test_two_senders(self) -> None:
        header = replace(PLAIN, from_=(MARIA, Mailbox("Ali", "ali@example.org")), author=Author("?", None, "none"))
        with pytest.raises(NoAddressError, match="several senders"):
            private_recipient(header, LISTS)

    @pytest.mark.parametrize("senders", [(), (Mailbox("maria at example.org (Maria)", ""),)])
    def test_a_sender_without_an_address(self, senders: tuple[Mailbox, ...]) -> None:
        with pytest.raises(NoAddressError, match="no address of its sender"):
            private_recipient(replace(PLAIN, from_=senders, author=Author("Maria", None, "none")), LISTS)

    def test_nobody_proven_behind_a_from_that_is_no_list(self) -> None:
        header = replace(PLAIN, author=Author("Maria", None, "none"), reply_to=(Mailbox("Ali", "ali@example.org"),))
        with pytest.raises(NoAddressError):
            private_recipient(header, LISTS)

    def test_an_author_the_named_field_does_not_hold(self) -> None:
        for evidence in ("from", "reply-to", "none"):
            author = Author("Ali", "ali@example.org", evidence)
            with pytest.raises(NoAddressError, match="in doubt"):
                private_recipient(replace(PLAIN, author=author), LISTS)

    def test_a_from_that_names_somebody_via_a_list_nobody_knows(self) -> None:
        address = "relay@example.com"
        header = replace(from_address(address), from_=(Mailbox("Maria via Other", address),), list_id="", list_post=())
        with pytest.raises(NoAddressError):
            private_recipient(header, ())

    def test_the_sentence_says_what_to_do_and_carries_no_control_characters(self) -> None:
        header = replace(MUNGED, from_=(Mailbox("x", "open-data\x1b[31m@lists.example.org"),))
        with pytest.raises(NoAddressError) as refusal:
            private_recipient(header, LISTS)
        assert "Answer on the list" in str(refusal.value)
        assert "\x1b" not in str(refusal.value)


class TestAnswersPrivately:
    def test_a_mail_of_the_list_is_public(self) -> None:
        assert not answers_privately(PLAIN, LISTS)

    def test_a_mail_to_a_known_list_is_public_without_list_headers(self) -> None:
        bare = replace(PLAIN, list_id="", list_post=())
        assert not answers_privately(bare, LISTS)
        assert not answers_privately(replace(bare, to=(MARIA,), cc=(Mailbox("", LIST.upper()),)), LISTS)

    def test_a_mail_with_list_headers_is_public_whoever_it_was_addressed_to(self) -> None:
        assert not answers_privately(replace(PLAIN, to=(MARIA,), list_post=()), LISTS)
        assert not answers_privately(replace(PLAIN, to=(), list_id=""), LISTS)

    def test_a_mail_to_the_person_alone_is_private(self) -> None:
        alone = replace(PLAIN, to=(Mailbox("Ali", "ali@example.org"),), list_id="", list_post=())
        assert answers_privately(alone, LISTS)
        assert answers_privately(replace(alone, to=()), LISTS)
