"""Whether an address is a list's: surely for naming authors, possibly for private answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.list_address import ListIdentity, is_machine


@pytest.mark.parametrize(
    "address",
    [
        "talk@lists.example.org",
        "TALK@Lists.Example.org",
        "talk-bounces@lists.example.org",
        "talk@example.org",
        "talk@mail.lists.example.org",
    ],
)
def test_the_list_owns(address: str) -> None:
    assert ListIdentity((), "talk.lists.example.org").owns(address)


@pytest.mark.parametrize(
    "address", ["ana@lists.example.org", "talk@example.com", "talk@ample.org", "talk", "", "@lists.example.org"]
)
def test_the_list_does_not_own(address: str) -> None:
    assert not ListIdentity((), "talk.lists.example.org").owns(address)
    assert not ListIdentity().owns(address)


@pytest.mark.parametrize(
    "address",
    [
        "talk@anywhere.example",
        "talk-owner@lists.example.org",
        "talk+confirm@example.org",
        "other-request@example.com",
        "owner-other@example.com",
        "ana=example.net@example.com",
        "ana@lists.example.com",
        "maps@googlegroups.com",
    ],
)
def test_what_the_list_may_own_without_proof(address: str) -> None:
    for list_ in (ListIdentity((), "talk.lists.example.org"), ListIdentity(("Talk@Lists.Example.org",))):
        assert list_.may_own(address)
        assert not list_.owns(address)


@pytest.mark.parametrize("address", ["ana@example.org", "talkative@a.example.org", "tal@example.org", "talk", ""])
def test_what_the_list_can_not_own(address: str) -> None:
    assert not ListIdentity(("talk@lists.example.org",), "talk.lists.example.org").may_own(address)


@pytest.mark.parametrize(
    ("address", "machine"),
    [
        ("noreply@example.org", True),
        ("No-Reply+7@example.org", True),
        ("bounces-12@example.org", True),
        ("mailer-daemon@example.org", True),
        ("reply+0123456789abcdef@forum.example", True),
        ("ana@example.org", False),
        ("reply@example.org", False),
        ("replyana@example.org", False),
    ],
)
def test_what_a_program_reads(address: str, machine: bool) -> None:
    assert is_machine(address) == machine


@pytest.mark.parametrize(
    ("address", "served"),
    [
        ("x@lists.example.org", True),
        ("x@dmarc.lists.example.org", True),
        ("x@example.org", True),
        ("x@example.com", False),
        ("x", False),
    ],
)
def test_addresses_at_the_lists_own_server(address: str, served: bool) -> None:
    for list_ in (ListIdentity((), "talk.lists.example.org"), ListIdentity(("talk@lists.example.org",))):
        assert list_.is_served_by(address) == served
    assert not ListIdentity().is_served_by(address)


words = st.sampled_from(["talk", "lists", "example", "org", "ana", "talk-bounces", "TALK", ""])
domains = st.lists(words, max_size=4).map(".".join)
addresses = st.builds(lambda local, domain: f"{local}@{domain}", words, domains)


@given(addresses, st.lists(addresses, max_size=2), domains)
@settings(deadline=None, max_examples=300)
def test_whatever_the_list_owns_it_may_own(address: str, post: list[str], list_id: str) -> None:
    list_ = ListIdentity(tuple(post), list_id)
    assert list_.may_own(address) or not list_.owns(address)
