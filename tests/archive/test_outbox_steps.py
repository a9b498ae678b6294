"""Which step an item of the outbox may take from where, and what nobody's word can undo."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listforum.archive.archive import Archive
from listforum.archive.outbox import Outgoing
from listforum.model.outgoing import OutboxState

STATES: tuple[OutboxState, ...] = get_args(OutboxState)
STEPS: dict[OutboxState, set[OutboxState]] = {
    "draft": {"queued"},
    "queued": {"sending", "on the list"},
    "sending": {"queued", "uncertain", "failed"},
    "uncertain": {"queued", "sent", "failed", "on the list"},
    "sent": {"on the list"},
    "on the list": set(),
    "failed": {"queued", "on the list"},
}
WAYS: dict[OutboxState, tuple[OutboxState, ...]] = {
    "queued": (),
    "sending": ("sending",),
    "uncertain": ("sending", "uncertain"),
    "sent": ("sending", "uncertain", "sent"),
    "on the list": ("on the list",),
    "failed": ("sending", "failed"),
}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive.sqlite3")


def queue(archive: Archive, number: int = 0) -> int:
    archive.lists.ensure("open-data")
    mail = Outgoing("home", "open-data", "a@example.org", ("l@example.org",), True, "Hi", f"{number}@example.org", b"x")
    return archive.outbox.queue(mail, None, 1).item


@pytest.mark.parametrize("start", WAYS)
def test_only_the_steps_of_the_design_can_be_taken(archive: Archive, start: OutboxState) -> None:
    for number, end in enumerate(STATES):
        item = queue(archive, number)
        assert all(archive.outbox.move(item, step) for step in WAYS[start])
        assert archive.outbox.move(item, end) == (end in STEPS[start]), end
        assert archive.outbox.state(item) == (end if end in STEPS[start] else start)


@given(tried=st.lists(st.sampled_from([*STATES, "start anew"]), max_size=15))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_tried_what_was_taken_is_not_sent_again(archive: Archive, tried: list[str]) -> None:
    item, taken = queue(archive, len(archive.outbox.all())), False
    for step in tried:
        if step == "start anew":
            archive.outbox.requeue_interrupted()
        else:
            archive.outbox.move(item, step)  # type: ignore[arg-type]
        taken = taken or archive.outbox.state(item) in {"sent", "on the list"}
        assert not taken or archive.outbox.state(item) in {"sent", "on the list"}


def test_an_item_is_dropped_only_where_it_was_seen_to_stand(archive: Archive) -> None:
    item = queue(archive)
    archive.outbox.move(item, "sending")
    assert not archive.outbox.drop(item, "queued", "failed")
    assert archive.outbox.state(item) == "sending"
    assert archive.outbox.drop(item, "sending")
    assert archive.outbox.state(item) is None


def test_the_words_on_a_state_do_not_outlive_it(archive: Archive) -> None:
    item = queue(archive)
    archive.outbox.move(item, "sending", now=7)
    archive.outbox.move(item, "queued", error="try later")
    assert (archive.outbox.get(item).error, archive.outbox.get(item).tried) == ("try later", 7)
    archive.outbox.move(item, "sending", now=8)
    assert (archive.outbox.get(item).error, archive.outbox.get(item).tried) == (None, 8)
