"""What `listforum` alone opens. Apart from the commands: a first screen waits for nothing that only they need."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from listforum import tui
from listforum.forum import Forum
from listforum.home import Home

if TYPE_CHECKING:
    from listforum.config import Config


def run(named: str | None) -> int:
    """Shows the forum of a home until the person leaves; answers the exit code. Raises UsageError without a terminal.

    A home that cannot be written is shown as it is.
    """
    terminal = tui.look_at_terminal()  # without one, nothing is made
    home = Home.locate(named, os.environ)
    home.restrict_process()
    if home.writable():
        home.prepare()
    with Forum(home, lambda: _config(home)) as forum:
        return tui.show(forum, terminal)


def _config(home: Home) -> Config:
    from listforum.config import load

    return load(home.config_file)
