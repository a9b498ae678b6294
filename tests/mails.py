"""Made-up mails for tests: a small open-data community."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.header import Header

BEGAN = int(datetime(2026, 3, 1, 8, 0, tzinfo=UTC).timestamp())
"""When the first mail of a test was written."""

LIST_ID = "open-data.lists.example.org"
LIST_ADDRESS = "open-data@lists.example.org"


def mail(
    number: int,
    *,
    subject: str = "The census files",
    text: str = "",
    author: str = "Maria Silva <maria@example.org>",
    answers: Sequence[int | str] = (),
    hours: int | None = None,
    message_id: str | None = None,
    fields: Sequence[str] = (),
    list_id: str | None = LIST_ID,
) -> bytes:
    """One mail of the list; `number` makes its Message-ID, date and words its own. `answers` are its References."""
    written = datetime.fromtimestamp(BEGAN + 3600 * (number if hours is None else hours), UTC)
    told = [one if isinstance(one, str) else identifier(one) for one in answers]
    lines = [
        f"Date: {written:%a, %d %b %Y %H:%M:%S} +0000",
        f"From: {author}",
        f"To: {LIST_ADDRESS}",
        f"Subject: {subject if subject.isascii() else Header(subject, 'utf-8').encode()}",
        f"Message-ID: <{identifier(number) if message_id is None else message_id}>",
    ]
    if told:
        lines += [f"In-Reply-To: <{told[-1]}>", "References: " + " ".join(f"<{one}>" for one in told)]
    if list_id:
        lines += [f"List-Id: Open data <{list_id}>", f"List-Post: <mailto:{LIST_ADDRESS}>"]
    lines += [
        *fields,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    body = text or f"These are the words of mail number {number}."
    return "\r\n".join([*lines, "", *body.splitlines(), ""]).encode()


def identifier(number: int) -> str:
    """The Message-ID of a mail."""
    return f"mail-{number}@example.org"
