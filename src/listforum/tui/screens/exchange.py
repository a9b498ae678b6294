"""The dialog of a run on the link: its price before, how far it is while, what came of it after."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar

from listforum.errors import ListforumError
from listforum.tui.actions import Where, bindings
from listforum.tui.layout.exchange import Known, exchange_lines
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
        self.query_one(Page).say(self._lines())
        self.query_one(Keys).say(self.keys())

    def _lines(self) -> Sequence[Line]:
        outgoing, sent = self.forum_app.forum.outgoing, self._exchange.outcome.sent
        items = {item.item: item for item in outgoing.items()} if sent is not None else {}
        known = Known(self.forum_app.link.pace, self._connecting, items)
        return exchange_lines(self._exchange, known, self.room)

    def keys(self) -> Sequence[tuple[str, str]]:
        if self._exchange.phase == "price":
            return ((_("enter"), _("fetch")), (_("esc"), _("leave it there")))
        if self._exchange.phase == "done":
            return (("s", _("again")), (_("esc"), _("back")))
        return (("x", _("stop")), (_("esc"), _("go on reading")))

    def action_approve(self) -> None:
        if self._exchange.phase == "done":
            self.dismiss()
        else:
            self._exchange.agree()

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
