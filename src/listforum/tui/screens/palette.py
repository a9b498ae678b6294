"""Anything to do, found by a few letters of its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import TYPE_CHECKING, Any, ClassVar, Final, get_args

from textual import on
from textual.binding import Binding

from listforum.mail import safe
from listforum.tui.actions import Where, actions_in, bindings
from listforum.tui.fields import SafeInput
from listforum.tui.item_list import Item, ItemList
from listforum.tui.layout.cells import field, padded
from listforum.tui.layout.help import keys
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.screens.dialog import Dialog
from listforum.tui.screens.help import places
from listforum.tui.screens.topics import TopicsScreen
from listforum.tui.shelf import AnyShelf, SavedShelf, Shelf, ShelfView, view_name

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen

_KEYS: Final = 16
_KEY: Final = 5
"""Cells for all the keys of an action, and for one."""

_NARROW: Final = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to do: an action by its name, or a shelf to go to."""

    words: str
    keys: str
    does: str | AnyShelf


class Choices(ItemList, can_focus=False):
    """What enter would do is seen while letters are typed."""

    def cursor_style(self, y: int) -> StyleName:
        return "heading-current" if super().cursor_style(y) else ""


class PaletteScreen(Dialog[Choice]):
    """Lists what can be done on the screen beneath; enter does it there."""

    WHERE: ClassVar[tuple[Where, ...]] = ("field",)
    BINDINGS = [  # noqa: RUF012 - Textual's own form
        *bindings("field"),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__(_("What do you want to do?"))
        self._screen = screen
        self._choices: tuple[Choice, ...] = ()

    def body(self) -> ComposeResult:
        yield SafeInput(placeholder=_("a few letters"), id="letters")
        yield Choices(id="choices")

    def on_mount(self) -> None:
        self._choices = tuple(self._all())
        self._show("")
        self.query_one("#letters").focus()

    def keys(self) -> Sequence[tuple[str, str]]:
        return ((_("enter"), _("do it")), ("↓ ↑", _("choose")), *super().keys())

    @property
    def _list(self) -> ItemList:
        return self.query_one("#choices", Choices)

    def _all(self) -> Iterator[Choice]:
        for place in places(self._screen):
            if place != "lines":
                for action in actions_in(place):
                    if action.name != "palette":
                        yield Choice(_(action.help), keys(action), action.name)
        if isinstance(self._screen, TopicsScreen):
            for info in self.forum_app.forum.reading.lists():
                yield Choice(_("Go to {list}").format(list=safe.line(info.name)), "", Shelf(info.name))
            for search in self.forum_app.saved.all:
                yield Choice(_("Go to {list}").format(list=search.name), "", SavedShelf(search))
            for view in get_args(ShelfView):
                yield Choice(_("Go to {list}").format(list=view_name(view)), "", Shelf(None, view))

    # --- choosing -----------------------------------------------------------------------------------------------------

    @on(SafeInput.Changed)
    def _typed(self, message: SafeInput.Changed) -> None:
        self._show(message.value)

    def _show(self, typed: str) -> None:
        letters = typed.casefold().split()
        self._list.empty = _("Nothing of that name.")
        self._list.show(
            [
                Item(choice, (_row(choice, self.room),))
                for choice in self._choices
                if all(part in choice.words.casefold() for part in letters)
            ]
        )
        self._list.action_to_start()

    def action_move(self, rows: int) -> None:
        self._list.action_move(rows)

    @on(SafeInput.Submitted)
    def _entered(self) -> None:
        self._do()

    @on(ItemList.Chosen)
    def _chosen(self) -> None:
        self._do()

    def _do(self) -> None:
        choice = self._list.current
        if isinstance(choice, Choice):
            screen = self._screen
            self.dismiss(choice)
            self.app.call_later(_done_on, screen, choice)


async def _done_on(screen: Screen[Any], choice: Choice) -> None:
    """Does it on the screen that was beneath."""
    if not isinstance(choice.does, str):
        if isinstance(screen, TopicsScreen):
            screen.choose(choice.does)
        return
    name = choice.does.partition("(")[0]
    await (screen if hasattr(screen, f"action_{name}") else screen.app).run_action(choice.does)


def _row(choice: Choice, room: int) -> Line:
    """What it does at the right of its keys; on a narrow screen the first key must do."""
    keys, cells = (choice.keys, _KEYS) if room >= _NARROW else (choice.keys.partition(" ")[0], _KEY)
    words = Span(field(choice.words, max(8, room - cells - 3)))
    return Line((Span(f" {padded(keys, cells)} ", "number"), words))
