"""What ties posts and topics together, at the command line: reasons, branches, quotes, and the person's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from member import Member
from reader import fill
from tied import mails


@pytest.fixture
def reader(tmp_path: Path) -> Member:
    fill(tmp_path / "home", "open-data", mails())
    return Member(tmp_path / "home")


def said(member: Member, *arguments: str) -> str:
    outcome = member.run(*arguments)
    assert outcome.code == 0, outcome
    return " ".join(outcome.output.replace("\u200e", "").split())


class TestShow:
    def test_tells_why_a_post_stands_where_no_header_puts_it(self, reader: Member) -> None:
        told = said(reader, "show", "1")
        assert told.count("(No header says what it answers.)") == 1
        assert "(It quotes 3 lines of the post of Omar Haddad, 2026-03-01 10:00 UTC.)" in told
        assert "In-Reply-To" not in told

    def test_tells_branches_in_both_topics(self, reader: Member) -> None:
        assert "[branch: topic 4, Maps of the districts, 2 posts]" in said(reader, "show", "1")
        child = said(reader, "show", "4")
        assert "branched off topic 1, The census of 1991" in child
        assert "(Its subject changed, so it begins a topic of its own." in child

    def test_tells_the_lists_of_a_post_that_came_through_several(self, reader: Member) -> None:
        fill(reader.home, "maps", mails()[:1])
        assert said(reader, "show", "1").count("(in the lists open-data, maps)") == 1

    def test_tells_programs_the_same(self, reader: Member) -> None:
        topic = reader.json("show", "1")
        assert topic["origin"] is None
        assert topic["branches"] == [
            {"topic": 4, "subject": "Maps of the districts", "posts": 2, "post": 2, "there": 4}
        ]
        first, answer, quote = topic["posts"]
        assert (first["evidence"], first["branch"], first["quotes"], first["lists"]) == (None, False, [], ["open-data"])
        assert answer["quotes"] == [{"line": 1, "lines": 7, "post": 1, "topic": 1}]
        assert answer["evidence"].startswith("Its header says so: In-Reply-To names the post of Maria Silva")
        assert (quote["parent"], quote["reason"]) == (2, "quote")
        assert "It quotes 3 lines of the post of Omar Haddad" in quote["evidence"]
        child = reader.json("show", "4")
        assert child["origin"] == {"topic": 1, "subject": "The census of 1991", "posts": 3, "post": 4, "there": 2}
        branch = child["posts"][0]
        assert (branch["branch"], branch["parent"], branch["parent_topic"]) == (True, 2, 1)


def test_read_tells_branches_in_words(reader: Member) -> None:
    assert "From here branched off topic 4: Maps of the districts, 2 posts." in said(reader, "read", "1")
    child = said(reader, "read", "4")
    assert "It branched off topic 1, The census of 1991: the subject changed." in child
    assert "Answers post 2 of that topic." in child


class TestThePersonsWord:
    def test_join_says_where_the_post_went(self, reader: Member) -> None:
        assert said(reader, "join", "4", "1") == (
            "Post 4 now stands under post 1, in topic 1, “The census of 1991”. To take that back: listforum unjoin 4"
        )
        assert reader.json("show", "4")["topic"] == 1

    def test_split_and_unjoin_say_it_too(self, reader: Member) -> None:
        assert "Post 3 now begins a topic of its own, topic 3, “The census of 1991”." in said(reader, "split", "3")
        told = said(reader, "unjoin", "3")
        assert told == "Post 3 is where the evidence puts it again: under post 2, in topic 1, “The census of 1991”."
        assert said(reader, "unjoin", "3") == "Post 3 had no join or split to take back."

    def test_unjoin_of_a_branch_leads_to_its_own_topic(self, reader: Member) -> None:
        said(reader, "join", "4", "1")
        assert "it begins topic 4, “Maps of the districts”" in said(reader, "unjoin", "4")

    def test_programs_are_told_how_many_changed(self, reader: Member) -> None:
        assert [
            reader.json(*command)["changed"]
            for command in (["join", "3", "1"], ["split", "3"], ["unjoin", "3"], ["unjoin", "3"])
        ] == [1, 1, 1, 0]
