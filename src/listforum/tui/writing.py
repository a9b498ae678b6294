"""Begins what a person writes: finds out first where it would go, and goes on with what was begun before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from gettext import gettext as _
from typing import TYPE_CHECKING, Final, Literal

from listforum.errors import ListforumError, UnknownItem, UsageError
from listforum.mail import safe
from listforum.model.outgoing import Destination, OutboxItem, SavedDraft
from listforum.tui.layout.cells import LRM

if TYPE_CHECKING:
    from listforum.forum import Forum
    from listforum.forum.drafting import Drafting
    from listforum.tui.app import ForumApp

Kind = Literal["reply", "private", "post"]

_LONG: Final = 30
"""From so many lines on, an answer that is mostly quotation is a burden for those who read it on thin links."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What lies before the writer: the draft, where it goes, and the quote that stood in it before a word was written.

    Without a destination, `problem` says why it cannot be sent as things are. `person` is the name of who reads a
    private answer, when a header proves that the address is theirs.
    """

    draft: SavedDraft
    destination: Destination | None
    problem: str = ""
    quote: str = ""
    person: str = ""


# --- what can be asked for ----------------------------------------------------------------------------------------


def write_reply(app: ForumApp, post: int) -> None:
    """Opens an answer to everyone on the list."""
    _open(app, lambda: _answer(app, "reply", post))


def write_privately(app: ForumApp, post: int) -> None:
    """Opens an answer to the one who wrote a post."""
    _open(app, lambda: _answer(app, "private", post))


def write_post(app: ForumApp, list_name: str | None) -> None:
    """Opens the first post of a new topic; asks on which list when that is not said."""
    if list_name is not None:
        _open(app, lambda: _new_post(app.forum, list_name))
        return

    def ask(names: tuple[str, ...]) -> None:
        from listforum.tui.screens.choice import ChoiceScreen

        if len(names) == 1:
            write_post(app, names[0])
        elif not names:
            app.tell(_("There is no list to write to yet: add one to the config."))
        else:
            app.push_screen(
                ChoiceScreen(_("On which list?"), names), lambda name: write_post(app, name) if name else None
            )

    app.at_desk_for_keys(lambda: tuple(app.forum.config.lists), ask)


def open_draft(app: ForumApp, draft: SavedDraft) -> None:
    """Opens a draft that was kept; it can be read and changed even while it could not be sent."""
    _open(app, lambda: _sheet(app.forum, draft))


def take_back(app: ForumApp, item: int) -> None:
    """Takes a queued or refused post back into a draft and has it opened; in the thread of the archive."""
    draft = app.forum.drafting.reopen(item)
    app.deliver(lambda: open_draft(app, draft))


def bring_back(app: ForumApp, draft: SavedDraft) -> None:
    """Has a draft that was thrown away kept and opened anew when the person takes that back."""

    def work() -> None:
        kept = app.forum.drafting.save(replace(draft, draft=0))
        app.deliver(lambda: open_draft(app, kept))

    app.changes.remember(_("The draft is back."), work)


def _open(app: ForumApp, sheet: Callable[[], Sheet]) -> None:
    def show(found: Sheet) -> None:
        from listforum.tui.screens.compose import ComposeScreen

        if not isinstance(app.screen, ComposeScreen):  # the key was pressed twice
            app.push_screen(ComposeScreen(found, Keeper(app.forum.drafting, found.draft)))

    app.at_desk_for_keys(sheet, show)


# --- where it goes ------------------------------------------------------------------------------------------------


def destination_of(forum: Forum, draft: SavedDraft) -> Destination:
    """Where a draft goes now. Raises what queueing it would raise."""
    if draft.kind == "post":
        return forum.writing.post_destination(draft.list)
    if draft.post is None:
        raise UnknownItem(_("The post that this answers is gone. Your text is kept: copy it into a new post."))
    if draft.kind == "reply":
        return forum.writing.reply_destination(draft.post, draft.list or None)
    return forum.writing.private_destination(draft.post, draft.list or None)


def told_to(destination: Destination, person: str = "") -> str:
    """Who will read it, in words."""
    to = safe.line(destination.to)
    if destination.public:
        return _("To everyone on {list} ({address})").format(list=safe.line(destination.list), address=to)
    return _("Only to {person}").format(person=f"{safe.line(person)}{LRM} <{to}>" if person else to)


def _answer(app: ForumApp, kind: Literal["reply", "private"], post: int) -> Sheet:
    forum = app.forum
    destination = _destination(app, kind, post)
    begun = _begun(forum, lambda draft: draft.kind == kind and draft.post == post)
    if begun is not None:
        return _sheet(forum, begun)
    quote = _quote(forum, post)
    text = f"{quote}\n\n" if quote else ""
    subject = forum.writing.reply_subject_of(post)
    draft = SavedDraft(0, kind, destination.list, post, subject, text, 0)
    return Sheet(draft, destination, quote=quote, person=_person(forum, post, destination))


def _destination(app: ForumApp, kind: Literal["reply", "private"], post: int) -> Destination:
    """Of a post that was seen in several lists, it is answered in the one that the reader is in."""
    writing = app.forum.writing
    find = writing.reply_destination if kind == "reply" else writing.private_destination
    try:
        return find(post)
    except UsageError:
        place = app.whereabouts
        if place is None or place.list is None:
            raise
        return find(post, place.list)


def _new_post(forum: Forum, list_name: str) -> Sheet:
    destination = forum.writing.post_destination(list_name)
    begun = _begun(forum, lambda draft: draft.kind == "post" and draft.list == list_name)
    return Sheet(begun or SavedDraft(0, "post", list_name, None, "", "", 0), destination)


def _begun(forum: Forum, is_it: Callable[[SavedDraft], bool]) -> SavedDraft | None:
    return next(filter(is_it, forum.drafting.all()), None)


def _sheet(forum: Forum, draft: SavedDraft) -> Sheet:
    try:
        destination = destination_of(forum, draft)
    except ListforumError as error:
        return Sheet(draft, None, str(error))
    if draft.post is None or draft.kind == "post":
        return Sheet(draft, destination)
    return Sheet(draft, destination, quote=_quote(forum, draft.post), person=_person(forum, draft.post, destination))


def _person(forum: Forum, post: int, destination: Destination) -> str:
    """The name of the one reader; "" where the answer goes to another address than the writer's."""
    (view,) = forum.reading.posts_of([post])
    address = view.record.address
    is_theirs = not destination.public and address is not None and address.casefold() == destination.to.casefold()
    return view.record.author if is_theirs else ""


def _quote(forum: Forum, post: int) -> str:
    """What is answered, quoted; a post whose text is not here is answered without."""
    with suppress(UsageError):
        return forum.writing.quote(post)
    return ""


# --- what is written ----------------------------------------------------------------------------------------------


def nothing_own(text: str, quote: str) -> bool:
    """Whether there is not a word of the writer's own in a text."""
    return text.strip() in ("", quote.strip())


def is_mostly_quotation(text: str) -> bool:
    """Whether a text is long, and more than half of it is quoted."""
    lines = [line for line in text.splitlines() if line.strip()]
    quoted = sum(line.startswith(">") for line in lines)
    return len(lines) >= _LONG and 2 * quoted > len(lines)


class Keeper:
    """Keeps one draft, over itself, from any thread.

    Every change has a `revision`, counted upwards: whatever thread comes late with an older one changes nothing.
    """

    def __init__(self, drafting: Drafting, draft: SavedDraft) -> None:
        self._drafting = drafting
        self._draft = draft
        self._revision = 0
        self._done = False
        self._guard = threading.Lock()

    @property
    def began(self) -> bool:
        """Whether there is a draft in the archive."""
        return self._draft.draft != 0

    def save(self, revision: int, subject: str, text: str) -> SavedDraft:
        """Keeps the text. Raises HomeError where that cannot be."""
        with self._guard:
            if self._done or revision <= self._revision:
                return self._draft
            self._draft = self._saved(replace(self._draft, subject=subject, text=text))
            self._revision = revision
            return self._draft

    def _saved(self, draft: SavedDraft) -> SavedDraft:
        try:
            return self._drafting.save(draft)
        except UnknownItem:  # somebody threw it away elsewhere while it was being written here
            return self._drafting.save(replace(draft, draft=0))

    def queue(self, revision: int, subject: str, text: str) -> OutboxItem:
        """Keeps the text and queues it. Raises what `Drafting.queue` does; the draft stays then."""
        draft = self.save(revision, subject, text)
        with self._guard:
            item = self._drafting.queue(draft.draft)
            self._done = True
            return item

    def discard(self) -> SavedDraft:
        """Throws the draft away; answers it as it was kept last."""
        with self._guard:
            if self._draft.draft:
                self._drafting.discard(self._draft.draft)
            self._done = True
            return self._draft
