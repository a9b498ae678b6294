"""The writer of a post is who the headers prove, also where the list hides behind From."""

from __future__ import annotations

import time
from dataclasses import dataclass

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


SYMPA = ListIdentity((), "talk.lists.example.org")
GROUPS_IO = ListIdentity((), "talk.groups.io")
YAHOO = ListIdentity((), "talk.yahoogroups.com")
IETF = ListIdentity(("talk@example.org",), "talk.example.org")


@dataclass(frozen=True, slots=True)
class Munged:
    """What a list made of a mail of Ana's."""

    name: str
    address: str
    list_: ListIdentity = LIST
    reply_to: tuple[Mailbox, ...] = ()
    x_original_from: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()

    @property
    def author(self) -> Author:
        return find_author([Mailbox(self.name, self.address)], self.reply_to, self.x_original_from, self.list_, self.cc)


@pytest.mark.parametrize(
    ("munged", "evidence"),
    [
        (Munged("Ana Sá via Talk", LIST_BOX.address, reply_to=(ANA,)), "reply-to"),
        (Munged("Ana Sá via Talk", LIST_BOX.address, reply_to=(LIST_BOX, ANA)), "reply-to"),
        (Munged("Ana Sá via Talk", LIST_BOX.address, reply_to=(ANA, ANA)), "reply-to"),
        (Munged("Ana Sá via Talk", LIST_BOX.address, reply_to=(LIST_BOX,), cc=(ANA,)), "cc"),
        (Munged("Ana Sá via Talk", LIST_BOX.address, reply_to=(LIST_BOX,), cc=(BO, LIST_BOX, ANA)), "cc"),
        (Munged("ana--- via Talk", LIST_BOX.address, reply_to=(LIST_BOX,), cc=(BO, ANA)), "cc"),
        (Munged("'Ana Sá' via Talk", LIST_BOX.address, x_original_from=(ANA,)), "x-original-from"),
        (Munged("'ana@example.net' via Talk", LIST_BOX.address, x_original_from=(ANA,)), "x-original-from"),
        (Munged("Ana Sá (via talk Mailing List)", LIST_BOX.address, SYMPA, x_original_from=(ANA,)), "x-original-from"),
        (Munged("Ana Sá (ana@example.net via talk)", LIST_BOX.address, SYMPA, reply_to=(ANA,)), "reply-to"),
        (Munged("Ana Sá (ana@example.net)", LIST_BOX.address, SYMPA, reply_to=(ANA,)), "reply-to"),
        (Munged("talk (on behalf of Ana Sá)", LIST_BOX.address, SYMPA, reply_to=(ANA,)), "reply-to"),
        (Munged("talk (on behalf of ana@example.net)", LIST_BOX.address, SYMPA, reply_to=(ANA,)), "reply-to"),
        (Munged("Ana Sá (par talk)", LIST_BOX.address, SYMPA, x_original_from=(ANA,)), "x-original-from"),
        (Munged("Ana Sá [talk]", "talk-noreply@yahoogroups.com", YAHOO, x_original_from=(ANA,)), "x-original-from"),
        (Munged("Ana Sá", "ana=40example.net@dmarc.example.org", IETF, x_original_from=(ANA,)), "x-original-from"),
        (Munged("Ana Sá", "ana=40example.net@dmarc.example.org", IETF), "from"),
        (Munged("Ana Sá via groups.io", "ana=example.net@groups.io", GROUPS_IO), "from"),
        (Munged("Ana Sá via groups.io", "ana=example.net@groups.io", GROUPS_IO, reply_to=(ANA,)), "reply-to"),
    ],
)
def test_the_person_is_found_behind_what_lists_write(munged: Munged, evidence: str) -> None:
    author = munged.author
    assert author.name in ("Ana Sá", "ana@example.net")
    assert (author.address, author.evidence) == ("ana@example.net", evidence)


@pytest.mark.parametrize(
    "munged",
    [
        Munged("Ana Sá via Talk", LIST_BOX.address, cc=(BO,)),
        Munged("Ana Sá via Talk", LIST_BOX.address, cc=(ANA, Mailbox("Ana Sá", "other@example.net"))),
        Munged(
            "Ana Sá via Talk", LIST_BOX.address, reply_to=(Mailbox("Ana Sá", "reply+0123456789abcdef@example.net"),)
        ),
        Munged("Ana Sá via groups.io", "ana=example.net@elsewhere.example", GROUPS_IO),
        Munged("Ana Sá via Talk", "talk-bounces+ana=example.net@lists.example.org"),
    ],
)
def test_what_could_be_somebody_else_proves_nobody(munged: Munged) -> None:
    assert munged.author == Author("Ana Sá", None, "none")


def test_an_address_encoded_for_a_strangers_server_is_not_decoded() -> None:
    munged = Munged("Ana Sá", "ana=example.net@elsewhere.example", GROUPS_IO)
    assert munged.author == Author("Ana Sá", "ana=example.net@elsewhere.example", "from")


def test_a_writer_behind_a_lasting_address_of_the_server_is_known_by_it() -> None:
    address = "000012345abcdef0-dmarc-request@listserv.example.org"
    assert Munged("Sá, Ana", address, LIST).author == Author("Sá, Ana", address, "from")


def test_a_list_that_hides_its_writers_names_only_itself() -> None:
    namesake = Mailbox(LIST_BOX.name, "ana@example.net")
    author = Munged(LIST_BOX.name, LIST_BOX.address, reply_to=(LIST_BOX,), cc=(namesake,)).author
    assert author == Author("Talk about things", None, "list")


@pytest.mark.parametrize("name", ["ana@example.net", "Ana <ana@example.net>", "'ana@example.net'"])
def test_a_name_that_holds_another_address_gives_way_to_the_real_one(name: str) -> None:
    assert find_author([Mailbox(name, "bo@evil.example")], [], [], LIST).name == "bo@evil.example"


@pytest.mark.parametrize("name", ["ana@example.net", "Ana @ home", "Ana (ANA@example.net)"])
def test_a_name_that_holds_the_own_address_stays(name: str) -> None:
    assert find_author([Mailbox(name, "ana@example.net")], [], [], LIST).name == name


@pytest.mark.parametrize("unit", ["a ", " via", "via ", "(", "@", "=", "[", "x@y ", "(on behalf of "])
def test_a_hostile_name_is_read_at_once(unit: str) -> None:
    name = unit * (100_000 // len(unit))
    began = time.process_time()
    find_author([Mailbox(name, LIST_BOX.address)], [Mailbox(name, "ana@example.net")], [], LIST)
    find_author([Mailbox(name, "ana=40example.net@lists.example.org")], [], [], LIST)
    assert time.process_time() - began < 1
