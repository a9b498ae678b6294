"""From IMAP to the archive: headers, then texts, newest first, each batch stored with its cursor in one transaction.

Whatever stops it - a cut link, a budget, the person - what arrived whole is kept, and the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from listforum.archive.aside import Missing
from listforum.archive.waiting import WaitingText
from listforum.errors import BudgetError
from listforum.model.forum import Mark
from listforum.sync import costs, plan
from listforum.sync.headers import Headers
from listforum.sync.price import price_news
from listforum.sync.ranges import worst_of
from listforum.sync.report import ListReport, Report
from listforum.sync.texts import Texts
from listforum.sync.visit import Visit

WANTED: Final[tuple[Mark | None, ...]] = ("followed", None)
"""The marks of topics whose texts are fetched unasked."""


class Pull:
    """Brings one list's mail in, over a session that is logged in."""

    def __init__(self, visit: Visit, report: ListReport, progress: Report) -> None:
        self._visit = visit
        self.report = report
        self._texts = Texts(visit, report, progress)
        self._headers = Headers(visit, report, progress, self._texts)
        self._guessed = False
        """Whether a price was told before anybody knew how long the new texts are."""

    @property
    def account(self) -> str:
        """The account that the list is read from."""
        return self._visit.to.account

    def headers(self) -> None:
        """Fetches the header fields of every mail of the list that is not here yet."""
        self._visit.look()
        self._headers.fetch()

    def news(self) -> None:
        """Fetches the same, and the texts of some of them, where that saves a round trip."""
        self._visit.look()
        if self._guessed:  # they may cost far more: the person is asked again in between
            self._headers.fetch()
        else:
            self._headers.fetch_with_texts()

    def price(self) -> None:
        """Asks how much is new, and adds it and its price to what waits, without fetching it."""
        self._visit.look()
        new, news = self._headers.new(), self._visit.news
        told = news.parts if news else {}
        self._guessed = not all(uid in told for uid in new)
        price_news(self._visit.archive, self._visit.to, self.report, new, told)

    def texts(self, marks: Collection[Mark | None] = WANTED) -> bool:
        """Fetches the texts that wait in topics with one of these marks: of followed topics first, then the newest.

        Passes over what is too dear for what is left of the budget. Answers whether anything was asked for.
        """
        tried: set[tuple[int, int]] = set()
        while waiting := self._next_texts(tried, marks):
            self._visit.open()
            self._visit.must_be_numbered_as_before()
            self._visit.meter.book("connect")
            left = self._visit.meter.left
            try:
                self._texts.fetch(waiting)
            except BudgetError:
                if not self._visit.session.connected or self._visit.meter.left == left:
                    raise
            else:
                tried |= {(text.post, text.uid) for text in waiting}
        return bool(tried)

    @property
    def too_dear(self) -> bool:
        """Whether texts that are wanted wait for nothing but a larger budget."""
        return any(text.mark in WANTED for text in self._visit.waiting())

    def _next_texts(self, tried: Collection[tuple[int, int]], marks: Collection[Mark | None]) -> Sequence[WaitingText]:
        """Those that the budget may bear, in the order of the plan."""
        left = self._visit.meter.left
        waiting = {
            text.post: text
            for text in self._visit.waiting()
            if (text.post, text.uid) not in tried and text.mark in marks
        }
        worsts = {post: costs.REQUEST + worst_of(text, left) for post, text in waiting.items()}
        texts = [
            plan.Text(post, text.date, worsts[post], text.mark)
            for post, text in waiting.items()
            if left is None or worsts[post] <= left
        ]
        return [waiting[text.post] for text in plan.make_plan(plan.News(), texts, None).texts]

    def line_up(self, missing: Missing) -> None:
        """Says that `again` is going to be called."""
        self._visit.line_up(missing)

    def again(self, missing: Missing) -> None:
        """Asks once more, one by one, for mails, or for texts, that the server could not give."""
        if self._visit.line_up(missing):
            self._visit.open()
            (self._headers if missing == "mail" else self._texts).again()

    def whole_texts(self, posts: Sequence[int]) -> None:
        """Fetches all the text of these posts, however long it is. Raises UnknownItem when one is gone."""
        self._visit.open()
        self._visit.must_be_numbered_as_before()
        self._visit.meter.book("connect")
        self._texts.fetch_whole(posts)

    def part(self, post: int, section: str) -> None:
        """Fetches one part of a post, in pieces, from where an earlier try was cut."""
        self._visit.open()
        self._visit.must_be_numbered_as_before()
        self._visit.meter.book("connect")
        contents = self._visit.archive.contents
        is_text = any(part.section == section for part in contents.unfinished(post))
        for part in contents.received(post).parts:
            if part.section == section and not part.complete:
                self._texts.fetch_rest(post, part, "text" if is_text else "attachment")
