"""Texts: the beginning of each, newest first; and the rest of a long one, or an attachment, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from gettext import gettext as _
from typing import NoReturn

from listforum.archive.waiting import WaitingText
from listforum.errors import ServerError, UnknownItem
from listforum.model.mail import Part, Piece
from listforum.model.traffic import Purpose
from listforum.sync import costs
from listforum.sync.patience import Asked
from listforum.sync.ranges import Answers, Arrived, Terms, in_order_of_answers, price_of, worst_of
from listforum.sync.report import ListReport, Phase, Report
from listforum.sync.visit import Visit
from listforum.wire.fetched import FetchedPart, PartRequest


class Texts:
    """Fetches texts that wait, and long parts."""

    def __init__(self, visit: Visit, report: ListReport, progress: Report) -> None:
        self._visit = visit
        self._report = report
        self._progress = progress

    def fetch(self, waiting: Sequence[WaitingText]) -> None:
        """Fetches the beginnings of texts, in this order, within the budget."""
        meter = self._visit.meter
        self._visit.expect(sum(map(price_of, waiting)))
        phase = Phase(_("{list}: texts").format(list=self._visit.to.list), len(waiting), meter, self._progress)
        left = list(waiting)
        while left:
            ahead = left[: self._visit.texts_at_once(map(price_of, left))]
            worsts = [worst_of(text, meter.left) for text in ahead]
            count = costs.texts_within(worsts, meter.left)
            if sum(worsts[:count]):
                meter.must_afford(costs.REQUEST + sum(worsts[:count]))
            left[:count] = self._fetch_batch(ahead[:count], phase)
            phase.tell(len(waiting) - len(left))

    def again(self) -> None:
        """Asks once more, one by one, for texts that the server could not give."""
        archive, to = self._visit.archive, self._visit.to
        for uid in self._visit.to_be_asked_again("text"):
            waiting = archive.waiting.aside(self._visit.row, to.account, to.folder, self._visit.state.uidvalidity)
            for text in (text for text in waiting if text.uid == uid and text.mark != "muted"):
                with self._visit.alone(uid):
                    self._fetch_alone(text)

    def keep(self, came: Sequence[FetchedPart]) -> None:
        """Stores parts that came before anybody knew of which posts they are; what is no post's is dropped."""
        of = {fetched.uid for fetched in came}
        answers = Answers([text for text in self._visit.waiting() if text.uid in of], self._terms())
        for fetched in came:
            if fetched.content or fetched.offset:  # of a mail that went away meanwhile nothing is said
                answers.add(fetched)
        self._visit.meter.book("text")
        self._store(answers)

    def _fetch_batch(self, batch: Sequence[WaitingText], phase: Phase) -> Sequence[WaitingText]:
        """Fetches and stores; answers the texts that are to be asked for once more, fewer at once."""
        answers = Answers(batch, self._terms())
        asked = Asked(in_order_of_answers(answers.wanted))
        try:
            for fetched in asked.watched(self._visit.session.parts(answers.wanted)):
                if not fetched.content and not fetched.offset:
                    continue  # of a mail that went away meanwhile nothing is said
                if fetched.whole:
                    asked.came(fetched.uid, fetched.section)
                if answers.add(fetched):
                    phase.one_more()
                if answers.size >= costs.KEPT_AT_ONCE:  # a power cut costs no more than that
                    self._visit.meter.book("text")
                    self._keep_texts(answers.take_whole())
        finally:
            self._visit.meter.book("text")
            self._store(answers)
        left = self._visit.settle(asked, "text")
        if asked.ended and asked.missing:
            self._visit.gone(set(asked.missing).difference(one.uid for one in self._visit.aside()))
        rest = [text for arrived in answers.all if (text := arrived.rest)]
        return [*rest, *(text for text in batch if text.uid in left)]

    def _fetch_alone(self, text: WaitingText) -> None:
        """Fetches a text in as many requests as the link bears; raises ServerError where the server leaves it out."""
        left: WaitingText | None = text
        while left:
            answers = Answers([left], self._terms())
            (arrived,) = answers.all
            self._visit.meter.must_afford(costs.REQUEST + worst_of(left, self._visit.meter.left))
            try:
                for fetched in self._visit.session.parts(answers.wanted):
                    answers.add(fetched)
            finally:
                self._visit.meter.book("text")
                if not arrived.doubtful:
                    self._store(answers)
            left = arrived.rest
        if arrived.doubtful and not self._visit.still_there([text.uid]):
            self._visit.gone([text.uid])
        elif arrived.doubtful and arrived.whole:
            self._store(answers)  # it was said to be something, and is nothing
        elif not arrived.whole:
            raise ServerError(_("the server leaves out the text of mail {uid}").format(uid=text.uid))

    def _terms(self) -> Terms:
        visit = self._visit
        return Terms(visit.session.decodes, visit.meter.left, visit.patience.link.at_once(visit.meter.spent.total))

    def _store(self, answers: Answers) -> None:
        """Whole texts, pieces of others, and the bytes they cost, in one transaction."""
        begun = [arrived for arrived in answers.all if not arrived.whole]
        with self._visit.archive.transaction():
            for arrived in begun:
                self._visit.archive.contents.add_parts(arrived.text.post, list(arrived.pieces.values()))
                self._end_parts(arrived)
            self._keep_texts([arrived for arrived in answers.all if arrived.whole])
        if any(arrived.begun for arrived in begun):
            self._visit.patience.moved_on()

    def _keep_texts(self, whole: Sequence[Arrived]) -> None:
        archive, meter = self._visit.archive, self._visit.meter
        with archive.transaction():
            archive.posts.add_texts([(one.text.post, list(one.pieces.values())) for one in whole])
            for arrived in whole:
                self._end_parts(arrived)
            meter.came("text", len(whole), sum(price_of(one.text) for one in whole))
            self._visit.write_ledger()
        if whole:
            self._visit.patience.moved_on()
        self._report.new_texts += len(whole)

    def _end_parts(self, arrived: Arrived) -> None:
        for section in arrived.ended:
            self._visit.archive.contents.end_part(arrived.text.post, section)

    # --- long parts -----------------------------------------------------------------------------------------------

    def fetch_whole(self, posts: Sequence[int]) -> None:
        """Fetches all the text of posts, however long it is. Raises UnknownItem for a mail that is gone."""
        wanted = set(posts)
        self.fetch([text for text in self._visit.waiting() if text.post in wanted])
        for post in posts:
            for part in self._visit.archive.contents.unfinished(post):
                self.fetch_rest(post, part, "text")

    def fetch_rest(self, post: int, part: Part, purpose: Purpose) -> None:
        """Fetches what is not here of a part, in pieces, each kept as it comes, from where an earlier try was cut."""
        visit, uid = self._visit, self._visit.uid_of(post)
        offset, asked, over = part.here or 0, costs.FIRST_PIECE, not part.size
        if part.decoded and not visit.session.decodes:
            offset, part = 0, replace(part, decoded=False)
        if over:
            self._keep(post, Piece(part.section, 0, b""), purpose, over=True)
        visit.expect(part.size - offset)
        what = _("{list}: {name}, kB").format(list=visit.to.list, name=part.name or part.type)
        phase = Phase(what, -(-part.size // 1000), visit.meter, self._progress)
        try:
            while not over:
                wanted = self._next_pieces(PartRequest(uid, part.section, offset, asked, part.decoded), part.size)
                for piece in self._pieces(post, wanted):
                    offset += len(piece.content)
                    over = offset >= part.size or (piece.whole and len(piece.content) < wanted[piece.offset].length)
                    self._keep(
                        post, Piece(part.section, piece.offset, piece.content, piece.decoded), purpose, over=over
                    )
                    phase.tell(-(-offset // 1000))
                asked = min(costs.PIECE, asked * 2)
        finally:
            visit.meter.book(purpose)
            with visit.archive.transaction():
                if purpose == "text" and not over:
                    visit.archive.posts.add_texts([(post, ())])
                visit.write_ledger()

    def _next_pieces(self, first: PartRequest, size: int) -> Mapping[int, PartRequest]:
        """What to ask for in one breath, by offset: a few pieces, or one where every byte is counted or links die."""
        meter, patience = self._visit.meter, self._visit.patience
        borne = patience.link.at_once(meter.spent.total)
        length = min(first.length, borne or first.length)
        together = costs.PIECES_TOGETHER if meter.left is None and borne is None else 1
        starts = range(first.offset, size, length)[:together]
        meter.must_afford(costs.piece_worst(length))
        return {start: replace(first, offset=start, length=min(length, size - start)) for start in starts}

    def _pieces(self, post: int, wanted: Mapping[int, PartRequest]) -> Iterator[FetchedPart]:
        """What comes of it, in order, so that each continues what is here.

        Raises UnknownItem for a mail that is gone, and ServerError where nothing comes of one that is there.
        """
        offset, early, came = min(wanted), dict[int, FetchedPart](), False
        for fetched in self._visit.session.parts(wanted.values()):
            early[fetched.offset] = fetched
            while piece := early.pop(offset, None):
                self._visit.patience.moved_on()
                came, offset = True, offset + len(piece.content)
                yield piece
        if not came:
            self._nothing_came(post, wanted[min(wanted)].uid)

    def _nothing_came(self, post: int, uid: int) -> NoReturn:
        if self._visit.still_there([uid]):
            raise ServerError(_("the server leaves out the text of mail {uid}").format(uid=uid))
        self._visit.gone([uid])
        raise UnknownItem(
            _("The mail of post {post} is no longer on the server: what is not here cannot be had.").format(post=post)
        )

    def _keep(self, post: int, piece: Piece, purpose: Purpose, *, over: bool) -> None:
        """Stores a piece and what it cost; with the last one, what follows from the text."""
        self._visit.meter.book(purpose)
        archive = self._visit.archive
        with archive.transaction():
            archive.contents.add_parts(post, [piece])
            if over:
                archive.contents.end_part(post, piece.section)
            if over and purpose == "text":
                archive.posts.add_texts([(post, ())])
            self._visit.write_ledger()
