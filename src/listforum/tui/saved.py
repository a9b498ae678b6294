"""What the saved searches find: looked for beside the screen, and anew when the archive or its index has changed."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from gettext import gettext as _
from typing import TYPE_CHECKING, Final

from listforum.mail import safe

if TYPE_CHECKING:
    from listforum.errors import ListforumError
    from listforum.forum import Forum
    from listforum.model.forum import SavedSearch
    from listforum.tui.app import ForumApp

_PAUSE: Final = 0.3
"""Seconds before it is looked: what was asked for more than once by then is looked for once."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The topics of a saved search, the newest activity first, and how many hold unread posts; or what went wrong."""

    topics: array[int] = field(default_factory=lambda: array("q"))
    unread: int = 0
    problem: str = ""


class SavedSearches:
    """`all` saved searches, and what each finds. Nothing is looked for before `show` has told that there are any."""

    def __init__(self, app: ForumApp) -> None:
        self._app = app
        self.all: Sequence[SavedSearch] = ()
        self._found: dict[str, Findings] = {}
        self._to_find: deque[str] = deque()
        self._is_planned = self._is_looking = False

    def show(self, searches: Sequence[SavedSearch]) -> None:
        """These are all of them now."""
        self.all = searches
        self._found = {words: found for words, found in self._found.items() if words in {one.words for one in searches}}
        self.find()

    def found(self, search: SavedSearch) -> Findings:
        """What a search found last."""
        return self._found.get(search.words) or Findings(problem=_("Looking for its topics…"))

    @property
    def is_finding(self) -> bool:
        """Whether more is about to be told."""
        return self._is_planned or self._is_looking

    def find(self) -> None:
        """Looks for all of them, soon."""
        if self.all and not self._is_planned:
            self._is_planned = True
            self._app.set_timer(_PAUSE, self._begin)

    def _begin(self) -> None:
        self._is_planned = False
        self._to_find = deque(dict.fromkeys(one.words for one in self.all))
        if not self._is_looking:
            self._next()

    def _next(self) -> None:
        self._is_looking = bool(self._to_find)
        if not self._to_find:
            return
        words = self._to_find.popleft()

        def heard(found: Findings) -> None:
            self._found[words] = found
            self._next()
            for screen in self._app.followers():
                screen.saved_changed()

        def failed(error: ListforumError) -> None:
            heard(Findings(problem=safe.line(str(error))))

        forum = self._app.forum
        self._app.searches.between(lambda cancelled: _findings(forum, words, cancelled), heard, failed)


def _findings(forum: Forum, words: str, cancelled: Callable[[], bool]) -> Findings:
    found = set(forum.searching.topics(words, cancelled))
    topics = array("q", [topic for topic in forum.reading.topic_numbers_in(None, ()) if topic in found])
    return Findings(topics, len(found.intersection(forum.reading.topic_numbers_in(None, ("unread", "unmuted")))))
