"""The archive keeps what it promises to search: the same of a post whichever way it is asked."""

from __future__ import annotations

import pytest

from digests import as_text
from forum_home import Store
from listforum.forum import Forum
from listforum.forum.archive_source import ArchiveSource
from listforum.search.source import Source
from mails import identifier, mail

PICTURE = "\r\n".join(
    [
        "--cut",
        "Content-Type: text/plain; charset=utf-8",
        "",
        "The map of the wells\tis at https://example.org/map.",
        "--cut",
        "Content-Type: image/png",
        "Content-Disposition: attachment; filename*=utf-8''%E2%80%AEmap%20of%20wells.png",
        "",
        "bytes",
        "--cut--",
        "",
    ]
)


@pytest.fixture
def source(forum: Forum, store: Store) -> Source:
    plain = [mail(1, subject="Wells\x1b[1m"), mail(2, author="مریم <maryam@example.org>", answers=[1])]
    header, _blank, _body = mail(3).partition(b"\r\n\r\n")
    kept = [line for line in header.decode().split("\r\n") if not line.startswith(("Content-", "MIME-"))]
    fields = [*kept, "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=cut", "", ""]
    store(*plain, ("\r\n".join(fields) + PICTURE).encode(), as_text([mail(4), mail(5)]))
    store(plain[0], name="maps")
    return ArchiveSource(forum.archive)


def test_a_document_says_what_is_said_when_it_was_found(source: Source) -> None:
    documents = [one for one in source.documents(0, 99) if one.lists]
    posts = [one.post for one in documents]
    texts, files, headings, topics = (
        source.text_of(posts),
        source.files_of(posts),
        source.headings_of(posts),
        source.topics(),
    )
    assert len(documents) == 5
    for one in documents:
        heading = headings[one.post]
        assert (one.subject, one.author, one.address) == (heading.subject, heading.author, heading.address or "")
        assert one.date == heading.date
        assert one.own_words == texts.get(one.post, "")
        assert one.files == files.get(one.post, ())
        assert one.topic == topics[one.post]


def test_all_of_it_is_safe_to_show(source: Source) -> None:
    (found,) = [one for one in source.documents(0, 99) if one.files]
    assert found.files == ("map of wells.png",)
    assert found.own_words.strip() == "The map of the wells    is at https://example.org/map."
    assert found.has == ("attachment", "link")


def test_what_is_not_there_is_left_out(source: Source) -> None:
    assert not source.text_of([99]) and not source.files_of([99]) and not source.headings_of([99])


def test_counts_are_those_of_what_would_come(source: Source) -> None:
    changed = source.changed()
    assert source.count_changed(0) == len(source.documents(0, 99)) == source.count_older(changed, None)
    assert source.count_changed(changed) == 0
    newest, *others = source.older(changed, None, 99)
    assert source.count_older(changed, (newest.date, newest.post)) == len(others)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("has:attachment", {3}),
        ("has:link", {3}),
        ("file:map", {3}),
        ("is:unread", {1, 2, 3, 4, 5}),
        ("is:unread list:maps", {1}),
    ],
)
@pytest.mark.usefixtures("source")
def test_a_search_finds_by_what_is_no_word(forum: Forum, query: str, found: set[int]) -> None:
    answer = forum.searching.search(query, unit="posts")
    assert {hit.message_id for hit in answer.hits} == {identifier(number) for number in found}


def test_a_mark_counts_from_the_moment_it_is_set(source: Source, forum: Forum) -> None:
    topic = source.headings_of([1])[1]
    assert forum.searching.search("is:followed", unit="posts").total == 0
    forum.archive.marks.put("follow", [source.topics()[1]])
    assert forum.searching.search("is:followed", unit="posts").total == sum(
        one == source.topics()[1] for one in source.topics()
    )
    forum.archive.marks.read([1])
    unread = forum.searching.search("is:unread", unit="posts")
    assert topic.message_id not in {hit.message_id for hit in unread.hits}
