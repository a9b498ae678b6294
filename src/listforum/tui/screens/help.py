"""All keys of a screen, and how the forum works."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, Any, cast

from listforum.tui.actions import Where, bindings, shown
from listforum.tui.layout.help import Group, groups, help_lines
from listforum.tui.layout.line import Line
from listforum.tui.screens.dialog import Dialog, Page
from listforum.tui.screens.frame import ForumScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.screen import Screen


def places(screen: Screen[Any]) -> tuple[Where, ...]:
    """Where the actions of a screen are found, its own first."""
    return (*cast("tuple[Where, ...]", getattr(screen, "WHERE", ())), "everywhere", "lines")


class HelpScreen(Dialog[None]):
    """What can be done on the screen that it lies over."""

    BINDINGS = bindings("dialog")

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__(_("Help"))
        self._beneath = screen
        self._places = places(screen)

    def body(self) -> ComposeResult:
        yield Page(self._lines())

    def on_mount(self) -> None:
        self.query_one(Page).focus()

    def on_resize(self) -> None:
        self.query_one(Page).say(self._lines())

    def _lines(self) -> Sequence[Line]:
        room = self.room - 3
        lines = help_lines((*groups(self._places), *self._extras()), self.forum_app.forum.home.directory, room)
        first = self._beneath.first_help(room) if isinstance(self._beneath, ForumScreen) else ()
        return (*first, Line(), *lines) if first else lines

    def _extras(self) -> Sequence[Group]:
        companion = self.forum_app.companion
        if companion is None or not companion.extras:
            return ()
        return (Group(_("In the demo"), tuple((shown(extra.key), extra.help) for extra in companion.extras)),)
