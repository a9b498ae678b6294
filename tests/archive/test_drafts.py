"""Drafts outlive what happens to the archive around them."""

from __future__ import annotations

from pathlib import Path

import pytest

from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.archive.outbox import Outgoing
from listforum.archive.salvage import salvage
from listforum.mail.structure import split
from listforum.model.outgoing import SavedDraft
from mails import BEGAN, mail


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive.sqlite3")


def add(archive: Archive, *raws: bytes) -> tuple[int, ...]:
    return archive.posts.add("open-data", [understand(split(raw)) for raw in raws], BEGAN * 2).posts


def draft(post: int | None) -> SavedDraft:
    return SavedDraft(0, "reply", "open-data", post, "Re: The census files", "They moved.", BEGAN)


def test_a_draft_answers_the_post_that_its_own_turned_out_to_be(archive: Archive) -> None:
    kept, other = add(archive, mail(1), mail(2, subject="Trains"))
    number = archive.drafts.add(draft(other))
    archive.posts.merge(kept, other)
    found = archive.drafts.get(number)
    assert found is not None
    assert found.post == kept


def test_a_draft_outlives_the_post_that_it_answers(archive: Archive) -> None:
    own = archive.posts.add_own("open-data", understand(split(mail(1))), BEGAN)
    number = archive.drafts.add(draft(own))
    archive.posts.remove_unsent(own)
    found = archive.drafts.get(number)
    assert found is not None
    assert (found.post, found.text) == (None, "They moved.")


def test_salvaging_saves_drafts_and_what_items_answer(archive: Archive, tmp_path: Path) -> None:
    [post] = add(archive, mail(1))
    number = archive.drafts.add(draft(post))
    outgoing = Outgoing(
        account="home",
        list="open-data",
        sender="ana@example.org",
        recipients=("maria@example.org",),
        public=False,
        subject="Re: The census files",
        message_id="x@example.org",
        mail=mail(2),
        answered=post,
    )
    item = archive.outbox.queue(outgoing, None, BEGAN).item
    before = archive.drafts.get(number)
    archive.close()
    salvage(tmp_path / "archive.sqlite3", lambda _done, _all: None)
    with Archive(tmp_path / "archive.sqlite3") as saved:
        assert saved.drafts.all() == (before,)
        assert saved.outbox.answered(item) == post
