"""Waiting for new posts at the screens: asked for, told with its price, and ended by the same key or by leaving."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lists import LIST, deliver
from member import Member
from reader import Reader, read
from servers.dovecot import Dovecot, User
from tui.subscriber import priced


@pytest.fixture
def home(tmp_path: Path, dovecot: Dovecot, user: User) -> Path:
    """Of somebody who waits for new posts of a list with three."""
    deliver(dovecot, user, 1, 2, 3)
    Member(tmp_path / "home").configure(dovecot, user, LIST)
    Member(tmp_path / "home").json("sync")
    return tmp_path / "home"


async def waits(reader: Reader) -> None:
    """Begins to wait, where a sync finds nothing new."""
    await reader.press("W")
    assert "Waiting costs at most about 38.6 kB a day" in reader.text
    await reader.press("enter")
    await reader.until(lambda: reader.app.waiting.active and "waiting · " in reader.app.waiting.words())
    await reader.until(lambda: reader.app.waiting._spent.total > 1_500)
    await reader.press("escape")
    assert "waiting · " in reader.text


def test_posts_come_by_themselves_and_the_cursor_stays(home: Path, dovecot: Dovecot, user: User) -> None:
    async def script(reader: Reader) -> None:
        await waits(reader)
        await reader.press("j")
        here = reader.app.whereabouts
        deliver(dovecot, user, 4)
        await reader.until(lambda: "1 new post came." in reader.said)
        await reader.settled()
        assert reader.app.whereabouts == here
        assert len(reader.app.forum.reading.topics("open-data", (), 10, 0)) == 4
        await reader.press("W")
        assert not reader.app.waiting.active
        assert "No longer waiting" in reader.said
        assert "waiting · " not in reader.text

    read(home, script)


def test_before_it_waits_it_syncs_at_a_price(home: Path, dovecot: Dovecot, user: User) -> None:
    deliver(dovecot, user, 4)

    async def script(reader: Reader) -> None:
        await reader.press("W", "enter")
        await priced(reader)
        assert "1 new post" in reader.text
        assert not reader.app.waiting.active
        await reader.press("escape")
        await reader.until(lambda: not reader.app.link.busy)
        await reader.settled()
        assert not reader.app.waiting.active

    read(home, script)


def test_whoever_does_not_want_to_pay_for_it_waits_for_nothing(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("W", "escape")
        assert not reader.app.waiting.active
        assert reader.app.link.exchange is None

    read(home, script)


def test_a_sync_by_hand_goes_beside_it(home: Path, dovecot: Dovecot, user: User) -> None:
    async def script(reader: Reader) -> None:
        await waits(reader)
        await reader.press("s")
        await reader.until(lambda: not reader.app.link.busy)
        await reader.settled()
        exchange = reader.app.link.exchange
        assert exchange is not None
        assert exchange.outcome.error is None
        assert reader.app.waiting.active

    read(home, script)


def test_leaving_is_not_held_up_by_it(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await waits(reader)
        began = time.monotonic()
        await reader.press("ctrl+q")
        assert time.monotonic() - began < 2
        assert not reader.app.waiting.active

    read(home, script)
