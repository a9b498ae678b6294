"""What a person marks, and their word on threads, at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mails import mail
from member import Member


@pytest.fixture
def member(tmp_path: Path) -> Member:
    """Two topics of a list: posts 1 and 2, and post 3; post 4 stands in the first topic, but in another list."""
    member = Member(tmp_path / "home")
    for number, answers, name in ((1, [], "open-data"), (2, [1], "open-data"), (3, [], "open-data"), (4, [2], "maps")):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(mail(number, answers=answers, subject=f"Subject {3 if number == 3 else 1}", hours=24 * number))
        member.json("import", str(path), name)
    return member


def unread(member: Member) -> list[int]:
    return sorted(
        post["post"]
        for topic in (1, 3)
        for post in member.json("show", str(topic))["posts"]
        if not post["read"]
    )  # fmt: skip


def test_reading_marks_a_post_a_topic_or_a_list(member: Member) -> None:
    assert member.json("mark", "read", "post:2") == {"changed": 1}
    assert unread(member) == [1, 3, 4]
    assert member.json("mark", "read", "1") == {"changed": 2}
    assert unread(member) == [3]
    assert member.json("mark", "unread", "1") == {"changed": 3}
    assert member.json("mark", "read", "open-data") == {"changed": 3}
    assert unread(member) == [4]
    assert member.json("mark", "read", "open-data") == {"changed": 0}


def test_only_what_is_older_than_a_day_is_marked(member: Member) -> None:
    for target, expected in (("open-data", [3, 4]), ("1", [3, 4]), ("post:2", [1, 3, 4])):
        assert member.json("mark", "read", target, "--older-than", "2026-03-04")["changed"] == 4 - len(expected)
        assert unread(member) == expected, target
        member.json("mark", "unread", "open-data")
        member.json("mark", "unread", "maps")
    assert member.json("mark", "read", "post:3", "--older-than", "2026-03-04") == {"changed": 0}


def test_what_is_unread_is_counted_and_listed(member: Member) -> None:
    member.json("mark", "read", "1")
    assert [(topic["topic"], topic["unread"]) for topic in member.json("topics", "open-data")] == [(3, 1), (1, 0)] or [
        (topic["topic"], topic["unread"]) for topic in member.json("topics", "open-data")
    ] == [(1, 0), (3, 1)]
    assert [topic["topic"] for topic in member.json("topics", "open-data", "--unread")] == [3]
    assert {one["list"]: one["unread"] for one in member.json("lists")} == {"maps": 0, "open-data": 1}


@pytest.mark.parametrize(("mark", "unmark", "field"), [
    ("follow", "unfollow", "followed"), ("mute", "unmute", "muted"), ("star", "unstar", "starred"),
])  # fmt: skip
def test_topics_are_followed_muted_and_starred(member: Member, mark: str, unmark: str, field: str) -> None:
    def marked() -> list[int]:
        return [topic["topic"] for topic in member.json("topics", "open-data") if topic[field]]

    assert member.json("mark", mark, "1") == {"changed": 1}
    assert member.json("mark", mark, "post:2") == {"changed": 0}
    assert marked() == [1]
    assert member.json("mark", mark, "open-data") == {"changed": 1}
    assert member.json("mark", unmark, "post:4") == {"changed": 1}
    assert marked() == [3]
    assert member.json("mark", unmark, "open-data") == {"changed": 1}
    assert marked() == []


def test_the_views_of_a_list_narrow_each_other(member: Member) -> None:
    member.json("mark", "follow", "open-data")
    member.json("mark", "read", "3")
    assert [one["topic"] for one in member.json("topics", "open-data", "--followed", "--unread")] == [1]
    assert [one["topic"] for one in member.json("topics", "open-data", "--unanswered", "--unread")] in ([], [1])
    assert len(member.json("topics", "open-data", "--limit", "1", "--offset", "1")) == 1
    assert member.json("topics", "open-data", "--limit", "0") == []
    assert member.json("topics", "open-data", "--offset", "9") == []


def test_a_join_moves_a_post_and_unjoin_takes_it_back(member: Member) -> None:
    member.json("mark", "star", "3")
    assert member.json("join", "3", "2") == {"changed": 1}
    shown = member.json("show", "1")["posts"]
    joined = next(post for post in shown if post["post"] == 3)
    assert (joined["parent"], joined["reason"], joined["confidence"]) == (2, "person", 1.0)
    assert member.json("topics", "open-data")[0]["starred"]
    assert member.json("rebuild")["topics"] == 1
    assert member.json("unjoin", "3") == {"changed": 1}
    assert member.json("unjoin", "3") == {"changed": 0}
    assert [post["post"] for post in member.json("show", "3")["posts"]] == [3]
    assert [topic["starred"] for topic in member.json("topics", "open-data") if topic["topic"] == 3] == [True]


def test_a_split_makes_a_topic_and_what_hangs_below_goes_with_it(member: Member) -> None:
    assert member.json("split", "2") == {"changed": 1}
    assert [post["post"] for post in member.json("show", "2")["posts"]] == [2, 4]
    assert [post["post"] for post in member.json("show", "1")["posts"]] == [1]
    member.json("unjoin", "2")
    assert [post["post"] for post in member.json("show", "4")["posts"]] == [1, 2, 4]


def test_a_join_in_a_circle_is_refused_in_words(member: Member) -> None:
    outcome = member.run("join", "1", "4")
    assert outcome.code == 2
    assert "circle" in outcome.messages
    assert member.run("join", "1", "1").code == 2


def test_whatever_was_marked_survives_a_rebuild(member: Member) -> None:
    member.json("mark", "read", "1")
    member.json("mark", "mute", "3")
    member.json("join", "3", "1")
    before = member.json("topics", "open-data"), member.json("show", "1")
    member.json("rebuild")
    assert (member.json("topics", "open-data"), member.json("show", "1")) == before
