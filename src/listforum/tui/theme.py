"""What everything looks like: two themes of our own, and the styles of rows on any theme.

Hue is an ornament. What matters is also bold, reversed, underlined or said with a sign, so that it shows in two
colours, without colour, and to eyes that tell few colours apart: the hues differ in lightness too, and red never stands
against green.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from listforum.tui.layout.line import StyleName

if TYPE_CHECKING:
    from textual.app import App

DARK: Final = Theme(
    name="listforum-dark",
    primary="#7fb4ca",
    secondary="#b0aae0",
    accent="#f0c674",
    warning="#f0a35e",
    error="#f2777a",
    success="#9fbf9a",
    foreground="#d8d8d2",
    background="#16181c",
    surface="#1c1f24",
    panel="#262a31",
    dark=True,
    variables={
        "primary-muted": "#31455a",
        "line-muted": "#9097a1",
        "line-quote-3": "#b59f86",
        "scrollbar": "#3a424e",
        "scrollbar-hover": "#4a5564",
        "scrollbar-active": "#7fb4ca",
        "scrollbar-background": "#1c1f24",
        "scrollbar-background-hover": "#1c1f24",
        "scrollbar-background-active": "#1c1f24",
        "scrollbar-corner-color": "#1c1f24",
        "block-cursor-background": "#3d5a80",
        "block-cursor-foreground": "#ffffff",
        "footer-key-foreground": "#f0c674",
    },
)

LIGHT: Final = Theme(
    name="listforum-light",
    primary="#1f5f8b",
    secondary="#5a4a94",
    accent="#8a5a00",
    warning="#9c4a00",
    error="#a8202a",
    success="#3d6635",
    foreground="#24262a",
    background="#fbfaf6",
    surface="#f3f1ea",
    panel="#e8e5db",
    dark=False,
    variables={
        "primary-muted": "#cfe0ee",
        "line-muted": "#63676e",
        "line-quote-3": "#75562f",
        "scrollbar": "#c4bfb0",
        "scrollbar-hover": "#a9a392",
        "scrollbar-active": "#1f5f8b",
        "scrollbar-background": "#f3f1ea",
        "scrollbar-background-hover": "#f3f1ea",
        "scrollbar-background-active": "#f3f1ea",
        "scrollbar-corner-color": "#f3f1ea",
        "block-cursor-background": "#1f5f8b",
        "block-cursor-foreground": "#ffffff",
        "footer-key-foreground": "#8a5a00",
    },
)

THEMES: Final = (DARK, LIGHT)

FALLBACKS: Final = {"line-muted": "#8a8f98", "line-quote-3": "#a58560"}
"""For themes that are not ours: `App.get_theme_variable_defaults` must answer with them."""


LINE_CSS: Final = """
LineList {
    height: 1fr;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-size-vertical: 1;
    background: $background;
    color: $foreground;

    &:ansi {
        scrollbar-size-vertical: 0;
        background: ansi_default;
        color: ansi_default;
    }
}
"""

Look = tuple[str, str, str]
"""The variables of a theme, or the names of colours, for letters and background, and what else: "" leaves it open."""

# Styles of rows are no component classes: each of those is a node that Textual styles anew with every list.
_LOOKS: Final[dict[StyleName, Look]] = {
    "heading": ("primary", "panel", ""),
    "heading-unread": ("foreground", "panel", "bold"),
    "heading-current": ("", "primary-muted", "bold"),
    "author": ("primary", "", "bold"),
    "author-read": ("primary", "", ""),
    "title": ("line-muted", "panel", "bold"),
    "muted": ("line-muted", "", ""),
    "unread": ("foreground", "", "bold"),
    "number": ("foreground", "", ""),
    "flag": ("accent", "", ""),
    "tree": ("line-muted", "", ""),
    "quote-1": ("success", "", ""),
    "quote-2": ("secondary", "", ""),
    "quote-3": ("line-quote-3", "", ""),
    "attribution": ("line-muted", "", ""),
    "signature": ("line-muted", "", ""),
    "fold": ("line-muted", "", "italic"),
    "added": ("success", "", ""),
    "removed": ("line-quote-3", "", ""),
    "attachment": ("primary", "", ""),
    "link": ("primary", "", ""),
    "waiting": ("warning", "", "italic"),
    "match": ("background", "accent", "bold underline"),
    "warning": ("warning", "", "bold"),
    "rule": ("line-muted", "", ""),
    "cursor": ("", "panel", "underline"),
    "cursor-line": ("", "panel", ""),
}
_FOCUSED_CURSOR: Final[Look] = ("block-cursor-foreground", "block-cursor-background", "")

_ANSI_LOOKS: Final[dict[StyleName, Look]] = {
    "heading": ("ansi_default", "ansi_default", "underline"),
    "heading-unread": ("ansi_default", "ansi_default", "bold underline"),
    "heading-current": ("ansi_default", "ansi_default", "reverse"),
    "author": ("ansi_default", "", "bold"),
    "author-read": ("ansi_default", "", ""),
    "title": ("ansi_default", "ansi_default", "underline"),
    "muted": ("ansi_default", "", "dim"),
    "unread": ("ansi_default", "", "bold"),
    "number": ("ansi_default", "", ""),
    "flag": ("ansi_default", "", "bold"),
    "tree": ("ansi_default", "", "dim"),
    "quote-1": ("ansi_green", "", ""),
    "quote-2": ("ansi_cyan", "", ""),
    "quote-3": ("ansi_magenta", "", ""),
    "attribution": ("ansi_default", "", "dim"),
    "signature": ("ansi_default", "", "dim"),
    "fold": ("ansi_default", "", "dim italic"),
    "added": ("ansi_cyan", "", ""),
    "removed": ("ansi_magenta", "", ""),
    "attachment": ("ansi_cyan", "", ""),
    "link": ("ansi_cyan", "", ""),
    "waiting": ("ansi_magenta", "", "italic"),
    "match": ("ansi_default", "ansi_default", "reverse bold"),
    "warning": ("ansi_magenta", "", "bold"),
    "rule": ("ansi_default", "", "dim"),
    "cursor": ("ansi_default", "ansi_default", "underline"),
    "cursor-line": ("", "ansi_default", "bold"),
}
_ANSI_FOCUSED_CURSOR: Final[Look] = ("ansi_default", "ansi_default", "reverse")


def row_style(name: StyleName, app: App[Any], focused: bool) -> Style:
    """How what is called so looks in the app's theme; what it leaves open is as it is below it.

    `focused` tells whether the keys go to the list, which shows in its cursor.
    """
    ansi = app.native_ansi_color
    if name == "cursor" and focused:
        look = _ANSI_FOCUSED_CURSOR if ansi else _FOCUSED_CURSOR
    else:
        look = (_ANSI_LOOKS if ansi else _LOOKS).get(name, ("", "", ""))
    letters, background, attributes = (app.theme_variables.get(part, part) for part in look)
    above, below = _color(letters), _color(background)
    if letters.startswith("auto") and below is not None:  # as themes that are not ours have it
        above = below.get_contrast_text()
    return Style(color=above and above.rich_color, bgcolor=below and below.rich_color) + Style.parse(attributes)


def _color(value: str) -> Color | None:
    return Color.parse(value) if value and not value.startswith("auto") else None
