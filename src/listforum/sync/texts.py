"""Texts: the beginning of each, newest first; and the rest of a long one, or an attachment, piece by piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from listforum.archive.waiting import WaitingText
from listforum.errors import UnknownItem
from listforum.model import Part, Purpose
from listforum.sync import plan
from listforum.sync.report import ListReport, Phase, Report
from listforum.sync.visit import Visit
from listforum.wire.fetched import PartRequest

_KEPT_AT_ONCE: Final = 524_288
"""Bytes of a long part that are written together, at least; writing costs as much as what is there already."""


class Texts:
    """Fetches texts that wait, and long parts."""

    def __init__(self, visit: Visit, report: ListReport, progress: Report) -> None:
        self._visit = visit
        self._report = report
        self._progress = progress

    def fetch(self, waiting: Sequence[WaitingText]) -> None:
        """Fetches the beginnings of texts, in this order, within the budget."""
        meter = self._visit.meter
        phase = Phase(f"{self._visit.to.list}: texts", len(waiting), meter, self._progress)
        done = 0
        while done < len(waiting):
            ahead = waiting[done : done + plan.TEXTS_AT_ONCE]
            worsts = [plan.text_worst(text.parts, meter.left) for text in ahead]
            count = plan.texts_within(worsts, meter.left)
            if sum(worsts[:count]):
                meter.must_afford(plan.REQUEST + sum(worsts[:count]))
            self._fetch_batch(ahead[:count], phase)
            done += count
            phase.tell(done)

    def _fetch_batch(self, batch: Sequence[WaitingText], phase: Phase) -> None:
        by_uid = {text.uid: text for text in batch}
        arrived = {text.post: {part.section: b"" for part in text.parts if not part.size} for text in batch}
        requests = [
            PartRequest(text.uid, part.section, 0, plan.asked_length(part, self._visit.meter.left))
            for text in batch
            for part in text.parts
            if part.size
        ]
        answered = False
        try:
            for fetched in self._visit.session.parts(requests):
                text = by_uid[fetched.uid]
                arrived[text.post][fetched.section] = fetched.content
                if _is_whole(text, arrived):
                    phase.one_more()
            answered = True
        finally:
            self._visit.meter.book("text")
            self._store([text for text in batch if _is_whole(text, arrived)], arrived)
            if answered:
                self._visit.gone(text.uid for text in batch if not _is_whole(text, arrived))

    def _store(self, whole: Sequence[WaitingText], arrived: Mapping[int, Mapping[str, bytes]]) -> None:
        """Whole texts, and the bytes they cost, in one transaction."""
        archive = self._visit.archive
        with archive.transaction():
            archive.posts.add_texts([(text.post, list(arrived[text.post].items())) for text in whole])
            for text in whole:
                for part in text.parts:
                    if len(arrived[text.post][part.section]) < min(part.size, plan.TEXT_LIMIT):
                        archive.contents.shorten(text.post, part.section)
            self._visit.write_ledger()
        self._report.new_texts += len(whole)

    # --- long parts -----------------------------------------------------------------------------------------------

    def fetch_whole(self, posts: Sequence[int]) -> None:
        """Fetches all the text of posts, however long it is. Raises UnknownItem for a mail that is gone."""
        wanted = set(posts)
        self.fetch([text for text in self._visit.waiting() if text.post in wanted])
        for post in posts:
            for part in self._visit.archive.contents.unfinished(post):
                self.fetch_rest(post, part, "text")

    def fetch_rest(self, post: int, part: Part, purpose: Purpose) -> None:
        """Fetches what is not here of a part, in pieces, from where an earlier try was cut."""
        uid = self._visit.uid_of(post)
        offset = 0 if part.content is None else len(part.content)
        phase = Phase(f"{self._visit.to.list}: {part.name or part.type}", part.size, self._visit.meter, self._progress)
        pending = bytearray()
        size = plan.FIRST_PIECE
        try:
            while offset < part.size:
                length = min(size, part.size - offset)
                size = min(plan.PIECE, size * 2)
                piece = self._piece(post, PartRequest(uid, part.section, offset, length))
                pending += piece
                offset += len(piece)
                phase.tell(offset)
                if len(piece) < length:
                    break
                if len(pending) >= max(_KEPT_AT_ONCE, offset // 4):
                    self._keep(post, part, pending, purpose)
        finally:
            self._keep(post, part, pending, purpose)
        if offset < part.size:
            self._visit.archive.contents.shorten(post, part.section)

    def _piece(self, post: int, request: PartRequest) -> bytes:
        self._visit.meter.must_afford(plan.piece_worst(request.length))
        answers = list(self._visit.session.parts([request]))
        if not answers:
            self._visit.gone([request.uid])
            raise UnknownItem(f"The mail of post {post} is no longer on the server: what is not here cannot be had.")
        return answers[0].content

    def _keep(self, post: int, part: Part, pending: bytearray, purpose: Purpose) -> None:
        self._visit.meter.book(purpose)
        with self._visit.archive.transaction():
            if pending or not part.size:
                arrived = [(part.section, bytes(pending))]
                if purpose == "text":
                    self._visit.archive.posts.add_texts([(post, arrived)])
                else:
                    self._visit.archive.contents.add_parts(post, arrived)
            self._visit.write_ledger()
        pending.clear()


def _is_whole(text: WaitingText, arrived: Mapping[int, Mapping[str, bytes]]) -> bool:
    return all(part.section in arrived[text.post] for part in text.parts)
