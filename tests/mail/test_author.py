"""The writer of a post is who the headers prove, also where the list hides behind From."""

from __future__ import annotations

import pytest

from listforum.mail.author import find_author
from listforum.mail.list_address import ListIdentity
from listforum.model.mail import Author, Mailbox

LIST = ListIdentity(("talk@lists.example.org",), "talk.lists.example.org")
LIST_BOX = Mailbox("Talk about things", "talk@lists.example.org")
ANA = Mailbox("Ana Sá", "ana@example.net")
BO = Mailbox("Bo", "bo@example.net")


def test_a_plain_from_is_the_writer() -> None:
    assert find_author([ANA], [LIST_BOX], [], LIST) == Author("Ana Sá", "ana@example.net", "from")


def test_a_writer_without_a_name_goes_by_the_address() -> None:
    assert find_author([Mailbox("", "ana@example.net")], [], [], LIST).name == "ana@example.net"


def test_x_original_from_proves_the_writer_behind_the_list() -> None:
    via = Mailbox("Ana Sá via Talk", LIST_BOX.address)
    assert find_author([via], [BO], [ANA], LIST) == Author("Ana Sá", "ana@example.net", "x-original-from")


@pytest.mark.parametrize(
    "name", ["Ana Sá via Talk", "'Ana Sá' via Talk", '"Ana Sá" via talk', "Ana Sá  VIA  Talk about"]
)
def test_reply_to_proves_the_writer_behind_the_list(name: str) -> None:
    via = Mailbox(name, LIST_BOX.address)
    assert find_author([via], [LIST_BOX, ANA], [], LIST) == Author("Ana Sá", "ana@example.net", "reply-to")


@pytest.mark.parametrize("via", ["über", "através de", "через", "از طریق"])
def test_lists_write_via_in_their_language(via: str) -> None:
    assert find_author([Mailbox(f"Ana Sá {via} Talk", LIST_BOX.address)], [], [], LIST).name == "Ana Sá"
    name = f"Ana Sá {via} Alegre"
    assert find_author([Mailbox(name, "ana@example.net")], [], [], LIST).name == name


def test_a_via_name_is_munged_even_when_the_list_says_nothing_of_itself() -> None:
    via = Mailbox("Ana Sá via Talk", "noreply@relay.example")
    assert find_author([via], [ANA], [], ListIdentity()) == Author("Ana Sá", "ana@example.net", "reply-to")


def test_the_name_comes_from_the_proof_where_from_has_none() -> None:
    assert find_author([Mailbox("", LIST_BOX.address)], [ANA], [], LIST).name == "Ana Sá"


@pytest.mark.parametrize(
    "reply_to",
    [[], [LIST_BOX], [ANA, BO], [Mailbox("Talk", "TALK@LISTS.example.org")], [Mailbox("ana at example.net", "")]],
)
def test_without_a_single_person_nobody_is_proven(reply_to: list[Mailbox]) -> None:
    via = Mailbox("Ana Sá via Talk", LIST_BOX.address)
    assert find_author([via], reply_to, [], LIST) == Author("Ana Sá", None, "none")


def test_the_address_of_from_itself_proves_nobody() -> None:
    via = Mailbox("Ana Sá via Talk", "noreply@relay.example")
    assert find_author([via], [Mailbox("", "noreply@relay.example")], [], ListIdentity()).address is None


def test_two_writers_are_none() -> None:
    assert find_author([ANA, BO], [], [], LIST) == Author("Ana Sá, Bo", None, "none")


def test_no_from_is_nobody() -> None:
    assert find_author([], [ANA], [], LIST) == Author("", None, "none")


def test_an_unquoted_comma_makes_no_second_writer() -> None:
    from_ = [Mailbox("Sá", ""), Mailbox("Ana", "ana@example.net")]
    assert find_author(from_, [], [], LIST) == Author("Sá, Ana", "ana@example.net", "from")


def test_a_second_address_that_is_broken_is_no_part_of_a_name() -> None:
    from_ = [Mailbox("alice@example.org >", ""), Mailbox("", "bob@evil.example")]
    assert find_author(from_, [], [], LIST).address is None


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("ana at example.net (Ana Sá)", "Ana Sá"),
        ('ana em example.net ("Ana Sá")', "Ana Sá"),
        ("ana at example.net", "ana at example.net"),
        ("ana at example.net ()", "ana at example.net"),
        ("the group at large", "the group at large"),
    ],
)
def test_an_obfuscated_address_is_not_put_together_again(raw: str, name: str) -> None:
    assert find_author([Mailbox(raw, "")], [], [], LIST) == Author(name, None, "none")
