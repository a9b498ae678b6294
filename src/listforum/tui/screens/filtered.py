"""Topics of which only those are shown that have some words in their titles."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, cast

from listforum.tui.screens.saved_shelf import SavedShelfScreen
from listforum.tui.topic_list import TopicList

if TYPE_CHECKING:
    from array import array

    from textual.widgets import Input

    from listforum.forum.finding import Finder


class FilteredScreen(SavedShelfScreen):
    """A screen of a shelf's topics, with a field above them while they are filtered."""

    _topics: array[int]
    _finder: Finder | None

    def action_search(self, words: str = "") -> None:
        """Searches the posts for what no title has."""
        raise NotImplementedError

    def _show_topics(self, at: int | None) -> None:
        raise NotImplementedError

    def _to_topics(self) -> None:
        raise NotImplementedError

    def action_filter(self) -> None:
        found = self.query("#filter")
        if found:
            found.first().focus()
            return
        from listforum.tui.fields import SafeInput

        self.query_one("#right").mount(
            SafeInput(placeholder=_("words of the subject or the starter"), id="filter"), before=0
        )
        self.query_one("#filter").focus()

    def on_input_changed(self) -> None:
        topics = self.query_one(TopicList)
        topics.show(self._filtered(), self.forum_app.forum.reading.summaries)
        topics.empty = _("No topic has these words. Enter searches the posts, esc ends the filter.")

    def on_input_submitted(self) -> None:
        if len(self._filtered()):
            self.query_one(TopicList).focus()
        else:
            self.action_search(self._filter_words())

    def action_end_filter(self) -> None:
        """Back to all topics; from the side, back to the topics."""
        current = self.topic_here()
        if self.query("#filter"):
            self._end_filter()
            self._show_topics(current)
        self._to_topics()

    def _filter_words(self) -> str:
        fields = self.query("#filter")
        return cast("Input", fields.first()).value if fields else ""

    def _filtered(self) -> array[int]:
        words = self._filter_words()
        if not words.strip():
            return self._topics
        if self._finder is None:
            self._finder = self.forum_app.forum.reading.finder(self._topics)
        return self._finder.matching(words)

    def _end_filter(self) -> None:
        for field in self.query("#filter"):
            cast("Input", field).value = ""
            field.remove()
