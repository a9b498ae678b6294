"""A search that is partly wrong says so, and searches for the rest; one that finds nothing guesses what was meant."""

from __future__ import annotations

import time

import pytest

from forum_home import Store
from listforum.errors import QueryError, UnknownItem
from listforum.forum import Forum
from listforum.forum.archive_source import ArchiveSource
from listforum.search.index import SearchIndex
from mails import mail


@pytest.fixture(autouse=True)
def two_lists(store: Store) -> None:
    store(mail(1, subject="Census", text="The wells of the valley. Réunion mardi."))
    store(mail(2, subject="Seeds", text="No wells.", list_id="gardens.example.org"), name="Gardens")


@pytest.mark.parametrize(
    ("query", "total", "problem"),
    [
        ("wells list:nope", 2, "no list nope"),
        ("wells -list:nope", 2, "no list nope"),
        ("wells list:open", 1, "no list open"),
    ],
)
def test_a_list_that_is_not_here_is_told_and_the_rest_is_searched(
    forum: Forum, query: str, total: int, problem: str
) -> None:
    answer = forum.searching.search(query)
    assert answer.total == total
    assert problem in answer.problems[0]


def test_where_nothing_is_left_to_search_for_it_says_why(forum: Forum) -> None:
    with pytest.raises(QueryError, match="no list nope"):
        forum.searching.search("list:nope")


def test_a_list_asked_for_by_name_must_be_here(forum: Forum) -> None:
    with pytest.raises(UnknownItem, match=r"“nope”.*Known: Gardens, open-data"):
        forum.searching.search("wells", "nope")


@pytest.mark.parametrize(
    ("query", "total"),
    [("wells list:gardens", 1), ("wells list:GARDENS", 1), ("wells -list:open-DATA", 1), ("wells", 2)],
)
def test_the_case_of_a_lists_name_does_not_count(forum: Forum, query: str, total: int) -> None:
    assert forum.searching.search(query).total == total


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("vlaley", "valley"),
        ("wels -seeds", "wells -seeds"),
        ("rénuion", "Réunion"),
        ("subject:censsus list:open-data", "subject:census list:open-data"),
        ("wells zzzzzz", ""),
        ("vlaley vlaley OR vlaley", "valley valley OR valley"),
        ("vlaley aqqqq bqqqq cqqqq dqqqq", ""),
        ("wells", ""),
    ],
)
def test_what_finds_nothing_is_put_right_by_words_that_are_here(forum: Forum, query: str, meant: str) -> None:
    assert forum.searching.search(query).meant == meant


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"valley{number:x}x" for number in range(2_000)),
        "v" * 50_000,
        "v-" * 25_000,
        "vlaley " * 7_000,
    ],
)
def test_a_guess_takes_no_time_whatever_was_pasted(forum: Forum, text: str) -> None:
    forum.searching.catch_up()
    began = time.process_time()
    forum.searching.search(text)
    assert time.process_time() - began < 1


def test_a_guess_that_was_cancelled_is_none(forum: Forum) -> None:
    forum.searching.catch_up()
    index = SearchIndex(forum.home.index, ArchiveSource(forum.archive))
    assert index.corrected("vlaley") == "valley"
    assert index.corrected("vlaley", lambda: True) == ""


def test_while_one_types_the_last_word_may_go_on(forum: Forum) -> None:
    *_, answer = forum.searching.typed("wells val")
    assert answer.complete
    assert [hit.subject for hit in answer.hits] == ["Census"]


def test_a_search_that_was_cancelled_gives_no_answer(forum: Forum) -> None:
    forum.searching.catch_up()
    assert list(forum.searching.typed('"wells of"', cancelled=lambda: True)) == []


def test_all_topics_of_a_query_the_newest_first(forum: Forum) -> None:
    forum.searching.catch_up()
    assert [forum.reading.outline(topic).subject for topic in forum.searching.topics("wells")] == ["Seeds", "Census"]


def test_the_tag_of_a_list_is_no_word_of_its_subjects(forum: Forum, store: Store) -> None:
    tagged = [mail(n, subject=f"[Rivers] Level {n}", text="High.", list_id="rivers.example.org") for n in range(30, 40)]
    store(*tagged, name="Rivers")
    store(mail(41, subject="The rivers", text="Low.", list_id="rivers.example.org"), name="Rivers")
    assert forum.searching.search("rivers").total == 1
    assert forum.searching.search('subject:"level 31"').total == 1
