"""Search: words above, what they find below, each opened at the very post."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical

from listforum.errors import ListforumError
from listforum.mail import safe
from listforum.model.forum import SearchHit
from listforum.tui.actions import Where, bindings, shown
from listforum.tui.item_list import Item, ItemList
from listforum.tui.layout.line import Line, Span
from listforum.tui.layout.post import Sought
from listforum.tui.layout.search import found_lines, hit_lines
from listforum.tui.layout.search_help import guide, syntax
from listforum.tui.screens.dialog import Words
from listforum.tui.screens.frame import ForumScreen
from listforum.tui.search_field import SearchField
from listforum.tui.searches import Found, Question, Searches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult
    from textual.events import DescendantFocus
    from textual.timer import Timer

    from listforum.forum import Forum
    from listforum.tui.layout.bars import Key
    from listforum.tui.screens.topics import TopicsScreen

_PAUSE: Final = 0.04
"""Seconds without a key after which what was typed is searched for."""

_HITS: Final = 20
"""So many are shown at first; whoever goes down to the last of them is shown more."""

_NEAR_THE_END: Final = 8

_ASK_AGAIN: Final = 1.0
"""Seconds after which an answer is asked for anew that does not know all posts yet."""


class SearchScreen(ForumScreen):
    """Searches while one types; of several searches only the last is shown."""

    WHERE: ClassVar[tuple[Where, ...]] = ("search",)
    BINDINGS = bindings("search")

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self._first = words
        self._timer: Timer | None = None
        self._asked: Question | None = None
        self._found: Found | None = None
        self._enter_waits = False
        self._writes = True

    def body(self) -> ComposeResult:
        with Vertical(id="search"):
            yield SearchField(self._first, self._searches.past, _("words, or from:name, subject:word, before:2026"))
            yield Words(id="note")
            yield ItemList(id="hits")

    def on_mount(self) -> None:
        super().on_mount()
        self._searches.warm_up()
        self.forum_app.at_desk(self.forum_app.forum.history.words, self._searches.past.add_kept)
        self._field.focus()
        self._hits.display = False
        if self._first.strip():
            self._search()
        else:
            self._show_guide()

    def title_words(self) -> str:
        return _("Search")

    def first_help(self, room: int) -> Sequence[Line]:
        return syntax(room)

    @property
    def _searches(self) -> Searches:
        return self.forum_app.searches

    @property
    def _field(self) -> SearchField:
        return self.query_one("#words", SearchField)

    @property
    def _hits(self) -> ItemList:
        return self.query_one("#hits", ItemList)

    @property
    def _note(self) -> Words:
        return self.query_one("#note", Words)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self) -> Iterable[Key]:
        """Where one writes, letters are letters."""
        other = _("best first") if self._searches.sort == "newest" else _("newest first")
        if self._writes:
            return (
                (shown("enter"), _("to the results")),
                (shown("ctrl+o"), other),
                (shown("ctrl+s"), _("save")),
                (shown("escape"), _("back")),
            )
        usual = super().keys()
        return ((key, other if key == shown("o") else label) for key, label in usual)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._writes = event.widget is self._field
        self.show_keys()

    # --- searching ----------------------------------------------------------------------------------------------------

    @on(SearchField.Changed)
    def _typed(self) -> None:
        """What was asked before is dropped at once, also in the middle of its answers."""
        if self._asked is not None and self._asked.words == self._field.value:
            return
        self._enter_waits = False
        self._searches.cancel()
        self._asked = None
        self._stop_timer()
        self._timer = self.set_timer(_PAUSE, self._search)

    @on(SearchField.Submitted)
    def _submitted(self) -> None:
        if self._is_answered():
            self.action_to_hits()
            return
        self._enter_waits = True
        self._search()

    def _is_answered(self) -> bool:
        return self._found is not None and self._found.question.words == self._field.value

    def _search(self) -> None:
        words = self._field.value
        if self._asked is not None and self._asked.words == words:
            return
        if words.strip():
            self._ask(Question(words, self._searches.sort, _HITS))
        else:
            self._stop_timer()
            self._searches.cancel()
            self._found = self._asked = None
            self._show_guide()

    def _ask(self, question: Question) -> None:
        self._stop_timer()
        if self.is_open:
            self._asked = question
            self._searches.ask(question, self._heard, self._failed)

    def _ask_again(self) -> None:
        """More is indexed by now."""
        if self._asked is not None:
            self._ask(self._asked)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _heard(self, found: Found) -> None:
        if not self.is_open:
            return
        self._show(found)
        if found.answer.complete and found.answer.behind:
            self._timer = self.set_timer(_ASK_AGAIN, self._ask_again)

    def _failed(self, error: ListforumError) -> None:
        if self.is_open:
            self._found = None
            self._hits.display = False
            self._note.say([Line((Span(safe.body(str(error)), "warning"),))])

    # --- what was found -----------------------------------------------------------------------------------------------

    def _show(self, found: Found) -> None:
        before, self._found = self._found, found
        answer = found.answer
        self._note.say(found_lines(answer, found.question.sort))
        self._hits.display = bool(answer.hits)
        if before is None or before.answer.hits != answer.hits or before.lists != found.lists:
            self._draw(found)
        is_new = before is None or _asks_else(before.question, found.question)
        if is_new and answer.hits:
            self._hits.action_to_start()
            self.forum_app.happened("searched")
        if self._enter_waits:
            self.action_to_hits()

    def _draw(self, found: Found) -> None:
        room = self.size.width - 1  # the last cell may be the scrollbar's
        self._hits.show(
            [
                Item(hit.topic, hit_lines(hit, found.lists.get(hit.post, ""), room, found.subjects[hit.post]), titles=1)
                for hit in found.answer.hits
            ]
        )

    def _show_guide(self) -> None:
        self._hits.display = False
        self._note.say(guide(self.size.width - 2))

    def on_resize(self) -> None:
        if self._found is not None:
            self._draw(self._found)
        elif not self._field.value.strip():
            self._show_guide()

    def on_unmount(self) -> None:
        self._stop_timer()
        self._searches.cancel()

    def archive_changed(self) -> None:
        """More may be found now; what is shown stays until it is asked for anew."""
        self.show_title()

    @on(ItemList.Highlighted, "#hits")
    def _moved(self) -> None:
        """Near the last hit that is shown, more of them are asked for."""
        found = self._found
        if found is None or self._asked != found.question or not found.answer.complete:
            return
        shown_hits = len(found.answer.hits)
        if shown_hits < found.answer.total and self._hits.current_place >= shown_hits - _NEAR_THE_END:
            self._ask(Question(found.question.words, found.question.sort, 4 * found.question.limit))

    # --- getting about ------------------------------------------------------------------------------------------------

    def action_search(self) -> None:
        self._field.focus()

    @on(SearchField.Left)
    def action_to_hits(self) -> None:
        self._enter_waits = False
        if self._found is not None and self._found.answer.hits:
            self._remember()
            self._hits.focus()

    def action_turn_order(self) -> None:
        """The other order, from now on."""
        self._searches.sort = "best" if self._searches.sort == "newest" else "newest"
        self.show_keys()
        if self._asked is not None:
            self._ask(Question(self._asked.words, self._searches.sort, _HITS))

    def action_take_over(self) -> None:
        """Searches for what was meant; where nothing else was, goes between the words and what they found."""
        meant = self._found.answer.meant if self._found is not None and self._is_answered() else ""
        if meant:
            self._field.set_words(meant)
            self._field.focus()
        elif self._writes:
            self.action_to_hits()
        else:
            self._field.focus()

    def action_save_search(self) -> None:
        """Asks for a name, with the words themselves to begin with."""
        from listforum.tui.saving import save_search

        words = " ".join(self._field.value.split())
        if words:
            self._remember()
            save_search(self.forum_app, words)
        else:
            self.forum_app.tell(_("Type the words that are to be saved."))

    def _remember(self) -> None:
        self.forum_app.remember_search(self._field.value)

    @on(ItemList.Chosen, "#hits")
    def action_open_hit(self) -> None:
        hit = self._current()
        if hit is None or self._found is None:
            return
        self._remember()
        forum, words = self.forum_app.forum, self._found.question.words
        if hit.matches:
            self._open(hit.topic, hit.post, words)
        else:  # its subject has the words, and so have the subjects of its answers: show what somebody wrote of it
            self.forum_app.at_desk_for_keys(
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


def _asks_else(before: Question, now: Question) -> bool:
    return (before.words, before.sort) != (now.words, now.sort)


def _written_in(forum: Forum, hit: SearchHit, words: str) -> int:
    """The newest post of a topic that has the words in its text; where none has, the one that was found."""
    posts = forum.searching.search(words, limit=100, unit="posts").hits
    return next((one.post for one in posts if one.topic == hit.topic and one.matches), hit.post)
