"""In another language the demo's own words are translated; its mails stay as their writers wrote them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from listforum.demo.companion import DemoCompanion
from listforum.demo.thin_link import ThinLink
from listforum.tui.companion import Event
from tui.foreign import foreign_language, left_in_english, spoken, translated
from tui.terminals import TerminalSession


@pytest.fixture(scope="module")
def cyrillic(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return foreign_language(tmp_path_factory.mktemp("locale"), "cyrillic")


@pytest.fixture
def companion(cyrillic: dict[str, str]) -> Iterator[DemoCompanion]:
    async def link() -> ThinLink:
        return ThinLink("fast")

    with spoken(cyrillic):
        yield DemoCompanion(asyncio.run(link()), 37)


def test_the_guide_speaks_it_at_every_step(companion: DemoCompanion) -> None:
    told = {companion.advice()}
    for event in get_args(Event):
        companion.happened(event)
        told.add(companion.advice())
    assert len(told) > 5
    assert left_in_english(sorted(told)) == []


def test_every_link_has_a_name_and_a_sentence_in_it(companion: DemoCompanion) -> None:
    change, cut = companion.extras
    told = [change.label, change.help, cut.label, cut.help, companion.status()]
    for _link in range(4):
        told += [change.do(), companion.status()]
    told += [cut.do(), companion.status()]
    assert len(set(told)) == 14
    assert left_in_english(told) == []


def test_the_screens_say_it_in_the_readers_words(cyrillic: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "listforum", "demo"]
    with TerminalSession(command, {**cyrillic, "TMPDIR": str(tmp_path)}, columns=160, rows=44) as session:
        session.wait_for(translated("Setting up a made-up list", "cyrillic"))
        session.wait_for(translated("new posts wait behind a slow link", "cyrillic"), seconds=60)
        session.send("\x1bOQ")
        session.wait_for(translated("The link is 3G now", "cyrillic"))
        *_mails, advice, keys = session.screen.text().splitlines()
        assert left_in_english([advice, keys]) == []
        session.send("?")
        session.wait_for(translated("All keys", "cyrillic"))
        session.send("G")
        session.wait_for(translated("Demo: cut the link for three seconds", "cyrillic"))
        session.send("\x11")
        assert session.exit_code() == 0
