"""A topic opened: its posts one below the other, with a cursor on a row and the heading of its post standing out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from textual.message import Message

from listforum.model.forum import PostRecord, PostView, QuoteSource, TopicOutline
from listforum.tui.layout.coverage import Coverage
from listforum.tui.layout.line import Line, StyleName
from listforum.tui.layout.links import links_of
from listforum.tui.layout.post import HEADING, Page, Sought, Target
from listforum.tui.layout.thread import Load, ThreadLayout
from listforum.tui.line_list import LineList

if TYPE_CHECKING:
    from textual import events
    from textual.timer import Timer

_LAID_AT_ONCE: Final = 8
"""Posts that are laid out between two keys: about 10 ms."""

_PAUSE: Final = 0.02


class ThreadView(LineList):
    """The posts of a topic. Say `show`; what was read is told by `Seen`."""

    DEFAULT_CSS = """
    ThreadView { overflow-y: scroll; }
    """

    class Seen(Message):
        """Unread posts that have been on the screen from their heading to the end of their own words."""

        def __init__(self, view: ThreadView, posts: tuple[int, ...]) -> None:
            super().__init__()
            self.view = view
            self.posts = posts

        @property
        def control(self) -> ThreadView:
            return self.view

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._layout: ThreadLayout | None = None
        self._wanted: tuple[int, int | None] | None = None
        self._coverage: Coverage | None = None
        self._told: set[int] = set()
        self._timer: Timer | None = None

    # --- what is shown --------------------------------------------------------------------------------------------

    def show(
        self, outline: TopicOutline, load: Load, at: int | None = None, line: int = 0, found: Sought | None = None
    ) -> None:
        """Opens a topic at a post and a line within it, above which it was read before.

        Where `found` is given and no line, it opens where the post shows best why it was found.
        """
        page = Page(max(self.line_width, 20), found)
        self._layout = ThreadLayout(outline.posts, load, page, links_of(outline))
        self._coverage, self._told = Coverage(self._layout), set()
        first = outline.posts[0].post if outline.posts else 0
        self._wanted = (first if at is None else at, None if found is not None and not line else line)
        if self.size:
            self._begin()

    def refresh_topic(self, outline: TopicOutline) -> None:
        """The topic's posts are these now: marks were turned, texts or posts came. The reader stays at their place."""
        if self._layout is not None:
            layout = self._layout
            self._keeping_place(lambda: layout.take(outline.posts, links_of(outline)))

    def _begin(self) -> None:
        """Shows the topic as soon as there is a screen to show it on."""
        layout, wanted = self._layout, self._wanted
        if layout is None or wanted is None or not layout.posts:
            return
        self._wanted = None
        post, line = wanted
        layout.resize(self.line_width)
        at = layout.place_of(post) or 0
        layout.lay([at])
        match = layout.best_match(at) if line is None else None
        if match is None:
            self.go_to(post, line or 0)
            if line and self._coverage is not None:
                self._coverage.continue_at(self.cursor)
        else:
            self._jump(max(layout.start(at), match - self.page_height // 3), match)
        if self._timer is None:
            self._timer = self.set_interval(_PAUSE, self._lay_more)
        else:
            self._timer.resume()

    # --- where the reader is --------------------------------------------------------------------------------------

    @property
    def current(self) -> PostRecord:
        """The post that the cursor is in. Raises LookupError before there is any."""
        return self._posts.posts[self._at].record

    @property
    def current_view(self) -> PostView | None:
        """That post with its text; None before there is any."""
        return None if self._shown is None else self._shown.view(self._at)

    @property
    def place(self) -> tuple[int, int]:
        """The post, and the line within it, that the cursor is on: (0, 0) before there is any."""
        if self._wanted is not None:
            return self._wanted[0], self._wanted[1] or 0
        return (0, 0) if self._shown is None else (self.current.post, self.cursor - self._shown.start(self._at))

    @property
    def target_here(self) -> Target:
        """What stands under the cursor."""
        return HEADING if self._shown is None else self._shown.line(self.cursor).stands_for

    @property
    def source_here(self) -> QuoteSource | None:
        """Where the quote under the cursor was written, or the next one in the post; None where that is not known."""
        return None if self._shown is None else self._shown.source_at(self.cursor)

    @property
    def _posts(self) -> ThreadLayout:
        if self._layout is None:
            raise LookupError
        return self._layout

    @property
    def _shown(self) -> ThreadLayout | None:
        """The layout, once there are rows of it to show."""
        layout = self._layout
        return layout if layout is not None and layout.posts and self._wanted is None else None

    @property
    def _at(self) -> int:
        return self._posts.post_at(self.cursor)

    # --- going about ----------------------------------------------------------------------------------------------

    def go_to(self, post: int, line: int = 0) -> None:
        """Puts the cursor on a line of a post; its heading comes to the top of the screen when it is not on it."""
        if self._wanted is not None:
            self._wanted = (post, line)
            return
        layout = self._shown
        if layout is None:
            return
        at = layout.place_of(post) or 0
        layout.lay([at])
        row = min(layout.start(at) + max(line, 0), layout.end(at) - 1)
        top = self.scroll_offset.y
        if not top <= row < top + self.page_height:
            top = layout.start(at) if row - layout.start(at) < self.page_height else row - self.page_height // 3
        self._jump(top, row)

    def next_post(self) -> bool:
        """Goes to the next post; answers whether there is one."""
        return self._step(1)

    def go_to_words(self, post: int, words: Sequence[str]) -> None:
        """Goes to the row of a post on which these words stand, or to its heading where they are not found."""
        layout = self._shown
        at = None if layout is None else layout.place_of(post)
        if layout is None or at is None:
            self.go_to(post)
            return
        layout.lay([at])
        row = layout.row_of_words(at, words)
        self.go_to(post, 0 if row is None else row - layout.start(at))

    def to_match(self, step: int) -> bool:
        """Goes to the next row with words that were searched for, or the one before; answers whether there is one."""
        layout = self._shown
        if layout is None:
            return False
        post, line = self.place
        row = layout.match_beyond(self.cursor, step)
        if row is not None:
            at = layout.post_at(row)
            post, line = layout.posts[at].record.post, row - layout.start(at)
        self.go_to(post, line)
        return row is not None

    def previous_post(self) -> bool:
        """Goes to the heading of this post, or from there to the post before; answers whether it moved."""
        if self.place[1] > 0:
            self.go_to(self.current.post)
            return True
        return self._step(-1)

    def _step(self, step: int) -> bool:
        layout = self._shown
        if layout is None or not 0 <= self._at + step < len(layout.posts):
            return False
        self._open(self._at + step)
        return True

    def read_on(self) -> bool:
        """Goes a page on in an unread post, else to the next that is unread and has a text; False when none is left."""
        layout = self._shown
        if layout is None:
            return False
        self._note_seen()
        at = self._at
        bottom = self.scroll_offset.y + self.page_height
        if self._is_new(at) and layout.last_text_row(at) >= bottom:
            self._jump(bottom - 1, bottom)
            return True
        for later in range(at if self._is_new(at) else at + 1, len(layout.posts)):
            if self._is_new(later):
                self._open(later)
                return True
        return False

    def _is_new(self, at: int) -> bool:
        """Whether a post is to be read: it was unread when it was shown, and has not been on the screen since."""
        record = self._posts.posts[at].record
        return not record.read and record.post not in self._told and self._posts.is_here(at)

    def _open(self, at: int) -> None:
        """Has a post's heading stand at the top."""
        self._posts.lay([at])
        self._jump(self._posts.start(at), self._posts.start(at))

    def _jump(self, top: int, row: int) -> None:
        """Shows the rows from `top` on, with the cursor on `row`."""
        layout = self._posts
        at, above = layout.post_at(row), row - top
        within = row - layout.start(at)
        # near the end what stands above is on the screen, too, and while its height was a guess, the rows below move
        while layout.lay_rows(min(top, max(0, layout.height - self.page_height)), self.page_height):
            row = layout.start(at) + within
            top = row - above
        self.rows_changed()
        self.scroll_rows_to(top)
        self.cursor = row
        self.show_cursor()
        self.call_after_refresh(self._note_seen)

    # --- folds ----------------------------------------------------------------------------------------------------

    def toggle_here(self) -> None:
        """Opens or folds what is under the cursor; on a heading, the quotes of its post."""
        target = self.target_here
        if target.folds:
            at = self._at
            self._keeping_place(lambda: self._posts.turn(at, target.n))
        elif target == HEADING:
            self.toggle_quotes()

    def toggle_quotes(self) -> None:
        """Opens all quotes of this post, or folds them."""
        if self._shown is not None:
            at = self._at
            self._keeping_place(lambda: self._posts.turn_post(at))

    def toggle_all_quotes(self) -> None:
        """Opens all quotes of the topic, or folds them."""
        if self._layout is not None:
            self._keeping_place(self._layout.turn_all)

    def _keeping_place(self, change: Callable[[], None]) -> None:
        """Changes what the rows are; what the cursor is on stays where it is on the screen."""
        layout = self._shown
        if layout is None:
            change()
            return
        at, offset = layout.anchor(self.cursor)
        post, above = layout.posts[at].record.post, self.cursor - self.scroll_offset.y
        change()
        if not layout.posts:
            self.rows_changed()
            return
        at = layout.place_of(post) or 0
        layout.lay([at])
        row = layout.row_of(at, offset)
        self._jump(max(0, row - above), row)
        if self._timer is not None:
            self._timer.resume()

    # --- rows -----------------------------------------------------------------------------------------------------

    def line_count(self) -> int:
        return 0 if self._shown is None else self._shown.height

    def line(self, y: int) -> Line:
        found = self._posts.line(y)
        if y == self._posts.start(self._at):
            return Line(found.line.spans, "heading-current")
        return found.line

    def cursor_style(self, y: int) -> StyleName:
        if y != self.cursor:
            return ""
        kind = self._posts.line(y).stands_for
        return "cursor" if kind.folds or kind.kind in {"heading", "attachment", "waiting", "link"} else "cursor-line"

    def on_resize(self, _event: events.Resize) -> None:
        layout = self._shown
        if layout is None:
            self._begin()
        else:
            self._keeping_place(lambda: layout.resize(self.line_width))

    def watch_cursor(self, old: int, new: int) -> None:
        layout = self._shown
        if layout is not None:
            before, after = layout.post_at(old), layout.post_at(new)
            if before != after:
                self.refresh_row(layout.start(before))
                self.refresh_row(layout.start(after))
        super().watch_cursor(old, new)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        layout = self._shown
        if layout is not None:
            if layout.lay_rows(round(new_value), self.page_height):
                self.rows_changed()
            self.call_after_refresh(self._note_seen)
        super().watch_scroll_y(old_value, new_value)

    def action_to_end(self) -> None:
        """Goes to the last row; for that, every post has to be laid out."""
        if self._shown is not None:
            self._shown.lay(range(len(self._shown.posts)))
            self.rows_changed()
        super().action_to_end()

    def chosen(self) -> None:
        if self.target_here.folds:
            self.toggle_here()

    # --- what happens between two keys ----------------------------------------------------------------------------

    def _lay_more(self) -> None:
        """Prepares posts that nobody has come to yet; once all are, the scroll bar tells the truth."""
        layout = self._shown
        if layout is None or layout.lay_more(self._at, _LAID_AT_ONCE):
            return
        if self._timer is not None:
            self._timer.pause()
        top = self.scroll_offset.y
        at = layout.post_at(top)
        within, below = top - layout.start(at), self.cursor - top
        if layout.lay(range(len(layout.posts))):
            self._jump(layout.start(at) + within, layout.start(at) + within + below)

    def _note_seen(self) -> None:
        """Keeps account of what has been on the screen, and tells which unread posts have been read by that."""
        layout = self._shown
        if layout is None or self._coverage is None or not self.is_attached or not self.screen.is_current:
            return
        coverage, top = self._coverage, self.scroll_offset.y
        coverage.note(top, top + self.page_height)
        everyone = range(len(layout.posts))
        seen = tuple(layout.posts[at].record.post for at in everyone if self._is_new(at) and coverage.is_through(at))
        if seen:
            self._told.update(seen)
            self.post_message(self.Seen(self, seen))
