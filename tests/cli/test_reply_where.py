"""An answer goes to the list its post came from, as the person who reads that list, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from mails import LIST_ADDRESS, mail
from member import Member
from servers.dovecot import Dovecot, User

TWO_ACCOUNTS = """
[accounts.work]
address = "Ana Lima <ana@example.org>"
imap = { host = "127.0.0.1" }
password = "ask"

[accounts.nym]
address = "Nym <nym@example.net>"
imap = { host = "127.0.0.1" }
password = "ask"

[lists.work]
account = "work"
folder = "INBOX"

[lists.dissent]
account = "nym"
folder = "INBOX"
"""


def other_list(number: int, **more: object) -> bytes:
    """A mail of a second list that lies in the same folder."""
    raw = mail(number, list_id=None, fields=["List-Id: <maps.lists.other.org>", "List-Post: <mailto:maps@other.org>"])
    return raw.replace(LIST_ADDRESS.encode(), b"maps@other.org")


def load(member: Member, *mails: bytes, to: str = "open-data") -> None:
    for number, raw in enumerate(mails):
        path = Path(member.home).parent / f"{to}-{number}.eml"
        path.write_bytes(raw)
        member.json("import", str(path), to)


def configure(member: Member, config: str) -> None:
    member.home.mkdir(mode=0o700, exist_ok=True)
    (member.home / "config.toml").write_text(config)
    (member.home / "config.toml").chmod(0o600)


def one_list(more: str = "") -> str:
    return TWO_ACCOUNTS.partition("[lists.work]")[0] + f'[lists.open-data]\naccount = "work"\nfolder = "INBOX"\n{more}'


class TestTwoListsInOneFolder:
    @pytest.fixture
    def mixed(self, member: Member) -> Member:
        configure(member, one_list())
        load(member, mail(1), other_list(2, hours=9))
        return member

    def test_an_answer_goes_to_the_list_of_its_post(self, mixed: Member) -> None:
        assert mixed.json("reply", "1", "--text-file", "-", stdin="Yes.")["to"] == [LIST_ADDRESS]

    def test_an_answer_to_the_other_list_is_refused_in_words(self, mixed: Member) -> None:
        outcome = mixed.run("reply", "2", "--text-file", "-", "--json", stdin="Yes.")
        assert outcome.code == 1
        assert "another list (maps.lists.other.org)" in outcome.document["error"]["message"]

    def test_a_newsletter_that_takes_no_posts_does_not_silence_the_list(self, mixed: Member) -> None:
        news = mail(3, list_id=None, fields=["List-Id: <news.other.org>", "List-Post: NO"])
        load(mixed, news)
        assert mixed.json("reply", "1", "--text-file", "-", stdin="Yes.")["to"] == [LIST_ADDRESS]

    def test_an_address_in_the_config_is_the_persons_own_word(self, mixed: Member) -> None:
        configure(mixed, one_list('address = "open-data@new.example.org"'))
        assert mixed.json("reply", "2", "--text-file", "-", stdin="Yes.")["to"] == ["open-data@new.example.org"]


def test_a_mail_that_never_passed_the_list_does_not_say_where_it_is_posted_to(
    member: Member, dovecot: Dovecot, user: User
) -> None:
    forged = mail(2, list_id=None, answers=[1], fields=["List-Post: <mailto:collect@evil.example>"])
    for raw in (mail(1), forged):
        dovecot.append(user, "INBOX", raw, 1_790_000_000)
    lists = '[lists.open-data]\naccount = "home"\nfolder = "INBOX"\nlist_id = "open-data.lists.example.org"'
    member.configure(dovecot, user, lists)
    member.json("sync")
    assert member.json("lists")[0]["address"] == LIST_ADDRESS
    assert member.json("post", "open-data", "--subject", "Hi", "--text-file", "-", stdin="x")["to"] == [LIST_ADDRESS]


def test_an_address_that_once_was_the_lists_is_never_a_person(member: Member) -> None:
    configure(member, one_list())
    old = mail(1).replace(
        b"List-Post: <mailto:open-data@lists.example.org>", b"List-Post: <mailto:discuss@example.org>"
    )
    munged = mail(3, author="Open data <discuss@example.org>", fields=["Reply-To: discuss@example.org"])
    load(member, old, mail(2), munged)
    outcome = member.run("reply", "3", "--private", "--text-file", "-", "--json", stdin="Hush.")
    assert (outcome.code, outcome.document["error"]["kind"]) == (1, "address")


class TestSeveralAccounts:
    @pytest.fixture
    def both(self, member: Member) -> Member:
        configure(member, TWO_ACCOUNTS)
        load(member, mail(1), to="work")
        load(member, mail(1), to="dissent")
        return member

    @pytest.mark.parametrize("private", [[], ["--private"]])
    def test_who_writes_is_never_guessed(self, both: Member, private: list[str]) -> None:
        outcome = both.run("reply", "1", *private, "--text-file", "-", stdin="It is me.")
        assert outcome.code == 2
        assert "--list" in outcome.messages
        assert both.json("outbox") == []

    def test_the_list_named_tells_who_writes_and_it_is_said(self, both: Member) -> None:
        outcome = both.run("reply", "1", "--list", "dissent", "--text-file", "-", stdin="It is me.")
        assert outcome.code == 0
        assert "From nym@example.net." in outcome.output

    def test_a_list_the_post_was_not_seen_in_is_refused(self, both: Member) -> None:
        load(both, mail(2), to="work")
        assert both.run("reply", "2", "--list", "dissent", "--text-file", "-", stdin="x").code == 2
