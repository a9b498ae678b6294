"""Somebody who writes: a home with a list, a config that leads to no server, and mails to answer."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from forum_home import CONFIG_WITH_PASSWORD, configured_home
from listforum.forum import Forum
from listforum.model.outgoing import OutboxItem, SavedDraft
from mails import mail
from reader import Reader, fill, forum_at
from tui.terminals import TerminalSession

OTHER_LIST = """
[lists.gardens]
account = "home"
folder = "Gardens"
address = "gardens@lists.example.org"
"""

QUESTION = "Which encoding are the census files in?\nThe readme does not say."


def settle_down(home: Path, config: str = CONFIG_WITH_PASSWORD, mails: Sequence[bytes] = ()) -> Path:
    """Makes a home with a config and one topic: a question of Samira's."""
    question = mail(1, author="Samira Rahimi <samira@example.net>", text=QUESTION)
    fill(home, "open-data", [question, *mails])
    if config:
        configured_home(home, config)
    return home


def drafts(home: Path) -> tuple[SavedDraft, ...]:
    with forum_at(home) as forum:
        return forum.drafting.all()


def items(home: Path) -> tuple[OutboxItem, ...]:
    with forum_at(home) as forum:
        return forum.outgoing.items()


def sent_text(forum: Forum, item: OutboxItem) -> str:
    """What a queued post says, quotes included."""
    assert item.post is not None
    (view,) = forum.reading.posts_of([item.post])
    return view.text or ""


async def answer(reader: Reader, text: str = "", key: str = "r") -> None:
    """Opens the topic, answers its post and types."""
    await open_topic(reader)
    await reader.press(key)
    await reader.type(text)


async def open_topic(reader: Reader) -> None:
    """Opens the one topic there is."""
    await reader.press("enter")
    assert "Which encoding" in reader.text


def program(home: Path, environ: Mapping[str, str] | None = None) -> TerminalSession:
    """`listforum --home HOME`, in a process and on a terminal of its own."""
    return TerminalSession([sys.executable, "-m", "listforum", "--home", str(home)], environ)


def begin_answer(session: TerminalSession, text: str) -> None:
    """Opens the topic on a terminal, answers it and types."""
    session.wait_for("The census files")
    session.send("\r")
    session.wait_for("Which encoding")
    session.send("r")
    session.wait_for("To everyone on open-data")
    session.send(text)
    session.wait_for(text)
