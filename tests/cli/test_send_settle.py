"""After sending: how listforum finds out what became of a post, and that it never takes a stranger's word for it."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from listforum.archive.archive import Archive
from listforum.model.outgoing import OutboxState
from mails import LIST_ADDRESS, LIST_ID, mail
from member import Member
from servers.dovecot import Dovecot, User
from servers.smtp_list import SmtpList, list_copy

OPEN_DATA = '[lists.open-data]\naccount = "home"\nfolder = "INBOX"'
LATER = 1_800_000_000
"""When the server got the mails of a test: after all of them were written."""

WORDS = "The mirror in Zanzibar still has every census file of 1991."


def write(member: Member, post: int = 1) -> dict[str, Any]:
    """An answer that waits in the outbox."""
    document: dict[str, Any] = member.json("reply", str(post), "--text-file", "-", stdin=WORDS)
    return document


def sent(member: Member) -> dict[str, Any]:
    document = write(member)
    assert member.json("send")["sent"] == [document["outbox"]]
    return document


def doubtful(member: Member, smtp: SmtpList) -> dict[str, Any]:
    """An answer that the server took, while the link died before it could say so."""
    document = write(member)
    smtp.behave(die="accepted")
    outcome = member.run("send", "--json")
    smtp.behave(die=None)
    assert (outcome.code, outcome.document["uncertain"]) == (1, [document["outbox"]])
    return document


def state(member: Member) -> OutboxState:
    [item] = member.json("outbox")
    answer: OutboxState = item["state"]
    return answer


def put(member: Member, where: OutboxState) -> None:
    """Puts the only item into a state, as if that had been its way."""
    with Archive(member.home / "archive.sqlite3") as archive:
        [item] = archive.outbox.all()
        for step in ("sending", "uncertain", where):
            archive.outbox.move(item.item, step, now=int(time.time()))  # type: ignore[arg-type]


def frozen(member: Member) -> bytes:
    with Archive(member.home / "archive.sqlite3") as archive:
        return archive.outbox.mail(archive.outbox.all()[0].item)[1]


def topic(member: Member) -> list[dict[str, Any]]:
    posts: list[dict[str, Any]] = member.json("show", "1")["posts"]
    return posts


# --- the list's copy ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("munged", [False, True])
@pytest.mark.parametrize("extent", [(), ("--headers-only",)])
def test_the_lists_copy_becomes_the_same_post(
    synced: Member, smtp: SmtpList, munged: bool, extent: tuple[str, ...]
) -> None:
    smtp.behave(munge_from=munged)
    document = sent(synced)
    before = topic(synced)
    synced.json("sync", *extent)
    after = topic(synced)
    assert state(synced) == "on the list"
    assert [one["post"] for one in after] == [one["post"] for one in before]
    assert after[-1]["text"].strip() == WORDS
    assert after[-1]["message_id"] == document["message_id"]
    assert synced.json("search", "zanzibar", "--posts")["total"] == 1


@pytest.mark.parametrize("was", ["queued", "uncertain", "sent"])
def test_the_copy_settles_whatever_was_thought_before(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User, was: OutboxState
) -> None:
    write(synced)
    put(synced, was)
    dovecot.append(user, "INBOX", list_copy(frozen(synced), smtp.behaviour), LATER)
    synced.json("sync")
    assert state(synced) == "on the list"
    assert synced.json("send") == {"sent": [], "failed": [], "uncertain": [], "waiting": []}
    assert smtp.posts == []


def test_a_doubt_is_settled_by_the_next_sync_and_nothing_is_sent_again(synced: Member, smtp: SmtpList) -> None:
    doubtful(synced, smtp)
    assert synced.json("send")["sent"] == []
    synced.json("sync")
    assert state(synced) == "on the list"
    assert len(smtp.posts) == 1


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("Subject", "Subject: ***SPAM*** Hello"),
        ("Date", "Date: Wed, 06 Jan 2027 10:00:00 +0330"),
        ("From", "From: Somebody <anonymous@lists.example.org>"),
    ],
)
def test_whatever_a_list_makes_of_the_header_it_stays_one_post(  # noqa: PLR0917 - fixtures
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User, field: str, changed: str
) -> None:
    smtp.behave(echo=False)
    sent(synced)
    before = topic(synced)
    copy = re.sub(rf"(?m)^{field}: [^\r]*".encode(), changed.encode(), list_copy(frozen(synced), smtp.behaviour))
    dovecot.append(user, "INBOX", copy, LATER)
    synced.json("sync")
    assert state(synced) == "on the list"
    assert [one["post"] for one in topic(synced)] == [one["post"] for one in before]
    assert len(synced.json("topics", "open-data")) == 2


# --- another Message-ID -------------------------------------------------------------------------------------------

CHANGED = "<CHANGED.0001@provider.example>"


@pytest.mark.parametrize("original_named", [True, False])
@pytest.mark.parametrize("munged", [False, True])
def test_a_changed_message_id_is_still_one_post_known_by_both(  # noqa: PLR0917 - fixtures
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User, original_named: bool, munged: bool
) -> None:
    smtp.behave(munge_from=munged)
    document = sent_with_changed_id(synced, smtp)
    dovecot.append(user, "INBOX", with_changed_id(synced, smtp, original_named=original_named), LATER)
    before = topic(synced)
    synced.json("sync")
    assert state(synced) == "on the list"
    assert [one["post"] for one in topic(synced)] == [one["post"] for one in before]
    own = before[-1]["post"]
    for number, known in ((9001, document["message_id"]), (9002, CHANGED.strip("<>"))):
        dovecot.append(user, "INBOX", mail(number, author="Omid <omid@example.net>", answers=[known]), LATER)
    synced.json("sync")
    assert [one["parent"] for one in topic(synced)[-2:]] == [own, own]
    assert synced.json("search", "zanzibar", "--posts")["total"] == 1


def sent_with_changed_id(synced: Member, smtp: SmtpList) -> dict[str, Any]:
    smtp.behave(echo=False, new_message_id=CHANGED)
    return sent(synced)


def with_changed_id(synced: Member, smtp: SmtpList, *, original_named: bool = False) -> bytes:
    """The list's copy as a provider sends it that gives ids of its own."""
    copy = list_copy(frozen(synced), smtp.behaviour)
    return copy if original_named else re.sub(rb"X-Microsoft-Original-Message-ID: [^\r]*\r\n", b"", copy)


def test_new_uids_do_not_part_a_post_from_its_copy(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User
) -> None:
    smtp.behave(munge_from=True)
    sent_with_changed_id(synced, smtp)
    dovecot.append(user, "INBOX", with_changed_id(synced, smtp), LATER)
    synced.json("sync")
    before = topic(synced)
    dovecot.change_uidvalidity(user, "INBOX")
    synced.json("sync")
    assert [one["post"] for one in topic(synced)] == [one["post"] for one in before]
    synced.json("rebuild")
    assert [one["post"] for one in topic(synced)] == [one["post"] for one in before]


def test_with_headers_only_a_changed_id_waits_for_its_text(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User
) -> None:
    sent_with_changed_id(synced, smtp)
    dovecot.append(user, "INBOX", with_changed_id(synced, smtp), LATER)
    before = topic(synced)
    synced.json("sync", "--headers-only")
    assert len(topic(synced)) == len(before) + 1
    assert state(synced) == "sent"
    synced.json("sync")
    assert [one["post"] for one in topic(synced)] == [one["post"] for one in before]
    assert state(synced) == "on the list"


def test_what_was_marked_on_the_copy_holds_for_the_post(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User
) -> None:
    sent_with_changed_id(synced, smtp)
    dovecot.append(user, "INBOX", with_changed_id(synced, smtp), LATER)
    synced.json("sync", "--headers-only")
    copy = topic(synced)[-1]["post"]
    synced.json("join", str(copy), "2")
    synced.json("sync")
    assert topic(synced)[-1]["parent"] == 2


def test_the_same_words_of_another_day_are_another_post(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User
) -> None:
    smtp.behave(echo=False)
    sent(synced)
    same = mail(60, subject="Re: The census files", text=WORDS, author="Ana Lima <ana@example.org>", answers=[1])
    dovecot.append(user, "INBOX", same, LATER)
    synced.json("sync")
    assert state(synced) == "sent"
    assert len(topic(synced)) == 4


# --- a provider that hides the copy -------------------------------------------------------------------------------


def test_an_answer_of_somebody_else_settles(synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User) -> None:
    smtp.behave(echo=False)
    document = doubtful(synced, smtp)
    dovecot.append(
        user, "INBOX", mail(50, author="Omid <omid@example.net>", answers=[1, document["message_id"]]), LATER
    )
    synced.json("sync", "--headers-only")
    assert state(synced) == "on the list"


def test_an_answer_of_ones_own_settles_nothing(synced: Member, smtp: SmtpList) -> None:
    smtp.behave(echo=False)
    document = doubtful(synced, smtp)
    own = synced.json("search", "zanzibar", "--posts")["results"][0]["post"]
    synced.json("reply", str(own), "--text-file", "-", stdin="A correction to myself.")
    synced.json("outbox", "2", "--settle", "drop")
    synced.json("sync")
    assert [item["state"] for item in synced.json("outbox") if item["outbox"] == document["outbox"]] == ["uncertain"]


@pytest.mark.parametrize("field", ["Message-ID", "X-Microsoft-Original-Message-ID"])
def test_the_sent_folder_settles(synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User, field: str) -> None:
    smtp.behave(echo=False)
    doubtful(synced, smtp)
    dovecot.append(user, "Sent", frozen(synced).replace(b"Message-ID:", f"{field}:".encode()), LATER)
    synced.json("sync")
    assert state(synced) == "sent"


def test_a_private_answer_in_doubt_is_settled_by_the_sent_folder(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User
) -> None:
    synced.json("reply", "2", "--private", "--text-file", "-", stdin="Quietly: thanks.")
    smtp.behave(echo=False, die="accepted")
    assert synced.run("send").code == 1
    dovecot.append(user, "Sent", frozen(synced), LATER)
    synced.json("sync")
    assert state(synced) == "sent"


def test_what_the_provider_keeps_of_it_among_all_mail_is_not_yet_on_the_list(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User
) -> None:
    synced.configure(dovecot, user, f'{OPEN_DATA}\nlist_id = "{LIST_ID}"', smtp=smtp)
    smtp.behave(echo=False)
    doubtful(synced, smtp)
    before = topic(synced)
    dovecot.append(user, "INBOX", frozen(synced), LATER)
    synced.json("sync")
    assert state(synced) == "sent"
    dovecot.append(user, "INBOX", list_copy(frozen(synced), smtp.behaviour), LATER)
    synced.json("sync")
    assert state(synced) == "on the list"
    assert [one["post"] for one in topic(synced)] == [one["post"] for one in before]


# --- nobody else's word -------------------------------------------------------------------------------------------


def forged(member: Member, *, date: bool) -> bytes:
    """A stranger's mail under the id of a post: with its date and subject, or with others."""
    raw = frozen(member).replace(WORDS.encode(), b"I sell watches.")
    raw = raw.replace(b"From: Ana Lima <ana@example.org>", b"From: Eve <eve@example.net>")
    return raw if date else re.sub(rb"Date: [^\r]*", b"Date: Sun, 01 Mar 2026 09:00:00 +0000", raw)


def test_other_words_under_the_same_id_are_another_post(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User
) -> None:
    smtp.behave(echo=False)
    doubtful(synced, smtp)
    dovecot.append(user, "INBOX", forged(synced, date=False), LATER)
    synced.json("sync")
    assert state(synced) == "uncertain"
    texts = [one["text"].strip() for one in topic(synced)]
    assert WORDS in texts
    assert "I sell watches." in texts


def test_a_header_alone_never_replaces_what_was_written(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User
) -> None:
    """Who knows the id, the date and the subject has seen the mail: so it went out, which is all this settles."""
    smtp.behave(echo=False)
    doubtful(synced, smtp)
    dovecot.append(user, "INBOX", forged(synced, date=True), LATER)
    synced.json("sync")
    own = topic(synced)[-1]
    assert (own["text"].strip(), own["author"], own["address"]) == (WORDS, "Ana Lima", "ana@example.org")


# --- nothing stays in doubt for ever ------------------------------------------------------------------------------


def test_after_a_day_in_doubt_the_person_is_asked(
    synced: Member, smtp: SmtpList, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.behave(echo=False)
    document = doubtful(synced, smtp)
    synced.json("sync")
    assert "--settle" not in synced.json("outbox")[0]["error"]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 25 * 3600)
    synced.json("sync")
    [item] = synced.json("outbox")
    assert item["state"] == "uncertain"
    assert f"listforum outbox {document['outbox']} --settle" in item["error"]
    assert synced.json("send")["sent"] == []
    assert len(smtp.posts) == 1


def test_a_late_copy_still_settles_and_takes_the_question_back(
    synced: Member, smtp: SmtpList, dovecot: Dovecot, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.behave(echo=False)
    doubtful(synced, smtp)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 25 * 3600)
    synced.json("sync")
    dovecot.append(user, "INBOX", list_copy(frozen(synced), smtp.behaviour), LATER)
    synced.json("sync")
    [item] = synced.json("outbox")
    assert (item["state"], item["error"]) == ("on the list", None)


def test_the_envelope_goes_to_the_list_alone(synced: Member, smtp: SmtpList) -> None:
    sent(synced)
    assert [(post.sender, post.recipients) for post in smtp.posts] == [("ana@example.org", (LIST_ADDRESS,))]
