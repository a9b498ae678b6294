"""Private and public: an answer never reaches more people than its writer meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mails import LIST_ADDRESS, mail
from member import Member
from replies import imported, post_of, refused, reply
from servers.dovecot import Dovecot, User


def direct(number: int, *, fields: tuple[str, ...] = ()) -> bytes:
    """A mail that only Ana got: nothing in it names the list."""
    raw = mail(number, text="Between us: I lost them.", author="Omid <omid@example.net>", answers=[1], list_id=None)
    return raw.replace(
        f"To: {LIST_ADDRESS}".encode(), "\r\n".join(["To: Ana Lima <ana@example.org>", *fields]).encode()
    )


def test_a_private_mail_is_not_answered_on_the_list(synced: Member, dovecot: Dovecot, user: User) -> None:
    dovecot.append(user, "INBOX", direct(9))
    synced.json("sync")
    outcome = synced.run("reply", str(post_of(synced, 9)), "--text-file", "-", "--json", stdin="Oh.")
    assert "sent to you and not to the list" in refused(outcome)
    document = reply(synced, 9, "Oh.", "--private")
    assert (document["to"], document["public"]) == (["omid@example.net"], False)


def test_an_imported_private_mail_is_not_answered_on_the_list(synced: Member, tmp_path: Path) -> None:
    imported(synced, tmp_path, direct(9))
    outcome = synced.run("reply", str(post_of(synced, 9)), "--text-file", "-", "--json", stdin="Oh.")
    assert "sent to you and not to the list" in refused(outcome)


def test_a_direct_copy_of_a_post_to_the_list_is_answered_there(synced: Member, dovecot: Dovecot, user: User) -> None:
    dovecot.append(user, "INBOX", direct(9, fields=(f"Cc: {LIST_ADDRESS}",)))
    synced.json("sync")
    assert reply(synced, 9, "Oh.")["to"] == [LIST_ADDRESS]


def test_an_imported_archive_that_names_no_list_is_answered_on_the_list(synced: Member, tmp_path: Path) -> None:
    old = mail(9, list_id=None).replace(f"To: {LIST_ADDRESS}\r\n".encode(), b"")
    imported(synced, tmp_path, old)
    assert reply(synced, 9, "Still true?")["to"] == [LIST_ADDRESS]


def test_a_private_answer_stands_in_no_topic(synced: Member) -> None:
    before = synced.json("topics", "open-data")
    reply(synced, 2, "Quietly: thanks.", "--private")
    assert synced.json("topics", "open-data") == before
    assert synced.json("search", "quietly")["total"] == 0


def test_nobody_answers_themselves_privately(synced: Member) -> None:
    reply(synced, 2, "Zanzibar has a mirror.")
    own = synced.json("search", "zanzibar", "--posts")["results"][0]["post"]
    outcome = synced.run("reply", str(own), "--private", "--text-file", "-", "--json", stdin="Right.")
    assert "is your own" in refused(outcome)


MUNGED = "Omid via Open data <open-data@lists.example.org>"


@pytest.mark.parametrize(
    ("author", "fields"),
    [
        (MUNGED, [f"Reply-To: {LIST_ADDRESS}"]),
        (MUNGED, []),
        ("open-data-bounces@lists.example.org", []),
        ("open-data-request@lists.example.org", []),
        ("Other list <other@lists.example.net>", []),
        ("Quiet list <quiet@example.com>", []),
        ("Quiet list <quiet-request@example.com>", []),
        ("other-request@lists.example.net", []),
        (MUNGED, ["Reply-To: Other list <other@lists.example.net>"]),
        ("Omid <omid@example.net>, Eve <eve@example.net>", []),
    ],
)
def test_a_private_answer_goes_to_a_proven_person_or_nowhere(  # noqa: PLR0917 - fixtures
    synced: Member, dovecot: Dovecot, user: User, tmp_path: Path, author: str, fields: list[str]
) -> None:
    other = mail(20, list_id="other.lists.example.net").replace(LIST_ADDRESS.encode(), b"other@lists.example.net")
    quiet = re.sub(rb"List-Post: [^\r]*\r\n", b"", mail(21, list_id="quiet.example.com"))
    imported(synced, tmp_path, other, name="other")
    imported(synced, tmp_path, quiet, name="quiet")
    dovecot.append(user, "INBOX", mail(9, author=author, fields=fields))
    synced.json("sync")
    outcome = synced.run("reply", str(post_of(synced, 9)), "--private", "--text-file", "-", "--json", stdin="Psst.")
    assert refused(outcome)
    assert synced.json("outbox") == []


@pytest.mark.parametrize("field", ["X-Original-From: Omid <omid@example.net>", "Reply-To: Omid <omid@example.net>"])
def test_behind_a_munged_from_the_proven_person_is_found(
    synced: Member, dovecot: Dovecot, user: User, field: str
) -> None:
    dovecot.append(user, "INBOX", mail(9, author=MUNGED, fields=[field]))
    synced.json("sync")
    assert reply(synced, 9, "Psst.", "--private")["to"] == ["omid@example.net"]
