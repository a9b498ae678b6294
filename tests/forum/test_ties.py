"""What ties posts and topics together, as it is read: sources of quotes, branches, lists, reasons; all of it safe."""

from __future__ import annotations

import pytest

from forum_home import Store
from listforum.forum import Forum
from listforum.model.forum import QuoteSource, Verdict
from mails import BEGAN, mail
from tied import CENSUS, mails, quoted


@pytest.fixture
def tied(forum: Forum, store: Store) -> Forum:
    store(*mails())
    return forum


def test_a_quote_leads_to_the_lines_it_takes_up_and_to_the_post_it_is_of(tied: Forum) -> None:
    answer = tied.reading.topic(1).posts[1]
    assert answer.sources == (QuoteSource(1, 7, 1, 1, "Maria Silva", BEGAN + 3600),)
    lines = (answer.text or "").splitlines()
    assert lines[1:8] == quoted(CENSUS).splitlines()


def test_each_passage_has_its_own_source_in_its_own_topic(tied: Forum) -> None:
    last = tied.reading.topic(4).posts[-1]
    assert [(one.post, one.topic) for one in last.sources] == [(4, 4), (1, 1)]
    lines = (last.text or "").splitlines()
    assert [lines[one.line : one.line + one.lines][-1][:2] for one in last.sources] == ["> ", "> "]


def test_a_branch_is_linked_from_both_topics(tied: Forum) -> None:
    origin = tied.reading.outline(1)
    assert [(one.topic, one.subject, one.here, one.there, one.posts) for one in origin.branches] == [
        (4, "Maps of the districts", 2, 4, 2)
    ]
    assert origin.origin is None
    child = tied.reading.topic(4)
    assert child.branches == ()
    assert child.origin is not None
    assert (child.origin.topic, child.origin.subject, child.origin.here, child.origin.there) == (
        1,
        "The census of 1991",
        4,
        2,
    )


def test_a_branch_that_the_person_joined_or_split_is_one_no_more(tied: Forum) -> None:
    tied.marking.join(4, 2)
    assert tied.reading.outline(1).branches == ()
    assert tied.reading.topic_of(4) == 1
    tied.marking.unjoin(4)
    tied.marking.split(4)
    assert tied.reading.outline(4).origin is None


def test_a_post_knows_all_its_lists(tied: Forum, store: Store) -> None:
    store(mails()[0], name="maps")
    posts = tied.reading.topic(1).posts
    assert [view.lists for view in posts] == [("open-data", "maps"), ("open-data",), ("open-data",)]


def test_the_persons_word_is_known(tied: Forum) -> None:
    assert tied.reading.verdict(2) is None
    tied.marking.split(2)
    assert tied.reading.verdict(2) == Verdict(2, None)
    assert tied.reading.reasons(2) == ("You made it begin a topic of its own.",)


def test_nothing_unsafe_comes_out_with_the_ties(forum: Forum, store: Store) -> None:
    evil = "=?utf-8?q?=1b]0;x=07Maps=e2=80=ae_of?="
    store(
        mail(1, subject="=?utf-8?q?Census=1b[2J?=", author="=?utf-8?q?Ma=1b[31mria?= <maria@example.org>", text=CENSUS),
        mail(2, subject=evil, answers=[1], text=f"Maria wrote:\n{quoted(CENSUS)}\n\nAnd the maps?"),
    )
    first, second = forum.reading.topic(1), forum.reading.topic(2)
    assert second.origin is not None
    told = [
        *(link.subject for link in (*first.branches, second.origin)),
        *(source.author for source in second.posts[0].sources),
        *forum.reading.reasons(2),
    ]
    assert len(told) >= 5
    assert not any(character in text for text in told for character in "\x1b\x07\u202e")
