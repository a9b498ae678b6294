"""The door itself: parts are made once, and it says whether there is a config to work with."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from listforum.config import Config
from listforum.errors import ConfigError
from listforum.forum import Forum
from listforum.home import Home


def test_threads_that_ask_at_once_share_every_part(forum: Forum) -> None:
    together = threading.Barrier(8)

    def ask(_: int) -> tuple[int, int]:
        together.wait()
        return id(forum.archive), id(forum.connecting)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


def test_a_good_config_is_loaded_once(home: Home) -> None:
    loaded: list[Config] = []

    def load() -> Config:
        from listforum.config import load

        loaded.append(load(home.config_file))
        return loaded[-1]

    with Forum(home, load) as forum:
        assert forum.readiness() == "ready"
        assert forum.readiness() == "ready"
        assert forum.config is loaded[0]
        assert forum.config_problem is None
    assert len(loaded) == 1


def test_without_a_config_it_says_so(home: Home, forum: Forum) -> None:
    home.config_file.unlink()
    assert forum.readiness() == "no config"
    assert "listforum setup" in str(forum.config_problem)


def test_a_broken_config_is_told_apart_and_read_again_when_it_was_mended(home: Home, forum: Forum) -> None:
    good = home.config_file.read_text()
    home.config_file.write_text(good.replace('password = "ask"', "pasword = 3"))
    assert forum.readiness() == "broken config"
    assert "pasword" in str(forum.config_problem)
    home.config_file.write_text(good)
    assert forum.readiness() == "ready"
    assert forum.config_problem is None


def test_reading_needs_no_config(home: Home) -> None:
    def refuse() -> Config:
        raise ConfigError("nobody is to ask for it")

    with Forum(home, refuse) as forum:
        assert forum.reading.lists() == ()
