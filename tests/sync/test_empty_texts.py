"""A mail without a word in it: it is here when its header fields are, and is not waited for."""

from __future__ import annotations

import pytest

from lists import LIST, posts
from mails import BEGAN, mail
from member import Member
from servers.dovecot import Dovecot, User

_HEAD = mail(1).split(b"\r\n\r\n")[0]
NO_BODY = _HEAD + b"\r\n\r\n"
EMPTY_PARTS = (
    _HEAD.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="x"')
    + b"\r\n\r\n"
    + b"--x\r\n\r\n" * 20
    + b"--x--\r\n"
)


@pytest.mark.parametrize("empty", [NO_BODY, EMPTY_PARTS])
@pytest.mark.parametrize("arguments", [[], ["--budget", "60kB"]])
def test_a_mail_without_words_comes_once(
    member: Member, dovecot: Dovecot, user: User, empty: bytes, arguments: list[str]
) -> None:
    dovecot.append(user, "INBOX", empty, BEGAN)
    member.configure(dovecot, user, LIST)
    reports = [member.json("sync", *arguments)["lists"][0] for _ in range(2)]
    assert [(one["new_headers"], one["new_texts"], one["waiting_texts"]) for one in reports] == [(1, 1, 0), (0, 0, 0)]
    (post,) = posts(member).values()
    assert (post["state"], post["text"]) == ("text", "")
