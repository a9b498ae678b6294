"""What every dialog has: it lies over a screen, says its own name, its words may be scrolled, its keys stand below."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar, cast

from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from listforum.tui.actions import Where, actions_in, bindings
from listforum.tui.layout.line import Line, StyleName
from listforum.tui.screens.frame import Follower, KeyLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from listforum.tui.app import ForumApp

Answer = TypeVar("Answer")

WIDTH: Final = 76
"""Cells of a dialog, its edges included, where the screen has them."""

_EDGES: Final = 4

_FRAME: Final = 3
"""Rows of its edges and its keys."""

_STYLES: Final[dict[StyleName, str]] = {
    "heading": "bold",
    "title": "bold",
    "muted": "dim",
    "number": "bold $accent",
    "warning": "bold $warning",
    "waiting": "bold",
    "match": "bold reverse",
}
"""Hue is an ornament here: what a line says stands in its words."""


class Keys(KeyLine):
    """The keys of a dialog: they change with what it is about, and the last, the way back, always stands there."""


class Words(Static):
    """Lines of text, which break where they must."""

    def __init__(self, lines: Iterable[Line] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(content_of(lines), markup=False, id=id)

    def say(self, lines: Iterable[Line]) -> None:
        self.update(content_of(lines))


class Dialog(Follower, ModalScreen[Answer]):
    """A dialog with a title, what `body` yields, and the keys of `WHERE`. Dismissed with None, nothing is done."""

    WHERE: ClassVar[tuple[Where, ...]] = ("dialog",)
    BINDINGS = [Binding("question_mark", "help", show=False)]  # noqa: RUF012 - Textual's own form

    def __init__(self, title: str) -> None:
        """`title` is safe to show."""
        super().__init__()
        self._title = title

    @property
    def forum_app(self) -> ForumApp:
        return cast("ForumApp", self.app)

    @property
    def room(self) -> int:
        """Cells for text between the edges."""
        return max(10, min(WIDTH, self.app.size.width) - _EDGES)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), markup=False, classes="dialog-title")
            yield from self.body()
            yield Keys(self.keys())

    def body(self) -> ComposeResult:
        """What stands between the title and the keys; what can be scrolled stands last."""
        yield from ()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """What can be scrolled ends above the keys, however many rows stand above it: a style cannot say so."""
        for part in self.query(".dialog > Page, .dialog > LineList"):
            part.styles.max_height = max(1, self.app.size.height - _FRAME - part.virtual_region.y)

    def keys(self) -> Sequence[tuple[str, str]]:
        """Keys and labels for the line below, the way back last."""
        return tuple(
            (action.shown_key, _(action.label)) for where in self.WHERE for action in actions_in(where) if action.label
        )

    def action_back(self) -> None:
        self.dismiss(None)

    def action_help(self) -> None:
        self.forum_app.action_help()


class Page(VerticalScroll, can_focus=True):
    """Words that are scrolled when there are more of them than room."""

    BINDINGS = bindings("lines")

    def __init__(self, lines: Iterable[Line] = (), *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._words = Words(lines)

    def compose(self) -> ComposeResult:
        yield self._words

    def say(self, lines: Iterable[Line]) -> None:
        self._words.say(lines)

    def action_move(self, rows: int) -> None:
        self.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        self.scroll_relative(y=pages * max(1, self.size.height - 1), animate=False)

    def action_to_start(self) -> None:
        self.scroll_home(animate=False)

    def action_to_end(self) -> None:
        self.scroll_end(animate=False)


def content_of(lines: Iterable[Line]) -> Content:
    """Lines as what a widget shows."""
    pieces: list[tuple[str, str]] = []
    for at, line in enumerate(lines):
        if at:
            pieces.append(("\n", ""))
        pieces += ((span.text, _STYLES.get(span.style, "")) for span in line.spans)
    return Content.assemble(*pieces)
