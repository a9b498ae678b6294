"""Every view and every topic can be read as plain sentences: on paper, on a braille line, by a voice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import OPEN_DATA
from forum_home import CONFIG
from languages import pseudo_language
from listforum.config import load
from listforum.forum import Forum
from listforum.home import Home
from listforum.model.outgoing import SavedDraft
from mails import mail
from member import Member
from servers.dovecot import Dovecot, User

LRM = "\u200e"


@pytest.fixture
def reader(member: Member, tmp_path: Path) -> Member:
    """Somebody who has read the first of two posts about the census; a second list has one post in Persian."""
    for number, (name, raw) in enumerate(
        [
            ("open-data", mail(1, text="Where are the files of 1991?")),
            (
                "open-data",
                mail(2, author="Omid <omid@example.net>", answers=[1], text="Maria wrote:\n> Where?\n\nHere."),
            ),
            (
                "books",
                mail(3, subject="کتاب‌های تازه", author="امید <o@example.net>", list_id=None, text="کتاب‌ها رسید."),
            ),
        ]
    ):
        file = tmp_path / f"{number}.eml"
        file.write_bytes(raw)
        member.json("import", str(file), name)
    member.json("mark", "read", "post:1")
    (member.home / "config.toml").write_text(CONFIG)
    (member.home / "config.toml").chmod(0o600)
    return member


def told(member: Member, *arguments: str) -> list[str]:
    """The lines that are read, without the marks that keep the order of words."""
    outcome = member.run("read", *arguments)
    assert (outcome.code, outcome.messages) == (0, ""), outcome
    return outcome.output.replace(LRM, "").splitlines()


def test_a_topic_says_how_much_of_it_is_unread_and_each_post_what_it_answers(reader: Member) -> None:
    assert told(reader, "1") == [
        "Topic 1: The census files, in open-data, 2 posts, 1 unread.",
        "",
        "Post 1 of 2, number 1, by Maria Silva, 2026-03-01 09:00 UTC.",
        "Where are the files of 1991?",
        "",
        "Post 2 of 2, number 2, by Omid, 2026-03-01 10:00 UTC. Answers post 1, by Maria Silva. Unread.",
        "Maria wrote:",
        "> Where?",
        "",
        "Here.",
    ]


def test_a_list_is_read_with_the_newest_activity_first(reader: Member, tmp_path: Path) -> None:
    (tmp_path / "4.eml").write_bytes(mail(4, subject="Other files"))
    reader.json("import", str(tmp_path / "4.eml"), "open-data")
    lines = told(reader, "open-data")
    assert lines[0] == "Everything in open-data: 2 topics."
    assert [line for line in lines if line.startswith("Topic")] == [
        "Topic 4: Other files, in open-data, 1 post, 1 unread.",
        "Topic 1: The census files, in open-data, 2 posts, 1 unread.",
    ]


class TestViews:
    def test_of_what_is_unread_only_the_unread_posts_are_read(self, reader: Member) -> None:
        lines = told(reader, "open-data", "--unread")
        assert lines[:2] == ["Unread in open-data: 1 topic. Posts that you have read are left out.", ""]
        assert [line[:11] for line in lines if line.startswith("Post ")] == ["Post 2 of 2"]

    def test_without_a_list_a_view_is_of_all_of_them(self, reader: Member) -> None:
        lines = told(reader, "--unread")
        assert lines[0] == "Unread in all lists: 2 topics. Posts that you have read are left out."
        assert [line for line in lines if line.startswith("Topic")] == [
            "Topic 3: کتاب‌های تازه, in books, 1 post, 1 unread.",
            "Topic 1: The census files, in open-data, 2 posts, 1 unread.",
        ]

    def test_what_is_followed_is_read_whole(self, reader: Member) -> None:
        reader.json("mark", "follow", "1")
        assert told(reader, "--followed") == ["Followed in all lists: 1 topic.", "", *told(reader, "1")]

    def test_unanswered_topics(self, reader: Member) -> None:
        assert told(reader, "--unanswered")[2] == "Topic 3: کتاب‌های تازه, in books, 1 post, 1 unread."
        assert told(reader, "open-data", "--unanswered") == ["No topic waits for an answer in open-data."]

    def test_a_muted_topic_is_neither_unread_nor_unanswered(self, reader: Member) -> None:
        reader.json("mark", "mute", "3")
        assert not any("Topic 3" in line for view in ("--unread", "--unanswered") for line in told(reader, view))
        assert any("Topic 3" in line for line in told(reader, "books"))

    @pytest.mark.parametrize(
        ("view", "words"),
        [
            ("--unread", "Nothing is unread in any list."),
            ("--followed", "You follow no topic in any list."),
            ("--outbox", "The outbox is empty, and there is no draft."),
        ],
    )
    def test_an_empty_view_says_so(self, reader: Member, view: str, words: str) -> None:
        for topic in ("1", "3"):
            reader.json("mark", "read", topic)
        assert told(reader, view) == [words]

    def test_as_json_a_view_is_its_lines(self, reader: Member) -> None:
        assert reader.json("read", "--followed") == {"lines": ["You follow no topic in any list."]}


class TestOutbox:
    def test_it_says_where_each_thing_goes_and_how_it_stands(self, reader: Member) -> None:
        reader.json("reply", "2", "--text-file", "-", stdin="Thank you.")
        reader.json("reply", "2", "--private", "--text-file", "-", stdin="Thank you.")
        assert told(reader, "--outbox") == [
            "Item 1: Re: The census files, to everyone on open-data, open-data@lists.example.org.",
            "It is queued. It goes out with: listforum send",
            "Its text is post 4.",
            "",
            "Item 2: Re: The census files, only to omid@example.net.",
            "It is queued. It goes out with: listforum send",
        ]

    def test_a_draft_is_read_with_its_text(self, reader: Member) -> None:
        home = Home(reader.home)
        with Forum(home, lambda: load(home.config_file)) as forum:
            forum.drafting.save(SavedDraft(0, "post", "open-data", None, "A meeting", "On Friday,\nin the library.", 0))
        assert told(reader, "--outbox", "open-data") == [
            "Draft 1: A meeting, a new topic for everyone on open-data. It is not queued.",
            "On Friday,",
            "in the library.",
        ]
        assert told(reader, "--outbox", "books") == ["The outbox is empty, and there is no draft."]


def test_what_waits_on_the_server_says_how_to_have_it(member: Member, dovecot: Dovecot, user: User) -> None:
    dovecot.append(user, "INBOX", mail(1), 1_790_000_000)
    member.configure(dovecot, user, OPEN_DATA)
    member.json("sync", "--headers-only")
    assert "The text has not been fetched. To fetch it: listforum fetch post:1" in told(member, "1")
    member.json("fetch", "1")
    assert told(member, "1")[-1] == "These are the words of mail number 1."


def test_a_post_whose_parent_is_missing_says_so(reader: Member, tmp_path: Path) -> None:
    (tmp_path / "9.eml").write_bytes(mail(9, subject="Re: Lost", answers=["gone@example.org"]))
    reader.json("import", str(tmp_path / "9.eml"), "open-data")
    assert any("Answers a post that is not here. Unread." in line for line in told(reader, "4"))


@pytest.mark.parametrize(
    "arguments",
    [[], ["1", "--unread"], ["1", "--outbox"], ["--unread", "--followed"], ["--unread", "open-data", "books"]],
    ids=" ".join,
)
def test_wrong_use_is_explained(reader: Member, arguments: list[str]) -> None:
    outcome = reader.run("read", *arguments)
    assert (outcome.code, outcome.output) == (2, "")
    assert outcome.messages.startswith("listforum: ")


@pytest.mark.parametrize("view", ["--unread", "--outbox"])
def test_a_view_of_a_list_that_is_not_there_is_a_failure(reader: Member, view: str) -> None:
    assert reader.run("read", "nobodys", view).code == 1


def outside(member: Member, *arguments: str, **environment: str) -> str:
    """What is read by a program of its own, which has no terminal at all."""
    done = subprocess.run(
        [sys.executable, "-m", "listforum", "--home", str(member.home), "read", *arguments],
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_it_needs_no_terminal_and_decorates_nothing(reader: Member) -> None:
    for environment in ({"TERM": "dumb"}, {"NO_COLOR": "1"}, {"TERM": ""}):
        text = outside(reader, "--unread", **environment)
        assert text == reader.run("read", "--unread").output
        assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2190-\u27bf*_|]", text) == []


def test_a_name_from_right_to_left_does_not_turn_the_sentence_round(reader: Member) -> None:
    text = reader.run("read", "books").output
    assert text.count("کتاب‌های تازه" + LRM) == 1
    assert text.count("امید" + LRM) == 1


def test_in_another_language_no_english_is_left(reader: Member, tmp_path: Path) -> None:
    speaking = pseudo_language(tmp_path / "locale")
    reader.json("post", "open-data", "--subject", "س", "--text-file", "-", stdin="سلام")
    for view in ("--unread", "--followed", "--unanswered", "--outbox"):
        text = outside(reader, "books" if view != "--outbox" else "open-data", view, **speaking)
        while (without := re.sub("«[^«»]*»", " ", text)) != text:
            text = without
        assert re.findall("[A-Za-z]{2,}", text) == [], view
