"""The answer without an index: what each condition means, told from the posts themselves."""

from __future__ import annotations

from datetime import date

import pytest

from listforum.search.answer import Wish
from listforum.search.parse import parse, parse_unfinished
from listforum.search.query import Query
from listforum.search.scan import scan
from search.memory import MemoryArchive, document

TODAY = date(2023, 11, 30)
EVERYTHING = Wish("newest", 100, "posts")


def archive() -> MemoryArchive:
    made = MemoryArchive(
        [
            document(1, "The hand pump broke", subject="Water", author="Maria", address="maria@example.org"),
            document(2, "Pumping by hand", subject="Hands", lists=("garden", "Kitchen"), topic=1),
            document(3, "no words", subject="Pump-room", files=("report.pdf",), has=("attachment",)),
            document(4, "the pump", lists=()),
            document(5, "全文搜索引擎", author="Ali", has=("link", "patch"), date=1_700_000_000),
            document(6, "این کتاب\u200cها", author="Sara"),
        ]
    )
    made.marks = {"unread": frozenset((2, 5)), "starred": frozenset((1, 2))}
    return made


def found(query: Query, source: MemoryArchive) -> list[int]:
    return sorted(hit.post for hit in scan(source, query, EVERYTHING).hits)


@pytest.mark.parametrize(
    ("typed", "posts"),
    [
        ("pump", [1, 2, 3]),
        ('"hand pump"', [1]),
        ("hand -pump", []),
        ("-pump", [5, 6]),
        ("maria OR 搜索", [1, 5]),
        ("hand maria OR kitchen", [1]),
        ("words OR report.pdf OR کتاب", [3, 6]),
        ("pum*", [1, 2, 3]),
        ("pumpi*", [1, 2, 3]),
        ("broken*", []),
        ("-pumpi*", [5, 6]),
        ('"hand pumpi*"', [1]),
        ("pump-ro*", [3]),
        ("搜索引*", [5]),
        ("搜引", []),
        ("کتابه*", [6]),
        ("from:example.org", [1]),
        ("subject:hand", [2]),
        ("file:report", [3]),
        ("file:pump", []),
        ("list:kitchen", [2]),
        ("-list:garden", []),
        ("topic:1", [1, 2]),
        ("topic:4", []),
        ("is:unread", [2, 5]),
        ("is:read", [1, 3, 6]),
        ("is:starred -is:unread", [1]),
        ("is:followed", []),
        ("has:patch", [5]),
        ("has:attachment OR has:link", [3, 5]),
        ("on:2023-11-14", [5]),
        ("after:2023-11-17", [3, 6]),
        ("before:2023-11-17", [1, 2, 5]),
        ("-on:2023-11-14 before:2023-11-17", [1, 2]),
        ("pump OR is:unread -maria", [2, 3, 5]),
    ],
)
def test_a_post_is_found_when_it_meets_what_was_asked(typed: str, posts: list[int]) -> None:
    assert found(parse(typed, TODAY), archive()) == posts


def test_a_word_still_being_typed_is_met_by_itself_and_by_what_begins_so() -> None:
    assert found(parse_unfinished("pumps", TODAY), archive()) == [1, 2, 3]
    assert found(parse_unfinished("hand pumpi", TODAY), archive()) == [1, 2]
    assert found(parse("pumps*", TODAY), archive()) == []


def test_a_topic_has_the_posts_that_are_in_it_now() -> None:
    source = archive()
    source.move(3, 1)
    source.move(2, 2)
    assert found(parse("topic:1", TODAY), source) == [1, 3]


def test_problems_are_told_with_what_was_found() -> None:
    answer = scan(archive(), parse("pump after:spring", TODAY), EVERYTHING)
    assert answer.total == 3
    assert "is not a date" in answer.problems[0]


@pytest.mark.parametrize(("typed", "looked_at"), [("pump", 2), ("pum*", 8)])
def test_a_scan_that_is_cancelled_tells_what_it_found_till_then(typed: str, looked_at: int) -> None:
    asked = iter(range(100))
    answer = scan(archive(), parse(typed, TODAY), EVERYTHING, lambda: next(asked) >= looked_at)
    assert answer.complete is False
    assert [hit.post for hit in answer.hits] == [2, 1]


def test_a_scan_that_is_not_cancelled_is_complete() -> None:
    assert scan(archive(), parse("pump", TODAY), EVERYTHING).complete
