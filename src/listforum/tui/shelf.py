"""What the list of topics shows: one list, a view over all of them, or what a saved search finds."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import gettext as _
from typing import TYPE_CHECKING, Final, Literal

from listforum.mail import safe

if TYPE_CHECKING:
    from array import array

    from listforum.forum import Forum
    from listforum.model.forum import SavedSearch, View

ShelfView = Literal["all", "unread", "followed", "unanswered"]

_VIEWS: Final[dict[ShelfView, tuple[View, ...]]] = {
    "all": (),
    "unread": ("unread", "unmuted"),
    "followed": ("followed",),
    "unanswered": ("unanswered", "unmuted"),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A list's topics, or with `list` None those of every list, that are in a view."""

    list: str | None
    view: ShelfView = "all"

    @property
    def title(self) -> str:
        """What it is called, safe to show."""
        return safe.line(self.list) if self.list is not None else view_name(self.view)

    @property
    def when_empty(self) -> str:
        """What to say when there is nothing on it."""
        return {
            "all": _("No topics yet. s fetches what is new."),
            "unread": _("Everything is read."),
            "followed": _("You follow no topic yet: w follows one."),
            "unanswered": _("Every topic has been answered."),
        }[self.view]

    def topics(self, forum: Forum) -> array[int]:
        """Its topics, the newest activity first. Raises UnknownItem."""
        return forum.reading.topic_numbers_in(self.list, _VIEWS[self.view])

    def to_read(self, forum: Forum) -> array[int]:
        """Those of them that hold something to read on with, the newest activity first. Raises UnknownItem."""
        views = {*_VIEWS[self.view], "unread", "unmuted", "readable"}
        return forum.reading.topic_numbers_in(self.list, sorted(views))


@dataclass(frozen=True, slots=True)
class SavedShelf:
    """The topics that a saved search finds in every list. Which these are is found beside the screen (`tui.saved`)."""

    search: SavedSearch

    @property
    def list(self) -> None:
        """They come from all lists."""
        return

    @property
    def view(self) -> ShelfView:
        """The view that a reader comes back to in another session."""
        return "all"

    @property
    def title(self) -> str:
        """What it is called, safe to show."""
        return self.search.name

    @property
    def when_empty(self) -> str:
        """What to say when there is nothing on it."""
        return _("Nothing that is here answers {words}").format(words=self.search.words)

    def to_read(self, forum: Forum) -> array[int]:
        """All topics that hold something to read on with: its own are among them."""
        return forum.reading.topic_numbers_in(None, ("unread", "unmuted", "readable"))


AnyShelf = Shelf | SavedShelf


def view_name(view: str) -> str:
    """The name of a view."""
    return {
        "all": _("All topics"),
        "unread": _("Unread"),
        "followed": _("Followed"),
        "unanswered": _("Unanswered"),
        "outbox": _("Outbox"),
    }[view]
