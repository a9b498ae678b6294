"""What the terminal on the other side can do, as far as the environment tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final, Literal

Theme = Literal["listforum-dark", "listforum-light", "ansi-dark", "ansi-light"]

_THEMES: Final[dict[str, Theme]] = {
    "listforum-dark": "listforum-dark",
    "listforum-light": "listforum-light",
    "ansi-dark": "ansi-dark",
    "ansi-light": "ansi-light",
}
_SSH: Final = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_MANY_COLORS: Final = ("256", "direct", "truecolor", "24bit", "kitty", "alacritty", "foot", "wezterm", "ghostty")
_PAPER: Final = ("vt52", "vt100", "vt102", "vt220", "vt320", "vt420", "xterm-mono", "linux-m", "screen-m")
_LIGHT_BACKGROUNDS: Final = ("7", "15")


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal that the program talks to, and how sparingly.

    `usable` tells whether screens can be shown at all; if not, `why_not` is a sentence that says what works instead.
    Without `color` no colour sequence may be sent. `unicode` tells whether lines and marks beyond ASCII can be drawn.
    `thin` is a link on which every byte takes time, as over ssh.
    """

    usable: bool
    why_not: str
    theme: Theme
    color: bool
    mouse: bool
    unicode: bool
    thin: bool

    @classmethod
    def look(cls, environ: Mapping[str, str], stdin_tty: bool, stdout_tty: bool) -> Terminal:
        """Judge the terminal by the environment, and by whether standard input and output are terminals at all."""
        why_not = _why_not(environ.get("TERM", ""), stdin_tty and stdout_tty)
        thin = any(environ.get(name) for name in _SSH)
        return cls(
            usable=not why_not,
            why_not=why_not,
            theme=_theme(environ, thin),
            color=_color(environ),
            mouse=_switch(environ.get("LISTFORUM_MOUSE", ""), not thin),
            unicode=_unicode(environ),
            thin=thin,
        )


def _why_not(term: str, on_terminal: bool) -> str:
    if not on_terminal:
        return _(
            "The forum's screens need a terminal. To read without one: listforum read LIST"
            " (listforum --help shows all commands)."
        )
    if term in ("", "dumb", "unknown"):
        return _(
            "This terminal cannot show screens (TERM is {term}). To read as plain text: listforum read LIST."
            " If it can do more than it says, set TERM, for example: TERM=xterm listforum."
        ).format(term=term if term else _("not set"))
    return ""


def _theme(environ: Mapping[str, str], thin: bool) -> Theme:
    named = _THEMES.get(environ.get("LISTFORUM_THEME", "").strip().lower())
    if named is not None:
        return named
    light = environ.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_BACKGROUNDS
    if thin or not _color(environ) or not _many_colors(environ):
        return "ansi-light" if light else "ansi-dark"
    return "listforum-light" if light else "listforum-dark"


def _many_colors(environ: Mapping[str, str]) -> bool:
    told = f"{environ.get('TERM', '')} {environ.get('COLORTERM', '')}".lower()
    return any(word in told for word in _MANY_COLORS)


def _color(environ: Mapping[str, str]) -> bool:
    """Tell whether colours may be sent: not where the person wants none (no-color.org), nor where there are none."""
    return not environ.get("NO_COLOR") and environ.get("TERM", "") not in _PAPER


def _unicode(environ: Mapping[str, str]) -> bool:
    """Tell whether the locale, named as POSIX ranks the variables, writes UTF-8."""
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "C")
    return locale.lower().partition("@")[0].endswith(("utf-8", "utf8"))


def _switch(value: str, otherwise: bool) -> bool:
    return otherwise if not value else value.lower() not in ("0", "no", "off", "false")
