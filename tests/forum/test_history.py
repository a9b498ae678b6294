"""What was searched for is kept where the config says so, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forum_home import CONFIG, configured_home, open_forum
from listforum.forum import Forum
from listforum.home import Home

WANTED = CONFIG + "[search]\nkeep_history = true\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return configured_home(tmp_path / "home", WANTED)


def on_the_disk(home: Home, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in home.directory.rglob("archive*") if path.is_file())


def test_the_newest_come_first_each_once(forum: Forum, home: Home) -> None:
    for words in ("wells", "seeds", "چاه", " wells "):
        forum.history.remember(words)
    assert forum.history.words() == ("wells", "چاه", "seeds")
    with open_forum(home) as again:
        assert again.history.words() == ("wells", "چاه", "seeds")


def test_a_hundred_are_kept(forum: Forum) -> None:
    for number in range(130):
        forum.history.remember(f"wells {number}")
    assert forum.history.words() == tuple(f"wells {number}" for number in range(129, 29, -1))


def test_what_cannot_be_shown_is_not_kept(forum: Forum) -> None:
    for words in ("", " ", "\x1b[2J", "dry\x1b[31m wells\n", "half \udcff"):
        forum.history.remember(words)
    assert forum.history.words() == ("half \N{REPLACEMENT CHARACTER}", "dry wells")


def test_it_can_be_forgotten_from_the_disk_as_well(forum: Forum, home: Home) -> None:
    forum.history.remember("the wells of the valley")
    assert on_the_disk(home, b"wells of the valley")
    forum.history.forget()
    assert forum.history.words() == ()
    assert not on_the_disk(home, b"wells of the valley")


def test_nothing_is_written_where_it_is_not_wanted(tmp_path: Path) -> None:
    home = configured_home(tmp_path / "other")
    with open_forum(home) as forum:
        forum.history.remember("the wells of the valley")
        assert forum.history.words() == ()
        assert not on_the_disk(home, b"wells of the valley")


@pytest.mark.parametrize(
    "without",
    [
        lambda home: home.config_file.write_text(CONFIG),
        lambda home: home.config_file.write_text(WANTED.replace("true", "false")),
        lambda home: home.config_file.unlink(),
    ],
)
@pytest.mark.parametrize("asked", [lambda forum: forum.history.words(), lambda forum: forum.history.remember("seeds")])
def test_once_it_is_not_wanted_any_more_what_was_kept_is_removed(
    forum: Forum, home: Home, without: Callable[[Home], object], asked: Callable[[Forum], object]
) -> None:
    forum.history.remember("the wells of the valley")
    forum.close()
    without(home)
    with open_forum(home) as again:
        asked(again)
        assert not on_the_disk(home, b"wells of the valley")
        assert again.archive.searches.remembered() == ()


def test_a_config_that_cannot_be_read_removes_nothing_and_keeps_nothing(forum: Forum, home: Home) -> None:
    forum.history.remember("wells")
    forum.close()
    home.config_file.write_text("[search\n")
    with open_forum(home) as broken:
        broken.history.remember("seeds")
        assert broken.history.words() == ()
    home.config_file.write_text(WANTED)
    with open_forum(home) as mended:
        assert mended.history.words() == ("wells",)
