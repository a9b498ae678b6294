"""What everything looks like: two themes of our own, and the styles of rows on any theme.

Hue is an ornament. What matters is also bold, reversed, underlined or said with a sign, so that it shows in two
colours, without colour, and to eyes that tell few colours apart: the hues differ in lightness too, and red never stands
against green.
"""

from __future__ import annotations

from typing import Final, get_args

from textual.theme import Theme

from listforum.tui.layout.line import StyleName

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


def line_class(name: StyleName) -> str:
    """The component class that styles what is called so."""
    return f"line--{name}"


LINE_CLASSES: Final = tuple(line_class(name) for name in get_args(StyleName) if name)

LINE_CSS: Final = """
LineList {
    height: 1fr;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-size-vertical: 1;
    background: $background;
    color: $foreground;

    & > .line--heading { background: $panel; color: $primary; }
    & > .line--heading-unread { background: $panel; color: $foreground; text-style: bold; }
    & > .line--heading-current { background: $primary-muted; text-style: bold; }
    & > .line--author { color: $primary; text-style: bold; }
    & > .line--author-read { color: $primary; }
    & > .line--title { background: $panel; color: $line-muted; text-style: bold; }
    & > .line--muted { color: $line-muted; text-style: none; }
    & > .line--unread { color: $foreground; text-style: bold; }
    & > .line--number { color: $foreground; }
    & > .line--flag { color: $accent; }
    & > .line--tree { color: $line-muted; text-style: none; }
    & > .line--quote-1 { color: $success; }
    & > .line--quote-2 { color: $secondary; }
    & > .line--quote-3 { color: $line-quote-3; }
    & > .line--attribution { color: $line-muted; }
    & > .line--signature { color: $line-muted; }
    & > .line--fold { color: $line-muted; text-style: italic; }
    & > .line--added { color: $success; }
    & > .line--removed { color: $line-quote-3; }
    & > .line--attachment { color: $primary; }
    & > .line--waiting { color: $warning; text-style: italic; }
    & > .line--match { color: $background; background: $accent; text-style: bold underline; }
    & > .line--warning { color: $warning; text-style: bold; }
    & > .line--rule { color: $line-muted; }
    & > .line--cursor { background: $panel; text-style: underline; }
    & > .line--cursor-line { background: $panel; }

    &:focus > .line--cursor { background: $block-cursor-background; color: $block-cursor-foreground; text-style: none; }

    &:ansi {
        scrollbar-size-vertical: 0;
        background: ansi_default;
        color: ansi_default;

        & > .line--heading { background: ansi_default; color: ansi_default; text-style: underline; }
        & > .line--heading-unread { background: ansi_default; color: ansi_default; text-style: bold underline; }
        & > .line--heading-current { background: ansi_default; color: ansi_default; text-style: reverse; }
        & > .line--author { color: ansi_default; text-style: bold; }
        & > .line--author-read { color: ansi_default; }
        & > .line--title { background: ansi_default; color: ansi_default; text-style: underline; }
        & > .line--muted { color: ansi_default; text-style: dim; }
        & > .line--unread { color: ansi_default; text-style: bold; }
        & > .line--number { color: ansi_default; }
        & > .line--flag { color: ansi_default; text-style: bold; }
        & > .line--tree { color: ansi_default; text-style: dim; }
        & > .line--quote-1 { color: ansi_green; }
        & > .line--quote-2 { color: ansi_cyan; }
        & > .line--quote-3 { color: ansi_magenta; }
        & > .line--attribution { color: ansi_default; text-style: dim; }
        & > .line--signature { color: ansi_default; text-style: dim; }
        & > .line--fold { color: ansi_default; text-style: dim italic; }
        & > .line--added { color: ansi_cyan; }
        & > .line--removed { color: ansi_magenta; }
        & > .line--attachment { color: ansi_cyan; }
        & > .line--waiting { color: ansi_magenta; text-style: italic; }
        & > .line--match { color: ansi_default; background: ansi_default; text-style: reverse bold; }
        & > .line--warning { color: ansi_magenta; text-style: bold; }
        & > .line--rule { color: ansi_default; text-style: dim; }
        & > .line--cursor { background: ansi_default; color: ansi_default; text-style: underline; }
        & > .line--cursor-line { background: ansi_default; text-style: bold; }

        &:focus > .line--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }
    }
}
"""
