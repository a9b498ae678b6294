"""The outbox: drafts, what waits, what became of what was sent, and what the person can say about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual import on

from listforum.model.outgoing import OutboxItem, SavedDraft
from listforum.tui.actions import Where, bindings
from listforum.tui.item_list import Item, ItemList
from listforum.tui.layout.line import Line
from listforum.tui.layout.outbox import Entry, outbox_rows, shown_subject, state_name
from listforum.tui.screens.frame import ForumScreen
from listforum.tui.writing import bring_back, open_draft, take_back

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

_SUBJECT_ROOM = 40


class OutboxScreen(ForumScreen):
    """Everything the person has written that is not done with."""

    WHERE: ClassVar[tuple[Where, ...]] = ("outbox",)
    BINDINGS = bindings("outbox")

    def __init__(self) -> None:
        super().__init__()
        self._drafts: dict[int, SavedDraft] = {}
        self._items: dict[int, OutboxItem] = {}

    def body(self) -> ComposeResult:
        yield ItemList(id="outbox")

    def on_mount(self) -> None:
        self._list.empty = _("Nothing to send, and no drafts. In a topic, r answers and c begins a post.")
        self._list.focus()
        super().on_mount()

    def title_words(self) -> str:
        return _("Outbox")

    @property
    def _list(self) -> ItemList:
        return self.query_one("#outbox", ItemList)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def archive_changed(self) -> None:
        self._show()
        super().archive_changed()

    def on_screen_resume(self) -> None:
        self._show()

    def on_resize(self, _event: events.Resize) -> None:
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        forum = self.forum_app.forum
        self._drafts = {draft.draft: draft for draft in forum.drafting.all()}
        self._items = {item.item: item for item in forum.outgoing.items()}
        rows = outbox_rows(
            tuple(self._drafts.values()), tuple(self._items.values()), self._list.line_width, int(time.time())
        )
        self._list.show([Item(entry, (Line(), *lines), titles=1) for entry, lines in rows])

    # --- what can be done ---------------------------------------------------------------------------------------------

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self.action_edit()

    def action_edit(self) -> None:
        """Opens a draft; takes back what surely was not sent."""
        here = self._here()
        if isinstance(here, SavedDraft):
            open_draft(self.forum_app, here)
        elif isinstance(here, OutboxItem):
            if here.state in {"queued", "failed"}:
                self._do(lambda: take_back(self.forum_app, here.item))
            else:
                self._cannot(here, _("This one is “{state}”: only what is queued or was refused can be changed."))

    def action_drop(self) -> None:
        here = self._here()
        if isinstance(here, SavedDraft):
            self._ask(
                _("Throw away the draft “{subject}”?"), here.subject, _("Throw away"), lambda: self._discard(here)
            )
        elif isinstance(here, OutboxItem):
            self._drop(here)

    def action_resend(self) -> None:
        here = self._item_here()
        if here is None:
            return
        if here.state == "uncertain":
            self._ask(
                _("If “{subject}” did arrive, everyone who got it gets it twice. Send it again?"),
                here.subject,
                _("Send it again"),
                lambda: self._settle(here, "resend", _("Queued again: it goes out with the next sync (s).")),
            )
        elif here.state == "failed":
            self._settle(here, "resend", _("Queued again: it goes out with the next sync (s)."))
        else:
            self._cannot(here, _("This one is “{state}”: only what is uncertain or was refused can be sent again."))

    def action_call_sent(self) -> None:
        here = self._item_here()
        if here is None:
            return
        if here.state == "uncertain":
            self._ask(
                _("Did “{subject}” arrive? Then it is never sent again."),
                here.subject,
                _("It arrived"),
                lambda: self._settle(here, "sent", _("Called sent.")),
            )
        else:
            self._cannot(here, _("This one is “{state}”: only what is uncertain can be called sent."))

    # --- dropping -----------------------------------------------------------------------------------------------------

    def _drop(self, item: OutboxItem) -> None:
        if item.state in {"queued", "failed"}:
            question, agree, agreed = _("Drop “{subject}”? It is not sent."), _("Drop it"), self._drop_unsent
        elif item.state == "uncertain":
            question, agree, agreed = self._about_uncertain(item.public), _("Drop it"), self._forget
        elif item.state == "sending":
            self._cannot(item, _("This one is “{state}”: what is going out cannot be dropped."))
            return
        else:
            question, agree, agreed = _("Take “{subject}” off this page?"), _("Take it off"), self._forget
        self._ask(question, item.subject, agree, lambda: agreed(item))

    def _about_uncertain(self, public: bool) -> str:
        if public:
            return _(
                "Drop “{subject}”? It may have been sent. Its post stays in its topic, and it is never sent again. "
                "This cannot be taken back."
            )
        return _(
            "Drop “{subject}”? It may have been sent. Its text is forgotten, and it is never sent again. "
            "This cannot be taken back."
        )

    def _drop_unsent(self, item: OutboxItem) -> None:
        """What was dropped can be had back as a draft: its text is kept until listforum is left."""
        drafting = self.forum_app.forum.drafting

        def work() -> SavedDraft:
            draft = drafting.reopen(item.item)
            drafting.discard(draft.draft)
            return draft

        self._do(work, lambda draft: self._dropped(_("Dropped. u brings it back as a draft."), draft))

    def _discard(self, draft: SavedDraft) -> None:
        drafting = self.forum_app.forum.drafting
        self._do(
            lambda: drafting.discard(draft.draft),
            lambda _nothing: self._dropped(_("Thrown away. u brings it back."), draft),
        )

    def _dropped(self, words: str, draft: SavedDraft) -> None:
        bring_back(self.forum_app, draft)
        self.forum_app.tell(words)

    def _forget(self, item: OutboxItem) -> None:
        self._settle(item, "drop", _("It is off this page."))

    # --- all of them --------------------------------------------------------------------------------------------------

    def _settle(self, item: OutboxItem, decision: Literal["sent", "resend", "drop"], words: str) -> None:
        outgoing = self.forum_app.forum.outgoing
        self._do(lambda: outgoing.settle(item.item, decision), lambda _item: self.forum_app.tell(words))

    def _do(self, work: Callable[[], object], done: Callable[..., None] = lambda _result: None) -> None:
        """Has something done in the archive, then says so and shows what stands there now."""

        def finished(result: object) -> None:
            done(result)
            self.forum_app.archive_changed()

        self.forum_app.at_desk(work, finished)

    def _here(self) -> SavedDraft | OutboxItem | None:
        entry = cast("Entry | None", self._list.current)
        if entry is None:
            return None
        return self._drafts.get(entry.number) if entry.kind == "draft" else self._items.get(entry.number)

    def _item_here(self) -> OutboxItem | None:
        here = self._here()
        if isinstance(here, SavedDraft):
            self.forum_app.tell(_("This is a draft: enter opens it, and there ^s queues it."))
            return None
        return here

    def _ask(self, question: str, subject: str, agree: str, agreed: Callable[[], None]) -> None:
        self.forum_app.confirm(question.format(subject=shown_subject(subject, _SUBJECT_ROOM)), agree, agreed)

    def _cannot(self, item: OutboxItem, why: str) -> None:
        self.forum_app.tell(why.format(state=state_name(item.state)))
