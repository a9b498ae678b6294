"""A made-up community list on servers of its own, to try listforum with: no network, no config, nothing left."""

from __future__ import annotations

import sys
import time
from gettext import gettext as _
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from listforum.demo.world import World
    from listforum.forum import Forum

_LIST: Final = "open-data"
_UNREAD_SECONDS: Final = 8 * 86_400
"""What is older than this was read when the demo begins."""


def run(home: str | None) -> int:
    """Shows the demo until the person leaves; answers the exit code.

    With a home it stays there, and goes on where it was the next time. Raises UsageError without a terminal.
    """
    from listforum import tui

    terminal = tui.look_at_terminal()
    from listforum.config import load
    from listforum.demo.companion import DemoCompanion
    from listforum.demo.mails import community, list_copy
    from listforum.demo.place import place
    from listforum.demo.world import World
    from listforum.forum import Forum

    sys.stderr.write(_("Setting up a made-up list…") + "\n")
    with place(home) as (where, server):
        mails = community(int(time.time()))
        early, late = ([mail for mail in mails if mail.late is wanted] for wanted in (False, True))
        with World(server, early, list_copy) as world, Forum(where, lambda: load(where.config_file)) as forum:
            _write_config(where.config_file, world.config())
            is_new = not forum.reading.lists()
            if is_new:
                _live_through(forum, world)
                for mail in late:
                    world.deliver(mail.mail, mail.arrived)
            world.link.use("2G")
            return tui.show(forum, terminal, DemoCompanion(world.link, len(late) if is_new else 0))


def _write_config(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _live_through(forum: Forum, world: World) -> None:
    """Two years on the list: what came was read, but for the last days."""
    from listforum.forum.syncing import Wanted
    from listforum.wire.cancel import Cancel

    world.link.use("fast")
    forum.syncing.sync((), Wanted(), ask=lambda question: question, cancel=Cancel(), progress=lambda _progress: None)
    forum.marking.mark("read", _LIST, int(time.time()) - _UNREAD_SECONDS)
