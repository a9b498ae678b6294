"""A text as lines, and what has been found out about each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from listforum.model.mail import Block, BlockKind

LINE_LOOKED_AT: Final = 1_000
"""So many characters of a line are looked at; no pattern ever sees more."""

LINES_LOOKED_AT: Final = 20_000
"""So many lines of a text are looked at; what lies beyond counts as own words."""

INVISIBLE: Final = "\N{ZERO WIDTH NO-BREAK SPACE}\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\u202a\u202b\u202c"
"""A byte order mark and marks of text direction, which may stand before anything."""

DRAWN_WITH: Final = frozenset("-_=*#~+—–―")
"""What lines that rule off, and separators, begin with."""

BLANK: Final = " \t\r\v\f\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}" + INVISIBLE
_RULING: Final = "_-=*#~+—–―. "
_LONGEST_RULE: Final = 200
_DEAR_QUESTIONS: Final = 1_000
_OMISSION: Final = frozenset(
    {"[snip]", "<snip>", "(snip)", "[...]", "(...)", "[…]", "(…)", "...", "…", "[cut]", "[cortado]"}
)


class Page:
    """A text as lines, and what is known of each: its kind (None: own, as far as is known) and quote depth.

    `raw` are the lines as they are, `lines` the same stripped and cut. `first_own` is the first line of own words met.
    """

    __slots__ = ("depths", "first_own", "kinds", "lines", "questions", "raw", "rest")

    def __init__(self, text: str) -> None:
        self.raw = text.split("\n", LINES_LOOKED_AT)
        self.rest = self.raw.pop() if len(self.raw) > LINES_LOOKED_AT else None
        self.lines = [line[:LINE_LOOKED_AT].strip(BLANK) for line in self.raw]
        self.depths = [0] * len(self.raw)
        self.kinds: list[BlockKind | None] = [None] * len(self.raw)
        self.questions = _DEAR_QUESTIONS
        self.first_own: int | None = None

    def mark(self, start: int, end: int, kind: BlockKind) -> None:
        self.kinds[start:end] = [kind] * (end - start)

    def may_ask(self) -> bool:
        """Whether another dear question may be asked of this text: that keeps hostile texts cheap."""
        self.questions -= 1
        return self.questions > 0

    def next_text(self, start: int) -> int:
        """The first line from `start` on that is not blank."""
        while start < len(self.lines) and not self.lines[start]:
            start += 1
        return start

    def quote_follows(self, at: int) -> bool:
        """Whether the text from line `at` on begins with a quote, perhaps after a mark of omission."""
        at = self.next_text(at)
        if at < len(self.lines) and self.lines[at].casefold() in _OMISSION:
            at = self.next_text(at + 1)
        return at < len(self.lines) and self.kinds[at] == "quote"

    def merged(self) -> Iterator[Block]:
        known = [(kind or "own", depth) for kind, depth in zip(self.kinds, self.depths, strict=True)]
        if self.rest is not None:
            known.append(("own", 0))
            self.raw.append(self.rest)
        for (kind, depth), run in groupby(zip(known, self.raw, strict=True), key=lambda pair: pair[0]):
            yield Block(kind, "\n".join(line for _, line in run), depth)

    def settle_blank_lines(self) -> None:
        """Blank lines go with what stands above them, so that own words begin and end with words."""
        for at in range(1, len(self.lines)):
            if not self.lines[at] and self.kinds[at] is None and self.kinds[at - 1] is not None:
                self.kinds[at], self.depths[at] = self.kinds[at - 1], self.depths[at - 1]


def is_rule(line: str) -> bool:
    """Whether a line only draws a line: five or more of the characters people draw with."""
    return 5 <= len(line) <= _LONGEST_RULE and not line.strip(_RULING)


def runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where the runs of true flags begin and end (excluded)."""
    at = 0
    for flag, group in groupby(flags):
        length = sum(1 for _ in group)
        if flag:
            yield at, at + length
        at += length
