"""What is first seen: written once, and the right thing, for whoever begins and whoever comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.model.forum import Whereabouts
from mails import mail
from reader import fill, forum_at
from tui.correspondent import program

TOPICS = 200


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with more topics than fit on a screen; the newest ones are on top."""
    home = tmp_path / "home"
    fill(home, "open-data", [mail(number, subject=f"Topic {number:03}") for number in range(1, TOPICS + 1)])
    return home


def first_output(home: Path) -> str:
    with program(home) as session:
        session.wait_for("Topic")
        session.quiet(0.5)
        return session.output.decode()


def test_the_names_of_the_columns_are_written_once(home: Path) -> None:
    assert first_output(home).count("started by") == 1


def test_no_row_is_written_twice(home: Path) -> None:
    written = first_output(home)
    assert written.count("Topic 200") == 1
    assert written.count("Topic 195") == 1


def test_who_comes_back_sees_the_rows_of_their_place_and_no_others(home: Path) -> None:
    with forum_at(home) as forum:
        topics = forum.reading.topic_numbers_in("open-data", ())
        forum.whereabouts.save(Whereabouts("open-data", "all", topics[150], None, 0))
    written = first_output(home)
    assert "Topic 050" in written
    assert "Topic 200" not in written
