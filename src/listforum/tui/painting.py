"""How the screens come to this terminal: its driver, its colours, and no more work than that takes."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from textual.app import App

from listforum.tui.guard import line_filters
from listforum.tui.theme import FALLBACKS, THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.theme import Theme

    from listforum.tui.terminal import Terminal


class Painted(App[int]):
    """An app on a terminal. What it overrides of Textual shows the same, and costs less."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self.terminal = terminal
        self.animation_level = "none"  # each step of an animation would be sent over the line
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = terminal.theme

    def on_ready(self) -> None:
        """The first screen is shown: what was loaded for it stays, and is not looked through for garbage again."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def get_driver_class(self) -> type[Driver]:
        from listforum.tui.driver import ForumDriver

        return ForumDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *line_filters(self.terminal)]

    def get_theme(self, theme_name: str) -> Theme | None:
        """As Textual's, that is asked for every row that is painted, without a copy of all themes for each."""
        return self._registered_themes.get(theme_name) or super().get_theme(theme_name)

    def refresh_css(self, animate: bool = True) -> None:
        """As Textual's, but where there is nothing yet to be styled it is not worked out how."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(FALLBACKS)
