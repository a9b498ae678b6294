"""Which posts `is:unread`, `is:unanswered`, `is:followed` and `is:starred` are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digests import as_text
from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.mail.structure import split
from mails import BEGAN, mail

NOW = BEGAN + 10_000 * 3600
JO = "Jo Lind <jo@example.org>"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        yield archive


def add(archive: Archive, *raws: bytes) -> tuple[int, ...]:
    return archive.posts.add("open-data", [understand(split(raw)) for raw in raws], NOW).posts


def test_a_post_is_unread_until_it_was_read(archive: Archive) -> None:
    first, second = add(archive, mail(1), mail(2, answers=[1]))
    assert archive.marked.posts("unread") == {first, second}
    archive.marks.read([first])
    assert archive.marked.posts("unread") == {second}
    archive.marks.unread([first])
    assert archive.marked.posts("unread") == {first, second}


def test_all_posts_of_a_topic_are_unanswered_until_somebody_else_writes(archive: Archive) -> None:
    question, more = add(archive, mail(1), mail(2, answers=[1]))
    assert archive.marked.posts("unanswered") == {question, more}
    add(archive, mail(3, answers=[2], author=JO))
    assert archive.marked.posts("unanswered") == set()


def test_in_a_muted_topic_nothing_is_unread_or_unanswered(archive: Archive) -> None:
    muted, other = add(archive, mail(1), mail(2, subject="Seeds"))
    archive.marks.put("mute", [muted])
    assert archive.marked.posts("unread") == archive.marked.posts("unanswered") == {other}
    archive.marks.take("mute", [muted])
    assert archive.marked.posts("unread") == archive.marked.posts("unanswered") == {muted, other}


def test_a_mark_goes_for_every_post_of_its_topic_and_comes_with_it_into_another(archive: Archive) -> None:
    first, answer, other = add(archive, mail(1), mail(2, answers=[1]), mail(3, subject="Seeds"))
    archive.marks.put("follow", [first])
    archive.marks.put("star", [other])
    assert archive.marked.posts("followed") == {first, answer}
    assert archive.marked.posts("starred") == {other}
    archive.threads.join(other, answer, NOW)
    assert archive.marked.posts("followed") == archive.marked.posts("starred") == {first, answer, other}


def test_they_are_the_topics_of_the_views(archive: Archive) -> None:
    posts = add(archive, *(mail(n, subject=f"Matter {n}") for n in range(1, 6)), mail(9, answers=[2], author=JO))
    archive.marks.read(posts[2:4])
    archive.marks.put("mute", [posts[0]])
    for mark in ("unread", "unanswered"):
        topics = {archive.topics.post(post).topic for post in archive.marked.posts(mark)}
        assert topics == set(archive.topics.in_views(None, [mark, "unmuted"]))


def test_a_digest_that_is_read_as_its_mails_is_neither(archive: Archive) -> None:
    (digest,) = add(archive, as_text([mail(1), mail(2, author=JO), mail(3)]))
    mails = set(archive.digests.members_of(digest))
    assert len(mails) == 3
    assert archive.marked.posts("unread") == mails


def test_what_another_process_marked_is_known_at_once(archive: Archive, tmp_path: Path) -> None:
    first, second = add(archive, mail(1), mail(2))
    assert archive.marked.posts("unread") == {first, second}
    with Archive(tmp_path / "archive.sqlite3") as other:
        other.marks.read([first])
    assert archive.marked.posts("unread") == {second}


def test_what_was_taken_back_is_not_remembered(archive: Archive) -> None:
    (post,) = add(archive, mail(1))
    with pytest.raises(KeyboardInterrupt), archive.transaction():
        archive.marks.read([post])
        assert archive.marked.posts("unread") == set()
        raise KeyboardInterrupt
    assert archive.marked.posts("unread") == {post}


def test_nothing_is_read_again_when_nothing_changed(archive: Archive) -> None:
    add(archive, mail(1))
    assert archive.marked.posts("unread") is archive.marked.posts("unread")
