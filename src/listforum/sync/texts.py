"""Texts: the beginning of each, newest first; and the rest of a long one, or an attachment, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from gettext import gettext as _

from listforum.archive.waiting import WaitingText
from listforum.errors import ServerError, UnknownItem
from listforum.model.mail import Part, Piece
from listforum.model.traffic import Purpose
from listforum.sync import plan
from listforum.sync.patience import Asked
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
        phase = Phase(_("{list}: texts").format(list=self._visit.to.list), len(waiting), meter, self._progress)
        left = list(waiting)
        while left:
            ahead = left[: min(plan.TEXTS_AT_ONCE, self._visit.patience.most)]
            worsts = [plan.text_worst(text.parts, meter.left) for text in ahead]
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

    def _fetch_batch(self, batch: Sequence[WaitingText], phase: Phase) -> Sequence[WaitingText]:
        """Fetches and stores; answers the texts that are to be asked for once more, fewer at once."""
        answers = _Answers(batch)
        requests = self._requests(batch)
        asked = Asked(_in_order_of_answers(requests))
        try:
            for fetched in asked.watched(self._visit.session.parts(requests)):
                if not fetched.content:
                    continue  # of a mail that went away meanwhile nothing is said
                asked.came(fetched.uid, fetched.section)
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
        answers = _Answers([text])
        self._visit.meter.must_afford(plan.REQUEST + plan.text_worst(text.parts, self._visit.meter.left))
        try:
            for fetched in self._visit.session.parts(self._requests([text])):
                answers.add(fetched)
        finally:
            self._visit.meter.book("text")
        if answers.doubtful and not self._visit.still_there([text.uid]):
            self._visit.gone([text.uid])
        elif answers.whole:
            self._store(answers)
        else:
            raise ServerError(_("the server leaves out the text of mail {uid}").format(uid=text.uid))

    def _requests(self, texts: Sequence[WaitingText]) -> list[PartRequest]:
        return [
            PartRequest(text.uid, part.section, 0, plan.asked_length(part, self._visit.meter.left))
            for text in texts
            for part in text.parts
            if part.size
        ]

    def _store(self, answers: _Answers) -> None:
        """Whole texts, and the bytes they cost, in one transaction."""
        archive = self._visit.archive
        with archive.transaction():
            archive.posts.add_texts([(text.post, answers.pieces(text)) for text in answers.whole])
            for text in answers.whole:
                for part in text.parts:
                    if len(answers.of(text)[part.section]) < min(part.size, plan.TEXT_LIMIT):
                        archive.contents.end_part(text.post, part.section)
            told = sum(plan.text_price(text.parts) for text in answers.whole)
            self._visit.meter.came("text", len(answers.whole), told)
            self._visit.write_ledger()
        self._report.new_texts += len(answers.whole)

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
        phase = Phase(f"{self._visit.to.list}: {part.name or part.type}", part.size, self._visit.meter, self._progress)
        try:
            while not over:
                length = min(asked, part.size - offset)
                piece = self._piece(post, PartRequest(uid, part.section, offset, length))
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
        return Piece(request.section, request.offset, answers[0].content)

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


class _Answers:
    """What has come of some texts; a part without a byte needs no answer."""

    def __init__(self, texts: Sequence[WaitingText]) -> None:
        self._texts = {text.uid: text for text in texts}
        self._arrived = {text.uid: {part.section: b"" for part in text.parts if not part.size} for text in texts}

    def add(self, fetched: FetchedPart) -> bool:
        """Keeps an answer; answers whether its text is whole with it."""
        self._arrived[fetched.uid][fetched.section] = fetched.content
        return self._is_whole(self._texts[fetched.uid])

    def pieces(self, text: WaitingText) -> Sequence[Piece]:
        """What has come of a text."""
        return [Piece(section, 0, content) for section, content in self.of(text).items()]

    def of(self, text: WaitingText) -> Mapping[str, bytes]:
        """What has come of a text, by section."""
        return self._arrived[text.uid]

    @property
    def whole(self) -> Sequence[WaitingText]:
        """The texts of which everything is here."""
        return [text for text in self._texts.values() if self._is_whole(text)]

    @property
    def doubtful(self) -> bool:
        """Whether anything is missing, or empty though it was said to be something."""
        return not all(
            self._arrived[text.uid].get(part.section)
            for text in self._texts.values()
            for part in text.parts
            if part.size
        )

    def _is_whole(self, text: WaitingText) -> bool:
        return all(part.section in self._arrived[text.uid] for part in text.parts)


def _in_order_of_answers(requests: Iterable[PartRequest]) -> list[tuple[int, str]]:
    """UIDs and sections: alike ranges go in one command, which is answered in the order of UIDs."""
    commands: dict[tuple[str, int, int], list[tuple[int, str]]] = {}
    for request in requests:
        alike = commands.setdefault((request.section, request.offset, request.length), [])
        alike.append((request.uid, request.section))
    return [one for alike in commands.values() for one in sorted(alike)]
