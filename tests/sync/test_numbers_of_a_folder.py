"""Whatever becomes of the numbers of a folder: no post is lost, none doubled, and no text is fetched again.

On a server that can do everything, on one that can do little, and on one where the list lies among other mail and an
emptied folder begins to count from one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from listforum.demo.mailbox import Stored
from listforum.demo.world import World
from lists import LIST, Traffic, posts
from mails import identifier, mail
from member import Member
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.tiers import CAPABILITIES

FIRST = 1_000
"""The UIDVALIDITY that a folder begins with."""

ARRIVED = 1_790_000_000


@dataclass(frozen=True)
class State:
    """A folder as the server tells of it: its UIDVALIDITY, the number of the mail at each UID, and the next UID."""

    uidvalidity: int
    mails: Mapping[int, int]
    uidnext: int = 0

    @property
    def next(self) -> int:
        return self.uidnext or max(self.mails, default=0) + 1


def numbered(uidvalidity: int, *numbers: int, start: int = 1, uidnext: int = 0) -> State:
    return State(uidvalidity, dict(enumerate(numbers, start)), uidnext)


TEN = tuple(range(1, 11))

STORIES: dict[str, list[State]] = {
    "a change": [numbered(1_001, *TEN)],
    "two changes, seen one by one": [numbered(1_001, *TEN), numbered(1_002, *TEN)],
    "two changes, of which only the second is seen": [numbered(1_002, *TEN)],
    "a change and back again": [numbered(1_001, *TEN), numbered(FIRST, *TEN)],
    "other UIDs": [numbered(1_001, *TEN, start=501)],
    "the same UIDs the other way round": [numbered(1_001, *reversed(TEN))],
    "the same UIDs for other mails": [numbered(1_001, *range(21, 31))],
    "the same UIDs, half of them for other mails": [numbered(1_001, *range(6, 16))],
    "emptied, and filled again under other numbers": [numbered(1_001), numbered(1_002, *TEN)],
    "emptied, changed twice, and filled with old and new": [
        numbered(FIRST, uidnext=11),
        numbered(1_001),
        numbered(1_002, 9, 10, 11),
    ],
    "emptied, and filled with others under the same number": [
        numbered(FIRST, uidnext=11),
        numbered(FIRST, 21, 22, start=11),
    ],
    "a next UID that goes back without a word": [numbered(FIRST, 21, 22, 3)],
    "a next UID that goes back twice": [numbered(FIRST, 21, 22, 3), numbered(FIRST, 23)],
    "a change while new mail comes": [numbered(1_001, *TEN, 11, 12)],
}

Put = Callable[[State], None]


def put_into_dovecot(dovecot: Dovecot, user: User, state: State) -> None:
    """Makes the INBOX of a user what is told of it: Dovecot keeps its numbers in a list of files."""
    dovecot.remove_all(user, "INBOX")
    dovecot.change_uidvalidity(user, "INBOX")
    path = dovecot._folder(user, "INBOX")
    listed = [f"3 V{state.uidvalidity} N{state.next} G{'a' * 32}"]
    for uid, number in sorted(state.mails.items()):
        before = {file.name for file in (path / "new").iterdir()}
        dovecot.append(user, "INBOX", mail(number), ARRIVED + number)
        (name,) = {file.name for file in (path / "new").iterdir()} - before
        listed.append(f"{uid} :{name}")
    (path / "dovecot-uidlist").write_text("\n".join([*listed, ""]))
    dovecot._give(path / "dovecot-uidlist")


def put_into_world(world: World, state: State) -> None:
    """The same for the server of the demo, which keeps a file for each UID."""
    mailbox = world._posts
    for file in mailbox.directory.glob("*.eml"):
        file.unlink()
    for uid, number in state.mails.items():
        (mailbox.directory / f"{uid}.eml").write_bytes(mail(number))
    mailbox.uidvalidity = state.uidvalidity
    mailbox._mails = tuple(
        Stored(uid, ARRIVED + number, len(mail(number))) for uid, number in sorted(state.mails.items())
    )


@contextmanager
def world_of(member: Member) -> Iterator[World]:
    with World(member.home.parent / "world", (), lambda post, _now: post) as world:
        world.link.use("fast")
        member.home.mkdir(mode=0o700)
        config = member.home / "config.toml"
        config.write_text(world.config())
        config.chmod(0o600)
        yield world


@pytest.fixture(scope="module")
def bare(server_directory: Path, authority: Authority) -> Iterator[Dovecot]:
    """A Dovecot that says it can do very little."""
    directory = server_directory / "bare"
    directory.mkdir()
    with Dovecot(directory, authority, capability=CAPABILITIES["bare"]) as server:
        yield server


@pytest.fixture(params=["full", "bare", "demo"])
def put(request: pytest.FixtureRequest, member: Member) -> Iterator[Put]:
    """Makes the folder of a member's list what it is told to be, on one of the servers."""
    if request.param == "demo":
        with world_of(member) as world:
            yield lambda state: put_into_world(world, state)
        return
    dovecot: Dovecot = request.getfixturevalue("dovecot" if request.param == "full" else "bare")
    user = dovecot.add_user()
    member.configure(dovecot, user, LIST)
    yield lambda state: put_into_dovecot(dovecot, user, state)


@pytest.mark.parametrize("story", STORIES)
def test_no_post_is_lost_or_doubled_and_no_text_comes_twice(
    member: Member, put: Put, traffic: Traffic, story: str
) -> None:
    seen: set[int] = set()
    for state in [numbered(FIRST, *TEN), *STORIES[story]]:
        put(state)
        traffic.clear()
        report = member.json("sync")["lists"][0]
        new = set(state.mails.values()) - seen
        assert (report["new_headers"], report["new_texts"], report["waiting_texts"]) == (len(new), len(new), 0)
        heard = bytes(traffic.heard)
        assert [n for n in seen if b"words of mail number %d." % n in heard] == []
        seen |= new
        found = posts(member)  # fails where a post stands twice
        assert found.keys() == {identifier(n) for n in seen}
        assert all(found[identifier(n)]["text"].strip() == f"These are the words of mail number {n}." for n in seen)
    traffic.clear()
    again = member.json("sync")["lists"][0]
    assert (again["new_headers"], again["new_texts"]) == (0, 0)
    assert b"HEADER.FIELDS" not in traffic.said
