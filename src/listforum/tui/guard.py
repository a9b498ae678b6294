"""The last gate before the terminal: whatever widget made a line, no command and no needless colour leaves with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

    from listforum.tui.terminal import Terminal

_COMMANDS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""What a terminal obeys instead of showing: C0, DEL and C1, what reorders text across its field, half characters."""


class ControlFilter(LineFilter):
    """Takes control characters and hyperlinks out of every segment; what took up cells keeps its place."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        search = _COMMANDS.search
        if not any(search(text) or control or (style and style.link) for text, style, control in segments):
            return segments
        return [
            Segment(_COMMANDS.sub(_placeholder, text), style.update_link(None) if style and style.link else style)
            for text, style, _ in segments
        ]


class ColorFilter(LineFilter):
    """Takes every colour out, and leaves bold, underlined and reversed text as it is."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        return [Segment(text, _colorless(style) if style else style) for text, style, _ in segments]


class SignFilter(LineFilter):
    """Writes lines, marks and typographic signs in ASCII. Letters stay: who reads a script has a terminal for it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        return [Segment(text.translate(_IN_ASCII), style, control) for text, style, control in segments]


_IN_ASCII: Final = str.maketrans(
    "●»★×▸▾◦└│·…╭╮╰╯─↓↑←“”‘’–—▁▂▃▄▅▆▇█",
    "*>+x+-@`|-~....-v^<\"\"''--        ",
)
"""One cell for one cell."""


def _placeholder(match: re.Match[str]) -> str:
    return "\ufffd" * cell_len(match[0])


@lru_cache(4096)
def _colorless(style: Style) -> Style:
    return style.without_color + Style.from_meta(style.meta) if style.meta else style.without_color


_ALWAYS: Final = (ControlFilter(),)
_WITHOUT_COLOR: Final = (ColorFilter(),)
_WITHOUT_UNICODE: Final = (SignFilter(),)


def line_filters(terminal: Terminal) -> Sequence[LineFilter]:
    """The filters that every line passes on its way to this terminal, in order.

    Always the same ones: Textual keeps filtered lines by the filter.
    """
    return (
        *_ALWAYS,
        *(() if terminal.color else _WITHOUT_COLOR),
        *(() if terminal.unicode else _WITHOUT_UNICODE),
    )
