"""The demo set up: the community behind its thin link, and the forum of a member who has been there for two years."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from listforum.config import load
from listforum.demo.companion import DemoCompanion
from listforum.demo.mails import community, list_copy
from listforum.demo.place import place
from listforum.demo.world import World
from listforum.forum import Forum

if TYPE_CHECKING:
    from pathlib import Path

LIST: Final = "open-data"
_UNREAD_SECONDS: Final = 8 * 86_400
"""What is older than this was read when the demo begins."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A member's forum, the world that its mail comes from, and who stands beside the member."""

    forum: Forum
    world: World
    companion: DemoCompanion


@contextmanager
def set_up(home: str | None) -> Iterator[Stage]:
    """The demo in a home, where it goes on as it was left; with None, in one that vanishes at the end.

    Raises UsageError for a home that is no demo's, BusyError while a demo runs in it, and HomeError.
    """
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
            yield Stage(forum, world, DemoCompanion(world.link, len(late) if is_new else 0))


def _write_config(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _live_through(forum: Forum, world: World) -> None:
    """Two years on the list: what came was read, but for the last days."""
    from listforum.forum.syncing import Wanted
    from listforum.wire.cancel import Cancel

    world.link.use("fast")
    forum.syncing.sync((), Wanted(), ask=lambda question: question, cancel=Cancel(), progress=lambda _progress: None)
    forum.marking.mark("read", LIST, int(time.time()) - _UNREAD_SECONDS)
