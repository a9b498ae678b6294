"""What is said in passing: once while it can be read, and not for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.tui import app
from mails import mail
from reader import Reader, fill, read


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A list without an account: nothing can be answered."""
    fill(tmp_path / "home", "open-data", [mail(1, subject="Census")])
    return tmp_path / "home"


def sentences(reader: Reader) -> list[str]:
    """What can be read, each sentence as often as it stands there."""
    return [note.message for note in reader.app._notifications]


def test_a_failure_that_can_still_be_read_is_not_said_again(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.press("enter", "r", "r", "r")
        assert len(sentences(reader)) == 1
        await reader.press("u")
        assert len(sentences(reader)) == 2

    read(home, script)


def test_keys_pressed_at_once_say_it_once(home: Path) -> None:
    async def script(reader: Reader) -> None:
        await reader.pilot.press("u", "u", "u")
        await reader.settled()
        assert sentences(reader) == ["There is nothing to take back."]

    read(home, script)


def test_once_it_is_gone_it_is_said_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_READING_SECONDS", 0.3)

    async def script(reader: Reader) -> None:
        await reader.press("u")
        await reader.until(lambda: not sentences(reader))
        await reader.press("u")
        assert sentences(reader) == ["There is nothing to take back."]

    read(home, script)
