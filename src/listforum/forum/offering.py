"""What a sync would cost is shown to the person, who says what of it to fetch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from gettext import gettext as _
from typing import Final, Literal

from listforum.archive.archive import Archive
from listforum.config import ListSettings, amount
from listforum.errors import Cancelled
from listforum.forum.run import Run
from listforum.sync.price import count_once, fit, take_stock
from listforum.sync.pull import Pull
from listforum.sync.report import ListReport

_TOLERATED_BYTES: Final = 20_000
_TOLERATED_PART: Final = 1 / 4
"""What a run may come to cost beyond its price, before the person is asked again: more than both is too much."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sync is asked to do: everything, headers only, or just to tell what it would cost; for how many bytes."""

    extent: Literal["all", "headers", "price"] = "all"
    budget: int | None = None

    @classmethod
    def within(cls, amount_typed: str) -> Wanted:
        """Everything that so much pays for, as 50 kB. Raises UsageError."""
        return cls("all", amount(amount_typed))


Approve = Callable[[Sequence[ListReport]], Wanted | None]
"""Is shown what there is to fetch from an account, and its price; answers what of it to fetch, None for nothing.

A budget that is answered holds for all the rest of the run.
"""

Pair = tuple[ListSettings, ListReport]
Work = tuple[Pull, ListReport]


class Offering:
    """What the person agrees to in one account."""

    def __init__(self, archive: Archive, run: Run, wanted: Wanted, approve: Approve | None) -> None:
        self._archive = archive
        self._run = run
        self._wanted = wanted
        self._approve = approve
        self._price = 0
        self._paid_before: int | None = None
        """What the run had paid when the price was agreed to; None while nobody was asked."""
        if approve is not None:
            run.meter.expect_limit()

    @property
    def texts_wanted(self) -> bool:
        return self._wanted.extent == "all"

    def offer(self, pulls: Sequence[Work]) -> None:
        """Counts what is new, and asks what of it to fetch, once. Raises Cancelled when it is nothing."""
        if self._approve is None or self._paid_before is not None:
            return
        try:
            price(pulls, self._run)
            offered = [replace(report) for _pull, report in pulls]
        finally:
            for _pull, report in pulls:
                report.new_headers = 0
        self._ask(self._approve, offered)

    def offer_texts(self, lists: Sequence[Pair]) -> None:
        """Asks again where the texts cost far more than was agreed to. Raises Cancelled as `offer` does."""
        if self._approve is None or self._paid_before is None or self._wanted.budget is not None:
            return
        offered = [replace(report, new_headers=0) for _one, report in lists]
        for (one, _report), offer in zip(lists, offered, strict=True):
            take_stock(self._archive, self._run.subscription(one), offer)
        count_once(offered)
        waiting = sum(offer.waiting_bytes for offer in offered)
        beyond = self._run.meter.spent.total - self._paid_before + waiting - self._price
        if waiting and beyond > max(_TOLERATED_BYTES, self._price * _TOLERATED_PART):
            self._ask(self._approve, offered)

    def _ask(self, approve: Approve, offered: Sequence[ListReport]) -> None:
        with self._run.pause():
            answer = approve(offered)
        if answer is None:
            raise Cancelled(_("stopped"))
        self._run.person.cancel.check()
        if answer.budget is not None:
            self._run.meter.limit(answer.budget)
        self._wanted = answer if self.texts_wanted else replace(answer, extent=self._wanted.extent)
        self._price = sum(offer.waiting_bytes for offer in offered)
        self._paid_before = self._run.meter.spent.total


def price(pulls: Sequence[Work], run: Run) -> None:
    """Tells in the reports what there is to fetch, what that costs, and what of it the budget bears."""
    for pull, report in pulls:
        with run.one_list(report):
            pull.price()
    reports = [report for _pull, report in pulls]
    every = run.report.lists
    count_once(reports, every[: every.index(reports[0])])
    fit(reports, run.meter.left)
