"""A home in which strangers had their way: whatever text an archive can hold for the screens is a payload."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from cli.hostile import MARK, PAYLOADS, as_bytes, encoded_mail
from member import Member

PAYLOADS_ON_SCREENS = [
    *PAYLOADS,
    f"[PATCH 3/7] {MARK} [/home]",
    f"[bold]{MARK}[/bold] [red]x[/] [@click=app.bell]y[/]",
    f"[link=https://evil.example]{MARK}[/link]",
    f"\\[{MARK} \\",
    f"{MARK}\t{MARK}",
    f"{MARK}" + "\u0301" * 300,
    f"سلام {MARK} \u200f\u202bمتن",
    f"中文{MARK}👩\u200d💻\U0001f1ee\U0001f1f7\ufe0f",
]

SHOWN_AS_THEY_ARE = [f"[@click=app.quit]{MARK}[/]", f"[/nope]{MARK}[bold", f"[PATCH 3/7] {MARK} [/home]"]
"""Payloads in which nothing is dangerous but markup, which is to be seen."""

_CONFIG = """
[accounts.home]
address = "ana@example.org"
password = "ask"
imap = {{ host = "127.0.0.1", port = {port}, tls = "implicit", user = "ana" }}
smtp = {{ host = "127.0.0.1", port = 9, tls = "implicit", user = "ana" }}
{more}
[lists.open-data]
account = "home"
folder = "INBOX"
address = "open-data@lists.example.org"
"""


def hostile_home(directory: Path) -> Path:
    """Makes the home: a list with a topic for each payload, an outbox and drafts, and lists called by payloads."""
    mails = directory / "mails"
    mails.mkdir()
    for number, payload in enumerate(PAYLOADS_ON_SCREENS):
        (mails / f"{number:02}-first.eml").write_bytes(encoded_mail(number, payload))
        (mails / f"{number:02}-reply.eml").write_bytes(_reply(number, payload))
    member = Member(directory / "home")
    member.json("import", str(mails), "open-data")
    configure(member.home, port=9)
    for post in range(1, 9):
        member.json("reply", str(post), "--text-file", "-", stdin="Words.")
    with closing(sqlite3.connect(member.home / "archive.sqlite3")) as database, database:
        _poison(database)
    return member.home


def configure(home: Path, port: int, more: str = "") -> None:
    """Writes a config that finds its server at a port of this machine."""
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "config.toml").write_text(_CONFIG.format(port=port, more=more), encoding="utf-8")
    (home / "config.toml").chmod(0o600)


def _reply(number: int, payload: str) -> bytes:
    words = as_bytes(payload)
    head = (
        f"Date: Mon, 2 Mar 2026 12:{number:02}:00 +0000\r\n"
        f"From: Reply {number} <r{number}@example.org>\r\n"
        "To: open-data@lists.example.org\r\n"
        f"Subject: Re: payload {number}\r\n"
        f"Message-ID: <reply{number}@example.org>\r\n"
        f"In-Reply-To: <encoded{number}@example.org>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    said = b"On Monday " + words + b" wrote:\r\n> " + words + b"\r\n> second line\r\n\r\nAnswer " + words
    return head.encode() + said + b"\r\n\r\n-- \r\n" + words + b"\r\n"


def _poison(database: sqlite3.Connection) -> None:
    """Puts payloads where no cleaning on the way in could have let them."""
    texts = [as_bytes(payload).decode("utf-8", "replace") for payload in PAYLOADS_ON_SCREENS]
    posts = [number for (number,) in database.execute("SELECT id FROM post ORDER BY id")]
    for at, post in enumerate(posts):
        text = texts[at // 2 % len(texts)]
        database.execute("UPDATE post SET subject = ?, author = ?, address = ? WHERE id = ?", (text, text, text, post))
        database.execute("UPDATE edge SET missing = ?, ghost = ? WHERE child = ?", (text, f"{text}{at}", post))
        database.execute("UPDATE part SET name = ?, type = ? WHERE post = ? AND attached", (text, text, post))
    for at, text in enumerate(texts):
        database.execute("INSERT INTO list (name, list_id, address) VALUES (?, ?, ?)", (f"t{text}{at}", text, text))
    states = ("queued", "failed", "uncertain", "sent")
    for at, (item,) in enumerate(database.execute("SELECT id FROM outbox").fetchall()):
        text = texts[-1 - at]
        database.execute(
            "UPDATE outbox SET subject = ?, error = ?, sender = ?, state = ? WHERE id = ?",
            (text, text, text, states[at % len(states)], item),
        )
