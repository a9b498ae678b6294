"""The runs on the link as the person meets them: begun by a key, shown in a dialog, told in passing when they end."""

from __future__ import annotations

import queue
from collections.abc import Callable
from functools import partial
from gettext import gettext as _
from typing import TYPE_CHECKING

from listforum.errors import Cancelled
from listforum.tui.exchange import Exchange, Outcome, events_of

if TYPE_CHECKING:
    from listforum.cancel import Cancel
    from listforum.tui.app import ForumApp


class Runs:
    """Begins runs, one at a time, and has every screen follow them. For the thread of the screen, but `ask_secret`."""

    def __init__(self, app: ForumApp) -> None:
        self._app = app

    def sync(self, then: Callable[[Exchange], None] = lambda _exchange: None) -> None:
        """Shows the run that is under way, or begins to send and to fetch; `then` goes on when that has ended."""
        if not self._app.link.busy:

            def ended() -> None:
                self.tell_ending()
                if self._app.link.exchange is not None:
                    then(self._app.link.exchange)

            self._begin(_("Syncing"), self._app.link.send_and_sync, ended)
        self._show()

    def fetch(self, what: str, work: Callable[[Exchange], Outcome], done: Callable[[], None]) -> None:
        """Begins to fetch something whose price was agreed to."""
        if self._app.link.busy:
            self._app.tell(_("The link is in use: wait for it, or stop it (s shows it)."))
            return
        self._begin(what, work, done)
        self._show()

    def tell_ending(self) -> None:
        """Says what came of the run, where its dialog is not open any more."""
        from listforum.tui.layout.exchange import ending
        from listforum.tui.screens.exchange import ExchangeScreen

        if self._app.link.exchange is not None and not isinstance(self._app.screen, ExchangeScreen):
            self._app.tell(ending(self._app.link.exchange))

    def changed(self) -> None:
        """Has every screen show how far the run is."""
        companion, exchange = self._app.companion, self._app.link.exchange
        if companion is not None and exchange is not None and exchange.phase == "price":
            companion.happened("priced")
        for screen in self._app.followers():
            screen.exchange_changed()

    def _begin(self, what: str, work: Callable[[Exchange], Outcome], done: Callable[[], None]) -> None:
        from listforum.cancel import Cancel

        def ended(exchange: Exchange) -> None:
            self._ended(exchange)
            done()

        cancel = Cancel()
        asked = partial(self.ask_secret, cancel=cancel)
        self._app.link.begin(Exchange(asked, self.changed, cancel, what), work, ended)

    def _ended(self, exchange: Exchange) -> None:
        app = self._app
        for event in events_of(exchange.outcome, app.forum.outgoing.items() if app.companion else ()):
            app.happened(event)
        app.archive_changed()
        app.bring_index_up()

    def _show(self) -> None:
        from listforum.tui.screens.exchange import ExchangeScreen

        exchange = self._app.link.exchange
        if not isinstance(self._app.screen, ExchangeScreen) and exchange is not None:
            self._app.push_screen(ExchangeScreen(exchange))

    # --- passwords ----------------------------------------------------------------------------------------------------

    def ask_secret(self, question: str, cancel: Cancel) -> str:
        """Asks for a password; called in the thread of the network, which waits until the person says or stops it.

        Raises Cancelled.
        """
        given: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        with cancel.waking(lambda: given.put(None)):
            if not self._app.deliver(lambda: self._open_secret(question, given.put)):
                raise Cancelled(_("Stopped."))
            answer = given.get()
        if answer is None:
            self._app.deliver(self._close_secret)
            raise Cancelled(_("Stopped."))
        return answer

    def _open_secret(self, question: str, keep: Callable[[str | None], None]) -> None:
        from listforum.tui.screens.secret import SecretScreen

        self._app.push_screen(SecretScreen(question), keep)

    def _close_secret(self) -> None:
        """Nobody waits for the password any more: the run was stopped."""
        from listforum.tui.screens.secret import SecretScreen

        if isinstance(self._app.screen, SecretScreen):
            self._app.screen.dismiss(None)
