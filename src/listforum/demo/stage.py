"""Everything that a demo needs, set up: the servers, the reader's home after two years on the list, the guide."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from listforum.cancel import Cancel
from listforum.config import load
from listforum.demo.companion import DemoCompanion
from listforum.demo.mails import community, list_copy
from listforum.demo.place import place
from listforum.demo.world import World
from listforum.forum import Forum
from listforum.forum.syncing import Wanted

_LIST: Final = "open-data"
_UNREAD_SECONDS: Final = 8 * 86_400
"""What is older than this was read when the demo begins."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The forum of the demo's reader, the servers and the link that it talks through, and who tells what to try."""

    forum: Forum
    world: World
    companion: DemoCompanion


@contextmanager
def stage(home: str | None, now: int | None = None) -> Iterator[Stage]:
    """Sets the demo up, and takes it down again; without a home nothing of it is left.

    `now`, in seconds UTC, is when the newest post has just come; None for the present. Raises what `place` raises.
    """
    with place(home) as (where, server):
        mails = community(int(time.time()) if now is None else now)
        early, late = ([mail for mail in mails if mail.late is wanted] for wanted in (False, True))
        with World(server, early, list_copy) as world, Forum(where, lambda: load(where.config_file)) as forum:
            _write_config(where.config_file, world.config())
            is_new = not forum.reading.list_names()
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
    world.link.use("fast")
    forum.syncing.sync((), Wanted(), ask=lambda question: question, cancel=Cancel(), progress=lambda _progress: None)
    forum.expenses.forget_pace()
    forum.marking.mark("read", _LIST, int(time.time()) - _UNREAD_SECONDS)
