"""What a program wrote to a terminal, read strictly, and what a terminal would show of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from rich.cells import split_graphemes

Kind = Literal[
    "text", "style", "move", "column", "mode", "query", "erase line", "erase all", "region", "shift", "control"
]

_FORMS: Final[dict[Kind, str]] = {
    "style": r"\x1b\[[0-9;]*m",
    "move": r"\x1b\[(?:[0-9]+(?:;[0-9]+)?)?H",
    "column": r"\x1b\[[0-9]*G",
    "mode": r"\x1b\[\?(?:7|25|1000|1006|1049|2004|2026)[hl]",
    "query": r"\x1b\[\?2026\$p",
    "erase line": r"\x1b\[K",
    "erase all": r"\x1b\[2J",
    "region": r"\x1b\[(?:[0-9]+;[0-9]+)?r",
    "shift": r"\x1b\[[0-9]*[LM]",
    "control": r"[\r\n\x07]",
    "text": "[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+",
}
_TOKEN: Final = re.compile("|".join(f"(?P<{kind.replace(' ', '_')}>{form})" for kind, form in _FORMS.items()))


class Forbidden(AssertionError):
    """Something was written to the terminal that no listforum writes: an escape of unknown form, a control."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of output: literal text, or one command of a known kind."""

    kind: Kind
    data: str


def tokens(output: str) -> Iterator[Token]:
    """What a program wrote, piece by piece. Raises Forbidden at the first that is neither text nor a known form."""
    at = 0
    while at < len(output):
        match = _TOKEN.match(output, at)
        if match is None or match.lastgroup is None:
            raise Forbidden(f"{output[at : at + 40]!r} after {output[max(0, at - 60) : at]!r}")
        yield Token(match.lastgroup.replace("_", " "), match[0])  # type: ignore[arg-type]
        at = match.end()


def shown(output: str) -> str:
    """All literal text in an output, and nothing of its commands."""
    return "".join(token.data for token in tokens(output) if token.kind == "text")


# --- what a terminal makes of it ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks: colours and attributes as SGR numbers (ECMA-48, 8.3.117)."""

    foreground: str = ""
    background: str = ""
    attributes: frozenset[int] = frozenset()

    def then(self, parameters: str) -> Style:
        """This style after one SGR sequence. Raises Forbidden for numbers that it does not know."""
        style, numbers = self, iter([int(number or 0) for number in parameters.split(";")])
        for number in numbers:
            if number in (38, 48):
                color = _extended_color(number, numbers)
                style = replace(style, **{"foreground" if number == 38 else "background": color})
            else:
                style = style._with(number)
        return style

    def _with(self, number: int) -> Style:
        if number == 0:
            return Style()
        if 1 <= number <= 9:
            return replace(self, attributes=self.attributes | {number})
        if 22 <= number <= 29:
            gone = {22: {1, 2}, 24: {4}, 25: {5, 6}}.get(number, {number - 20})
            return replace(self, attributes=self.attributes - gone)
        if 30 <= number <= 37 or 90 <= number <= 97 or number == 39:
            return replace(self, foreground="" if number == 39 else str(number))
        if 40 <= number <= 47 or 100 <= number <= 107 or number == 49:
            return replace(self, background="" if number == 49 else str(number))
        raise Forbidden(f"SGR {number}")


def _extended_color(number: int, numbers: Iterator[int]) -> str:
    kind = next(numbers)
    count = {5: 1, 2: 3}.get(kind)
    if count is None:
        raise Forbidden(f"SGR {number};{kind}")
    return ";".join(map(str, (number, kind, *(next(numbers) for _ in range(count)))))


@dataclass(frozen=True, slots=True)
class Cell:
    """One place on the screen. The right half of a wide character has no text."""

    text: str = " "
    style: Style = Style()


class Screen:
    """What a terminal shows of an output. Marks stand on the character before them."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.cells = self._blank()
        self.cursor_visible = True
        self._behind = self._blank()
        self._x = self._y = 0
        self._style = Style()
        self._wraps = True
        self._top, self._bottom = 0, rows - 1

    def feed(self, output: str) -> None:
        """Shows an output. Raises Forbidden as `tokens` does."""
        for token in tokens(output):
            self._show(token)

    def row(self, y: int) -> str:
        return "".join(cell.text for cell in self.cells[y]).rstrip()

    def text(self) -> str:
        """All rows, without the blanks at their ends."""
        return "\n".join(map(self.row, range(self.rows)))

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row, counted from 0."""
        return min(self._x, self.columns - 1), self._y

    def _show(self, token: Token) -> None:
        numbers = [int(number) for number in re.findall("[0-9]+", token.data)]
        match token.kind:
            case "text":
                for start, end, width in split_graphemes(token.data)[0]:
                    self._put(token.data[start:end], width)
            case "style":
                self._style = self._style.then(token.data[2:-1])
            case "move" | "column" | "region":
                self._place(token.kind, numbers)
            case "erase line" | "erase all":
                self._erase(token.kind)
            case "shift":
                count = (numbers or [1])[0]
                self._shift(count if token.data.endswith("M") else -count)
            case "control":
                self._control(token.data)
            case "mode":
                self._mode(token.data)

    def _place(self, kind: Kind, numbers: list[int]) -> None:
        if kind == "region":
            top, bottom = numbers or (1, self.rows)
            self._top, self._bottom, self._x, self._y = top - 1, bottom - 1, 0, 0
            return
        if kind == "move":
            self._y = min((numbers or [1])[0], self.rows) - 1
            numbers = numbers[1:]
        self._x = min((numbers or [1])[0], self.columns) - 1

    def _erase(self, kind: Kind) -> None:
        if kind == "erase all":
            self.cells = [[self._empty()] * self.columns for _ in range(self.rows)]
        else:
            self.cells[self._y][self._x :] = [self._empty()] * (self.columns - self._x)

    def _put(self, text: str, width: int) -> None:
        row = self.cells[self._y]
        if width == 0:
            before = max(0, self._x - 1)
            before -= bool(before and not row[before].text)
            row[before] = replace(row[before], text=row[before].text + text)
            return
        if self._x + width > self.columns:
            if self._wraps:
                self._control("\r")
                self._control("\n")
            self._x = min(self._x, self.columns - width)
            row = self.cells[self._y]
        self._split_wide(row, self._x)
        self._split_wide(row, self._x + width)
        row[self._x : self._x + width] = [Cell(text, self._style), *[Cell("", self._style)] * (width - 1)]
        self._x += width

    def _split_wide(self, row: list[Cell], x: int) -> None:
        """Half of a wide character cannot stay when the other half is written over."""
        if 0 < x < self.columns and not row[x].text:
            row[x - 1] = replace(row[x - 1], text=" ")
            row[x] = replace(row[x], text=" ")

    def _shift(self, count: int) -> None:
        """Deletes lines at the cursor, or, negative, inserts them, within the scrolling region."""
        region = self.cells[self._y : self._bottom + 1]
        new = [[self._empty()] * self.columns for _ in range(min(abs(count), len(region)))]
        region = region[count:] + new if count > 0 else new + region[:count]
        self.cells[self._y : self._bottom + 1] = region

    def _control(self, control: str) -> None:
        if control == "\r":
            self._x = 0
        elif control == "\n":
            if self._y == self.rows - 1:
                self.cells = [*self.cells[1:], [self._empty()] * self.columns]
            self._y = min(self._y + 1, self.rows - 1)

    def _mode(self, mode: str) -> None:
        if mode.startswith("\x1b[?1049"):
            self.cells, self._behind = (
                (self._blank(), self.cells) if mode.endswith("h") else (self._behind, self._blank())
            )
        elif mode.startswith("\x1b[?25"):
            self.cursor_visible = mode.endswith("h")
        elif mode.startswith("\x1b[?7"):
            self._wraps = mode.endswith("h")

    def _empty(self) -> Cell:
        return Cell(style=Style(background=self._style.background))

    def _blank(self) -> list[list[Cell]]:
        return [[Cell()] * self.columns for _ in range(self.rows)]
