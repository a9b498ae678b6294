"""Direct copies: in a folder that holds other mail, mail to the list that reached the person directly.

Such a copy has no List-Id; when the list drops duplicates it is the only one there is. Only those come that answer a
post, and their References alone tell which do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from listforum.archive.arrival import understand
from listforum.model.mail import Received
from listforum.sync import costs
from listforum.sync.patience import Asked, References
from listforum.sync.visit import Visit

_LOOKED_AT_AGAIN: Final = 200
"""UIDs back from the newest in which a copy waits for the post it refers to."""

_REFERRING: Final = ("Message-ID", "In-Reply-To", "References")


class Copies:
    """Finds the direct copies that are to be fetched."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._hopeful: Sequence[int] | None = None

    def new(self) -> Sequence[int]:
        """The UIDs of those that have not been looked at yet and answer a post that is here, ascending."""
        visit, address, cursor = self._visit, self._visit.posting_address, self._visit.cursor()
        self._hopeful = None
        if not address or not cursor or cursor.direct >= visit.state.uidnext:
            return ()
        known = visit.stored().union(one.uid for one in visit.aside())
        candidates = [uid for uid in visit.addressed(address, cursor.direct) if uid not in known]
        visit.meter.book("connect")
        answering, self._hopeful = self._answering(self._references(candidates))
        return answering

    def is_one(self, uid: int) -> bool:
        """Whether a mail is one, and answers a post that is here. If it may do so yet, it is looked at again."""
        address = self._visit.posting_address
        if not address or uid not in self._visit.addressed_within(address, uid, uid):
            return False
        answering, hopeful = self._answering(dict(self._told([uid])))
        cursor = self._visit.cursor()
        if cursor and hopeful:
            with self._visit.archive.transaction():
                self._visit.keep(replace(cursor, direct=min(cursor.direct, uid)))
        return bool(answering)

    def looked_through(self) -> None:
        """They are here. One may overtake the post it answers: the latest of them are looked at again next time.

        While mails of the list are set aside, all are: one of those may be what they answer.
        """
        visit, cursor = self._visit, self._visit.cursor()
        if cursor and self._hopeful is not None:
            end = visit.state.uidnext
            first = 0 if visit.to_ask_for("mail") else end - _LOOKED_AT_AGAIN
            with visit.archive.transaction():
                visit.keep(replace(cursor, direct=min([end, *(uid for uid in self._hopeful if uid >= first)])))
                visit.write_ledger()

    def _answering(self, told: Mapping[int, References]) -> tuple[list[int], list[int]]:
        """Those mails that refer to a post that is here, and those that refer to something that may yet come.

        Told by their References alone; a copy may answer another one.
        """
        answering: list[int] = []
        ids: set[str] = set()
        found = True
        while found:
            found = False
            for uid in sorted(told.keys() - set(answering)):
                message_id, referred = told[uid]
                if referred & ids or self._visit.archive.posts.known_ids(referred):
                    answering.append(uid)
                    ids.add(message_id)
                    found = True
        return sorted(answering), sorted(
            uid for uid, (_, referred) in told.items() if referred and uid not in answering
        )

    def _references(self, candidates: Sequence[int]) -> Mapping[int, References]:
        visit, known = self._visit, self._visit.patience.references
        left = [uid for uid in candidates if visit.place(uid) not in known]
        while left:
            batch = left[: visit.headers_at_once]
            asked = Asked.of_mails(batch)
            for uid, ids in asked.watched(self._told(batch)):
                asked.came(uid)
                known[visit.place(uid)] = ids
                visit.patience.moved_on()
            visit.meter.book("headers")
            left[: len(batch)] = visit.settle(asked, "mail")
        return {uid: known[visit.place(uid)] for uid in candidates if visit.place(uid) in known}

    def _told(self, uids: Sequence[int]) -> Iterator[tuple[int, References]]:
        meter = self._visit.meter
        meter.must_afford(costs.headers_worst(len(uids)))
        longest = None if meter.left is None else costs.FIELDS_LIMIT
        for uid, fields in self._visit.session.header_fields(uids, _REFERRING, longest):
            header = understand(Received(fields, ())).header
            yield uid, (header.message_id, frozenset((*header.in_reply_to, *header.references)))
