"""The pictures of the README, and others to look at: `python tests/pictures.py DIRECTORY [--all]`.

Plays the demo at a fixed moment and writes what the screens show as SVG. With --all it writes every screen, at 80x24
and 160x50, in the dark and the light theme, besides.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from dataclasses import replace
from pathlib import Path

from listforum.demo.stage import Stage, stage
from listforum.tui.app import ForumApp
from reader import TERMINAL, Reader

_TEXT = re.compile(
    r'x="(?P<x>[0-9.]+)"(?P<y> y="[0-9.]+") textLength="(?P<length>[0-9.]+)"(?P<more>[^>]*>)(?P<text>[^<]*)'
)
_BLANK = "&#160;"
_LRM = "\u200e"
_CELL = 12.2
"""How wide a picture takes every character to be, also one that takes no cell."""
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    with stage(None) as set_up:
        set_up.world.link.use("fast")
        asyncio.run(_play(set_up, options.directory, (100, 30), "listforum-dark", ""))
        if options.all:
            for size in ((80, 24), (160, 50)):
                for theme in ("listforum-dark", "listforum-light"):
                    asyncio.run(_play(set_up, options.directory, size, theme, f"-{size[0]}-{theme}"))


async def _play(set_up: Stage, directory: Path, size: tuple[int, int], theme: str, suffix: str) -> None:
    app = ForumApp(set_up.forum, replace(TERMINAL, theme=theme), set_up.companion)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        reader = Reader(app, pilot)
        await reader.settled()

        def take(name: str) -> None:
            (directory / f"{name}{suffix}.svg").write_text(_picture(app), encoding="utf-8")

        if not app.forum.reading.finder(app.forum.reading.topic_numbers_in(None, ())).matching("river tables"):
            await reader.press("s")
            await reader.until(lambda: "Enter fetches" in reader.text)
            take("price")
            await reader.press("enter")
            await reader.until(lambda: not app.link.busy)
            await reader.settled()
            take("synced")
            await reader.press("escape")
            app.clear_notifications()
            await reader.settled()
        await reader.press("home")
        take("topics")
        for name, keys in _SCREENS:
            for key in keys:
                await reader.press(key)
            time.sleep(0.4)
            await reader.settled()
            take(name)
        await reader.press("escape", "escape", "escape")


_SCREENS = (
    ("side", ["tab"]),
    ("filter", ["tab", "f", "s", "c", "h", "o", "o", "l"]),
    ("thread", ["enter", "enter", "n", "n"]),
    ("why", ["y"]),
    ("help", ["escape", "question_mark"]),
    ("palette", ["escape", "ctrl+p", "m", "a", "r"]),
    ("reply", ["escape", "r"]),
    ("outbox", ["escape", "escape", "escape", "o"]),
    ("search", ["escape", "slash", *"کتاب"]),
    ("found", ["enter", "enter"]),
)


def _picture(app: ForumApp) -> str:
    """The screen as SVG: no fonts from the network, and nothing that programs for pictures place in ways of their own.

    Those are marks that take no cell, and the blanks that a text begins with.
    """
    return _TEXT.sub(_placed, _FONTS.sub("", app.export_screenshot(title="listforum")))


def _placed(text: re.Match[str]) -> str:
    words = text["text"].replace(_LRM, "")
    begun = words
    while begun.startswith(_BLANK):
        begun = begun.removeprefix(_BLANK)
    blanks = (len(words) - len(begun)) // len(_BLANK)
    x = float(text["x"]) + _CELL * blanks
    length = float(text["length"]) - _CELL * (blanks + text["text"].count(_LRM))
    return f'x="{x:g}"{text["y"]} textLength="{length:g}"{text["more"]}{begun}'


if __name__ == "__main__":
    main()
