"""What the person sends: frozen bytes and their state, changed only along the allowed steps.

`queued -> sending -> uncertain -> sent -> on the list`, or `failed`. `uncertain` is committed before the final dot of
SMTP, so a crash after it can never lead to sending twice.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Final

from listforum.archive.database import Database, Row
from listforum.errors import UnknownItem
from listforum.model import OutboxItem, OutboxState

_STEPS: Final[dict[OutboxState, frozenset[OutboxState]]] = {
    "draft": frozenset({"queued"}),
    "queued": frozenset({"sending", "on the list"}),
    "sending": frozenset({"queued", "uncertain", "failed"}),
    "uncertain": frozenset({"sent", "on the list", "queued", "failed"}),
    "sent": frozenset({"on the list"}),
    "on the list": frozenset(),
    "failed": frozenset({"queued"}),
}

_ITEM: Final = """
    SELECT outbox.id, account, list.name, state, recipients, public, subject, message_id, post, error, queued, tried
    FROM outbox JOIN list ON list.id = list
"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail about to be queued: its final bytes and where they go."""

    account: str
    list: str
    sender: str
    recipients: tuple[str, ...]
    public: bool
    subject: str
    message_id: str
    mail: bytes


class Outbox:
    """Keeps what is to be sent, and where each item stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, outgoing: Outgoing, post: int | None, now: int) -> OutboxItem:
        """Freezes a mail for sending."""
        item = self._database.insert(
            """INSERT INTO outbox (account, list, state, sender, recipients, public, subject, message_id, mail, post,
                                   queued)
               VALUES (?, (SELECT id FROM list WHERE name = ?), 'queued', ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                outgoing.account,
                outgoing.list,
                outgoing.sender,
                json.dumps(outgoing.recipients),
                outgoing.public,
                outgoing.subject,
                outgoing.message_id,
                zlib.compress(outgoing.mail),
                post,
                now,
            ),
        )
        return self.get(item)

    def all(self) -> tuple[OutboxItem, ...]:
        """Every item, oldest first."""
        return tuple(map(_item, self._database.rows(f"{_ITEM} ORDER BY outbox.id")))

    def in_states(self, *states: OutboxState) -> tuple[OutboxItem, ...]:
        """The items in any of these states, oldest first."""
        return tuple(item for item in self.all() if item.state in states)

    def get(self, item: int) -> OutboxItem:
        """One item. Raises UnknownItem."""
        row = self._database.row(f"{_ITEM} WHERE outbox.id = ?", (item,))
        if row is None:
            raise UnknownItem(f"There is nothing numbered {item} in the outbox.")
        return _item(row)

    def mail(self, item: int) -> tuple[str, bytes]:
        """The envelope sender and the frozen bytes of an item. Raises UnknownItem."""
        row = self._database.row("SELECT sender, mail FROM outbox WHERE id = ?", (item,))
        if row is None:
            raise UnknownItem(f"There is nothing numbered {item} in the outbox.")
        return row[0], zlib.decompress(row[1])

    def move(self, item: int, to: OutboxState, *, error: str | None = None, now: int | None = None) -> bool:
        """Takes an item one allowed step further, durably; answers False when it stands where no such step begins."""
        origins = [state for state, steps in _STEPS.items() if to in steps]
        marks = ",".join("?" * len(origins))
        moved = self._database.run(
            f"""UPDATE outbox SET state = ?, error = ?, tried = coalesce(?, tried)
                WHERE id = ? AND state IN ({marks})""",  # noqa: S608 - question marks only
            (to, error, now, item, *origins),
        )
        return moved == 1

    def note(self, item: int, error: str) -> None:
        """Keeps the words that explain an item's state."""
        self._database.run("UPDATE outbox SET error = ? WHERE id = ?", (error, item))

    def requeue_interrupted(self) -> int:
        """Takes `sending` back to `queued`: whoever holds the lock knows that nobody is sending."""
        return self._database.run("UPDATE outbox SET state = 'queued' WHERE state = 'sending'")

    def seen(self) -> int:
        """Settles the items whose post lies in a folder of the list, or is answered there; answers how many."""
        return self._database.run(
            """UPDATE outbox SET state = 'on the list', error = NULL
               WHERE state IN ('queued', 'uncertain', 'sent') AND public AND (
                   EXISTS (SELECT 1 FROM place WHERE place.post = outbox.post)
                   OR EXISTS (SELECT 1 FROM referred WHERE referred.message_id = outbox.message_id
                              AND referred.post NOT IN (SELECT post FROM outbox WHERE post IS NOT NULL)))"""
        )

    def echoes(self, item: int, within: int) -> tuple[int, ...]:
        """Posts of the list that say the same as an item, by the same author, within so many seconds of it.

        Providers that change the Message-ID bring the person's own post back as another one.
        """
        return tuple(
            post
            for (post,) in self._database.rows(
                """SELECT echo.id FROM outbox JOIN post AS own ON own.id = outbox.post
                   JOIN post_list ON post_list.list = outbox.list
                   JOIN post AS echo ON echo.id = post_list.post
                   WHERE outbox.id = ? AND echo.id <> own.id AND echo.digest = own.digest
                     AND lower(echo.address) = lower(own.address) AND abs(echo.date - own.date) <= ?
                     AND echo.id NOT IN (SELECT post FROM outbox WHERE post IS NOT NULL)
                   ORDER BY echo.id""",
                (item, within),
            )
        )

    def drop(self, item: int) -> None:
        """Removes an item. Raises UnknownItem."""
        if not self._database.run("DELETE FROM outbox WHERE id = ?", (item,)):
            raise UnknownItem(f"There is nothing numbered {item} in the outbox.")


def _item(row: Row) -> OutboxItem:
    item, account, name, state, recipients, public, subject, message_id, post, error, queued, tried = row
    return OutboxItem(
        item=item,
        account=account,
        list=name,
        state=state,
        to=tuple(json.loads(recipients)),
        public=bool(public),
        subject=subject,
        message_id=message_id,
        post=post,
        error=error,
        queued=queued,
        tried=tried,
    )
