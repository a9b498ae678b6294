"""Answering in tests: which post a made-up mail became, and what was queued for it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from pathlib import Path

from listforum.archive.archive import Archive
from listforum.forum.reading import Reading
from mails import identifier
from member import Member, Outcome


def post_of(member: Member, number: int) -> int:
    """The post that a made-up mail became."""
    with Archive(member.home / "archive.sqlite3") as archive:
        [post] = [
            post.record.post
            for info in archive.lists.all()
            for topic in archive.topics.in_list(archive.lists.id_of(info.name))
            for post in Reading(archive).topic(topic).posts
            if post.record.message_id == identifier(number)
        ]
        return post


def reply(member: Member, number: int, text: str, *options: str) -> dict[str, object]:
    document: dict[str, object] = member.json(
        "reply", str(post_of(member, number)), "--text-file", "-", *options, stdin=text
    )
    return document


def refused(outcome: Outcome, code: int = 1) -> str:
    """The words of a refusal; nothing may have been queued."""
    assert outcome.code == code, outcome
    message = outcome.document["error"]["message"]
    assert isinstance(message, str)
    return message


def queued(member: Member, item: object) -> Message:
    with Archive(member.home / "archive.sqlite3") as archive:
        return message_from_bytes(archive.outbox.mail(int(str(item)))[1])


def text_of(message: Message) -> str:
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8").replace("\r\n", "\n")


def imported(member: Member, tmp_path: Path, *mails: bytes, name: str = "open-data") -> None:
    for number, raw in enumerate(mails):
        file = tmp_path / f"{number}.eml"
        file.write_bytes(raw)
        member.json("import", str(file), name)
