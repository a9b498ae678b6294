"""Texts: the beginning of each, newest first; and the rest of a long one, or an attachment, piece by piece."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _

from listforum.archive.waiting import WaitingText
from listforum.errors import ServerError, UnknownItem
from listforum.model.mail import Part, Piece
from listforum.model.traffic import Purpose
from listforum.sync import plan
from listforum.sync.patience import Asked
from listforum.sync.ranges import Answers, Terms, in_order_of_answers, price_of, worst_of
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
            ahead = left[: min(plan.TEXTS_AT_ONCE, self._visit.patience.most)]
            worsts = [worst_of(text, meter.left) for text in ahead]
            count = plan.texts_within(worsts, meter.left)
            if sum(worsts[:count]):
                meter.must_afford(plan.REQUEST + sum(worsts[:count]))
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
                else:
                    self._visit.patience.moved_on()
                if answers.add(fetched):
                    phase.one_more()
        finally:
            self._visit.meter.book("text")
            self._store(answers)
        left = self._visit.settle(asked, "text")
        if asked.ended and asked.missing:
            self._visit.gone(set(asked.missing).difference(one.uid for one in self._visit.aside()))
        return [text for text in batch if text.uid in left]

    def _fetch_alone(self, text: WaitingText) -> None:
        answers = Answers([text], self._terms())
        (arrived,) = answers.all
        self._visit.meter.must_afford(plan.REQUEST + worst_of(text, self._visit.meter.left))
        try:
            for fetched in self._visit.session.parts(answers.wanted):
                answers.add(fetched)
        finally:
            self._visit.meter.book("text")
        if arrived.doubtful and not self._visit.still_there([text.uid]):
            self._visit.gone([text.uid])
        elif arrived.whole:
            self._store(answers)
        else:
            raise ServerError(_("the server leaves out the text of mail {uid}").format(uid=text.uid))

    def _terms(self) -> Terms:
        return Terms(self._visit.session.decodes, self._visit.meter.left)

    def _store(self, answers: Answers) -> None:
        """Whole texts, pieces of others, and the bytes they cost, in one transaction."""
        archive = self._visit.archive
        whole = [arrived for arrived in answers.all if arrived.whole]
        with archive.transaction():
            archive.posts.add_texts([(one.text.post, list(one.pieces.values())) for one in whole])
            for arrived in answers.all:
                if not arrived.whole:
                    archive.contents.add_parts(arrived.text.post, list(arrived.pieces.values()))
                for section in arrived.ended:
                    archive.contents.end_part(arrived.text.post, section)
            told = sum(price_of(one.text) for one in whole)
            self._visit.meter.came("text", len(whole), told)
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
        """Fetches what is not here of a part, in pieces, each kept as it comes, from where an earlier try was cut."""
        offset, asked, over = part.here or 0, plan.FIRST_PIECE, not part.size
        if over:
            self._keep(post, Piece(part.section, 0, b""), purpose, over=True)
        uid = self._visit.uid_of(post)
        self._visit.expect(part.size - offset)
        phase = Phase(f"{self._visit.to.list}: {part.name or part.type}", part.size, self._visit.meter, self._progress)
        try:
            while not over:
                length = min(asked, part.size - offset)
                piece = self._piece(post, PartRequest(uid, part.section, offset, length, part.decoded))
                offset += len(piece.content)
                over = len(piece.content) < length or offset >= part.size
                self._keep(post, piece, purpose, over=over)
                phase.tell(offset)
                asked = min(plan.PIECE, asked * 2)
        finally:
            self._visit.meter.book(purpose)
            with self._visit.archive.transaction():
                if purpose == "text" and not over:
                    self._visit.archive.posts.add_texts([(post, ())])
                self._visit.write_ledger()

    def _piece(self, post: int, request: PartRequest) -> Piece:
        self._visit.meter.must_afford(plan.piece_worst(request.length))
        answers = list(self._visit.session.parts([request]))
        if not answers:
            self._visit.gone([request.uid])
            raise UnknownItem(
                _("The mail of post {post} is no longer on the server: what is not here cannot be had.").format(
                    post=post
                )
            )
        return Piece(request.section, request.offset, answers[0].content, request.decoded)

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
