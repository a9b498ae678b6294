"""What every full screen has: a line above that says where one is, and a line below with the keys that matter here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from listforum.tui.actions import Where, footer, help_key, shown
from listforum.tui.layout.bars import Key, key_line, title_line
from listforum.tui.layout.cells import shortened
from listforum.tui.layout.glyphs import DOT, FOLDED
from listforum.tui.layout.links import moving_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult
    from textual.geometry import Size

    from listforum.tui.app import ForumApp
    from listforum.tui.layout.line import Line


_STATUS_SECONDS: Final = 0.5
"""How often a companion is asked anew how the link is; what is the same is not painted again."""


class TitleLine(Widget):
    """One line: where one is at the left, how the link is at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._left = ""
        self._right = ""

    def say(self, left: str, right: str) -> None:
        """Both texts are safe to show."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render(self) -> Content:
        return Content(title_line(self._left, self._right, self.size.width))


class AdviceLine(Widget):
    """One line of the companion's advice."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""

    def say(self, words: str) -> None:
        """The words are safe to show."""
        if words != self._words:
            self._words = words
            self.refresh()

    def render(self) -> Content:
        return Content(shortened(f" {FOLDED} {self._words}", self.size.width))


class KeyLine(Widget):
    """One line: as many keys as fit, the most wanted first, and the last always."""

    def __init__(self, keys: Iterable[Key]) -> None:
        super().__init__()
        self._keys = tuple(keys)

    def say(self, keys: Iterable[Key]) -> None:
        """Shows other keys."""
        self._keys = tuple(keys)
        self.refresh()

    def render(self) -> Content:
        return Content.assemble(*key_line(self._keys[:-1], self._keys[-1], self.size.width))


class Follower:
    """A screen that shows what the archive and the link do; what it does not follow it need not say."""

    def archive_changed(self) -> None:
        """Something in the archive is different."""

    def index_changed(self) -> None:
        """More can be found now."""

    def saved_changed(self) -> None:
        """What the saved searches find is known, or is different."""

    def exchange_changed(self) -> None:
        """The run on the link has come further."""

    def moving_changed(self) -> None:
        """A post was picked up to be moved, or let go."""

    def leaving(self) -> None:
        """The program ends: what is not kept yet is kept now."""


class ForumScreen(Follower, Screen[Any]):
    """A full screen: title line, body, key line. `WHERE` says which actions it has."""

    WHERE: ClassVar[tuple[Where, ...]] = ()

    def _screen_resized(self, size: Size) -> None:
        """Textual tells a screen its size several times before it is first seen; it is laid out once."""
        if size != self._compositor.size:
            super()._screen_resized(size)

    @property
    def forum_app(self) -> ForumApp:
        return cast("ForumApp", self.app)

    def compose(self) -> ComposeResult:
        yield TitleLine()
        yield from self.body()
        if self.forum_app.companion is not None:
            yield AdviceLine()
        yield KeyLine(self._all_keys())

    def keys(self) -> Iterable[Key]:
        """What the last line shows between the companion's keys and that of the help; the most wanted first."""
        return footer(self.WHERE)

    def show_keys(self) -> None:
        """Writes the line below anew."""
        for line in self.query(KeyLine):
            line.say(self._all_keys())

    def _all_keys(self) -> Iterable[Key]:
        companion = self.forum_app.companion
        extras = ((shown(extra.key), extra.label) for extra in (companion.extras if companion is not None else ()))
        return (*extras, *self.keys(), help_key(self.WHERE))

    def body(self) -> ComposeResult:
        """What stands between the two lines."""
        yield from ()

    def first_help(self, room: int) -> Sequence[Line]:  # noqa: ARG002 - for screens that have some
        """What the help begins with, in rows of `room` cells, before the keys."""
        return ()

    @property
    def is_open(self) -> bool:
        """Whether it is still among the screens: an answer from the archive may come when it was left."""
        return self in self.app.screen_stack

    def title_words(self) -> str:
        """Where one is, safe to show."""
        return ""

    def on_mount(self) -> None:
        self.show_title()
        if self.forum_app.companion is not None:  # its link goes and comes by itself, too
            self.set_interval(_STATUS_SECONDS, self.show_title)

    def exchange_changed(self) -> None:
        self.show_title()

    def show_title(self) -> None:
        """Writes the line above anew."""
        for line in self.query(TitleLine):
            line.say(self._moving_words() + self.title_words(), self._link_words())
        companion = self.forum_app.companion
        if companion is not None:
            for advice in self.query(AdviceLine):
                advice.say(companion.advice())

    def moving_changed(self) -> None:
        self.show_title()

    def _moving_words(self) -> str:
        """That a post was picked up, wherever one goes with it; "" when none was."""
        moving = self.forum_app.moving
        return "" if moving is None else f"{moving_words(moving)} {DOT} "

    def _link_words(self) -> str:
        app = self.forum_app
        if app.companion is None:
            return app.link_words()
        busy = app.link.busy or app.waiting.active
        return f"{app.link_words()} · {app.companion.status()}" if busy else app.companion.status()

    def action_back(self) -> None:
        self.dismiss()

    # What is bound to keys on a screen is looked for on that screen.

    def action_exchange(self) -> None:
        self.forum_app.action_exchange()

    def action_wait(self) -> None:
        self.forum_app.action_wait()

    def action_ledger(self) -> None:
        self.forum_app.action_ledger()

    def action_undo(self) -> None:
        self.forum_app.action_undo()

    async def action_quit(self) -> None:
        await self.forum_app.action_quit()
