"""A member whose home is empty yet, and an ear at every IMAP connection of this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.wire.link import Link
from lists import Traffic
from member import Member


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """Listens to every IMAP connection of this process."""
    traffic = Traffic()
    send, take = Link.send, Link._take

    def spoken(link: Link, data: bytes) -> None:
        traffic.said += data
        send(link, data)

    def taken(link: Link, size: int) -> bytes:
        data = take(link, size)
        traffic.heard += data
        return data

    monkeypatch.setattr(Link, "send", spoken)
    monkeypatch.setattr(Link, "_take", taken)
    return traffic


@pytest.fixture
def member(tmp_path: Path) -> Member:
    """Somebody with a home that nothing is in yet."""
    return Member(tmp_path / "home")
