"""How far the posts of a topic have been on the screen: what was skipped does not count as read."""

from __future__ import annotations

from listforum.tui.layout.thread import ThreadLayout


class Coverage:
    """How far each post has been on the screen, from its heading on and without a gap."""

    def __init__(self, layout: ThreadLayout) -> None:
        self._layout = layout
        self._reached: dict[int, int] = {}

    def continue_at(self, row: int) -> None:
        """Somebody comes back to a row: what stands above it in its post was on the screen before."""
        at, offset = self._layout.anchor(row)
        self._reached[self._layout.posts[at].record.post] = offset

    def note(self, top: int, bottom: int) -> None:
        """The rows from `top` to before `bottom` are on the screen."""
        layout = self._layout
        at = layout.post_at(top)
        while at < len(layout.posts) and layout.start(at) < bottom:
            self._note_rows(at, max(top, layout.start(at)), min(bottom, layout.end(at)))
            at += 1

    def is_through(self, at: int) -> bool:
        """Whether all own words of a post have been on the screen."""
        reached = self._reached.get(self._layout.posts[at].record.post)
        return reached is not None and self._layout.anchor(self._layout.last_text_row(at))[1] <= reached

    def _note_rows(self, at: int, first: int, end: int) -> None:
        layout = self._layout
        post = layout.posts[at].record.post
        reached = self._reached.get(post)
        if first == layout.start(at) or (reached is not None and layout.anchor(first - 1)[1] <= reached):
            last = layout.anchor(end - 1)[1]
            self._reached[post] = last if reached is None else max(last, reached)
