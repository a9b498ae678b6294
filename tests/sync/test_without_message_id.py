"""Mails without a Message-ID: alike headers do not make two mails one post, and new UIDs do not make one mail two."""

from __future__ import annotations

from lists import LIST, numbered_anew
from mails import BEGAN
from member import Member
from servers.dovecot import Dovecot, User


def nameless(text: str) -> bytes:
    return (
        f"Date: Sun, 1 Mar 2026 08:00:00 +0000\r\nFrom: cron@example.org\r\nSubject: report\r\n\r\n{text}\r\n".encode()
    )


def texts(member: Member) -> list[str]:
    topics = member.json("topics", "open-data")
    return sorted(post["text"].strip() for one in topics for post in member.json("show", str(one["topic"]))["posts"])


def test_alike_headers_are_several_mails(member: Member, dovecot: Dovecot, user: User) -> None:
    expected = ["all is well", "the disk is full", "the disk is on fire"]
    dovecot.append_all(user, "INBOX", [(nameless(text), BEGAN) for text in expected])
    member.configure(dovecot, user, LIST)
    member.json("sync")
    assert texts(member) == expected


def test_the_same_mail_under_a_new_uid_is_the_same_post(member: Member, dovecot: Dovecot, user: User) -> None:
    dovecot.append_all(user, "INBOX", [(nameless(text), BEGAN) for text in ("one", "twenty-one")])
    member.configure(dovecot, user, LIST)
    member.json("sync")
    numbered_anew(dovecot, user, 777)
    assert member.json("sync")["lists"][0]["new_headers"] == 0
    assert texts(member) == ["one", "twenty-one"]
