"""A forum over a home of its own, whose config leads to no server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from listforum.config import load
from listforum.forum import Forum
from listforum.home import Home

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

CONFIG_WITH_PASSWORD = CONFIG.replace('"ask"', '"correct horse"')
"""Nobody is asked."""

Store = Callable[..., tuple[int, ...]]
"""Stores mails in a list (`name`, if not the usual one); answers their posts."""


def configured_home(directory: Path, config: str = CONFIG) -> Home:
    home = Home(directory)
    home.prepare()
    home.config_file.write_text(config)
    home.config_file.chmod(0o600)
    return home


def open_forum(home: Home) -> Forum:
    return Forum(home, lambda: load(home.config_file))
