"""One topic: its posts, what was said to whom, and everything that can be done with a post."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, ClassVar

from textual import on

from listforum.errors import ListforumError, UnknownItem
from listforum.model.forum import TopicOutline, Whereabouts
from listforum.tui.actions import Where, bindings, key_of
from listforum.tui.layout.cells import LRM
from listforum.tui.layout.links import first_words
from listforum.tui.marks import mark_post_unread, mark_posts_read, mark_topics_read
from listforum.tui.screens.marking import MarkingScreen
from listforum.tui.thread_view import ThreadView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from listforum.tui.layout.bars import Key
    from listforum.tui.layout.post import Sought
    from listforum.tui.screens.topics import TopicsScreen


class TopicScreen(MarkingScreen):
    """Shows a topic over the list it was opened from; `found` marks the words of a search in its posts."""

    WHERE: ClassVar[tuple[Where, ...]] = ("topic",)
    BINDINGS = bindings("topic")

    def __init__(
        self, topics: TopicsScreen, topic: int, post: int | None = None, line: int = 0, found: Sought | None = None
    ) -> None:
        super().__init__()
        self._topics = topics
        self._first = (topic, post, line)
        self._found = found
        self._outline: TopicOutline | None = None
        self._trail: list[tuple[int, int]] = []
        """The posts, and the lines within them, from which links and quotes were followed."""

    def body(self) -> ComposeResult:
        yield ThreadView()

    def on_mount(self) -> None:
        self._view.focus()
        super().on_mount()
        self.show(*self._first)

    @property
    def _view(self) -> ThreadView:
        return self.query_one(ThreadView)

    @property
    def topic(self) -> int:
        return self._outline.topic if self._outline is not None else self._first[0]

    def title_words(self) -> str:
        outline = self._outline
        if outline is None:
            return ""
        posts = ngettext("{count} post", "{count} posts", len(outline.posts)).format(count=len(outline.posts))
        return f"{LRM}{outline.subject}{LRM} · {posts}"

    def keys(self) -> Iterable[Key]:
        keys = tuple(super().keys())
        if self._found is not None:
            keys = (*keys[:1], (key_of("next_match"), _("next match")), *keys[1:])
        if self.forum_app.moving is None:
            return keys
        return ((key_of("join"), _("put it below this post")), (key_of("undo"), _("let it go")), *keys)

    def show(self, topic: int, post: int | None = None, line: int = 0) -> None:
        """Opens a topic at a post; without one, at the first that is unread."""
        self._trail.clear()
        self._show(topic, post, line)

    def _show(self, topic: int, post: int | None = None, line: int = 0) -> None:
        try:
            self._outline = self.forum_app.forum.reading.outline(topic)
        except UnknownItem as error:
            self.forum_app.show_failure(error)
            self.dismiss()
            return
        records = self._outline.posts
        unread = next((record.post for record in records if not record.read), None)
        at = post if any(record.post == post for record in records) else unread
        first = records[0].post if at is None else at
        self._view.show(self._outline, self.forum_app.forum.reading.posts_of, first, line, self._found)
        self.show_title()
        self._keep_place()

    def archive_changed(self) -> None:
        """A mark was turned, a text was fetched, posts came: the reader stays where they are."""
        if self._outline is None:
            return
        post, line = self._view.place
        try:
            topic = self.forum_app.forum.reading.topic_of(post)
            self._outline = self.forum_app.forum.reading.outline(topic)
        except ListforumError:
            self.dismiss()
            return
        self._view.refresh_topic(self._outline)
        self._view.go_to(post, line)
        self.show_title()

    def moving_changed(self) -> None:
        super().moving_changed()
        self.show_keys()

    def _keep_place(self) -> None:
        if self._outline is not None:
            post, line = self._view.place
            shelf = self._topics.shelf
            self.forum_app.keep_place(Whereabouts(shelf.list, shelf.view, self._outline.topic, post, line))

    def leaving(self) -> None:
        self._keep_place()

    # --- reading ------------------------------------------------------------------------------------------------------

    @on(ThreadView.Seen)
    def _seen(self, message: ThreadView.Seen) -> None:
        mark_posts_read(self.forum_app, message.posts)
        self._keep_place()
        self.forum_app.happened("read")

    def action_read_on(self) -> None:
        if not self._view.read_on():
            self._topics.read_next(self.topic, self.action_back)

    def action_next_post(self) -> None:
        self._view.next_post()
        self._keep_place()

    def action_previous_post(self) -> None:
        self._view.previous_post()
        self._keep_place()

    def action_next_match(self) -> None:
        self._to_match(1)

    def action_previous_match(self) -> None:
        self._to_match(-1)

    def _to_match(self, step: int) -> None:
        if self._found is None:
            self.forum_app.tell(_("Nothing was searched for here. {key} searches.").format(key=key_of("search")))
        elif self._view.to_match(step):
            self._keep_place()
        else:
            self.forum_app.tell(_("There are no more of these words in this topic."))

    def action_next_topic(self) -> None:
        self._step(1)

    def action_previous_topic(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        found = self._topics.neighbour(self.topic, step)
        if found is None:
            self.forum_app.tell(_("There is no further topic in this list."))
        else:
            self._topics.show_topic(found)

    def action_quotes(self) -> None:
        self._view.toggle_quotes()

    def action_all_quotes(self) -> None:
        self._view.toggle_all_quotes()

    def action_open_here(self) -> None:
        target = self._view.target_here
        if target.kind == "link":
            self._follow(target.n)
        elif target.kind in {"attachment", "waiting"}:
            self.action_fetch()
        else:
            self._view.toggle_here()

    # --- what is linked -----------------------------------------------------------------------------------------------

    def action_source(self) -> None:
        view, source = self._view.current_view, self._view.source_here
        if view is None:
            return
        if source is None:
            self.forum_app.tell(_("Nothing is quoted here that is known from another post."))
        else:
            self._follow(source.post, first_words(view.text or "", source))

    def _follow(self, post: int, words: Sequence[str] = ()) -> None:
        """Goes to a post of this topic or another, to some words of it; back leads to where one was."""
        here = self._view.place
        try:
            topic = self.forum_app.forum.reading.topic_of(post)
        except ListforumError as error:
            self.forum_app.show_failure(error)
            return
        if topic != self.topic:
            self._show(topic, post)
        self._view.go_to_words(post, words)
        self._trail.append(here)
        self._keep_place()
        self.forum_app.tell(_("{key} goes back to where you were.").format(key=key_of("back")))

    def action_back(self) -> None:
        """Back along the links that were followed, and from the first place back to the list."""
        while self._trail:
            post, line = self._trail.pop()
            try:
                topic = self.forum_app.forum.reading.topic_of(post)
            except ListforumError:
                continue
            if topic != self.topic:
                self._show(topic, post, line)
            self._view.go_to(post, line)
            self._keep_place()
            return
        super().action_back()

    # --- where posts belong -------------------------------------------------------------------------------------------

    def action_join(self) -> None:
        from listforum.tui.joining import ask_where, pick_up, put_below

        if self._view.current_view is None:
            return
        here, moving = self._view.current.post, self.forum_app.moving
        if moving is None:
            pick_up(self.forum_app, self._view.current)
        elif moving.post == here:
            ask_where(self.forum_app, moving)
        else:
            put_below(self.forum_app, moving, here)

    def action_split(self) -> None:
        from listforum.tui.joining import split_off

        if self._view.current_view is not None:
            split_off(self.forum_app, self._view.current)

    def action_unjoin(self) -> None:
        from listforum.tui.joining import take_word_back

        if self._view.current_view is not None:
            take_word_back(self.forum_app, self._view.current.post)

    def action_why(self) -> None:
        from listforum.tui.layout.why import why
        from listforum.tui.screens.page import PageScreen

        view = self._view.current_view
        if view is not None:
            known = self.forum_app.forum.reading.known([view.record])
            self.forum_app.push_screen(PageScreen(_("Why this post is here"), why(view, known)))
            self.forum_app.happened("asked why")

    def action_related(self) -> None:
        from listforum.tui.screens.related import RelatedScreen, related_to

        forum, topic = self.forum_app.forum, self.topic

        def heard(found: list[TopicOutline]) -> None:
            if not self.is_open or self.topic != topic:
                return
            if found:
                self.forum_app.push_screen(RelatedScreen(found), lambda post: self._follow(post) if post else None)
            else:
                self.forum_app.tell(_("No other topic is much like this one."))

        self.forum_app.searches.between(lambda _cancelled: related_to(forum, topic), heard, self.forum_app.show_failure)

    # --- marks --------------------------------------------------------------------------------------------------------

    def topic_here(self) -> int:
        return self.topic

    def action_mark_read(self) -> None:
        mark_topics_read(self.forum_app, [self.topic])

    def action_mark_unread(self) -> None:
        mark_post_unread(self.forum_app, self._view.current.post)

    # --- what waits on the server -------------------------------------------------------------------------------------

    def action_fetch(self) -> None:
        from listforum.tui.fetching import fetch_here

        view = self._view.current_view
        if view is not None:
            fetch_here(self.forum_app, view, self._view.target_here)

    def action_fetch_topic(self) -> None:
        from listforum.tui.fetching import fetch_texts

        if self._outline is not None:
            fetch_texts(self.forum_app, [one.post for one in self._outline.posts if one.state == "header"])

    # --- elsewhere ----------------------------------------------------------------------------------------------------

    def action_reply(self) -> None:
        from listforum.tui.writing import write_reply

        write_reply(self.forum_app, self._view.current.post)

    def action_reply_privately(self) -> None:
        from listforum.tui.writing import write_privately

        write_privately(self.forum_app, self._view.current.post)

    def action_compose(self) -> None:
        self._topics.action_compose()

    def action_search(self) -> None:
        self._topics.action_search()

    def action_outbox(self) -> None:
        self._topics.action_outbox()
