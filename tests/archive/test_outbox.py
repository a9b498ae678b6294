"""The outbox goes forward along its states only, and never from doubt back to sending by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.archive.outbox import Outgoing
from listforum.mail.structure import split
from listforum.model.outgoing import OutboxState
from mails import BEGAN, mail


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive.sqlite3")


def queue(archive: Archive, number: int = 1) -> int:
    raw = mail(number, author="Ana <ana@example.org>")
    post = archive.posts.add_own("open-data", understand(split(raw)), BEGAN)
    outgoing = Outgoing(
        account="home",
        list="open-data",
        sender="ana@example.org",
        recipients=("open-data@lists.example.org",),
        public=True,
        subject="The census files",
        message_id=f"mail-{number}@example.org",
        mail=raw,
    )
    return archive.outbox.queue(outgoing, post, BEGAN).item


def test_the_bytes_are_frozen_when_queued(archive: Archive) -> None:
    item = queue(archive)
    assert archive.outbox.mail(item) == ("ana@example.org", mail(1, author="Ana <ana@example.org>"))


def test_an_interrupted_sending_is_queued_again(archive: Archive) -> None:
    item = queue(archive)
    archive.outbox.move(item, "sending")
    archive.outbox.requeue_interrupted()
    assert archive.outbox.get(item).state == "queued"


def test_doubt_is_never_sent_again_by_itself(archive: Archive) -> None:
    item = queue(archive)
    archive.outbox.move(item, "sending")
    archive.outbox.move(item, "uncertain")
    archive.outbox.requeue_interrupted()
    assert archive.outbox.get(item).state == "uncertain"
    assert not archive.outbox.move(item, "sending")


@pytest.mark.parametrize("state", ["sent", "on the list"])
def test_what_went_out_cannot_be_queued_again(archive: Archive, state: OutboxState) -> None:
    item = queue(archive)
    for step in ("sending", "uncertain", state):
        assert archive.outbox.move(item, step)  # type: ignore[arg-type]
    assert not archive.outbox.move(item, "queued")
    assert not archive.outbox.move(item, "sending")


def test_the_lists_copy_is_the_same_post_and_settles_the_item(archive: Archive) -> None:
    item = queue(archive)
    munged = mail(1, author="Ana via Open data <open-data@lists.example.org>", subject="[open-data] The census files")
    copy = archive.posts.add("open-data", [understand(split(munged))], BEGAN).posts[0]
    assert copy == archive.outbox.get(item).post
