"""The outbox: what stands in it, and what the person's word does."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

import pytest

from mails import LIST_ADDRESS
from servers.smtp_list import SmtpList
from writer import Writer


@pytest.fixture
def writer(tmp_path: Path, smtp_list: SmtpList) -> Writer:
    return Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)


def in_doubt(writer: Writer, server: SmtpList) -> int:
    """An item that the server took without a word."""
    item = writer.write()
    server.behave(die="accepted")
    assert writer.run("send").code == 1
    server.behave(die=None)
    return item


def texts(writer: Writer) -> list[str]:
    return [one["text"].strip() for one in writer.json("show", "1")["posts"]][1:]


def test_every_item_is_told_with_all_that_the_contract_names(writer: Writer) -> None:
    item = writer.write()
    [told] = writer.json("outbox")
    assert set(told) == {"outbox", "state", "to", "public", "subject", "message_id", "post", "error"}
    assert (told["outbox"], told["state"], told["to"], told["public"]) == (item, "queued", [LIST_ADDRESS], True)
    assert (told["subject"], told["error"]) == ("Re: The census files", None)
    assert told["message_id"] == message_from_bytes(writer.frozen(item))["Message-ID"].strip("<>")
    assert told["post"] in [one["post"] for one in writer.json("show", "1")["posts"]]


def test_an_empty_outbox_says_so(writer: Writer) -> None:
    assert writer.json("outbox") == []
    assert writer.run("outbox").output == "The outbox is empty.\n"


def test_where_each_item_goes_and_stands_is_said_in_words(writer: Writer, smtp_list: SmtpList) -> None:
    item = in_doubt(writer, smtp_list)
    writer.json("reply", "1", "--private", "--text-file", "-", stdin="Thanks.")
    said = writer.run("outbox").output
    assert f"uncertain    To everyone on open-data ({LIST_ADDRESS})" in said
    assert f"listforum outbox {item} --settle sent|resend|drop" in said
    assert "queued       Only to maria@example.org" in said


def test_one_item_can_be_asked_for(writer: Writer) -> None:
    first, second = writer.write("First."), writer.write("Second.")
    assert [one["outbox"] for one in writer.json("outbox", str(second))] == [second]
    assert first != second
    outcome = writer.run("outbox", "99", "--json")
    assert (outcome.code, outcome.document["error"]["kind"]) == (1, "unknown")


def test_settling_needs_an_item(writer: Writer) -> None:
    assert writer.run("outbox", "--settle", "drop", "--json").code == 2
    assert writer.run("outbox", "99", "--settle", "drop", "--json").code == 1


def test_said_to_be_sent_it_never_goes_out_again(writer: Writer, smtp_list: SmtpList) -> None:
    item = in_doubt(writer, smtp_list)
    assert "cannot be taken back" in writer.run("outbox", str(item), "--settle", "sent").output
    assert writer.states() == ["sent"]
    assert writer.json("send")["sent"] == []
    assert writer.run("outbox", str(item), "--settle", "resend", "--json").code == 2
    assert len(smtp_list.posts) == 1


def test_sent_again_it_is_the_very_same_mail(writer: Writer, smtp_list: SmtpList) -> None:
    item = in_doubt(writer, smtp_list)
    frozen = writer.frozen(item)
    said = writer.run("outbox", str(item), "--settle", "resend").output
    assert f"listforum outbox {item} --settle drop" in said
    assert writer.json("send")["sent"] == [item]
    assert [post.mail for post in smtp_list.posts] == [frozen, frozen]


def test_a_queued_answer_that_is_dropped_is_gone_with_its_post(writer: Writer, smtp_list: SmtpList) -> None:
    item = writer.write("A hasty word from Zanzibar.")
    assert writer.json("search", "zanzibar", "--posts")["total"] == 1
    assert texts(writer) == ["A hasty word from Zanzibar."]
    assert "is gone with its post" in writer.run("outbox", str(item), "--settle", "drop").output
    assert texts(writer) == []
    assert writer.json("outbox") == []
    assert writer.json("search", "zanzibar", "--posts")["total"] == 0
    assert writer.json("send")["sent"] == []
    assert smtp_list.posts == []


def test_answers_to_a_dropped_post_stay_in_the_topic(writer: Writer) -> None:
    item = writer.write("First.")
    post = writer.json("outbox", str(item))[0]["post"]
    writer.json("reply", str(post), "--text-file", "-", stdin="A correction.")
    writer.json("outbox", str(item), "--settle", "drop")
    assert texts(writer) == ["A correction."]


def test_a_new_topic_that_is_dropped_is_no_topic(writer: Writer) -> None:
    item = writer.json("post", "open-data", "--subject", "Hasty", "--text-file", "-", stdin="Hello.")["outbox"]
    assert "Hasty" in [topic["subject"] for topic in writer.json("topics", "open-data")]
    writer.json("outbox", str(item), "--settle", "drop")
    assert "Hasty" not in [topic["subject"] for topic in writer.json("topics", "open-data")]


def test_what_may_have_been_sent_keeps_its_post_when_it_is_dropped(writer: Writer, smtp_list: SmtpList) -> None:
    item = in_doubt(writer, smtp_list)
    assert "may have been sent" in writer.run("outbox", str(item), "--settle", "drop").output
    assert texts(writer) == ["They moved to the new portal."]
    assert writer.json("outbox") == []


@pytest.mark.parametrize("decision", ["sent", "resend"])
def test_what_only_waits_cannot_be_settled(writer: Writer, decision: str) -> None:
    item = writer.write()
    outcome = writer.run("outbox", str(item), "--settle", decision, "--json")
    assert outcome.code == 2
    assert "“queued”" in outcome.document["error"]["message"]
    assert writer.states() == ["queued"]


def test_the_words_of_a_server_cannot_steer_the_terminal(writer: Writer, smtp_list: SmtpList) -> None:
    writer.write()
    smtp_list.behave(refuse={"rcpt": "550 \x1b[2Jgone\x07"})
    assert writer.run("send").code == 1
    for outcome in (writer.run("outbox"), writer.run("outbox", "--json")):
        assert "\x1b" not in outcome.output
        assert "gone" in outcome.output
