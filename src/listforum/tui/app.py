"""The program on the screen: what all screens share."""

from __future__ import annotations

import time
from collections.abc import Callable
from gettext import gettext as _
from typing import TYPE_CHECKING, Any, Final, TypeVar

from listforum.errors import Cancelled, ListforumError
from listforum.mail import safe
from listforum.model.forum import PostRecord, Whereabouts
from listforum.tui.actions import bindings
from listforum.tui.crash import CrashSafe
from listforum.tui.exchange import Link
from listforum.tui.link_line import LinkLine
from listforum.tui.messages import Call
from listforum.tui.painting import Painted
from listforum.tui.runs import Runs
from listforum.tui.saved import SavedSearches
from listforum.tui.screens.frame import Follower
from listforum.tui.screens.topics import TopicsScreen
from listforum.tui.searches import Searches
from listforum.tui.signals import Farewell, interrupted, save_before_the_end
from listforum.tui.type_ahead import Handled, TypeAhead, Typed
from listforum.tui.undo import Undo
from listforum.tui.waiting import Waiting
from listforum.tui.worker import Job, Worker

if TYPE_CHECKING:
    from pathlib import Path

    from textual.events import Event
    from textual.notifications import SeverityLevel
    from textual.screen import Screen

    from listforum.cancel import Cancel
    from listforum.forum import Forum
    from listforum.tui.companion import Companion
    from listforum.tui.companion import Event as Happening
    from listforum.tui.terminal import Terminal

Result = TypeVar("Result")

_READING_SECONDS: Final = 6
_ERROR_SECONDS: Final = 8
"""How long a sentence said in passing can be read; it covers what stands below it."""

_GOODBYE_SECONDS: Final = 0.25
"""So long a change that is being written may take when the person leaves; nobody waits for the network."""

_KEEPING_SECONDS: Final = 5.0
"""So long the storing of what came over the link may take: mostly it is much less."""


class ForumApp(CrashSafe, Painted):
    """The forum in a terminal. Answers with the exit code."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "app.tcss"
    BINDINGS = bindings("everywhere")

    def __init__(self, forum: Forum, terminal: Terminal, companion: Companion | None = None) -> None:
        super().__init__(terminal)
        # beside a companion the home may vanish with the program, and the file with it
        self.crash_file = None if companion is not None else forum.home.directory / "crash.txt"
        self.forum = forum
        self.companion = companion
        for at, extra in enumerate(companion.extras if companion is not None else ()):
            self._bindings.bind(extra.key, f"extra({at})", extra.help, show=False, priority=True)
        self.desk = Worker("archive", self.deliver)
        self.indexer = Worker("index", self.deliver)
        self.searches = Searches(forum, self.deliver)
        self.saved = SavedSearches(self)
        self.network = Worker("network", self.deliver)
        self.link = Link(forum, self.network, self.deliver)
        self.runs = Runs(self)
        self.waiting = Waiting(self)
        self._link_line = LinkLine(forum, self.link)
        self._indexing: Cancel | None = None
        self._said: dict[str, float] = {}
        self.changes = Undo()
        self.whereabouts: Whereabouts | None = None
        self.saving_to: Path | None = None
        """Where the last attachment of this session was saved."""
        self.moving: PostRecord | None = None
        """The post that was picked up to be put below another."""
        self.last_budget = "50 kB"
        """What was last typed as a budget, and is offered the next time."""
        self._farewell = Farewell(self)
        self._ahead = TypeAhead(self)

    def on_mount(self) -> None:
        self._farewell.mind()
        self.app_resume_signal.subscribe(self, lambda _app: self.screen.refresh(layout=True))

    def get_default_screen(self) -> Screen[Any]:
        forum = self.forum
        if not forum.reading.list_names() and (forum.readiness() != "ready" or not forum.config.lists):
            from listforum.tui.screens.welcome import WelcomeScreen

            return WelcomeScreen()
        return TopicsScreen()

    # --- threads ----------------------------------------------------------------------------------------------------

    def deliver(self, call: Callable[[], None]) -> bool:
        """Has something done in the thread of the screen; from any thread. Answers False when the screen is gone."""
        return self.post_message(Call(call))

    def on_call(self, message: Call) -> None:
        message.call()

    def at_desk(self, work: Callable[[], Result], done: Callable[[Result], None] = lambda _: None) -> None:
        """Has the archive's thread do something; a failure is shown."""
        self.desk.do(Job(work, done, self.show_failure))

    def at_desk_for_keys(self, work: Callable[[], Result], done: Callable[[Result], None]) -> None:
        """As `at_desk`, where `done` opens what the next keys are meant for: they wait for it."""
        self._ahead.expect()

        def came(result: Result) -> None:
            self._ahead.came()
            done(result)

        def failed(error: ListforumError) -> None:
            self._ahead.came()
            self.show_failure(error)

        self.desk.do(Job(work, came, failed))

    # --- keys ---------------------------------------------------------------------------------------------------------

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Typed) and not event.is_forwarded:
            await self._ahead.take(event)
        else:
            await super().on_event(event)

    async def give(self, typed: Typed) -> None:
        """Has a key or a paste do what it does."""
        await super().on_event(typed)

    def on_key(self) -> None:
        """A key that no widget has used: what it does is done before the next message."""
        self.call_later(self._ahead.handled)

    def on_handled(self, message: Handled) -> None:
        if self._ahead.is_last(message):
            self._ahead.handled()

    # --- words for the person -----------------------------------------------------------------------------------------

    def tell(self, words: str) -> None:
        """Says something in passing."""
        self._say(safe.body(words), "information", _READING_SECONDS)

    def show_failure(self, error: ListforumError) -> None:
        """Shows what went wrong, and goes on."""
        if not isinstance(error, Cancelled):
            self._say(safe.body(str(error)), "error", _ERROR_SECONDS)

    def _say(self, words: str, severity: SeverityLevel, seconds: float) -> None:
        """Says it, unless just that can still be read: said twice it would only cover more of the screen."""
        now = time.monotonic()
        self._said = {said: until for said, until in self._said.items() if until > now}
        if words not in self._said:
            self._said[words] = now + seconds
            self.notify(words, markup=False, severity=severity, timeout=seconds)

    def confirm(self, question: str, agree: str, agreed: Callable[[], None]) -> None:
        """Asks, and goes on only after a yes."""
        from listforum.tui.screens.confirm import ConfirmScreen

        self.push_screen(ConfirmScreen(question, agree), lambda answer: agreed() if answer else None)

    # --- who stands beside the reader ---------------------------------------------------------------------------------

    def happened(self, event: Happening) -> None:
        """Tells the companion what was done."""
        if self.companion is not None:
            self.companion.happened(event)
            self.runs.changed()

    def action_extra(self, at: int) -> None:
        """Does one of the things that the companion adds."""
        if self.companion is not None:
            self.tell(self.companion.extras[at].do())
            self.runs.changed()

    # --- the link -----------------------------------------------------------------------------------------------------

    def action_exchange(self) -> None:
        """Shows the run that is under way, or begins one."""
        self.runs.sync()

    def action_wait(self) -> None:
        """Begins to wait for new posts, or ends it."""
        self.waiting.begin_or_end()

    def action_ledger(self) -> None:
        """Shows what the link has cost."""
        from listforum.tui.screens.ledger import LedgerScreen

        self.push_screen(LedgerScreen())

    def link_words(self) -> str:
        """How the link is, in a few words."""
        if self.waiting.active and not self.link.busy:
            return self.waiting.words()
        return self._link_line.words()

    def bring_index_up(self) -> None:
        """Indexes what has come, beside everything else, so that it is found."""
        from listforum.cancel import Cancel

        cancel = self._indexing = self._indexing or Cancel()

        def work() -> int:
            return self.forum.indexing.run(lambda _done, _all: None, cancel)

        def done(written: int) -> None:
            if written:
                self.saved.find()
                for screen in self.followers():
                    screen.index_changed()

        self.indexer.do(Job(work, done, self.show_failure))

    def remember_search(self, words: str) -> None:
        """Words that led to something can be come back to."""
        if self.searches.past.remember(words):
            self.at_desk(lambda: self.forum.history.remember(words))

    def action_forget_searches(self) -> None:
        """Forgets what was searched for, in this session and, where it was kept, in all before it."""

        def agreed() -> None:
            self.searches.past.forget()
            self.at_desk(self.forum.history.forget, lambda _nothing: self.tell(_("Forgotten.")))

        self.confirm(_("Forget all words that were searched for? Saved searches stay."), _("Forget"), agreed)

    # --- everywhere ---------------------------------------------------------------------------------------------------

    def action_help(self) -> None:
        from listforum.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_palette(self) -> None:
        from listforum.tui.screens.palette import PaletteScreen

        if not isinstance(self.screen, PaletteScreen):
            self.push_screen(PaletteScreen(self.screen))

    def move(self, post: PostRecord | None) -> None:
        """Picks a post up, to be put below another; with None, lets it go."""
        self.moving = post
        for screen in self.followers():
            screen.moving_changed()

    def action_undo(self) -> None:
        if self.moving is not None:
            self.move(None)
            self.tell(_("Nothing was moved."))
            return
        step = self.changes.pop()
        if step is None:
            self.tell(_("There is nothing to take back."))
            return

        def taken_back(_nothing: object) -> None:
            self.tell(step.words)
            self.archive_changed()

        self.at_desk(step.take_back, taken_back)

    def archive_changed(self) -> None:
        """Has every screen show what the archive holds now."""
        for screen in self.followers():
            screen.archive_changed()

    def action_help_quit(self) -> None:
        """Ctrl-C, in Textual's words."""
        interrupted(self)

    async def action_quit(self) -> None:
        """Leaves at once: what is on the wire is cut, what is being written is finished. Asks where that cannot be."""
        try:
            for screen in self.followers():
                screen.leaving()
        except ListforumError as error:
            question = _("What you write cannot be kept: {why}\nLeave all the same? Then it is lost.")
            self.confirm(question.format(why=safe.line(str(error))), _("Leave"), lambda: self.leave(0))
        else:
            self.leave(0)

    def leave(self, code: int) -> None:
        """Leaves, with what is written kept or given up before."""
        if self.link.exchange is not None:
            self.link.exchange.stop()
        self.waiting.stop()
        if self._indexing is not None:
            self._indexing.cancel()
        self._save_place()
        self.exit(code, return_code=code)

    def followers(self) -> tuple[Follower, ...]:
        """Those screens that follow what happens, the uppermost first."""
        return tuple(screen for screen in reversed(self.screen_stack) if isinstance(screen, Follower))

    def keep_place(self, place: Whereabouts) -> None:
        """Where the reader is now. It is saved with every post and list, not with every row the cursor passes."""
        before, self.whereabouts = self.whereabouts, place
        if before is None or (before.list, before.view, before.post) != (place.list, place.view, place.post):
            self._save_place()

    def _save_place(self) -> None:
        if self.whereabouts is not None:
            place = self.whereabouts
            self.at_desk(lambda: self.forum.whereabouts.save(place))

    async def on_unmount(self) -> None:
        self.network.idle(_KEEPING_SECONDS)  # its link is cut by now, but what came over it is paid for
        self.waiting.idle(_KEEPING_SECONDS)
        self.desk.idle(_GOODBYE_SECONDS)
        self.searches.cancel()
        self.indexer.idle(_GOODBYE_SECONDS)  # its child writes into the home, which may be about to vanish
        self._farewell.forget()

    def _handle_exception(self, error: Exception) -> None:
        super()._handle_exception(error)
        try:
            save_before_the_end(self)
        except Exception as second:  # noqa: BLE001 - what is said in the end is the first failure
            self._keep(second)
