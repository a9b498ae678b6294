"""The first minutes of somebody in the demo: what they look for there, and the ways to be there with them."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from listforum.demo.stage import Stage, stage
from listforum.model.server import UidSet
from listforum.tui.app import ForumApp
from listforum.wire.link import Link
from member import process_as_it_was
from reader import TERMINAL, Reader

NEW_POSTS: Final = 37
"""So many posts lie on the server when the demo begins."""

TYPED: Final = "كتابخانه"
"""“Library”, with an Arabic kaf, as a keyboard that is not Persian has it."""

WRITTEN: Final = ("کتابخانه", "کتاب‌خانه")
"""How the members of the list write it."""

QUESTION: Final = "My river tables arrive as question marks"
"""What a newcomer asks, and nobody has answered."""

ANSWER: Final = "Please send the file as UTF-8."
TO_THE_LIST: Final = "To everyone on open-data (open-data@lists.example.org)"

Script = Callable[[Reader, Stage], Awaitable[None]]

_HEADERS_CAME: Final = re.compile(rb"\* \d+ FETCH \(UID (\d+) INTERNALDATE ")
_HEADERS_ASKED: Final = re.compile(rb"UID FETCH (\S+) \([^\r]*HEADER\.FIELDS[^\r]*\)\r\n")


@dataclass(slots=True)
class Ear:
    """Hears every word between listforum and the servers. `on_headers` is called with how many have come so far."""

    said: bytearray = field(default_factory=bytearray)
    heard: bytearray = field(default_factory=bytearray)
    on_headers: Callable[[int], None] = lambda _count: None

    def listen(self, patch: Callable[[type, str, object], None]) -> None:
        """Listens from now on; `patch` sets an attribute of a class, and takes it back some day."""
        send, take = Link.send, Link._take

        def spoken(link: Link, data: bytes) -> None:
            self.said += data
            send(link, data)

        def taken(link: Link, size: int) -> bytes:
            data = take(link, size)
            self.heard += data
            self.on_headers(len(self.came))
            return data

        patch(Link, "send", spoken)
        patch(Link, "_take", taken)

    @property
    def came(self) -> list[int]:
        """The UIDs of mails whose headers came whole: all but the last, which may have been cut."""
        return [int(uid) for uid in _HEADERS_CAME.findall(self.heard)][:-1]

    def asked_again(self, uids: list[int]) -> list[int]:
        """Those of the mails whose headers are asked for, in what was said since `forget`."""
        asked = [UidSet.parse(told.decode()) for told in _HEADERS_ASKED.findall(self.said)]
        return [uid for uid in uids if any(uid in one for one in asked)]

    def forget(self) -> None:
        self.said.clear()
        self.heard.clear()


def play(directory: Path, script: Script) -> None:
    """Opens the demo in this process, with `directory` for its temporary files, plays a script, and leaves."""

    async def act(place: Stage) -> None:
        app = ForumApp(place.forum, TERMINAL, place.companion)
        async with app.run_test(size=(80, 24)) as pilot:
            reader = Reader(app, pilot)
            await reader.settled()
            await script(reader, place)

    with process_as_it_was():
        tempfile.tempdir = str(directory)
        with stage(None) as set_up:
            asyncio.run(act(set_up))
