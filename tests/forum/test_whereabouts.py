"""A reader finds themselves where they were, as far as that is still there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum_home import Store, open_forum
from listforum.forum import Forum
from listforum.home import Home
from listforum.model.forum import Whereabouts
from mails import mail


def test_nobody_was_anywhere_in_a_new_home(forum: Forum) -> None:
    assert forum.whereabouts.load() is None


def test_a_restart_changes_nothing(home: Home, forum: Forum, store: Store) -> None:
    topic, post = store(mail(1), mail(2, answers=[1]))
    place = Whereabouts("open-data", "unread", topic, post, 12)
    forum.whereabouts.save(Whereabouts(None, "all", None, None, 0))
    forum.whereabouts.save(place)
    with open_forum(home) as again:
        assert again.whereabouts.load() == place


def test_what_is_gone_is_left_out(forum: Forum, store: Store) -> None:
    topic, other = store(mail(1), mail(2, subject="Trains"))
    place = Whereabouts("open-data", "all", topic, topic, 3)
    for saved, found in (
        (replace(place, topic=999, post=999), replace(place, topic=None, post=None, line=0)),
        (replace(place, post=999), replace(place, post=None, line=0)),
        (replace(place, post=other), replace(place, post=None, line=0)),
        (replace(place, list="maps"), Whereabouts(None, "all", None, None, 0)),
    ):
        forum.whereabouts.save(saved)
        assert forum.whereabouts.load() == found


def test_a_topic_that_was_joined_to_another_is_found_there(forum: Forum, store: Store) -> None:
    first, second = store(mail(1), mail(2, subject="Trains"))
    forum.whereabouts.save(Whereabouts("open-data", "all", second, second, 3))
    forum.marking.join(second, first)
    assert forum.whereabouts.load() == Whereabouts("open-data", "all", first, second, 3)


@given(st.text(max_size=30) | st.sampled_from(["[]", "{}", "null", '{"list": 1, "view": [], "topic": ""}', "[" * 9999]))
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_cannot_be_understood_is_nowhere(forum: Forum, kept: str) -> None:
    forum.archive.memory.put("whereabouts", kept.encode("utf-8", "replace").decode())
    assert forum.whereabouts.load() is None


@pytest.mark.parametrize(
    "field", [{"view": "secret"}, {"line": -1}, {"line": True}, {"topic": 2**70}, {"post": 1.5}, {"list": 7}]
)
def test_a_place_that_cannot_be_is_nowhere(forum: Forum, field: dict[str, object]) -> None:
    import json

    forum.archive.memory.put(
        "whereabouts", json.dumps({"list": None, "view": "all", "topic": None, "post": None, "line": 0, **field})
    )
    assert forum.whereabouts.load() is None
