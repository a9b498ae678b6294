"""Somebody whose list lies on a server of their own, behind a link that can be slowed and cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from forum_home import configured_home
from listforum.demo.world import World
from mails import mail
from reader import Reader


@dataclass(frozen=True)
class Delivered:
    """A mail, and when it arrived."""

    mail: bytes
    arrived: int


@contextmanager
def world(home: Path, mails: Sequence[bytes]) -> Iterator[World]:
    """Servers with these mails on a fast link, and a home with a config that leads there."""
    arrivals = [Delivered(one, 1_790_000_000 + at) for at, one in enumerate(mails)]
    with World(home.parent / "world", arrivals, lambda post, _now: post) as running:
        running.link.use("fast")
        configured_home(home, running.config())
        yield running


def posts(count: int, words: str = "Words of the post.") -> list[bytes]:
    """Mails of topics of their own, the later the newer."""
    return [mail(n, subject=f"Topic {n}", text=f"{words} {n}") for n in range(1, count + 1)]


def with_file(number: int, name: str = "census.csv", content: str = "year;people\n" * 400) -> bytes:
    """A mail with an attachment."""
    told = mail(number, subject="The census files", text="See the file.").decode()
    head, _blank, body = told.partition("\r\n\r\n")
    fields = [line for line in head.split("\r\n") if not line.startswith("Content-")]
    return "\r\n".join(
        [
            *fields,
            'Content-Type: multipart/mixed; boundary="edge"',
            "",
            "--edge",
            "Content-Type: text/plain; charset=utf-8",
            "",
            body.rstrip(),
            "--edge",
            f'Content-Type: text/csv; name="{name}"',
            f'Content-Disposition: attachment; filename="{name}"',
            "",
            *content.splitlines(),
            "--edge--",
            "",
        ]
    ).encode()


async def at_rest(reader: Reader) -> None:
    """Waits until no run is on the link and the screen shows it."""
    await reader.until(lambda: not reader.app.link.busy)
    await reader.settled()


async def priced(reader: Reader) -> None:
    """Waits until the price is on the screen."""
    await reader.until(lambda: reader.app.link.exchange is not None and reader.app.link.exchange.phase == "price")
    await reader.settled()


async def synced(reader: Reader) -> None:
    """Syncs, takes the price, and closes the dialog."""
    await reader.press("s")
    await priced(reader)
    await reader.press("enter")
    await at_rest(reader)
    await reader.press("escape")
