"""A member with a home of their own, and one who has synced a small list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mails import LIST_ADDRESS, LIST_ID, mail
from member import Member
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.smtp_list import ListBehaviour, SmtpList

OPEN_DATA = '[lists.open-data]\naccount = "home"\nfolder = "INBOX"'


@pytest.fixture
def member(tmp_path: Path) -> Member:
    """Somebody whose home does not exist yet."""
    return Member(tmp_path / "home")


@pytest.fixture
def smtp(authority: Authority, dovecot: Dovecot, user: User) -> Iterator[SmtpList]:
    """The list's server: what it takes comes to the user's INBOX as the list's copy."""
    behaviour = ListBehaviour(name="Open data", list_id=LIST_ID, address=LIST_ADDRESS, tag="[open-data] ")
    with SmtpList(
        authority, deliver=lambda copy: dovecot.append(user, "INBOX", copy, 1_800_000_000), behaviour=behaviour
    ) as server:
        yield server


@pytest.fixture
def synced(member: Member, dovecot: Dovecot, user: User, smtp: SmtpList) -> Member:
    """A member with three posts of the list, in two topics, on the server and in the archive."""
    for raw in (
        mail(1, text="Where are the census files of 1991?"),
        mail(2, text="On the ministry's server, under /old.", author="Omid <omid@example.net>", answers=[1]),
        mail(3, subject="کتاب‌های تازه", text="کتاب‌های کتابخانه ملی"),
    ):
        dovecot.append(user, "INBOX", raw, 1_790_000_000)
    member.configure(dovecot, user, OPEN_DATA, smtp=smtp)
    assert member.json("sync")["lists"][0]["new_texts"] == 3
    return member
