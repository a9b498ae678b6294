"""Lines of plain text built from running text, gaps, quotes and lists, in one pass and within bounds."""

from __future__ import annotations

import re
from typing import Final

_MAX_OUTPUT: Final = 1_200_000
_MAX_QUOTE_DEPTH: Final = 40
_MAX_INDENT: Final = 10
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_RULE: Final = "-" * 20


class Layout:
    """Text laid out a line at a time. Runs of blanks are one, at most one empty line stands in a row."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0
        self._line: list[str] = []
        self._bullet = ""
        self._needs_blank = False
        self._empty_wanted = False
        self._quote_depth = 0
        self._last_depth = 0
        self._indent_depth = 0
        self._pre_depth = 0

    def text(self, text: str) -> None:
        """Running text; its line ends are blanks unless it is preformatted."""
        if self._size > _MAX_OUTPUT:
            return
        if self._pre_depth:
            self._preformatted(text)
            return
        words = _BLANKS.sub(" ", text)
        if words.startswith(" "):
            self._needs_blank = self._needs_blank or bool(self._line)
            words = words[1:]
        if not words:
            return
        if self._needs_blank:
            self._line.append(" ")
        self._needs_blank = words.endswith(" ")
        self._line.append(words.removesuffix(" "))

    def _preformatted(self, text: str) -> None:
        first, *rest = text.replace("\r\n", "\n").split("\n")
        self._line.append(first)
        for row in rest:
            self.line_end()
            self._line.append(row)

    def line_end(self) -> None:
        """End the line, also an empty one."""
        if not self._finish_line():
            self._empty_wanted = bool(self._lines)

    def gap(self, lines: int) -> None:
        """What follows begins a new line (1), or a new line after an empty one (2)."""
        self._finish_line()
        self._empty_wanted = self._empty_wanted or (lines > 1 and bool(self._lines))

    def column(self) -> None:
        """What follows is another cell of the same row."""
        if self._line:
            self._line.append("  ")
            self._needs_blank = False

    def rule(self) -> None:
        """A line across."""
        self.gap(1)
        self._line.append(_RULE)
        self.gap(1)

    def bullet(self, mark: str) -> None:
        """What precedes the next line."""
        self._bullet = mark

    def quote(self, change: int) -> None:
        """Go one quote level deeper or up again."""
        self._finish_line()
        self._quote_depth += change

    def indent(self, change: int) -> None:
        """Go one list level deeper or up again."""
        self._finish_line()
        self._indent_depth += change

    def preformatted(self, change: int) -> None:
        """Begin or end text whose blanks and line ends count."""
        self._finish_line()
        self._pre_depth += change

    def result(self) -> str:
        """All lines so far."""
        self._finish_line()
        return "\n".join(self._lines)

    def _finish_line(self) -> bool:
        """Write the current line if there is anything on it; tell whether there was."""
        text = "".join(self._line).replace("\xa0", " ").rstrip()
        self._line.clear()
        self._needs_blank = False
        if not text.strip():
            return False
        depth = min(self._quote_depth, _MAX_QUOTE_DEPTH)
        prefix = "> " * depth
        if self._empty_wanted:
            self._lines.append(prefix[: 2 * self._last_depth].rstrip())
            self._empty_wanted = False
        self._last_depth = depth
        indent = "  " * min(max(self._indent_depth - 1, 0), _MAX_INDENT)
        hanging = self._bullet or ("  " if self._indent_depth else "")
        self._bullet = ""
        self._lines.append(f"{prefix}{indent}{hanging}{text}")
        self._size += len(self._lines[-1])
        return True
