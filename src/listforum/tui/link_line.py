"""How the link is, in the few words that every screen has room for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from listforum.model.traffic import Spending
from listforum.tui.layout.exchange import link_words

if TYPE_CHECKING:
    from listforum.forum import Forum
    from listforum.tui.exchange import Exchange, Link

_DAY: Final = 86_400


class LinkLine:
    """Tells how far a run is; between runs, what the day has cost, which is looked up once after each."""

    def __init__(self, forum: Forum, link: Link) -> None:
        self._forum, self._link = forum, link
        self._spent = Spending()
        self._after: Exchange | None = None
        self._day = 0

    def words(self) -> str:
        """The words; safe to show."""
        exchange = self._link.exchange
        if exchange is None or not exchange.running:
            day = int(time.time()) // _DAY
            if exchange is not self._after or day != self._day:
                self._spent = self._forum.expenses.spending()
                self._after, self._day = exchange, day
        return link_words(exchange, self._spent)
