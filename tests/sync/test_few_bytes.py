"""What syncing may cost at the most, in bytes both ways and in round trips, on each kind of server.

The mails are made up, so that the numbers are the same on every run but for some bytes of signatures.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cut_session import WORDS, without_pauses
from lists import LIST
from mails import BEGAN, mail
from member import Member
from servers.certificates import Authority
from servers.dovecot import Dovecot, User, installed
from servers.relay import Relay
from servers.tiers import CAPABILITIES, Tier

HISTORY, NEW, FOREIGN = 200, 30, 100
"""How many mails a first sync reads, how many come later, and how many in another script."""

DELAY = 0.02
"""Seconds each way: with it, who waits for an answer can be told from who does not."""


@dataclass(frozen=True, slots=True)
class Most:
    """The most bytes, both ways, and the most round trips, TCP's and TLS's own included."""

    size: int
    trips: int


FIRST: dict[Tier, Most] = {"bare": Most(448_000, 9), "gmail": Most(56_700, 9), "full": Most(56_900, 9)}
SOME_NEW: dict[Tier, Most] = {"bare": Most(70_300, 5), "gmail": Most(13_000, 7), "full": Most(12_900, 6)}
NOTHING_NEW: dict[Tier, Most] = {"bare": Most(2_900, 4), "gmail": Most(3_100, 4), "full": Most(3_450, 4)}
IN_CYRILLIC: dict[Tier, Most] = {"bare": Most(327_500, 9), "gmail": Most(32_900, 9), "full": Most(33_100, 9)}
DIES_AFTER: dict[Tier, int] = {"bare": 10_000, "gmail": 5_000, "full": 5_000}
DYING: dict[Tier, Most] = {"bare": Most(130_000, 72), "gmail": Most(49_500, 70), "full": Most(49_500, 70)}

CYRILLIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "абцдефгхийклмнопярстувщхыз")


@pytest.fixture(scope="module", params=list(CAPABILITIES))
def tier(request: pytest.FixtureRequest) -> Tier:
    chosen: Tier = request.param
    return chosen


@pytest.fixture(scope="module")
def server(tier: Tier, server_directory: Path, authority: Authority) -> Iterator[Dovecot]:
    """A Dovecot that can do no more than servers of this tier, and shows a certificate of its own."""
    if not installed():
        pytest.skip("Dovecot is not installed")
    directory = server_directory / f"few-{tier}"
    directory.mkdir()
    certificate = Authority(directory).self_signed("localhost", "127.0.0.1")
    with Dovecot(directory, authority, capability=CAPABILITIES[tier], certificate=certificate) as dovecot:
        yield dovecot


@pytest.fixture
def reader(server: Dovecot) -> User:
    return server.add_user()


def deliver(server: Dovecot, user: User, first: int, count: int, *, cyrillic: bool = False) -> None:
    """Puts mails of about 100 words into the INBOX, each of which quotes the one before."""
    dice = random.Random(first)
    text = ""
    for number in range(first, first + count):
        quote = "\n".join(f"> {line}" for line in text.splitlines()[-5:])
        lines = (" ".join(dice.choices(WORDS, range(1, len(WORDS) + 1), k=12)) + f" {dice.random()}" for _ in range(8))
        text = "\n".join(lines)
        raw = mail(number, answers=[number - 1], text=f"{quote}\n\n{text}".translate(CYRILLIC if cyrillic else {}))
        server.append(user, "INBOX", raw, BEGAN + number)


def synced(member: Member, server: Dovecot, user: User, cut_down: int | None = None) -> Most:
    """What syncing until nothing is missing takes."""
    with Relay(server.imaps_port, delay=DELAY, cut_down=cut_down) as relay:
        member.configure(server, user, LIST, port=relay.port)
        for _ in range(50):
            with without_pauses():
                document = member.run("sync", "--json").document
            if document["stopped_by"] is None and not document["lists"][0]["waiting_texts"]:
                return Most(relay.up + relay.down, relay.round_trips)
    raise AssertionError(document)


def assert_within(cost: Most, most: Most) -> None:
    assert cost.size <= most.size
    assert cost.trips <= most.trips


def test_a_first_sync_then_nothing_new_then_some(tier: Tier, server: Dovecot, reader: User, member: Member) -> None:
    deliver(server, reader, 1, HISTORY)
    assert_within(synced(member, server, reader), FIRST[tier])
    assert_within(synced(member, server, reader), NOTHING_NEW[tier])
    deliver(server, reader, HISTORY + 1, NEW)
    assert_within(synced(member, server, reader), SOME_NEW[tier])


def test_text_in_another_script(tier: Tier, server: Dovecot, reader: User, member: Member) -> None:
    deliver(server, reader, 1, FOREIGN, cyrillic=True)
    assert_within(synced(member, server, reader), IN_CYRILLIC[tier])


def test_a_link_that_dies_again_and_again(tier: Tier, server: Dovecot, reader: User, member: Member) -> None:
    deliver(server, reader, 1, 40)
    assert_within(synced(member, server, reader, cut_down=DIES_AFTER[tier]), DYING[tier])
