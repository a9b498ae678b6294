"""A topic as rows, one post after the other, for any width and any folds.

Knowing exactly how high a post is means reading and wrapping its text. The posts around the reader are laid out at
once; the heights of the others are guesses until `lay_more` has prepared them all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from types import MappingProxyType
from typing import Final

from listforum.model.forum import PostRecord, PostView, QuoteSource
from listforum.tui.layout.headings import heading
from listforum.tui.layout.line import Line
from listforum.tui.layout.links import UNTIED, Links
from listforum.tui.layout.order import Placed, reading_order
from listforum.tui.layout.post import HEADING, Folds, Page, PostLine, PostRow, Target, post_rows, styled, without_quotes

Load = Callable[[Sequence[int]], Sequence[PostView]]
"""Reads posts, whose numbers are given."""

NO_LINKS: Final[Mapping[int, Links]] = MappingProxyType({})

_GUESS: Final = 16
"""Rows of a post that nobody has looked at yet, as long as none is known."""

_WHOLE: Final = -4
"""No place in a post, but all of it."""

_BLANK: Final = PostLine(Line(), Target("text"))
_HEADING_OFFSET: Final = -3
_BELOW_OFFSET: Final = 1 << 60
"""Of the blank row below a post."""


class ThreadLayout:
    """Rows of a topic, by their number from the top. Posts are named by their place in the reading order."""

    def __init__(
        self, records: Sequence[PostRecord], load: Load, page: Page, links: Mapping[int, Links] = NO_LINKS
    ) -> None:
        self._load = load
        self._page = page
        self._views: dict[int, PostView] = {}
        self._rows: dict[int, list[PostRow]] = {}
        self._matches: dict[int, tuple[tuple[int, int], ...]] = {}
        self._folds: dict[int, Folds] = {}
        self._usual = Folds()
        self._starts: list[int] | None = None
        self._exact: set[int] = set()
        self._links: Mapping[int, Links] = {}
        self.posts: tuple[Placed, ...] = ()
        self.take(records, links)

    # --- what is shown --------------------------------------------------------------------------------------------

    def take(self, records: Sequence[PostRecord], links: Mapping[int, Links] = NO_LINKS) -> None:
        """The topic's posts are these now, and these links hang on them.

        A post is read again where its state has changed, or a file may have come.
        """
        before = {placed.record.post: placed.record for placed in self.posts}
        for post in {*links, *self._links}:
            if links.get(post) != self._links.get(post):
                self._rows.pop(post, None)
        self._links = links
        self.posts = reading_order(records)
        self._at = {placed.record.post: at for at, placed in enumerate(self.posts)}
        for record in records:
            old, view = before.get(record.post), self._views.get(record.post)
            if old is None or (old.state, old.author) != (record.state, record.author) or _may_have_come(view):
                self._forget(record.post)
            elif view is not None:
                self._views[record.post] = replace(view, record=record)
        self._starts = None

    def resize(self, width: int) -> None:
        """Rows have so many cells from now on."""
        if width != self._page.width:
            self._page = replace(self._page, width=width)
            self._rows.clear()
            self._starts = None

    def _forget(self, post: int) -> None:
        for known in (self._views, self._rows, self._matches):
            known.pop(post, None)
        self._starts = None

    def view(self, at: int) -> PostView:
        """A post with its text; one that has gone meanwhile has none."""
        record = self.posts[at].record
        found = self._read([record.post])
        return found[0] if found else PostView(record, None, None, ())

    def place_of(self, post: int) -> int | None:
        """Where in the reading order a post stands."""
        return self._at.get(post)

    # --- folds ----------------------------------------------------------------------------------------------------

    def turn(self, at: int, n: int) -> None:
        """Opens or folds the n-th quote, signature or footer of a post."""
        self._fold(at, self._folds_of(at).turn(n))

    def turn_post(self, at: int) -> None:
        """Opens every fold of a post; folds them all where none is left to open."""
        shut = any(row.style == "fold" for row in self._laid(at))
        self._fold(at, Folds("open" if shut else "folded"))

    def turn_all(self) -> None:
        """Opens every fold of the topic, or folds them all again."""
        self._usual = Folds("open" if self._usual.usual == "folded" else "folded")
        self._folds.clear()
        self._rows.clear()
        self._starts = None

    def _fold(self, at: int, folds: Folds) -> None:
        post = self.posts[at].record.post
        self._folds[post] = folds
        self._rows.pop(post, None)
        self._starts = None

    def _folds_of(self, at: int) -> Folds:
        return self._folds.get(self.posts[at].record.post, self._usual)

    # --- rows -----------------------------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """How many rows there are in all; guessed as long as posts have not been laid out."""
        return self._all_starts()[-1]

    def start(self, at: int) -> int:
        """The row of a post's heading."""
        return self._all_starts()[at]

    def end(self, at: int) -> int:
        """The row after a post's last."""
        return self._all_starts()[at + 1]

    def post_at(self, row: int) -> int:
        """Which post a row belongs to."""
        starts = self._all_starts()
        return min(max(bisect_right(starts, row) - 1, 0), max(len(self.posts) - 1, 0))

    def line(self, row: int) -> PostLine:
        """A row. One below the last is blank."""
        at = self.post_at(row)
        within = row - self.start(at)
        if within == 0:
            return PostLine(heading(self.posts[at], self._page.width, self._lists(at)), HEADING)
        rows = self._laid(at)
        if within > len(rows):
            return _BLANK
        found = rows[within - 1]
        return PostLine(styled(found, self._matches.get(self.posts[at].record.post, ())), found.stands_for)

    def last_text_row(self, at: int) -> int:
        """The row on which a post's own words end."""
        rows = self._laid(at)
        own = (n for n in range(len(rows), 0, -1) if rows[n - 1].stands_for.kind == "text" and rows[n - 1].text.strip())
        return self.start(at) + next(own, len(rows))

    def anchor(self, row: int) -> tuple[int, int]:
        """What stands on a row, however wide it is: the post, and how far into its text."""
        at = self.post_at(row)
        within = row - self.start(at)
        if within == 0:
            return at, _HEADING_OFFSET
        rows = self._laid(at)
        return at, rows[within - 1].offset if within <= len(rows) else _BELOW_OFFSET

    def row_of(self, at: int, offset: int) -> int:
        """The row on which a place in a post's text stands now."""
        if offset == _HEADING_OFFSET:
            return self.start(at)
        rows = self._laid(at)
        if offset == _BELOW_OFFSET:
            return self.start(at) + len(rows) + 1
        return self.start(at) + max(bisect_right(rows, offset, key=lambda row: row.offset), 1)

    def source_at(self, row: int) -> QuoteSource | None:
        """Where the quote on a row was written; where none stands on it, the next of the post, or the last one before.

        None where nobody knows.
        """
        at, offset = self.anchor(row)
        view = self.view(at)
        line = (view.text or "").count("\n", 0, max(offset, 0))
        below = next((source for source in view.sources if source.line + source.lines > line), None)
        if offset >= 0 and _is_quoted(view.text or "", line) and (below is None or below.line > line):
            return None
        return below or (view.sources[-1] if view.sources else None)

    def row_of_words(self, at: int, words: Sequence[str]) -> int | None:
        """The row of a post on which these words stand one after the other, however they are wrapped there.

        Those that it quotes itself count only where they are not its own.
        """
        text = self.view(at).text or ""
        if not words:
            return None
        sought = re.compile(r"[\s>]+".join(map(re.escape, words)))
        found = sought.search(without_quotes(text)) or sought.search(text)
        return None if found is None else self.row_of(at, found.start())

    def best_match(self, at: int) -> int | None:
        """The row where a post shows best why it was found; in what it quotes only where it is found nowhere else."""
        found, matches = self._page.found, self._matches_of(at)
        if found is None or not matches:
            return None
        own = without_quotes(self.view(at).text or "")
        return self.row_of(at, found.place(own) if found.marked(own) else matches[0][0])

    def match_beyond(self, row: int, step: int) -> int | None:
        """The next row after this one, or with a step of -1 the one before it, with words that were searched for.

        None where there is none. Posts on the way are laid out, so that rows below them may move.
        """
        at, offset = self.anchor(row)
        while 0 <= at < len(self.posts):
            if self._matches_of(at):
                self.lay([at])
                rows = {self.row_of(at, start) for start, _end in self._matches_of(at)}
                here = self.row_of(at, offset) if offset != _WHOLE else None
                beyond = [one for one in rows if here is None or (one - here) * step > 0]
                if beyond:
                    return min(beyond) if step > 0 else max(beyond)
            at, offset = at + step, _WHOLE
        return None

    def is_here(self, at: int) -> bool:
        """Whether the post's text can be read."""
        return self.posts[at].record.state != "header"

    # --- laying out -----------------------------------------------------------------------------------------------

    def lay(self, places: Iterable[int]) -> bool:
        """Makes the heights of posts exact; answers whether any was a guess, so that rows below have moved."""
        self._all_starts()
        guessed = [at for at in places if self.posts[at].record.post not in self._exact]
        self._prepare(guessed)
        if guessed:
            self._starts = None
        return bool(guessed)

    def lay_rows(self, top: int, rows: int) -> bool:
        """Makes the heights of all posts exact that show on `rows` rows from `top` on; answers as `lay` does."""
        moved = False
        at = self.post_at(top)
        while at < len(self.posts) and self.start(at) < top + rows:
            moved = self.lay([at]) or moved
            at += 1
        return moved

    def lay_more(self, near: int, posts: int) -> bool:
        """Prepares some more posts, those below `near` first; answers whether any is left.

        No row moves until every post is ready: then `lay` them all.
        """
        everyone = (*range(near, len(self.posts)), *range(near - 1, -1, -1))
        missing = [at for at in everyone if self.posts[at].record.post not in self._rows]
        self._prepare(missing[:posts])
        return len(missing) > posts

    def _prepare(self, places: Sequence[int]) -> None:
        self._read([self.posts[at].record.post for at in places])
        for at in places:
            self._laid(at)

    def _read(self, posts: Sequence[int]) -> list[PostView]:
        missing = [post for post in posts if post not in self._views]
        if missing:
            self._views.update((view.record.post, view) for view in self._load(missing))
        return [self._views[post] for post in posts if post in self._views]

    def _laid(self, at: int) -> list[PostRow]:
        post = self.posts[at].record.post
        rows = self._rows.get(post)
        if rows is None:
            self._matches_of(at)
            links = self._links.get(post, UNTIED)
            rows = self._rows[post] = post_rows(self.view(at), self._page, self._folds_of(at), links)
        return rows

    def _lists(self, at: int) -> tuple[str, ...]:
        """The lists of a post that came through several; what is not read yet is not known."""
        view = self._views.get(self.posts[at].record.post)
        return view.lists if view is not None and len(view.lists) > 1 else ()

    def _matches_of(self, at: int) -> tuple[tuple[int, int], ...]:
        post = self.posts[at].record.post
        if post not in self._matches:
            text = self.view(at).text
            self._matches[post] = tuple(self._page.found.marked(text)) if self._page.found and text else ()
        return self._matches[post]

    def _all_starts(self) -> list[int]:
        if self._starts is None:
            known = [len(rows) for rows in self._rows.values()]
            guess = round(sum(known) / len(known)) if known else _GUESS
            laid, self._exact = self._rows, set(self._rows)
            heights = (
                len(laid[placed.record.post]) + 2 if placed.record.post in laid else guess + 2 for placed in self.posts
            )
            self._starts = [0, *accumulate(heights)]
        return self._starts


def _may_have_come(view: PostView | None) -> bool:
    """Whether a post had files that were not here when it was read."""
    return view is not None and any(attachment.state == "waiting" for attachment in view.attachments)


def _is_quoted(text: str, line: int) -> bool:
    lines = text.split("\n", line + 1)
    return line < len(lines) and lines[line].startswith(">")
