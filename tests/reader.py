"""Somebody at the screens: a home with made-up lists, and keys pressed one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widget import Widget

from forum_home import open_forum
from listforum.forum import Forum
from listforum.home import Home
from listforum.tui.app import ForumApp
from listforum.tui.terminal import Terminal

Script = Callable[["Reader"], Awaitable[None]]

TERMINAL = Terminal.look(
    {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}, stdin_tty=True, stdout_tty=True
)


class Reader:
    """Presses keys and looks at the screen."""

    def __init__(self, app: ForumApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot

    async def press(self, *keys: str) -> None:
        """Presses keys, and waits until everything that they set off is done."""
        for key in keys:
            await self.pilot.press(key)
            await self.settled()

    async def type(self, text: str) -> None:
        """Types a text into the field that has the focus."""
        for character in text:
            await self.pilot.press("space" if character == " " else character)
        await self.settled()

    async def settled(self) -> None:
        """Waits until the archive's thread has nothing to do and the screen shows it."""
        for _round in range(3):
            await asyncio.to_thread(self.app.desk.idle, 10)
            await asyncio.to_thread(self.app.searches.idle, 10)
            await self.pilot.pause()

    async def until(self, true: Callable[[], bool], seconds: float = 10) -> None:
        """Waits until something holds, and fails when it never does."""
        for _round in range(int(seconds / 0.02)):
            if true():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"never came true; the screen shows:\n{self.text}")

    @property
    def rows(self) -> list[str]:
        """What stands on the screen, row by row, without trailing blanks."""
        screen = self.app.screen
        width, height = screen.size
        lines = screen._compositor.render_strips()
        return ["".join(segment.text for segment in line).rstrip()[: width * 4] for line in lines[:height]]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows)

    @property
    def said(self) -> str:
        """Everything that was said in passing and can still be read."""
        return "\n".join(note.message for note in self.app._notifications)

    @property
    def focused(self) -> Widget | None:
        return self.app.focused


@contextmanager
def forum_at(home: Path) -> Iterator[Forum]:
    """The forum of a home, made if need be."""
    place = Home(home)
    place.prepare()
    with open_forum(place) as forum:
        yield forum


def fill(home: Path, name: str, mails: Sequence[bytes]) -> None:
    """Imports mails as a list."""
    file = home.parent / f"{name}.mbox"
    file.write_bytes(b"".join(b"From reader Thu Jan  1 00:00:00 2026\n" + _escaped(mail) + b"\n" for mail in mails))
    with forum_at(home) as forum:
        forum.upkeep.import_files(file, name, lambda _done, _all: None)


def read(home: Path, script: Script, size: tuple[int, int] = (80, 24)) -> None:
    """Opens the screens of a home, plays a script, and leaves."""

    async def play() -> None:
        with forum_at(home) as forum:
            app = ForumApp(forum, TERMINAL)
            async with app.run_test(size=size) as pilot:
                reader = Reader(app, pilot)
                await reader.settled()
                await script(reader)

    asyncio.run(play())


def _escaped(mail: bytes) -> bytes:
    return mail.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
