"""The SMTP server that plays the list: what it takes, from whom, and where it puts it."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from listforum.demo.mailbox import Mailbox
from listforum.demo.post_office import PostOffice
from listforum.demo.smtp_list import SmtpListServer
from mails import LIST_ADDRESS, mail


@dataclass(frozen=True, slots=True)
class Delivering:
    port: int
    posts: Mailbox
    private: Mailbox

    def connect(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=10)

    def logged_in(self) -> smtplib.SMTP:
        client = self.connect()
        client.login("maria", "demo")
        return client


def list_copy(post: bytes, received: int) -> bytes:
    return b"Received: by the list; %d\r\n" % received + post


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Delivering]:
    posts, private = Mailbox(tmp_path / "inbox"), Mailbox(tmp_path / "private")
    listener = socket.create_server(("127.0.0.1", 0))
    loop = asyncio.new_event_loop()
    smtp = SmtpListServer(PostOffice(b"maria", b"demo", LIST_ADDRESS, list_copy, posts, private))
    loop.run_until_complete(smtp.start(listener))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def stop() -> None:
        smtp.stop()
        await asyncio.sleep(0.02)
        loop.stop()

    yield Delivering(int(listener.getsockname()[1]), posts, private)
    asyncio.run_coroutine_threadsafe(stop(), loop)
    thread.join()
    loop.close()


def test_a_post_lies_in_the_folder_when_it_is_answered(server: Delivering) -> None:
    with server.logged_in() as client:
        client.sendmail("maria@example.org", [LIST_ADDRESS.upper()], mail(1))
        copy = server.posts.read(1)
    assert copy == b"Received: by the list; %d\r\n" % server.posts.mails[0].arrived + mail(1)
    assert server.private.mails == ()


def test_mail_to_a_person_goes_no_further_than_the_private_folder(server: Delivering) -> None:
    with server.logged_in() as client:
        client.sendmail("maria@example.org", ["bo@example.org", "cy@example.org"], mail(2))
    assert [server.private.read(one.uid) for one in server.private.mails] == [mail(2)]
    assert server.posts.mails == ()


def test_mail_to_both_goes_both_ways(server: Delivering) -> None:
    with server.logged_in() as client:
        client.sendmail("maria@example.org", ["bo@example.org", LIST_ADDRESS], mail(3))
    assert len(server.posts.mails) == len(server.private.mails) == 1


def test_dots_and_other_scripts_come_through(server: Delivering) -> None:
    post = mail(4, subject="بودجه", text=".\n..two\nسلام")
    with server.logged_in() as client:
        client.sendmail("maria@example.org", [LIST_ADDRESS], post, ["BODY=8BITMIME"])
    assert server.posts.read(1).endswith(post)


def test_both_ways_to_log_in_are_taken(server: Delivering) -> None:
    for method in ("auth_plain", "auth_login"):
        with server.connect() as client:
            client.ehlo()
            client.user, client.password = "maria", "demo"  # type: ignore[attr-defined] # where smtplib looks for them
            code, _ = client.auth(method.removeprefix("auth_").upper(), getattr(client, method))
            assert code == 235


def test_nobody_else_gets_in(server: Delivering) -> None:
    with server.connect() as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("maria", "guess")


def test_without_a_login_nothing_is_taken(server: Delivering) -> None:
    with server.connect() as client, pytest.raises(smtplib.SMTPSenderRefused) as refusal:
        client.sendmail("maria@example.org", [LIST_ADDRESS], mail(5))
    assert refusal.value.smtp_code == 530
    assert server.posts.mails == ()


def test_a_full_disk_is_told_before_anything_is_promised(server: Delivering) -> None:
    (server.posts.directory / "draft").mkdir()  # where the next mail would be written
    with server.logged_in() as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail("maria@example.org", [LIST_ADDRESS], mail(6))
    assert refusal.value.smtp_code == 452
    assert server.posts.mails == ()


def test_a_link_that_breaks_in_a_post_leaves_none(server: Delivering) -> None:
    with server.logged_in() as client:
        client.ehlo_or_helo_if_needed()
        client.mail("maria@example.org")
        client.rcpt(LIST_ADDRESS)
        client.putcmd("data")
        client.getreply()
        client.send(mail(7))
        client.close()
    with server.logged_in() as client:
        client.sendmail("maria@example.org", [LIST_ADDRESS], mail(8))
    assert [server.posts.read(one.uid).endswith(mail(8)) for one in server.posts.mails] == [True]
