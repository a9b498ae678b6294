"""A forum over a home of its own, and mails of a made-up community to store in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forum_home import Store, configured_home, open_forum
from listforum.archive.arrival import understand
from listforum.forum import Forum
from listforum.home import Home
from listforum.mail.structure import split
from mails import BEGAN


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a config that leads to no server."""
    return configured_home(tmp_path / "home")


@pytest.fixture
def forum(home: Home) -> Iterator[Forum]:
    with open_forum(home) as forum:
        yield forum


@pytest.fixture
def store(forum: Forum) -> Store:
    """Stores mails in a list; answers their posts."""

    def stored(*raws: bytes, name: str = "open-data") -> tuple[int, ...]:
        return forum.archive.posts.add(name, [understand(split(raw)) for raw in raws], BEGAN * 2).posts

    return stored
