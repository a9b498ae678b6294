"""A forum over a home of its own, with mails of a made-up community in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listforum.archive.arrival import understand
from listforum.config import load
from listforum.forum import Forum
from listforum.home import Home
from listforum.mail.structure import split
from mails import BEGAN

CONFIG = """\
[accounts.home]
address = "Ana Lima <ana@example.org>"
imap = { host = "127.0.0.1", port = 9, tls = "implicit", user = "ana" }
smtp = { host = "127.0.0.1", port = 9, tls = "implicit", user = "ana" }
password = "ask"

[lists.open-data]
account = "home"
folder = "INBOX"
"""

Store = Callable[..., tuple[int, ...]]


def open_forum(home: Home) -> Forum:
    return Forum(home, lambda: load(home.config_file))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a config that leads to no server."""
    home = Home(tmp_path / "home")
    home.prepare()
    home.config_file.write_text(CONFIG)
    home.config_file.chmod(0o600)
    return home


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
