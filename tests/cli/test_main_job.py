"""The main job: a member syncs a list, reads it, searches it, answers, and sees the answer come back."""

from __future__ import annotations

from mails import LIST_ADDRESS
from member import Member
from servers.dovecot import Dovecot, User
from servers.smtp_list import SmtpList

OPEN_DATA = '[lists.open-data]\naccount = "home"\nfolder = "INBOX"'


def test_topics_are_listed_with_the_newest_activity_first(synced: Member) -> None:
    topics = synced.json("topics", "open-data")
    assert [(t["subject"], t["posts"], t["unread"], t["people"]) for t in topics] == [
        ("کتاب‌های تازه", 1, 1, 1),
        ("The census files", 2, 2, 2),
    ]


def test_a_topic_shows_who_answers_whom_and_why(synced: Member) -> None:
    topic = synced.json("topics", "open-data")[1]["topic"]
    first, second = synced.json("show", str(topic))["posts"]
    assert first["parent"] is None
    assert (second["parent"], second["reason"], second["confidence"]) == (first["post"], "in-reply-to", 1.0)
    assert second["text"].strip() == "On the ministry's server, under /old."
    assert (second["author"], second["address"], second["state"]) == ("Omid", "omid@example.net", "text")


def test_search_finds_persian_however_it_is_spelled(synced: Member) -> None:
    for query in ("كتابهای", "کتاب های", "«کتاب‌های»"):
        found = synced.json("search", query)
        assert found["total"] == 1, query
        start, end = found["results"][0]["matches"][0]
        assert found["results"][0]["snippet"][start:end].startswith("کتاب")


def test_a_reply_goes_to_the_list_and_comes_back_as_the_same_post(synced: Member, smtp: SmtpList) -> None:
    post = synced.json("search", "census", "--posts")["results"][0]["post"]
    queued = synced.json("reply", str(post), "--text-file", "-", stdin="They moved to the new portal.\n")
    assert (queued["to"], queued["public"], queued["state"]) == ([LIST_ADDRESS], True, "queued")
    before = synced.json("show", str(post))["posts"]
    assert before[-1]["text"].strip() == "They moved to the new portal."

    assert synced.json("send")["sent"] == [queued["outbox"]]
    assert smtp.posts[0].recipients == (LIST_ADDRESS,)
    synced.json("sync")
    assert synced.json("outbox")[0]["state"] == "on the list"
    assert [p["post"] for p in synced.json("show", str(post))["posts"]] == [p["post"] for p in before]


def test_nothing_is_sent_twice_when_send_is_repeated(synced: Member, smtp: SmtpList) -> None:
    synced.json("post", "open-data", "--subject", "Hello", "--text-file", "-", stdin="I am new here.")
    synced.json("send")
    assert synced.json("send") == {"sent": [], "failed": [], "uncertain": [], "waiting": []}
    assert len(smtp.posts) == 1


def test_everything_but_sync_and_send_works_with_the_server_gone(synced: Member, dovecot: Dovecot, user: User) -> None:
    synced.configure(dovecot, user, OPEN_DATA, port=9)
    topic = str(synced.json("topics", "open-data")[0]["topic"])
    for command in (
        ["lists"],
        ["show", topic],
        ["read", topic],
        ["search", "census"],
        ["mark", "read", topic],
        ["mark", "follow", topic],
        ["reply", topic, "--text-file", "-"],
        ["outbox"],
        ["ledger"],
        ["rebuild"],
        ["export", str(synced.home / "out.mbox")],
    ):
        assert synced.run(*command, "--json", stdin="Offline words.").code == 0, command
    outcome = synced.run("sync", "--json")
    assert (outcome.code, outcome.document["stopped_by"]) == (1, "link")
