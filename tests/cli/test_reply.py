"""Replying and posting: what is queued, where it goes, and when listforum refuses to guess."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mails import LIST_ADDRESS, identifier, mail
from member import Member
from replies import imported, post_of, queued, refused, reply, text_of
from servers.dovecot import Dovecot, User
from servers.smtp_list import SmtpList

OPEN_DATA = '[lists.open-data]\naccount = "home"\nfolder = "INBOX"'


# --- an answer to the list ----------------------------------------------------------------------------------------


def test_a_reply_names_its_parent_and_those_before_it(synced: Member) -> None:
    message = queued(synced, reply(synced, 2, "Found them.")["outbox"])
    assert message["In-Reply-To"] == f"<{identifier(2)}>"
    assert message["References"].split() == [f"<{identifier(1)}>", f"<{identifier(2)}>"]
    assert message["Subject"] == "Re: The census files"
    assert (message["From"], message["To"]) == ("Ana Lima <ana@example.org>", LIST_ADDRESS)
    assert message["Content-Type"] == "text/plain; charset=utf-8; format=flowed"


def test_a_reply_in_any_script_arrives_as_it_was_written(synced: Member) -> None:
    text = "سلام، کتاب‌ها اینجاست.\nЗдравствуйте! 你好 — ¿qué tal?\n"
    message = queued(synced, reply(synced, 3, text)["outbox"])
    assert text_of(message) == text
    assert all(byte < 128 for byte in bytes(message))


def test_the_destination_is_said_in_words(synced: Member) -> None:
    post = str(post_of(synced, 2))
    public = synced.run("reply", post, "--text-file", "-", stdin="Found them.").output
    assert f"To everyone on open-data ({LIST_ADDRESS})" in public
    private = synced.run("reply", post, "--private", "--text-file", "-", stdin="Found them.").output
    assert "Only to omid@example.net" in private


def test_the_text_answered_is_quoted_on_request_only(synced: Member) -> None:
    plain = text_of(queued(synced, reply(synced, 2, "Found them.")["outbox"]))
    assert plain == "Found them.\n"
    above = text_of(queued(synced, reply(synced, 2, "Found them.", "--quote")["outbox"]))
    assert above == "Omid wrote:\n> On the ministry's server, under /old.\n\nFound them.\n"


def test_what_the_answered_post_quotes_itself_is_not_quoted_again(synced: Member, dovecot: Dovecot, user: User) -> None:
    text = "Omid wrote:\n> On the ministry's server,\n> under /old.\n\nI see nothing there.\n\n\n\nDo you?\n\n-- \nWei"
    dovecot.append(user, "INBOX", mail(9, text=text))
    synced.json("sync")
    above = text_of(queued(synced, reply(synced, 9, "Yes.", "--quote")["outbox"]))
    assert above == "Maria Silva wrote:\n> I see nothing there.\n>\n> Do you?\n\nYes.\n"


def test_a_text_that_was_not_fetched_is_not_quoted(
    member: Member, dovecot: Dovecot, user: User, smtp: SmtpList
) -> None:
    dovecot.append(user, "INBOX", mail(1))
    member.configure(dovecot, user, OPEN_DATA, smtp=smtp)
    member.json("sync", "--headers-only")
    post = str(post_of(member, 1))
    outcome = member.run("reply", post, "--quote", "--text-file", "-", "--json", stdin="Yes.")
    assert f"listforum fetch post:{post}" in refused(outcome, 2)
    assert reply(member, 1, "Yes.")["to"] == [LIST_ADDRESS]


def test_a_mail_without_a_text_leaves_nothing_to_quote(synced: Member, dovecot: Dovecot, user: User) -> None:
    picture = mail(9).replace(b"text/plain; charset=utf-8", b"image/png")
    dovecot.append(user, "INBOX", picture)
    synced.json("sync")
    assert text_of(queued(synced, reply(synced, 9, "Lovely.", "--quote")["outbox"])) == "Lovely.\n"


def test_tabs_and_the_lines_of_a_patch_stay_as_they_are(synced: Member) -> None:
    patch = "--- a/Makefile\n+++ b/Makefile\n@@ -1,2 +1,2 @@\n all:\n-\tcc -o census\n+\tcc -O2 -o census\n"
    assert text_of(queued(synced, reply(synced, 2, patch)["outbox"])) == patch.replace("\n all", "\n  all")


def test_what_steers_a_terminal_or_turns_text_round_does_not_go_out(synced: Member) -> None:
    text = (
        "red \x1b[31mtext\x1b[0m, bell\x07, nul\x00, title\x1b]0;x\x07, evil\u202egpj.exe\u202c, csi\x9b2J\r\nnext\r\n"
    )
    sent = text_of(queued(synced, reply(synced, 2, text)["outbox"]))
    assert sent == "red text, bell, nul, title, evilgpj.exe, csi\nnext\n"


def test_an_answer_stands_in_its_topic_at_once_read_and_is_found(synced: Member) -> None:
    document = reply(synced, 2, "Zanzibar has a mirror.")
    [hit] = synced.json("search", "zanzibar", "--posts")["results"]
    posts = {one["post"]: one for one in synced.json("show", str(hit["topic"]))["posts"]}
    own = posts[hit["post"]]
    assert (own["parent"], own["read"], own["message_id"]) == (post_of(synced, 2), True, document["message_id"])


def test_an_answer_to_a_mail_without_an_id_hangs_below_it_and_tells_nobody_a_made_up_id(
    synced: Member, dovecot: Dovecot, user: User
) -> None:
    bare = re.sub(rb"Message-ID: [^\r]*\r\n", b"", mail(7, subject="No id", text="I have no id."))
    dovecot.append(user, "INBOX", bare)
    synced.json("sync")
    post = synced.json("search", '"no id"', "--posts")["results"][0]["post"]
    item = synced.json("reply", str(post), "--text-file", "-", stdin="You have me.")
    message = queued(synced, item["outbox"])
    assert message["In-Reply-To"] is None
    assert message["References"] is None
    assert [one["parent"] for one in synced.json("show", str(post))["posts"]] == [None, post]


# --- where the list is --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "to"),
    [
        ("List-Post: <https://lists.example.org/new>, <mailto:open-data@new.example.org>", "open-data@new.example.org"),
        (
            "List-Post: <mailto:open-data@new.example.org?subject=hi>, <mailto:two@example.org>",
            "open-data@new.example.org",
        ),
    ],
)
def test_the_newest_list_post_counts(synced: Member, dovecot: Dovecot, user: User, field: str, to: str) -> None:
    newer = re.sub(rb"List-Post: [^\r]*", field.encode(), mail(8, subject="We moved"))
    dovecot.append(user, "INBOX", newer)
    dovecot.append(user, "INBOX", mail(4, subject="An older one that comes later"))
    synced.json("sync")
    assert reply(synced, 1, "Hello.")["to"] == ["open-data@new.example.org"]


def test_a_list_that_takes_no_posts_is_not_answered(synced: Member, dovecot: Dovecot, user: User) -> None:
    closed = re.sub(rb"List-Post: [^\r]*", b"List-Post: NO (posting is not allowed on this list)", mail(8))
    dovecot.append(user, "INBOX", closed)
    synced.json("sync")
    outcome = synced.run("reply", str(post_of(synced, 1)), "--text-file", "-", "--json", stdin="Hello.")
    assert "takes no posts" in refused(outcome)
    assert synced.json("outbox") == []


def test_the_address_in_the_config_outranks_list_post(
    synced: Member, dovecot: Dovecot, user: User, smtp: SmtpList
) -> None:
    synced.configure(dovecot, user, OPEN_DATA + '\naddress = "real@lists.example.org"', smtp=smtp)
    assert reply(synced, 1, "Hello.")["to"] == ["real@lists.example.org"]


def test_without_any_address_it_says_how_to_set_one(
    member: Member, dovecot: Dovecot, user: User, smtp: SmtpList
) -> None:
    dovecot.append(user, "INBOX", re.sub(rb"List-Post: [^\r]*\r\n", b"", mail(1)))
    member.configure(dovecot, user, OPEN_DATA, smtp=smtp)
    for command in (["post", "open-data", "--subject", "Hi"], ["reply", "1"]):
        outcome = member.run(*command, "--text-file", "-", "--json", stdin="Hello.")
        if command[0] == "post":
            member.json("sync")
        assert "address = " in refused(outcome)
        assert "[lists.open-data]" in refused(outcome)


# --- what cannot be done ------------------------------------------------------------------------------------------


def test_a_list_without_an_account_says_what_to_do(synced: Member, tmp_path: Path) -> None:
    imported(synced, tmp_path, mail(9, list_id="old.example.org"), name="old")
    for command in (["reply", str(post_of(synced, 9))], ["post", "old", "--subject", "Hi"]):
        assert "[lists.old]" in refused(synced.run(*command, "--text-file", "-", "--json", stdin="Hello."))


def test_unknown_posts_and_lists_are_said_to_be_unknown(synced: Member) -> None:
    for command in (["reply", "999"], ["reply", "999", "--private"], ["reply", "999", "--quote"]):
        assert "no post 999" in refused(synced.run(*command, "--text-file", "-", "--json", stdin="Hello."))
    outcome = synced.run("post", "nowhere", "--subject", "Hi", "--text-file", "-", "--json", stdin="Hello.")
    assert "open-data" in refused(outcome)


@pytest.mark.parametrize("text", ["", "\n \t\n", "\x1b[31m\x00\x07", "\ufeff"])
def test_an_empty_text_is_not_queued(synced: Member, text: str) -> None:
    for options in ([], ["--quote"]):
        outcome = synced.run("reply", "1", *options, "--text-file", "-", "--json", stdin=text)
        assert "empty" in refused(outcome, 2)
    assert synced.json("outbox") == []


@pytest.mark.parametrize("subject", ["", "  ", "\x1b[0m", "\u202e"])
def test_a_new_post_needs_a_subject(synced: Member, subject: str) -> None:
    outcome = synced.run("post", "open-data", "--subject", subject, "--text-file", "-", "--json", stdin="Hello.")
    assert "subject" in refused(outcome, 2)


@pytest.mark.parametrize("subject", ["سلام دنیا", "Привет, мир", "数据在哪里", "¿Dónde están los datos?", "x" * 300])
def test_a_new_post_may_have_a_subject_in_any_script(synced: Member, subject: str) -> None:
    item = synced.json("post", "open-data", "--subject", subject, "--text-file", "-", stdin="Hello.")
    assert synced.json("outbox", str(item["outbox"]))[0]["subject"] == subject
    assert subject in [topic["subject"] for topic in synced.json("topics", "open-data")]
    assert all(len(line) <= 998 and line.isascii() for line in bytes(queued(synced, item["outbox"])).splitlines())


def test_a_subject_cannot_smuggle_in_a_header_field(synced: Member, dovecot: Dovecot, user: User) -> None:
    item = synced.json(
        "post", "open-data", "--subject", "Hi\r\nBcc: eve@example.net", "--text-file", "-", stdin="Hello."
    )
    assert queued(synced, item["outbox"])["Bcc"] is None
    dovecot.append(user, "INBOX", mail(9, subject="=?utf-8?q?Hi=0D=0ABcc:_eve@example.net?="))
    synced.json("sync")
    assert queued(synced, reply(synced, 9, "Hello.")["outbox"])["Bcc"] is None


def test_a_text_file_that_cannot_be_used_is_wrong_use(synced: Member, tmp_path: Path) -> None:
    latin = tmp_path / "latin.txt"
    latin.write_bytes("ação".encode("latin-1"))
    long = tmp_path / "long.txt"
    long.write_bytes(b"x" * 1_000_001)
    for file, words in (
        (tmp_path / "nothing", "No such file"),
        (tmp_path, "directory"),
        (latin, "not UTF-8"),
        (long, "too long"),
        (Path("/dev/zero"), "too long"),
    ):
        outcome = synced.run("reply", "1", "--text-file", str(file), "--json")
        assert words in refused(outcome, 2), file


def test_a_text_file_may_begin_with_a_byte_order_mark(synced: Member, tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_bytes(b"\xef\xbb\xbfHello.\r\n")
    item = synced.json("reply", "1", "--text-file", str(file))
    assert text_of(queued(synced, item["outbox"])) == "Hello.\n"
