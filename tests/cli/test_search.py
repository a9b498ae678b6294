"""Search from the shell: what is wrong with a query is said and the rest is searched for; searches are saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from mails import mail
from member import Member


@pytest.fixture
def member(member: Member, tmp_path: Path) -> Member:
    """A member whose archive holds four posts."""
    for n, words in enumerate(("Where is the census?", "The census of 1991.", "A bus and a tram.", "کتاب‌های تازه"), 1):
        (tmp_path / f"{n}.eml").write_bytes(mail(n, subject=f"Topic {n}", text=words))
        assert member.run("import", str(tmp_path / f"{n}.eml"), "open-data").code == 0
    return member


def subjects(member: Member, *arguments: str) -> set[str]:
    return {result["subject"] for result in member.json("search", *arguments)["results"]}


def test_what_is_not_understood_is_said_beside_what_the_rest_finds(member: Member) -> None:
    done = member.run("search", "before:yesteryear census")
    assert done.code == 0
    assert "yesteryear" in done.messages
    assert "2 found" in done.output
    found = member.json("search", "before:yesteryear census")
    assert found["total"] == 2
    assert any("yesteryear" in problem for problem in found["problems"])


def test_where_nothing_can_be_searched_for_it_is_wrong_use(member: Member) -> None:
    done = member.run("search", "before:yesteryear")
    assert (done.code, done.output) == (2, "")
    assert "yesteryear" in done.messages


def test_what_was_meant_is_told_where_nothing_is_found(member: Member) -> None:
    assert member.json("search", "censis")["meant"] == "census"
    assert "Did you mean: census" in member.run("search", "censis").output
    assert member.json("search", "census")["meant"] is None


def test_the_total_counts_more_than_is_listed(member: Member) -> None:
    found = member.json("search", "census OR bus", "--limit", "1")
    assert (found["total"], len(found["results"])) == (3, 1)


def test_a_search_is_saved_listed_answered_and_forgotten(member: Member) -> None:
    done = member.run("search", "bus OR tram", "--save", "Rides")
    assert done.code == 0
    assert "1 found" in done.output
    assert "listforum search --view Rides" in done.messages
    assert member.json("search", "--saved") == [{"name": "Rides", "words": "bus OR tram"}]
    assert subjects(member, "--view", "rides") == {"Topic 3"}
    assert member.json("search", "--forget", "Rides") == {"changed": 1}
    assert member.json("search", "--saved") == []
    assert "--save NAME" in member.run("search", "--saved").output


def test_a_search_in_one_list_is_saved_as_such(member: Member, tmp_path: Path) -> None:
    (tmp_path / "9.eml").write_bytes(mail(9, subject="Elsewhere", text="A census."))
    assert member.run("import", str(tmp_path / "9.eml"), "gardens").code == 0
    assert subjects(member, "census", "--list", "gardens", "--save", "there") == {"Elsewhere"}
    assert subjects(member, "--view", "there") == {"Elsewhere"}


def test_what_cannot_be_searched_for_is_not_saved(member: Member) -> None:
    assert member.run("search", "before:yesteryear", "--save", "wrong").code == 2
    assert member.json("search", "--saved") == []


@pytest.mark.parametrize("asked", ["--view", "--forget"])
def test_a_name_under_which_nothing_is_saved_is_unknown(member: Member, asked: str) -> None:
    done = member.run("search", asked, "nothing")
    assert (done.code, done.output) == (1, "")
    assert "nothing" in done.messages


@pytest.mark.parametrize(
    "arguments",
    [[], ["census", "--saved"], ["census", "--view", "x"], ["census", "--forget", "x"], ["--saved", "--forget", "x"]],
)
def test_words_are_asked_for_where_they_are_needed_and_only_there(member: Member, arguments: list[str]) -> None:
    done = member.run("search", *arguments)
    assert (done.code, done.output) == (2, "")


def test_the_help_shows_what_can_be_asked(member: Member) -> None:
    told = member.run("search", "--help").output
    for words in ("bus OR tram", "librar*", "is:unread", "has:attachment", 'on:"last year"', "topic:", "--save"):
        assert words in told, words


def test_a_word_that_is_not_to_be_found_needs_no_quotation_marks(member: Member) -> None:
    assert subjects(member, "census", "OR", "bus") == {"Topic 1", "Topic 2", "Topic 3"}
    assert subjects(member, "-tram", "census", "OR", "bus", "-1991") == {"Topic 1"}
    assert member.run("search", "-census", "--nonsense").code == 2


def test_where_several_lists_are_found_each_hit_names_its_own(member: Member, tmp_path: Path) -> None:
    (tmp_path / "seeds.eml").write_bytes(mail(9, subject="Seeds of the census", list_id="gardens.example.org"))
    assert member.run("search", "census").output.count("open-data") == 0
    member.json("import", str(tmp_path / "seeds.eml"), "gardens")
    found = member.json("search", "census")["results"]
    assert sorted(hit["lists"] for hit in found) == [["gardens"], ["open-data"], ["open-data"]]
    assert member.run("search", "census").output.count("open-data") == 2
