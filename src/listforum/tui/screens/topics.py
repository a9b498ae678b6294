"""The first screen: lists and views at the side, and the topics of the one that is chosen."""

from __future__ import annotations

from array import array
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.containers import Horizontal, Vertical

from listforum.errors import ListforumError, UnknownItem
from listforum.model.forum import Whereabouts
from listforum.tui.actions import Where, bindings
from listforum.tui.item_list import ItemList
from listforum.tui.layout.cells import LRM
from listforum.tui.layout.line import Line, StyleName
from listforum.tui.line_list import LineList
from listforum.tui.marks import mark_topics_read
from listforum.tui.reading_on import Next, first_to_read, next_to_read
from listforum.tui.screens.filtered import FilteredScreen
from listforum.tui.shelf import AnyShelf, SavedShelf, Shelf, ShelfView
from listforum.tui.side_column import SideColumn, count
from listforum.tui.topic_list import TopicList
from listforum.tui.worker import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from textual.app import ComposeResult

    from listforum.forum import Forum
    from listforum.forum.finding import Finder
    from listforum.model.forum import SavedSearch
    from listforum.tui.side_column import Counted

    Search = Callable[[Forum, AnyShelf, Sequence[int]], Next | None]


class ColumnNames(LineList, can_focus=False):
    """The line above the topics."""

    def __init__(self, topics: TopicList) -> None:
        super().__init__()
        self._topics = topics

    def line_count(self) -> int:
        return 1

    def line(self, y: int) -> Line:  # noqa: ARG002 - there is one only
        return self._topics.heading

    def cursor_style(self, y: int) -> StyleName:  # noqa: ARG002 - it is never chosen
        return ""


class TopicsScreen(FilteredScreen):
    """Lists, views and topics; `shelf` is what is shown."""

    WHERE: ClassVar[tuple[Where, ...]] = ("topics",)
    BINDINGS = bindings("topics")
    AUTO_FOCUS = "TopicList"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-usual"), (100, "-wide")]  # noqa: RUF012 - Textual's own form

    def __init__(self) -> None:
        super().__init__()
        # Else the first screenful is that of a wide terminal, and a second one puts it right.
        columns = self._get_breakpoint_classes(self.app.size.width, self.HORIZONTAL_BREAKPOINTS)
        self.add_class(*columns, update=False)
        self.shelf = Shelf(None, "all")
        self._takes_found = False
        self._topics: array[int] = array("q")
        self._finder: Finder | None = None
        self._was_left = False
        self._looking = False

    def body(self) -> ComposeResult:
        with Horizontal(id="columns"):
            yield SideColumn(id="side")
            with Vertical(id="right"):
                topics = TopicList(id="topics")
                yield ColumnNames(topics)
                yield topics

    def on_mount(self) -> None:
        place = self.forum_app.forum.whereabouts.load()
        self.shelf = self._first_shelf(place)
        self.call_after_refresh(self._fill_side)  # its counts look at every topic: the topics need not wait for them
        self.call_after_refresh(self.forum_app.bring_index_up)
        self._show_topics(place.topic if place else None)
        super().on_mount()
        if place is not None and place.topic is not None and place.post is not None:
            self._open(place.topic, place.post, place.line)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def title_words(self) -> str:
        return f"listforum · {self.shelf.title}{LRM}"

    def _first_shelf(self, place: Whereabouts | None) -> Shelf:
        lists = self.forum_app.forum.reading.list_names()
        if place is not None and place.view != "outbox" and (place.list is None or place.list in lists):
            return Shelf(place.list, cast("ShelfView", place.view))
        return Shelf(lists[0]) if lists else Shelf(None)

    def _fill_side(self) -> None:
        """Counts every list and view at the archive's desk, and shows them."""
        forum = self.forum_app.forum

        def counted(found: Counted) -> None:
            self._side.counted = found
            before = {one.name for one in self.forum_app.saved.all}
            self.forum_app.saved.show(found[2])
            self._follow_saved(found[2], before)
            self._draw_side()

        self.forum_app.at_desk(lambda: count(forum), counted)

    def _draw_side(self) -> None:
        self._side.draw(self.forum_app.saved, self.shelf)

    @property
    def _side(self) -> SideColumn:
        return self.query_one("#side", SideColumn)

    def _follow_saved(self, searches: Sequence[SavedSearch], before: Collection[str]) -> None:
        """Where the saved search that is shown was renamed, it is shown on; where it is gone, all topics are."""
        shelf = self.shelf
        if isinstance(shelf, SavedShelf) and shelf.search not in searches:
            new = [one for one in searches if one.name not in before]
            renamed = next((one for one in new if one.words == shelf.search.words), None)
            self._choose(Shelf(None) if renamed is None else SavedShelf(renamed))

    def index_changed(self) -> None:
        self._takes_found = True

    def saved_changed(self) -> None:
        """The numbers at the side are told; the topics shown are, where they were waited for."""
        self._draw_side()
        if isinstance(self.shelf, SavedShelf) and self._takes_found:
            self._show_topics(self.query_one(TopicList).current)
            self._takes_found = self.forum_app.saved.is_finding

    def _show_topics(self, at: int | None) -> None:
        """Takes the shelf's topics from the archive; the cursor stays on a topic where it is still there."""
        topics = self.query_one(TopicList)
        self._topics, topics.empty = self._on_the_shelf()
        self._finder = None
        topics.show(self._filtered(), self.forum_app.forum.reading.summaries)
        if at is not None:
            topics.select(at)
        self.show_title()

    def _on_the_shelf(self) -> tuple[array[int], str]:
        """The topics, and what to say where there are none."""
        if isinstance(self.shelf, SavedShelf):
            self._takes_found = True
            found = self.forum_app.saved.found(self.shelf.search)
            return found.topics, found.problem or self.shelf.when_empty
        try:
            found_topics = self.shelf.topics(self.forum_app.forum)
        except UnknownItem:
            self.shelf = Shelf(None)
            found_topics = self.shelf.topics(self.forum_app.forum)
        return found_topics, self.shelf.when_empty

    def choose(self, shelf: AnyShelf) -> None:
        """Shows another shelf."""
        self._choose(shelf)
        self._fill_side()
        self.query_one(TopicList).focus()

    def _choose(self, shelf: AnyShelf) -> None:
        if shelf != self.shelf:
            self._end_filter()
            self.shelf = shelf
            self._show_topics(None)
            self.query_one(TopicList).action_to_start()
            self.show_keys()
            self._keep_place()

    def archive_changed(self) -> None:
        self._fill_side()
        self._show_topics(self.query_one(TopicList).current)

    def exchange_changed(self) -> None:
        """Where there was nothing to read, the first topics are there as soon as they have come."""
        super().exchange_changed()
        if self.is_mounted and self.shelf.list is None and self.shelf.view == "all" and not self._topics:
            self._show_topics(None)
            if self._topics:
                self._fill_side()

    def on_screen_resume(self) -> None:
        """Somebody comes back: the rows tell what was read meanwhile, and the list stays as it was."""
        if self._was_left:
            self._was_left = False
            self.query_one(TopicList).refresh_rows()
            self._fill_side()
            self._keep_place()

    def on_screen_suspend(self) -> None:
        self._was_left = True
        self._takes_found = False

    def _keep_place(self) -> None:
        if not self.is_active:  # rows also move beneath an open topic, and the reader is in that
            return
        topic = self.topic_here()
        self.forum_app.keep_place(Whereabouts(self.shelf.list, self.shelf.view, topic, None, 0))

    # --- the side -----------------------------------------------------------------------------------------------------

    @on(ItemList.Highlighted, "#side")
    def _side_moved(self, message: ItemList.Highlighted) -> None:
        if isinstance(message.key, Shelf | SavedShelf):
            self._choose(message.key)

    @on(ItemList.Chosen, "#side")
    def _side_chosen(self, message: ItemList.Chosen) -> None:
        if isinstance(message.key, Shelf | SavedShelf):
            self._choose(message.key)
            self._to_topics()
        else:
            self.action_outbox()

    def action_switch(self) -> None:
        side = self.query_one("#side")
        if side.has_focus:
            self._to_topics()
        else:
            self.add_class("-at-side")
            side.focus()

    def _to_topics(self) -> None:
        self.remove_class("-at-side")
        self.query_one(TopicList).focus()

    # --- reading ------------------------------------------------------------------------------------------------------

    @on(TopicList.Chosen)
    def _topic_chosen(self, message: TopicList.Chosen) -> None:
        self._open(message.topic)

    @on(TopicList.Highlighted)
    def _topic_moved(self) -> None:
        self._keep_place()

    def action_open(self) -> None:
        topic = self.topic_here()
        if topic is not None:
            self._open(topic)

    def action_read_on(self) -> None:
        topic = self.topic_here()
        self._look_for(lambda forum, shelf, shown: first_to_read(forum, shelf, shown, topic), lambda: None)

    def read_next(self, after: int, nothing: Callable[[], None]) -> None:
        """Opens the next topic with something to read; says so, and does `nothing`, where there is none."""
        self._look_for(lambda forum, shelf, shown: next_to_read(forum, shelf, shown, after), nothing)

    def _look_for(self, search: Search, nothing: Callable[[], None]) -> None:
        """Looks at the archive's desk; keys that are pressed meanwhile ask for nothing more."""
        if self._looking:
            return
        self._looking = True
        forum, shelf, shown = self.forum_app.forum, self.shelf, self.query_one(TopicList).topics

        def found(one: Next | None) -> None:
            self._looking = False
            if one is not None:
                self._go_to(one)
            else:
                self.forum_app.tell(_("Everything here is read."))
                nothing()

        def failed(error: ListforumError) -> None:
            self._looking = False
            self.forum_app.show_failure(error)

        self.forum_app.desk.do(Job(lambda: search(forum, shelf, shown), found, failed))

    def _go_to(self, found: Next) -> None:
        if found.shelf != self.shelf:
            self.forum_app.tell(_("On to {list}.").format(list=found.shelf.title))
            self._choose(found.shelf)
            self._fill_side()
        self.query_one(TopicList).select(found.topic)
        self._open(found.topic)

    def neighbour(self, topic: int, step: int) -> int | None:
        """The topic so many rows further down the list."""
        topics = self.query_one(TopicList).topics
        at = topics.index(topic) + step if topic in topics else -1
        return topics[at] if 0 <= at < len(topics) else None

    def show_topic(self, topic: int) -> None:
        """Opens a topic in place of the one that is open."""
        self.query_one(TopicList).select(topic)
        self._open(topic)

    def _open(self, topic: int, post: int | None = None, line: int = 0) -> None:
        from listforum.tui.screens.topic import TopicScreen

        screen = self.forum_app.screen
        if isinstance(screen, TopicScreen):
            screen.show(topic, post, line)
        else:
            self.forum_app.push_screen(TopicScreen(self, topic, post, line))

    # --- marks --------------------------------------------------------------------------------------------------------

    def topic_here(self) -> int | None:
        return self.query_one(TopicList).current

    def action_mark_read(self) -> None:
        """Marks what is shown as read: everything of a list, or of a view."""
        topics = tuple(self.query_one(TopicList).topics)
        count = len(topics)
        question = ngettext(
            "Mark the one topic shown here as read?", "Mark all {count} topics shown here as read?", count
        ).format(count=count)
        self.forum_app.confirm(question, _("Mark as read"), lambda: mark_topics_read(self.forum_app, topics))

    # --- elsewhere ----------------------------------------------------------------------------------------------------

    def action_search(self, words: str = "") -> None:
        from listforum.tui.screens.search import SearchScreen

        self.forum_app.push_screen(SearchScreen(words))

    def action_outbox(self) -> None:
        from listforum.tui.screens.outbox import OutboxScreen

        self.forum_app.push_screen(OutboxScreen())

    def action_compose(self) -> None:
        from listforum.tui.writing import write_post

        write_post(self.forum_app, self.shelf.list)
