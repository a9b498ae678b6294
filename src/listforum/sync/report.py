"""What a sync is about, what it did for a list, and how it tells while it works."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from listforum.archive.aside import SetAside
from listforum.model.traffic import Progress
from listforum.sync.meter import Meter
from listforum.sync.plan import Plan


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a list's mail lies: in an account's folder, alone or (with `list_id`) among other mail."""

    list: str
    account: str
    folder: str
    list_id: str
    address: str | None
    history: int


@dataclass(slots=True)
class ListReport:
    """What a sync did for one list, and what is left to do for it: `plan`, which a price is told by too.

    `waiting_texts` and `waiting_bytes` are what is fetched next, or priced; `muted_texts` and `muted_bytes` what stays
    on the server because its topic is muted. `older` posts were left on the server; `older_bytes` is what they would
    cost.

    `missing` are the mails that the server could not give, though it has them: they are asked for again, a few times.
    `error` says why the list could not be synced to its end; None also where a budget or the person ended it. Where it
    was `left_early`, more may be new than anybody knows.
    """

    list: str
    new_headers: int = 0
    new_texts: int = 0
    waiting_texts: int = 0
    waiting_bytes: int = 0
    muted_texts: int = 0
    muted_bytes: int = 0
    older: int = 0
    older_bytes: int = 0
    missing: tuple[SetAside, ...] = ()
    error: str | None = None
    done: bool = False
    left_early: bool = False
    plan: Plan = field(default_factory=Plan)

    def plan_for(self, made: Plan) -> None:
        """Takes a plan for what is left to do, made without a budget, and the counts that follow from it."""
        self.plan = made
        self.waiting_texts = len(made.texts) + made.new.count
        self.waiting_bytes = made.price
        self.muted_texts = len(made.muted)
        self.muted_bytes = sum(text.price for text in made.muted)


Report = Callable[[Progress], None]


class Phase:
    """Tells how far a phase of the work has come; neither its count nor its bytes ever go back."""

    def __init__(self, what: str, total: int, meter: Meter, report: Report) -> None:
        self._what = what
        self._total = total
        self._meter = meter
        self._report = report
        self._began = time.monotonic()
        self._done = 0

    def tell(self, done: int) -> None:
        """So much of the phase is done."""
        self._done = max(self._done, min(done, self._total))
        elapsed = time.monotonic() - self._began
        left = elapsed / self._done * (self._total - self._done) if self._done and elapsed > 1 else None
        self._report(Progress(self._what, self._done, self._total, self._meter.spent, left))

    def one_more(self) -> None:
        """One more step is done."""
        self.tell(self._done + 1)
