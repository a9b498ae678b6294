"""Search: words above, what they find below, each opened at the very post."""

from __future__ import annotations

from dataclasses import dataclass
from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding
from textual.containers import Vertical

from listforum.errors import ListforumError
from listforum.mail import safe
from listforum.model.forum import SearchAnswer, SearchHit
from listforum.tui.actions import Where, bindings, shown
from listforum.tui.fields import SafeInput
from listforum.tui.item_list import Item, ItemList
from listforum.tui.layout.line import Line, Span
from listforum.tui.layout.post import Sought
from listforum.tui.layout.search import found_lines, guide, hit_lines
from listforum.tui.screens.dialog import Words
from listforum.tui.screens.frame import ForumScreen
from listforum.tui.worker import Job

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import ComposeResult
    from textual.events import DescendantFocus
    from textual.timer import Timer
    from textual.widgets import Input

    from listforum.forum import Forum
    from listforum.tui.layout.bars import Key
    from listforum.tui.screens.topics import TopicsScreen

_PAUSE: Final = 0.25
"""Seconds without a key after which what was typed is searched for."""

_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What a search answered to these words; `lists` names the lists of a topic, where there are several."""

    words: str
    answer: SearchAnswer
    lists: dict[int, str]


class SearchScreen(ForumScreen):
    """Searches while one types; of several searches only the last is shown."""

    WHERE: ClassVar[tuple[Where, ...]] = ("search",)
    BINDINGS = [*bindings("search"), Binding("down", "to_hits", show=False)]  # noqa: RUF012 - Textual's own form

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self._first = words
        self._timer: Timer | None = None
        self._number = 0
        self._found: Found | None = None
        self._enter_waits = False
        self._writes = True

    def body(self) -> ComposeResult:
        with Vertical(id="search"):
            yield SafeInput(
                self._first,
                placeholder=_("words, or from:name, subject:word, before:2026"),
                select_on_focus=False,
                id="words",
            )
            yield Words(id="note")
            yield ItemList(id="hits")

    def on_mount(self) -> None:
        super().on_mount()
        self._field.focus()
        self._hits.display = False
        if self._first.strip():
            self._search()
        else:
            self._note.say(guide())

    def title_words(self) -> str:
        return _("Search")

    @property
    def _field(self) -> Input:
        return self.query_one("#words", SafeInput)

    @property
    def _hits(self) -> ItemList:
        return self.query_one("#hits", ItemList)

    @property
    def _note(self) -> Words:
        return self.query_one("#note", Words)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> Iterable[Key]:
        """Where one writes, letters are letters."""
        if self._writes:
            return ((shown("enter"), _("to the results")), (shown("escape"), _("back")))
        return super().keys()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._writes = event.widget is self._field
        self.show_keys()

    # --- searching ----------------------------------------------------------------------------------------------------

    @on(SafeInput.Changed)
    def _typed(self) -> None:
        self._enter_waits = False
        self._stop_timer()
        self._timer = self.set_timer(_PAUSE, self._search)

    @on(SafeInput.Submitted)
    def _submitted(self) -> None:
        if self._found is not None and self._found.words == self._field.value:
            self.action_to_hits()
            return
        self._enter_waits = True
        self._search()

    def _search(self) -> None:
        self._stop_timer()
        if not self.is_open:
            return
        words = self._field.value
        if self._found is not None and self._found.words == words:
            return
        self._number += 1
        number = self._number
        if not words.strip():
            self._found = None
            self._hits.display = False
            self._note.say(guide())
            return

        def work() -> Found | None:
            """In the thread of the archive; words that were typed over in the meantime are not searched for."""
            return _found(self.forum_app.forum, words) if number == self._number else None

        def done(found: Found | None) -> None:
            if found is not None and number == self._number and self.is_open:
                self._show(found)

        def failed(error: ListforumError) -> None:
            if number == self._number and self.is_open:
                self._found = None
                self._hits.display = False
                self._note.say([Line((Span(safe.body(str(error)), "warning"),))])

        self.forum_app.desk.do(Job(work, done, failed))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    # --- what was found -----------------------------------------------------------------------------------------------

    def _show(self, found: Found) -> None:
        self._found = found
        self._note.say(found_lines(found.answer))
        self._hits.display = bool(found.answer.hits)
        self._draw(found)
        if found.answer.hits:
            self._hits.action_to_start()
            self.forum_app.happened("searched")
        if self._enter_waits:
            self.action_to_hits()

    def _draw(self, found: Found) -> None:
        room = self.size.width - 1  # the last cell may be the scrollbar's
        self._hits.show(
            [
                Item(hit.topic, hit_lines(hit, found.lists.get(hit.topic, ""), room), titles=1)
                for hit in found.answer.hits
            ]
        )

    def on_resize(self) -> None:
        if self._found is not None:
            self._draw(self._found)

    def archive_changed(self) -> None:
        """More may be found now; what is shown stays until it is asked for anew."""
        self.show_title()

    # --- getting about ------------------------------------------------------------------------------------------------

    def action_search(self) -> None:
        self._field.focus()

    def action_to_hits(self) -> None:
        if self._found is not None and self._found.answer.hits:
            self._hits.focus()

    @on(ItemList.Chosen, "#hits")
    def action_open_hit(self) -> None:
        hit = self._current()
        if hit is None or self._found is None:
            return
        forum, words = self.forum_app.forum, self._found.words
        if hit.matches:
            self._open(hit.topic, hit.post, words)
        else:  # its subject has the words, and so have the subjects of its answers: show what somebody wrote of it
            self.forum_app.at_desk(
                lambda: _written_in(forum, hit, words), lambda post: self._open(hit.topic, post, words)
            )

    def _open(self, topic: int, post: int, words: str) -> None:
        from listforum.tui.screens.topic import TopicScreen

        searching = self.forum_app.forum.searching
        found = Sought(lambda text: searching.highlights(text, words), lambda text: searching.place(text, words))
        self.forum_app.push_screen(TopicScreen(self._topics_screen(), topic, post, found=found))
        self.forum_app.happened("found")

    def _current(self) -> SearchHit | None:
        if self._found is None:
            return None
        return next((hit for hit in self._found.answer.hits if hit.topic == self._hits.current), None)

    def _topics_screen(self) -> TopicsScreen:
        from listforum.tui.screens.topics import TopicsScreen

        return next(screen for screen in self.forum_app.screen_stack if isinstance(screen, TopicsScreen))


def _found(forum: Forum, words: str) -> Found:
    answer = forum.searching.search(words, limit=_MOST)
    several = len(forum.reading.lists()) > 1
    lists = {hit.topic: forum.reading.outline(hit.topic).list for hit in answer.hits} if several else {}
    return Found(words, answer, lists)


def _written_in(forum: Forum, hit: SearchHit, words: str) -> int:
    """The newest post of a topic that has the words in its text; where none has, the one that was found."""
    posts = forum.searching.search(words, limit=_MOST, unit="posts").hits
    return next((one.post for one in posts if one.topic == hit.topic and one.matches), hit.post)
