"""The ledger and the reports know every byte, within 2 % of what passes a relay, whatever it was for."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from cut_session import with_attachment
from lists import LIST, deliver
from mails import BEGAN
from member import Member
from servers.dovecot import Dovecot, User
from servers.relay import Cut, Relay
from servers.smtp_list import SmtpList
from writer import Writer

TOLERATED = 0.02


def ledger(member: Member, by: str = "purpose") -> dict[str, int]:
    """Bytes, both ways, by purpose, list or day."""
    return {row[by]: row["bytes_up"] + row["bytes_down"] for row in member.json("ledger", "--by", by)}


def passed(relay: Relay) -> int:
    """What passed a relay, once nothing more is on its way."""
    before, now = -1, relay.up + relay.down
    while now != before:
        time.sleep(0.05)
        before, now = now, relay.up + relay.down
    return now


def assert_alike(counted: int, real: int) -> None:
    assert abs(counted - real) <= real * TOLERATED, f"{counted} were counted of {real}"


def assert_sums_agree(member: Member, total: int) -> None:
    for by in ("purpose", "list", "day"):
        assert sum(ledger(member, by).values()) == total


def bytes_of(report: dict[str, int]) -> int:
    return report["bytes_up"] + report["bytes_down"]


@pytest.fixture
def many(dovecot: Dovecot, user: User) -> None:
    """Mails that cost some, however well they are compressed."""
    dice = random.Random(3)
    for number in range(1, 61):
        deliver(dovecot, user, number, text=dice.randbytes(300).hex())


def test_a_sync_is_counted(many: None, member: Member, dovecot: Dovecot, user: User) -> None:
    with Relay(dovecot.imaps_port) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        report = member.json("sync")
        real = passed(relay)
    assert_alike(bytes_of(report), real)
    assert_alike(sum(ledger(member).values()), real)
    assert_sums_agree(member, bytes_of(report))
    assert set(ledger(member)) == {"connect", "headers", "text"}
    assert ledger(member)["text"] > 60 * 300 > ledger(member)["headers"] > 60 * 10


@pytest.mark.parametrize("cut", ["fin", "rst"])
def test_syncs_whose_link_dies_are_counted(many: None, member: Member, dovecot: Dovecot, user: User, cut: Cut) -> None:
    paid = 0
    with Relay(dovecot.imaps_port, cut_down=9_000, cut=cut) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        for _ in range(3):
            report = member.run("sync", "--json").document
            paid += bytes_of(report)
        real = passed(relay)
    assert relay.connections > 2
    assert_alike(paid, real)
    assert_sums_agree(member, paid)


def test_an_attachment_is_counted_apart(member: Member, dovecot: Dovecot, user: User, tmp_path: Path) -> None:
    content = random.Random(4).randbytes(100_000)
    dovecot.append(user, "INBOX", with_attachment(1, "Here they are.", content), BEGAN)
    member.configure(dovecot, user, LIST)
    member.json("sync")
    before = ledger(member)
    with Relay(dovecot.imaps_port) as relay:
        member.configure(dovecot, user, LIST, port=relay.port)
        report = member.json("fetch", "post:1", "--part", "1", "--save", str(tmp_path))
        real = passed(relay)
    assert_alike(bytes_of(report), real)
    after = ledger(member)
    grown = {purpose: after[purpose] - before.get(purpose, 0) for purpose in after}
    assert sum(grown.values()) == bytes_of(report)
    assert grown["attachment"] > 100_000
    assert grown["connect"] > 0
    assert grown["text"] == grown["headers"] == 0


def test_a_sent_post_is_counted(tmp_path: Path, smtp_list: SmtpList) -> None:
    writer = Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)
    writer.write("They moved. " * 300)
    with Relay(smtp_list.port) as relay:
        writer.send_to(relay.port)
        assert writer.json("send")["sent"]
        real = passed(relay)
    assert set(ledger(writer)) == {"send"}
    assert_alike(ledger(writer)["send"], real)


def test_a_post_whose_link_dies_before_the_last_answer_is_counted(tmp_path: Path, smtp_list: SmtpList) -> None:
    writer = Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)
    writer.write("They moved. " * 300)
    with Relay(smtp_list.port, cut_down=1_300) as relay:
        writer.send_to(relay.port)
        assert writer.run("send").code == 1
        real = passed(relay)
    assert_alike(ledger(writer)["send"], real)


def test_what_a_dead_link_swallowed_counts_as_paid(tmp_path: Path, smtp_list: SmtpList) -> None:
    writer = Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)
    writer.write("They moved. " * 300)
    with Relay(smtp_list.port, cut_up=3_000) as relay:
        writer.send_to(relay.port)
        assert writer.run("send").code == 1
        real = passed(relay)
    assert real <= ledger(writer)["send"] < real + 5_000
