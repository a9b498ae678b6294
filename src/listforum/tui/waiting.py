"""The wait for new posts, beside everything else: begun by a key, after a sync at its price, and ended by the same."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from listforum.forum import told
from listforum.mail import safe
from listforum.model.traffic import Bytes
from listforum.tui.exchange import Exchange, stopped
from listforum.tui.worker import Job, Worker

if TYPE_CHECKING:
    from listforum.cancel import Cancel
    from listforum.errors import ListforumError
    from listforum.forum.offering import Wanted
    from listforum.forum.run import ListReport, SyncReport
    from listforum.model.traffic import Progress
    from listforum.tui.app import ForumApp


class Waiting:
    """Waits in a thread of its own. For the thread of the screen."""

    def __init__(self, app: ForumApp) -> None:
        self._app = app
        self._worker = Worker("waiting", app.deliver)
        self._cancel: Cancel | None = None
        self._spent = Bytes()

    @property
    def active(self) -> bool:
        return self._cancel is not None

    def words(self) -> str:
        """What it has cost so far; safe to show."""
        return _("waiting · {size}").format(size=told.size(self._spent.total))

    def begin_or_end(self) -> None:
        """Ends the wait; or tells what it costs, syncs, and begins it."""
        if self.active:
            self.stop()
            self._app.tell(_("No longer waiting for new posts."))
        elif self._app.link.busy:
            self._app.tell(_("The link is in use: wait for it, or stop it (s shows it)."))
        else:
            self._app.at_desk_for_keys(self._price, self._ask)

    def stop(self) -> None:
        """Ends the wait, if there is one, at once."""
        if self._cancel is not None:
            self._cancel.cancel()
            self._cancel = None
            self._app.runs.changed()

    def _price(self) -> int:
        return self._app.forum.watching.price()

    def _ask(self, price: int) -> None:
        question = _(
            "First a sync, at its price; then new posts come by themselves.\n"
            "Waiting costs at most about {size} a day, beside what comes.\n"
            "W ends it."
        )
        self._app.confirm(question.format(size=told.size(price)), _("Wait"), self._sync_first)

    def _sync_first(self) -> None:
        self._app.runs.sync(then=self._begin)

    def _begin(self, exchange: Exchange) -> None:
        from listforum.cancel import Cancel
        from listforum.forum.offering import Wanted

        outcome = exchange.outcome
        if outcome.error is not None or stopped(outcome) or self.active:
            return
        cancel = self._cancel = Cancel()
        self._spent = Bytes()
        wanted = Wanted(exchange.agreed)

        def ended(report: SyncReport) -> None:
            self._ended(cancel, report)

        def failed(error: ListforumError) -> None:
            self._ended(cancel, None)
            self._app.show_failure(error)

        self._worker.do(Job(lambda: self._wait(cancel, wanted), ended, failed))
        self._app.runs.changed()

    def _ended(self, cancel: Cancel, report: SyncReport | None) -> None:
        if self._cancel is not cancel:
            return  # the person ended it
        self._cancel = None
        self._app.runs.changed()
        if report is not None:
            why = report.errors[0] if report.errors else _("The budget is used up.")
            self._app.tell(_("No longer waiting for new posts. {why}").format(why=safe.line(why)))

    def idle(self, seconds: float) -> bool:
        """Waits so long for the end of a wait that was stopped; answers whether it has come."""
        return self._worker.idle(seconds)

    # --- in the thread that waits ---------------------------------------------------------------------------------

    def _wait(self, cancel: Cancel, wanted: Wanted) -> SyncReport:
        from listforum.forum.connecting import Person

        app = self._app
        person = Person(partial(app.runs.ask_secret, cancel=cancel), cancel, self._tell)
        return app.forum.watching.watch((), wanted, person, self._tell_what_came)

    def _tell(self, progress: Progress) -> None:
        self._app.deliver(partial(self._show, progress.bytes))

    def _tell_what_came(self, reports: Sequence[ListReport]) -> None:
        self._app.deliver(partial(self._came, sum(report.new_headers for report in reports)))

    # --- told to the screen -----------------------------------------------------------------------------------------

    def _show(self, spent: Bytes) -> None:
        if spent != self._spent:
            self._spent = spent
            self._app.runs.changed()

    def _came(self, posts: int) -> None:
        self._app.archive_changed()
        self._app.bring_index_up()
        if posts:
            self._app.tell(ngettext("{count} new post came.", "{count} new posts came.", posts).format(count=posts))
