"""A picture of what the terminal shows, so that only what changed is written to it.

A frame, as Textual writes it, paints whole regions: cursor moves, styles and text. What is not understood is for the
caller to pass on as it is; what the terminal then shows is unknown, and painted whole when it is painted next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from rich.cells import split_graphemes

from listforum.tui.sgr import UnknownStyle, joined, of_blank, transition

Cell: TypeAlias = "tuple[str, str, int] | None"
"""Text, style as SGR parameters, and width: 2 for a wide character, 0 for its right half. None is unknown."""

Row: TypeAlias = "list[Cell]"

_TOKEN: Final = re.compile(
    r"\x1b\[(?P<row>[0-9]+);(?P<column>[0-9]+)H|\x1b\[(?P<style>[0-9;]*)m|(?P<newline>\n)|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)
_BLANK: Final = (" ", "", 1)
_UNSURE: Final = re.compile("[\u200d\u20e3\ufe0f\U0001f000-\U0001ffff]")
"""What makes clusters that terminals draw in widths of their own: joined and coloured pictures, flags, keycaps."""
_LRM: Final = "\u200e"
"""Ends each field on our screens; it takes no cell, and moves nothing that already stands in its direction."""
_GAP: Final = 6
"""So many unchanged cells between two changed ones are written again: going around them costs as much."""
_FEWEST_SHIFTED: Final = 3
_SHIFT_COST: Final = 30
_SCROLLBAR: Final = 2


class Shadow:
    """What a terminal of so many columns and rows shows; it is blank at first, and so must be the terminal."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._cells: list[Row] = [[_BLANK] * columns for _ in range(rows)]
        self._style: str | None = None
        self._cursor: tuple[int, int] | None = None

    def forget(self) -> None:
        """From now on it is unknown what the terminal shows."""
        self._cells = [[None] * self.columns for _ in range(self.rows)]
        self._style = self._cursor = None

    def frame(self, data: str) -> str | None:
        """Return what to write so that the terminal shows the frame; None when it is not understood."""
        try:
            painted, cursor = self._painted(data)
        except (UnknownStyle, _NotAFrame):
            return None
        written = self._written(painted)
        if cursor is not None and (written or cursor != self._cursor):
            written += f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H"
        self._cursor = cursor
        return written

    # --- what a frame paints ------------------------------------------------------------------------------------------

    def _painted(self, data: str) -> tuple[dict[int, Row], tuple[int, int] | None]:
        """Return the rows as they are to be, by number, and where the cursor is left, unless text came last."""
        painted: dict[int, Row] = {}
        x = y = at = 0
        style, moved = "", False
        while at < len(data):
            token = _TOKEN.match(data, at)
            if token is None:
                raise _NotAFrame
            at = token.end()
            kind = token.lastgroup
            if kind == "column":
                x, y, moved = int(token["column"]) - 1, int(token["row"]) - 1, True
            elif kind == "style":
                style = joined(style, token["style"])
            elif kind == "newline":
                x, y, moved = 0, y + 1, False
            else:
                x, moved = self._put(painted, x, y, (token["text"], style)), False
            if not (0 <= x <= self.columns and 0 <= y < self.rows):
                raise _NotAFrame
        return painted, (min(x, self.columns - 1), y) if moved else None

    def _put(self, painted: dict[int, Row], x: int, y: int, words: tuple[str, str]) -> int:
        row = painted.get(y)
        if row is None:
            row = painted[y] = self._cells[y].copy()
        marks, cells = _cells(*words)
        if marks:
            _stack(row, x, marks)
        end = x + len(cells)
        if end > self.columns:
            raise _NotAFrame
        if cells:
            _free(row, x, end)
            row[x:end] = cells
        return end

    # --- what is written ----------------------------------------------------------------------------------------------

    def _written(self, painted: dict[int, Row]) -> str:
        written: list[str] = []
        changed = {y: row for y, row in painted.items() if row != self._cells[y]}
        if len(changed) > _FEWEST_SHIFTED:
            top, bottom = min(changed), max(changed)
            wanted = {y: changed.get(y, self._cells[y]) for y in range(top, bottom + 1)}
            shift = self._shift(wanted)
            if shift:
                written.append(self._shifted(top, bottom, shift))
                changed = {y: row for y, row in wanted.items() if row != self._cells[y]}
        for y in sorted(changed):
            self._row(written, y, changed[y])
            self._cells[y] = changed[y]
        return "".join(written)

    def _shift(self, wanted: dict[int, Row]) -> int:
        """Return by how many rows moving what is shown up (or, negative, down) leaves the least to write; else 0."""
        if any(None in self._cells[y] for y in wanted):
            return 0
        differing = [(y, x) for y, row in wanted.items() for x, cell in enumerate(row) if cell != self._cells[y][x]]
        left = min(x for _, x in differing)
        right = max(left + 1, max(x for _, x in differing) + 1 - _SCROLLBAR)
        found = {tuple(self._cells[y][left:right]): y for y in wanted}
        votes = Counter(found[piece] - y for y, row in wanted.items() if (piece := tuple(row[left:right])) in found)
        votes.pop(0, None)
        if not votes or (best := votes.most_common(1)[0])[1] < _FEWEST_SHIFTED:
            return 0
        shift = best[0]
        blank: Row = [_BLANK] * self.columns
        after = sum(
            cell != before
            for y, row in wanted.items()
            for cell, before in zip(row, self._cells[y + shift] if y + shift in wanted else blank, strict=True)
        )
        return shift if after + _SHIFT_COST < len(differing) else 0

    def _shifted(self, top: int, bottom: int, shift: int) -> str:
        """Move the rows from top to bottom; with lines deleted and inserted, as every terminal since the VT102 can."""
        style = self._to("")
        blank: list[Row] = [[_BLANK] * self.columns for _ in range(abs(shift))]
        rows = self._cells[top : bottom + 1]
        self._cells[top : bottom + 1] = rows[shift:] + blank if shift > 0 else blank + rows[:shift]
        self._cursor = None
        return f"{style}\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H\x1b[{abs(shift)}{'M' if shift > 0 else 'L'}\x1b[r"

    def _row(self, written: list[str], y: int, row: Row) -> None:
        end = self.columns
        while end and row[end - 1] == _BLANK:
            end -= 1
        first = True
        for start, stop in _runs(self._cells[y], row):
            written.append(f"\x1b[{y + 1};{start + 1}H" if first else f"\x1b[{start + 1}G")
            first = False
            erased = stop > end and self.columns - max(start, end) > len("\x1b[m\x1b[K")
            self._run(written, row, start, max(start, end) if erased else stop)
            if erased:
                written.append(self._to("") + "\x1b[K")
                return

    def _run(self, written: list[str], row: Row, start: int, stop: int) -> None:
        """Write cells; after a cluster about whose width terminals disagree, the cursor is put where it belongs."""
        unsure = False
        for x in range(start, stop):
            cell = row[x]
            if cell is None or not cell[2]:
                continue
            if unsure:
                written.append(f"\x1b[{x + 1}G")
            text, style, _ = cell
            if style != self._style and not (text == " " and self._shows_blank(style)):
                written.append(self._to(style))
            written.append(text)
            unsure = not text.isascii() and _UNSURE.search(text) is not None

    def _shows_blank(self, style: str) -> bool:
        """Tell whether a blank in the style that is set looks as one in this style."""
        return self._style is not None and of_blank(self._style) == style

    def _to(self, style: str) -> str:
        before, self._style = self._style, style
        return transition(before, style)


class _NotAFrame(Exception):
    """Something in the data is none of the things that frames are made of."""


def _runs(shown: Row, row: Row) -> Iterator[tuple[int, int]]:
    """Yield what is to be written of a row: pieces that differ, or all of it where widths are not to be trusted."""
    differing = [x for x, cell in enumerate(row) if cell != shown[x]]
    if not all(_is_steady(row[x]) and _is_steady(shown[x]) for x in differing):
        yield from _known(row)
        return
    start = stop = differing[0]
    for x in differing:
        if x - stop > _GAP or None in row[stop:x]:
            yield start, stop
            start = x
        stop = x + 1
    yield start, stop


def _known(row: Row) -> Iterator[tuple[int, int]]:
    start = 0
    for x in range(len(row) + 1):
        if x == len(row) or row[x] is None:
            if x > start:
                yield start, x
            start = x + 1


def _is_steady(cell: Cell) -> bool:
    """Tell whether all terminals agree about the width of a cell, and about what it does to its neighbours."""
    if cell is None:
        return True
    text, _, width = cell
    text = text.rstrip(_LRM)
    if text.isascii():
        return True
    if len(text) > 1:
        return False
    return text < "\u0590" or "\u2500" <= text < "\u2600" or (width == 2 and "\u2e80" <= text < "\ufb00")


@lru_cache(4096)
def _cells(text: str, style: str) -> tuple[str, tuple[Cell, ...]]:
    """Return the marks that a text begins with, which stand on what is before it, and its cells.

    They are kept: what scrolls is painted again and again.
    """
    blank = (" ", of_blank(style), 1)
    if text.isascii():
        return "", tuple([blank if one == " " else (one, style, 1) for one in text])
    first, row = "", list[Cell]()
    for start, end, width in split_graphemes(text)[0]:
        cluster = text[start:end]
        if width:
            row.append(blank if cluster == " " else (cluster, style, width))
            row += [("", style, 0)] * (width - 1)
        elif row:
            _stack(row, len(row), cluster)
        else:
            first += cluster
    return first, tuple(row)


def _free(row: Row, start: int, stop: int) -> None:
    """Blank the other half of each wide character that is cut by what is put between two cells."""
    for inside, outside in ((start, start - 1), (stop, stop - 1)):
        if inside < len(row) and outside >= 0 and (half := row[inside]) is not None and half[2] == 0:
            row[outside] = row[inside] = (" ", of_blank(half[1]), 1)


def _stack(row: Row, x: int, marks: str) -> None:
    """Put marks on the character before a cell."""
    at = x - 1
    while at > 0 and (cell := row[at]) is not None and cell[2] == 0:
        at -= 1
    if at >= 0 and (base := row[at]) is not None:
        row[at] = (base[0] + marks, base[1], base[2])
