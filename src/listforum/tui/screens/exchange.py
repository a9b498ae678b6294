"""The dialog of a run on the link: its price before, how far it is while, what came of it after."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar

from listforum.errors import ListforumError, UsageError
from listforum.forum.offering import Wanted
from listforum.model.traffic import Spending
from listforum.tui.actions import Where, bindings
from listforum.tui.layout.exchange import Known, exchange_lines
from listforum.tui.screens.ask import AskScreen
from listforum.tui.screens.dialog import Dialog, Keys, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from listforum.tui.exchange import Exchange
    from listforum.tui.layout.line import Line


class ExchangeScreen(Dialog[None]):
    """Follows a run. Closing it leaves the run to itself, but for the question of the price: that is then a no."""

    WHERE: ClassVar[tuple[Where, ...]] = ("exchange",)
    BINDINGS = bindings("exchange")

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange.what)
        self._exchange = exchange
        self._connecting: int | None = None
        self._spending = Spending()

    def body(self) -> ComposeResult:
        yield Page(self._lines())

    def on_mount(self) -> None:
        try:
            self._connecting = self.forum_app.forum.fetching.connect_price()
        except ListforumError:
            self._connecting = None  # the run itself says what is wrong
        self.query_one(Page).focus()
        self.exchange_changed()

    def on_resize(self) -> None:
        self.exchange_changed()

    def exchange_changed(self) -> None:
        if not self._exchange.running:
            self._spending = self.forum_app.forum.expenses.spending()
        self.query_one(Page).say(self._lines())
        self.query_one(Keys).say(self.keys())

    def _lines(self) -> Sequence[Line]:
        outgoing, sent = self.forum_app.forum.outgoing, self._exchange.outcome.sent
        items = {item.item: item for item in outgoing.items()} if sent is not None else {}
        known = Known(self.forum_app.link.pace, self._connecting, self._spending, items)
        return exchange_lines(self._exchange, known, self.room)

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._exchange.phase == "price":
            headings = () if self._exchange.headings_here else (("h", _("headings only")),)
            return ((_("enter"), _("fetch")), *headings, ("b", _("a budget")), (_("esc"), _("leave it there")))
        if self._exchange.phase == "done":
            return (("s", _("again")), (_("esc"), _("back")))
        return (("x", _("stop")), (_("esc"), _("go on reading")))

    def action_approve(self) -> None:
        if self._exchange.phase == "done":
            self.dismiss()
        else:
            self._exchange.agree(Wanted())

    def action_headings(self) -> None:
        """At the price, takes the headings only; elsewhere the key leads back, as on every screen."""
        if self._exchange.phase == "price":
            self._exchange.agree(Wanted("headers"))
        else:
            self.action_back()

    def action_within_budget(self) -> None:
        if self._exchange.phase == "price":
            question = _("Fetch as much as this pays for; the rest waits on the server:")
            self.app.push_screen(AskScreen(_("A budget"), question, self.forum_app.last_budget), self._take_budget)

    def _take_budget(self, typed: str | None) -> None:
        if typed is None:
            return
        try:
            self._exchange.agree(Wanted.within(typed))
        except UsageError as error:
            self.forum_app.show_failure(error)
        else:
            self.forum_app.last_budget = typed

    def action_stop(self) -> None:
        self._exchange.stop()

    def action_back(self) -> None:
        if self._exchange.phase == "price":
            self._exchange.stop()
        self.dismiss()

    def action_exchange(self) -> None:
        """Goes on from where the last run stopped."""
        if not self._exchange.running:
            self.dismiss()
            self.forum_app.action_exchange()
