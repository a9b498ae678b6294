"""A mailbox is what RFC 5322 makes of it, and never somebody else's."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.address import is_address, parse_mailboxes, same
from listforum.model.mail import Mailbox


@pytest.mark.parametrize(
    ("value", "mailboxes"),
    [
        ("ana@example.org", [("", "ana@example.org")]),
        ("Ana Sá <ana@example.org>", [("Ana Sá", "ana@example.org")]),
        ('"Sá, Ana" <ana@example.org>, bo@example.org', [("Sá, Ana", "ana@example.org"), ("", "bo@example.org")]),
        ("ana@example.org (Ana (from home) Sá)", [("Ana (from home) Sá", "ana@example.org")]),
        ("Ana (home) <ana@example.org> (old)", [("Ana", "ana@example.org")]),
        ("J. R. Roe <j@example.org>", [("J. R. Roe", "j@example.org")]),
        (r'"The \"Boss\"" <b@example.org>', [('The "Boss"', "b@example.org")]),
        ("\"'Ana'\" <ana@example.org>", [("Ana", "ana@example.org")]),
        ("undisclosed-recipients:;", []),
        (
            "Team: a@example.org, B <b@example.org>;, c@example.org",
            [("", "a@example.org"), ("B", "b@example.org"), ("", "c@example.org")],
        ),
        ('"team@home": ana@example.org;', [("", "ana@example.org")]),
        ("<@relay.example,@b.example:ana@example.org>", [("", "ana@example.org")]),
        ('"odd local"@example.org', [("", '"odd local"@example.org')]),
        ("ana@[192.0.2.1]", [("", "ana@[192.0.2.1]")]),
        ("ана@пример.example", [("", "ана@пример.example")]),
        ("", []),
        (" , ;, ", []),
    ],
)
def test_what_the_standard_allows_is_read(value: str, mailboxes: list[tuple[str, str]]) -> None:
    assert parse_mailboxes(value) == tuple(Mailbox(*pair) for pair in mailboxes)


@pytest.mark.parametrize(
    "value",
    [
        "alice@example.org <bob@evil.example>",
        '"alice@example.org" <bob@evil.example>',
        "(alice@example.org) <bob@evil.example>",
        "bob@evil.example (alice@example.org)",
        '"<alice@example.org>" <bob@evil.example>',
    ],
)
def test_a_display_name_is_never_taken_for_the_address(value: str) -> None:
    (mailbox,) = parse_mailboxes(value)
    assert mailbox.address == "bob@evil.example"


@pytest.mark.parametrize(
    "value",
    [
        "alice@example.org bob@evil.example",
        "<alice@example.org> <bob@evil.example>",
        "<alice@example.org> bob@evil.example",
        "alice@example.org> <bob@evil.example>",
        "<alice@example.org",
        "alice@example.org>",
        '"alice <bob@evil.example>',
        "(alice <bob@evil.example>",
        "alice@example.org: bob@evil.example",
        "alice@bob@evil.example",
        "<<alice@example.org>>",
        "alice at example.org (Alice)",
        "alice@exa mple.org",
        "alice\u202e@example.org",
        "a\x00@example.org",
        "<>",
        "nobody",
    ],
)
def test_what_can_be_read_in_two_ways_has_no_address(value: str) -> None:
    assert parse_mailboxes(value) == (Mailbox(" ".join(value.split()), ""),)


@pytest.mark.parametrize(
    "text", ["a@b", "a.b+c@d-e.example", "o'neil@example.org", "x@xn--p1ai.example", '"a b"@c.example']
)
def test_an_address(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@b",
        "a@",
        "a@b@c",
        "a b@c",
        "a@b c",
        "<a@b>",
        "a@b>",
        "a@b\n",
        "a\r\n@b",
        ".a@b",
        "a..b@c",
        "a@.b",
        "a@" + "b" * 400,
    ],
)
def test_no_address(text: str) -> None:
    assert not is_address(text)


def test_case_tells_no_addresses_apart() -> None:
    assert same("Ana@Example.ORG", "ana@example.org")
    assert not same("ana@example.org", "ana@example.net")
    assert not same("", "")


@given(st.text(alphabet='ab@.<>(),;:"\\ []\r\n\t=?é', max_size=60))
@settings(deadline=None, max_examples=500)
def test_every_address_that_comes_out_is_one_and_stood_there(value: str) -> None:
    for mailbox in parse_mailboxes(value):
        assert not mailbox.address or is_address(mailbox.address)
        if "(" not in value:
            assert mailbox.address in value


@pytest.mark.parametrize(
    "piece", ['"', "(", ")", "<", ">", ",", ";", ":", "\\", '"\\', "a,", "a@", "a.", "()", "@a,", "<@", " "]
)
def test_reading_is_linear(piece: str) -> None:
    start = time.process_time()
    parse_mailboxes(piece * 500_000)
    is_address("a." * 500_000 + "@b")
    assert time.process_time() - start < 1
