"""What a list of topics and an open topic have in common: marks on the topic that the reader is at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listforum.tui.marks import turn_mark
from listforum.tui.screens.frame import ForumScreen

if TYPE_CHECKING:
    from listforum.tui.marks import Mark


class MarkingScreen(ForumScreen):
    """A screen on which a topic is followed, starred and muted."""

    def topic_here(self) -> int | None:
        """The topic that the reader is at; None where there is none."""
        raise NotImplementedError

    def action_follow(self) -> None:
        self._turn("follow")

    def action_star(self) -> None:
        self._turn("star")

    def action_mute(self) -> None:
        self._turn("mute")

    def _turn(self, mark: Mark) -> None:
        topic = self.topic_here()
        if topic is not None:
            turn_mark(self.forum_app, topic, mark)
