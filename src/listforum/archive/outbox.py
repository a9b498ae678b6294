"""What the person sends: frozen bytes and their state, changed only along the allowed steps.

`queued -> sending -> uncertain -> sent -> on the list`, or `failed`. `uncertain` is committed before the final dot of
SMTP, so a crash after it can never lead to sending twice.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final

from listforum.archive.database import Database, Row
from listforum.errors import UnknownItem
from listforum.model.outgoing import OutboxItem, OutboxState

_STEPS: Final[dict[OutboxState, frozenset[OutboxState]]] = {
    "draft": frozenset({"queued"}),
    "queued": frozenset({"sending", "on the list"}),
    "sending": frozenset({"queued", "uncertain", "failed"}),
    "uncertain": frozenset({"sent", "on the list", "queued", "failed"}),
    "sent": frozenset({"on the list"}),
    "on the list": frozenset(),
    "failed": frozenset({"queued", "on the list"}),
}

_ITEM: Final = """
    SELECT outbox.id, account, sender, list.name, state, recipients, public, subject, message_id, post, error, queued,
           tried
    FROM outbox JOIN list ON list.id = list
"""


# An answer of one's own proves nothing: it was written before anybody else could know the id.
_ANSWERED: Final = """
    EXISTS (SELECT 1 FROM referred JOIN post ON post.id = referred.post
            WHERE referred.message_id IN (
                      SELECT outbox.message_id
                      UNION SELECT known_as.message_id FROM known_as WHERE known_as.post = outbox.post)
              AND lower(coalesce(post.address, '')) <> lower(outbox.sender)
              AND post.id NOT IN (SELECT post FROM outbox WHERE post IS NOT NULL))
"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail about to be queued: its final bytes, where they go, and the post that they answer."""

    account: str
    list: str
    sender: str
    recipients: tuple[str, ...]
    public: bool
    subject: str
    message_id: str
    mail: bytes
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A post as it is compared with another that may be the same mail.

    `digest` is that of its own words, None while no text of it is here; `same_id` tells whether it is known by an id
    that the other one has too.
    """

    post: int
    author: str
    address: str | None
    subject: str
    sent: int | None
    digest: bytes | None
    same_id: bool


class Outbox:
    """Keeps what is to be sent, and where each item stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, outgoing: Outgoing, post: int | None, now: int) -> OutboxItem:
        """Freezes a mail for sending."""
        item = self._database.insert(
            """INSERT INTO outbox (account, list, state, sender, recipients, public, subject, message_id, mail, post,
                                   answered, queued)
               VALUES (?, (SELECT id FROM list WHERE name = ?), 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
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
                outgoing.answered,
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

    def count(self, *states: OutboxState) -> int:
        """How many items are in any of these states."""
        marks = ",".join("?" * len(states))
        found = self._database.row(
            f"SELECT count(*) FROM outbox WHERE state IN ({marks})",  # noqa: S608 - question marks only
            states,
        )
        return int(found[0]) if found else 0

    def get(self, item: int) -> OutboxItem:
        """One item. Raises UnknownItem."""
        row = self._database.row(f"{_ITEM} WHERE outbox.id = ?", (item,))
        if row is None:
            raise UnknownItem(_("There is nothing numbered {item} in the outbox.").format(item=item))
        return _item(row)

    def answered(self, item: int) -> int | None:
        """The post that an item answers; None for a new topic, or when that post is gone."""
        row = self._database.row("SELECT answered FROM outbox WHERE id = ?", (item,))
        return row[0] if row else None

    def state(self, item: int) -> OutboxState | None:
        """Where an item stands; None when it was dropped."""
        row = self._database.row("SELECT state FROM outbox WHERE id = ?", (item,))
        return row[0] if row else None

    def mail(self, item: int) -> tuple[str, bytes]:
        """The envelope sender and the frozen bytes of an item. Raises UnknownItem."""
        row = self._database.row("SELECT sender, mail FROM outbox WHERE id = ?", (item,))
        if row is None:
            raise UnknownItem(_("There is nothing numbered {item} in the outbox.").format(item=item))
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

    def seen(self) -> None:
        """Settles the items whose post lies in a folder of the list, or that somebody answered."""
        with self._database.transaction():
            self._database.run(
                f"""UPDATE outbox SET state = 'on the list', error = NULL
                    WHERE state IN ('queued', 'uncertain', 'sent', 'failed') AND public
                      AND (EXISTS (SELECT 1 FROM place WHERE place.post = outbox.post)
                           OR EXISTS (SELECT 1 FROM member WHERE member.post = outbox.post) OR {_ANSWERED})"""  # noqa: S608
            )
            self._database.run(
                f"""UPDATE outbox SET state = 'sent', error = NULL
                    WHERE state IN ('queued', 'uncertain', 'failed') AND NOT public AND {_ANSWERED}"""  # noqa: S608
            )

    def copies(self, item: int) -> tuple[Copy, ...]:
        """An item's post, and after it the later posts of its list that say the same: it may have come back as them.

        Posts of other items are not among them.
        """
        found = self._database.rows(
            """SELECT other.id, other.author, other.address, other.subject, other.sent, other.digest,
                      other.id = own.id OR EXISTS (
                          SELECT 1 FROM known_as AS mine JOIN known_as AS theirs USING (message_id)
                          WHERE mine.post = own.id AND theirs.post = other.id)
               FROM outbox JOIN post AS own ON own.id = outbox.post
               JOIN post_list ON post_list.list = outbox.list AND post_list.post >= own.id
               JOIN post AS other ON other.id = post_list.post AND other.digest = own.digest
               WHERE outbox.id = ? AND (other.id = own.id
                     OR other.id NOT IN (SELECT post FROM outbox WHERE post IS NOT NULL))
               ORDER BY other.id""",
            (item,),
        )
        return tuple(
            Copy(post, author, address, subject, sent, digest, bool(same_id))
            for post, author, address, subject, sent, digest, same_id in found
        )

    def drop(self, item: int, *states: OutboxState) -> bool:
        """Removes an item; answers False when it stands in none of these states any more."""
        marks = ",".join("?" * len(states))
        return bool(
            self._database.run(
                f"DELETE FROM outbox WHERE id = ? AND state IN ({marks})",  # noqa: S608 - question marks only
                (item, *states),
            )
        )


def _item(row: Row) -> OutboxItem:
    item, account, sender, name, state, recipients, public, subject, message_id, post, error, queued, tried = row
    return OutboxItem(
        item=item,
        account=account,
        sender=sender,
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
