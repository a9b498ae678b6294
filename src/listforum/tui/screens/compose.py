"""Writing: who will read it stands above the text, and what is written is kept as it is typed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from listforum.errors import ListforumError
from listforum.mail import safe
from listforum.model.outgoing import Destination, OutboxItem
from listforum.tui.actions import Where, bindings
from listforum.tui.fields import SafeInput, SafeTextArea
from listforum.tui.screens.frame import ForumScreen
from listforum.tui.worker import Job
from listforum.tui.writing import (
    Keeper,
    Sheet,
    bring_back,
    destination_of,
    is_mostly_quotation,
    nothing_own,
    take_back,
    told_to,
)

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

_PAUSE: Final = 0.7
"""Seconds without a key after which the draft is kept."""

_LONGEST: Final = 5.0
"""Seconds after which it is kept even while somebody types on."""

Question = tuple[str, str]
"""What is asked before a text is queued, and the words that agree."""


class ComposeScreen(ForumScreen):
    """An answer or a new post, from the first word to the queue."""

    WHERE: ClassVar[tuple[Where, ...]] = ("compose",)
    BINDINGS = bindings("compose")

    def __init__(self, sheet: Sheet, keeper: Keeper) -> None:
        super().__init__()
        self._sheet = sheet
        self._keeper = keeper
        self._revision = 0
        self._kept = (sheet.draft.subject, sheet.draft.text)
        self._unkept_since: float | None = None
        self._timer: Timer | None = None
        self._trouble = ""
        self._warned = False
        self._queueing = False
        self._over = False

    # --- what is shown ------------------------------------------------------------------------------------------------

    def body(self) -> ComposeResult:
        draft = self._sheet.draft
        yield Static(Content(self._whom()), id="whom", markup=False)
        yield Static(Content(self._sender()), id="sender", markup=False)
        if draft.kind == "post":
            with Horizontal(id="naming"):
                yield Static(Content(_("Subject:")), markup=False)
                yield SafeInput(draft.subject, placeholder=_("what it is about, in a few words"), id="subject")
        else:
            yield Static(
                Content(_("Subject: {subject}").format(subject=safe.line(draft.subject))), id="about", markup=False
            )
        yield SafeTextArea(draft.text, placeholder=_("Write here."), id="text")

    def on_mount(self) -> None:
        self._area.move_cursor(self._area.document.end)
        to_name = self._sheet.draft.kind == "post" and not self._sheet.draft.subject
        (self.query_one("#subject") if to_name else self._area).focus()
        super().on_mount()

    def title_words(self) -> str:
        kind = self._sheet.draft.kind
        words = {"reply": _("Answer to the list"), "private": _("Private answer"), "post": _("New post")}[kind]
        if not self._trouble:
            return words
        return _("{what} · NOT KEPT: {why}").format(what=words, why=self._trouble)

    def _whom(self) -> str:
        if self._sheet.destination is None:
            return _("It cannot be sent as things are: {why}").format(why=safe.line(self._sheet.problem))
        return told_to(self._sheet.destination, self._sheet.person)

    def _sender(self) -> str:
        if self._sheet.destination is None:
            return _("What you write is kept as a draft.")
        return _("From {sender}").format(sender=safe.line(self._sheet.destination.sender))

    @property
    def _area(self) -> TextArea:
        return self.query_one("#text", TextArea)

    def _written(self) -> tuple[str, str]:
        """Subject and text as they stand."""
        draft = self._sheet.draft
        subject = self.query_one("#subject", Input).value if draft.kind == "post" else draft.subject
        return subject, self._area.text

    @on(Input.Submitted)
    def _named(self) -> None:
        """The subject is written: on to the text."""
        self._area.focus()

    # --- keeping ------------------------------------------------------------------------------------------------------

    @on(TextArea.Changed)
    @on(Input.Changed)
    def _changed(self) -> None:
        """Keeps the draft at the next pause, or when it has waited long enough."""
        now = time.monotonic()
        if self._unkept_since is None:
            self._unkept_since = now
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(min(_PAUSE, max(0.0, self._unkept_since + _LONGEST - now)), self._keep)

    def _keep(self) -> None:
        self._unkept_since = None
        written = self._written()
        if self._over or written == self._kept or not (self._worth_keeping(*written) or self._keeper.began):
            return
        revision = self._next_revision()
        self.forum_app.desk.do(
            Job(
                lambda: self._keeper.save(revision, *written),
                lambda _draft: self._was_kept(written),
                lambda error: self._say_trouble(safe.line(str(error))),
            )
        )

    def _keep_now(self) -> bool:
        """Keeps what is written, in this thread; answers whether there is a draft now. Raises HomeError."""
        written = self._written()
        if self._over:
            return False
        if not self._worth_keeping(*written):
            self._keeper.discard()
            return False
        if written != self._kept:
            self._keeper.save(self._next_revision(), *written)
            self._was_kept(written)
        return True

    def _worth_keeping(self, subject: str, text: str) -> bool:
        named = self._sheet.draft.kind == "post" and subject.strip() != ""
        return named or not nothing_own(text, self._sheet.quote)

    def _next_revision(self) -> int:
        self._revision += 1
        return self._revision

    def _was_kept(self, written: tuple[str, str]) -> None:
        self._kept = written
        self._say_trouble("")

    def _say_trouble(self, words: str) -> None:
        if words != self._trouble:
            self._trouble = words
            self.show_title()

    def leaving(self) -> None:
        if self.query("#text"):  # else it has not come to the screen yet
            self._keep_now()

    def action_back(self) -> None:
        try:
            kept = self._keep_now()
        except ListforumError as error:
            self.forum_app.show_failure(error)
            return
        self._end()
        if kept:
            self.forum_app.tell(_("Kept as a draft, in the outbox (o)."))

    def _end(self) -> None:
        self._over = True
        self.on_screen_resume()
        self.forum_app.archive_changed()

    def on_screen_resume(self) -> None:
        """Goes when it is done with: at once, or when what lies over it has gone."""
        if self._over and self.is_current:
            self.dismiss()

    # --- queueing -----------------------------------------------------------------------------------------------------

    def action_queue(self) -> None:
        subject, text = self._written()
        if self._sheet.destination is None:
            self.forum_app.tell(self._whom())
        elif not subject.strip() and self._sheet.draft.kind == "post":
            self.forum_app.tell(_("A new post needs a subject: say in a few words what it is about."))
            self.query_one("#subject").focus()
        elif not text.strip():
            self.forum_app.tell(_("There is nothing written yet."))
        else:
            self._ask(self._questions(self._sheet.destination, text))

    def _questions(self, destination: Destination, text: str) -> Iterator[Question]:
        """What to think of before it goes out."""
        if nothing_own(text, self._sheet.quote):
            yield _("There is nothing in it but the quote. Queue it all the same?"), _("Queue it")
        elif is_mostly_quotation(text) and not self._warned:
            self._warned = True
            yield (
                _(
                    "More than half of this is quotation. Others pay for every line: they read faster what quotes only "
                    "what it answers. Queue it as it is?"
                ),
                _("Queue it"),
            )
        if destination.changes_class:
            yield (
                _("What you answer was written to everyone; your answer goes only to {person}. Is that meant?").format(
                    person=safe.line(destination.to)
                ),
                _("Only to this person"),
            )

    def _ask(self, questions: Iterator[Question]) -> None:
        """Puts one question after the other; queues after the last yes."""
        asked = next(questions, None)
        if asked is None:
            self._queue()
        else:
            self.forum_app.confirm(*asked, lambda: self._ask(questions))

    def _queue(self) -> None:
        if self._queueing or self._over:  # the key was pressed twice
            return
        self._queueing = True
        forum, keeper, shown = self.forum_app.forum, self._keeper, self._sheet.destination
        written, revision = self._written(), self._next_revision()

        def work() -> OutboxItem | Destination:
            now = destination_of(forum, self._sheet.draft)
            return keeper.queue(revision, *written) if now == shown else now

        self.forum_app.desk.do(Job(work, self._was_answered, self._was_not_queued))

    def _was_answered(self, came: OutboxItem | Destination) -> None:
        self._queueing = False
        if isinstance(came, Destination):
            self._goes_elsewhere(came)
        else:
            self._was_queued(came)

    def _was_not_queued(self, error: ListforumError) -> None:
        self._queueing = False
        self.forum_app.show_failure(error)

    def _goes_elsewhere(self, destination: Destination) -> None:
        """While it was written, a mail told another address of the list: nothing goes where nobody was told of."""
        self._sheet = replace(self._sheet, destination=destination)
        self.query_one("#whom", Static).update(Content(self._whom()))
        self.query_one("#sender", Static).update(Content(self._sender()))
        self.forum_app.tell(_("It would go elsewhere now than it said: look above the text, then queue it again."))

    def _was_queued(self, item: OutboxItem) -> None:
        app = self.forum_app
        self._end()
        app.tell(_("Queued: it goes out with the next sync (s). u takes it back."))
        app.changes.remember(_("Taken back from the outbox."), lambda: take_back(app, item.item))
        app.happened("queued")

    # --- otherwise ----------------------------------------------------------------------------------------------------

    def action_throw_away(self) -> None:
        if not self._worth_keeping(*self._written()):
            self.action_back()
            return
        self.forum_app.confirm(_("Throw this draft away?"), _("Throw away"), self._throw_away)

    def _throw_away(self) -> None:
        subject, text = self._written()
        try:
            draft = self._keeper.discard()
        except ListforumError as error:
            self.forum_app.show_failure(error)
            return
        self._end()
        self.forum_app.tell(_("Thrown away. u brings it back."))
        bring_back(self.forum_app, replace(draft, subject=subject, text=text))

    def action_editor(self) -> None:
        """Lends the terminal to the person's editor; what it saves is kept at once."""
        from listforum.tui.editor import Editor, lent

        subject, before = self._written()
        editor = Editor.chosen(os.environ, self.forum_app.forum.home.temporary)

        def saved(text: str) -> None:
            self._keeper.save(self._next_revision(), subject, text)

        try:
            self._keep_now()
            text = lent(self.forum_app, lambda: editor.edit(before, saved))
        except ListforumError as error:
            self.forum_app.show_failure(error)
            return
        if text != before:
            self._area.replace(text, (0, 0), self._area.document.end)
            self._area.move_cursor(self._area.document.end)
        self._area.focus()
