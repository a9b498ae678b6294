"""Power and link may go at any moment of sending: nothing is lost, and nothing is sent twice.

With LISTFORUM_THOROUGH=1 every single moment and byte is tried, else a sample of them.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crashing import Crashing, every
from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.mail.structure import split
from mails import BEGAN
from servers.relay import Cut, Relay
from servers.smtp_list import SmtpList, list_copy
from writer import Writer

MAILS = 3 if os.environ.get("LISTFORUM_THOROUGH") else 2


@pytest.fixture
def writer(tmp_path: Path, smtp_list: SmtpList) -> Writer:
    return Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)


@pytest.fixture(scope="module")
def crashing() -> Iterator[Crashing]:
    with Crashing() as process:
        yield process


class Copied(Writer):
    """The same writer in a copy of their home: what happens there does not happen here."""

    def __init__(self, writer: Writer, home: Path) -> None:
        self.home = home
        self._ca_file = writer._ca_file
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(writer.home, home)


def taken(server: SmtpList) -> Counter[str]:
    """How often the server accepted each mail, by Message-ID; and it forgets."""
    posts, server.posts = server.posts, []
    return Counter(understand(split(post.mail)).header.message_id for post in posts)


def check(writer: Writer, server: SmtpList, where: object) -> str:
    """What must hold whatever happened; and what the state of all was, in one word."""
    before = {item.message_id: item.state for item in writer.items()}
    accepted = taken(server)
    for message_id, state in before.items():
        count = accepted[message_id]
        assert count <= 1, (where, before, accepted)
        assert (count, state) not in {(1, "queued"), (1, "sending"), (0, "sent")}, (where, before, accepted)
        assert state in {"queued", "sending", "uncertain", "sent"}, (where, before)
    assert writer.run("send").code in {0, 1}
    accepted += taken(server)
    after = {item.message_id: item.state for item in writer.items()}
    assert set(after.values()) <= {"uncertain", "sent"}, (where, after)
    for message_id, state in after.items():
        assert accepted[message_id] <= 1, (where, before, after)
        assert accepted[message_id] == 1 or state == "uncertain", (where, before, after)
        if before[message_id] == "uncertain":
            assert state == "uncertain", (where, before, after)
    return "+".join(sorted(set(before.values())))


def test_killed_at_any_moment_nothing_is_lost_or_sent_twice(
    writer: Writer, smtp_list: SmtpList, crashing: Crashing, tmp_path: Path
) -> None:
    for n in range(MAILS):
        writer.write(f"Answer {n}.")
    total = crashing.run(-1, Copied(writer, tmp_path / "copy").home, "send")
    assert total is not None
    assert total > 100
    taken(smtp_list)
    met: Counter[str] = Counter()
    for moment in every(total, 11):
        copy = Copied(writer, tmp_path / "copy")
        passed = crashing.run(moment, copy.home, "send")
        assert passed is None or passed > total * 0.9  # the network may hand over the same bytes in fewer pieces
        met[check(copy, smtp_list, moment)] += 1
    assert any("sending" in states for states in met), met
    assert any("uncertain" in states for states in met), met


def test_a_doubt_that_a_kill_left_is_settled_by_the_copy(
    writer: Writer, smtp_list: SmtpList, crashing: Crashing, tmp_path: Path
) -> None:
    item = writer.write()
    total = crashing.run(-1, Copied(writer, tmp_path / "copy").home, "send")
    assert total is not None
    doubtful = 0
    for moment in range(total - 60, total, 12):
        copy = Copied(writer, tmp_path / "copy")
        crashing.run(moment, copy.home, "send")
        if copy.states() == ["uncertain"]:
            doubtful += 1
            arrive(copy, list_copy(copy.frozen(item), smtp_list.behaviour))
            assert copy.run("send").code == 0
            assert copy.states() == ["on the list"]
    assert doubtful


def arrive(writer: Writer, copy: bytes) -> None:
    """What a sync would do with the list's copy."""
    from listforum.model.server import Place

    with Archive(writer.home / "archive.sqlite3") as archive:
        archive.posts.add("open-data", [understand(split(copy), Place("home", "INBOX", 1, 1))], BEGAN)


# --- the link -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", ["fin", "rst"])
@pytest.mark.parametrize("way", ["up", "down"])
def test_cut_at_any_byte_nothing_is_lost_or_sent_twice(
    writer: Writer, smtp_list: SmtpList, tmp_path: Path, cut: Cut, way: str
) -> None:
    writer.write()
    with Relay(smtp_list.port) as relay:
        copy = Copied(writer, tmp_path / "copy")
        copy.send_to(relay.port)
        assert copy.run("send").code == 0
        total = relay.up if way == "up" else relay.down
    taken(smtp_list)
    met: Counter[str] = Counter()
    near_the_end = set(every(total, 15)) & set(range(total - 250, total))
    for byte in sorted({*every(total, 150), *near_the_end}):
        copy = Copied(writer, tmp_path / "copy")
        limits = {f"cut_{way}": byte}
        with Relay(smtp_list.port, cut=cut, **limits) as relay:  # type: ignore[arg-type]
            copy.send_to(relay.port)
            copy.run("send")
            copy.send_to(smtp_list.port)
            met[check(copy, smtp_list, (way, byte))] += 1
    assert met["queued"]
    assert met["uncertain"] if way == "down" else met["sent"] + met["uncertain"], met
