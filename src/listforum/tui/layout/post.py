"""A post as rows: its words, quotes folded where they are long, what hangs on it, and what is not here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from typing import Final, Literal, NamedTuple

from listforum.forum import told
from listforum.forum.reasons import quoted
from listforum.mail.quotes import blocks
from listforum.model.forum import Attachment, PostView, QuoteSource
from listforum.model.mail import Block
from listforum.tui.layout import glyphs
from listforum.tui.layout.cells import LRM, shortened, steady, width
from listforum.tui.layout.dates import day
from listforum.tui.layout.kinds import kind
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.layout.links import UNTIED, Links, branch_rows, origin_rows
from listforum.tui.layout.wrap import wrapped

Marked = Callable[[str], Sequence[tuple[int, int]]]
"""Tells which positions of a text are to stand out: half-open, in order, apart."""

TargetKind = Literal[
    "heading", "text", "attribution", "quote", "signature", "footer", "attachment", "waiting", "defect", "link"
]

_SHOWN: Final = {"quote": 3, "signature": 5, "footer": 1}
"""So many rows are shown as they are."""

_MEASURE: Final = 100
"""Longer rows of prose are hard to read; patches, code and tables take what room there is."""

_LEAST_NAME: Final = 24
"""Cells that the name of an attachment has on a row with what it costs."""

_CONTEXT: Final = 2
"""So many rows of a folded quote stay above the words that answer it."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a row stands for: what enter does there.

    `n` numbers what folds within its post, and attachments; of a link it is the post that it leads to.
    """

    kind: TargetKind
    n: int = 0

    @property
    def folds(self) -> bool:
        return self.kind in {"quote", "signature", "footer"} and self.n > 0


HEADING: Final = Target("heading")
_TEXT: Final = Target("text")


@dataclass(frozen=True, slots=True)
class Folds:
    """Which long quotes, signatures and footers of a post are open: as `usual`, but for those turned by hand."""

    usual: Literal["folded", "open"] = "folded"
    turned: frozenset[int] = frozenset()

    def is_open(self, n: int) -> bool:
        return (n in self.turned) != (self.usual == "open")

    def turn(self, n: int) -> Folds:
        """With the n-th folded where it was open, or open where it was folded."""
        return Folds(self.usual, self.turned ^ {n})


_PATCH: Final[dict[str, StyleName]] = {"": "", " ": "", "+": "added", "-": "removed", "@": "muted"}


class PostRow(NamedTuple):
    """A row before it is a `Line`.

    `offset` is where in the post's text it begins; rows above the text have less than 0, rows below it count on from
    its end. `lead` is the length of the quote mark or indent that the row repeats.
    """

    # A tuple, not a dataclass, for the reason that `Row` is one.
    text: str
    style: StyleName
    stands_for: Target
    offset: int
    lead: int = 0


@dataclass(frozen=True, slots=True)
class PostLine:
    """A row of a post, and what it stands for."""

    line: Line
    stands_for: Target


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search was for: where its words stand in a text, and where they stand closest together."""

    marked: Marked
    place: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Page:
    """What rows are written on: how many cells wide, and what stands out."""

    width: int
    found: Sought | None = None


def post_rows(view: PostView, page: Page, folds: Folds, links: Links = UNTIED) -> list[PostRow]:
    """The rows of a post below its heading; no blank row is first or last."""
    text = view.text
    rows = [] if text is None else _trimmed(_text_rows(text, view.sources, page, folds))
    end = len(text or "")
    if text is None:
        words = _("The text is still on the server: d fetches it, its price is shown first.")
        rows = [PostRow(row.text, "waiting", Target("waiting"), end) for row in wrapped(words, page.width)]
    elif not rows and not view.attachments:
        rows = [PostRow(_("(no text)"), "muted", _TEXT, 0)]
    beside = [PostRow(_defect(words, page), "muted", Target("defect"), end) for words in view.defects]
    for attachment in view.attachments:
        beside += _attachment_rows(attachment, page, end)
    below = end + len(view.attachments) + 1
    beside += (
        PostRow(words, "link", Target("link", link.there), below + at)
        for at, (words, link) in enumerate(branch_rows(links, page.width))
    )
    above = []
    for words, link in origin_rows(links, page.width):
        above += [PostRow(words, "link", Target("link", link.there), -2), PostRow("", "", _TEXT, -1)]
    return above + ([*rows, PostRow("", "", _TEXT, end), *beside] if rows and beside else rows + beside)


def styled(row: PostRow, matches: Sequence[tuple[int, int]]) -> Line:
    """A row as a line; where matches of the post's text fall on it, they stand out."""
    text, style, _target, offset, lead = row
    spans, at, end = [], 0, offset + len(text) - lead
    for start, stop in matches:
        if stop > offset and start < end and style not in {"fold", "link"}:
            first, last = lead + max(start - offset, 0), lead + min(stop, end) - offset
            if first > at:
                spans.append(Span(text[at:first], style))
            spans.append(Span(text[max(first, at) : last], "match"))
            at = last
    if at < len(text) or not spans:
        spans.append(Span(text[at:], style))
    return Line(tuple(spans))


# --- the text -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Passage:
    """Neighbouring blocks that are shown and folded as one, and at which character and line of the text they begin."""

    blocks: tuple[Block, ...]
    offset: int
    line: int
    kind: TargetKind
    answered: bool = False
    sources: tuple[QuoteSource, ...] = ()


def without_quotes(text: str) -> str:
    """A post's text with blanks where others are quoted: what is left stands where it stood."""
    return "\n".join(
        "".join(" " if letter != "\n" else letter for letter in block.text)
        if _kind_of(block) == "quote"
        else block.text
        for block in blocks(text)
    )


def _text_rows(text: str, sources: Sequence[QuoteSource], page: Page, folds: Folds) -> list[PostRow]:
    rows: list[PostRow] = []
    number = 0
    for passage in _passages(text, sources):
        if passage.kind in {"quote", "signature", "footer"}:
            number += 1
            rows += _folding_rows(passage, number, page, folds)
        else:
            style: StyleName = "attribution" if passage.kind == "attribution" else ""
            rows += _rows(passage, page, Target(passage.kind), style)
    return rows


def _passages(text: str, sources: Sequence[QuoteSource]) -> Iterator[_Passage]:
    runs = [(what, tuple(run)) for what, run in groupby(blocks(text), key=_kind_of)]
    offset = line = 0
    for at, (what, run) in enumerate(runs):
        answered = what == "quote" and at + 1 < len(runs) and runs[at + 1][0] == "text"
        lines = sum(block.text.count("\n") + 1 for block in run)
        known = tuple(one for one in sources if one.line < line + lines and one.line + one.lines > line)
        yield _Passage(run, offset, line, what, answered, known)
        offset += sum(len(block.text) + 1 for block in run)
        line += lines


def _kind_of(block: Block) -> TargetKind:
    """An attribution inside a quote is part of it."""
    if block.kind == "quote" or (block.kind == "attribution" and block.depth):
        return "quote"
    if block.kind in {"signature", "footer", "attribution"}:
        return block.kind
    return "text"


def _folding_rows(passage: _Passage, number: int, page: Page, folds: Folds) -> list[PostRow]:
    whole = _rows(passage, page, Target(passage.kind, number), "" if passage.kind == "quote" else "signature")
    filled = len(whole)
    while filled and _says_nothing(whole[filled - 1]):
        filled -= 1
    tail = _CONTEXT if passage.answered else 0
    shown = _SHOWN[passage.kind] + tail
    if filled <= shown:
        return [row._replace(stands_for=_TEXT) for at, row in enumerate(whole) if at < filled or _is_blank(row)]
    if folds.is_open(number):
        return whole
    hidden = filled - tail
    first = whole[0]
    lines = (
        "\n".join(block.text for block in passage.blocks)[: whole[hidden - 1].offset - passage.offset].count("\n") + 1
    )
    words = f"{glyphs.FOLDED} {_folded_words(passage, lines)}"
    fold = PostRow(shortened(words, page.width), "fold", Target(passage.kind, number), first.offset)
    return [fold, *whole[hidden:filled], *(row for row in whole[filled:] if _is_blank(row))]


def _folded_words(passage: _Passage, count: int) -> str:
    """How much is folded here, and whose words they are where that is known."""
    if passage.kind == "signature":
        return ngettext("signature, {count} line", "signature, {count} lines", count).format(count=count)
    if passage.kind == "footer":
        return ngettext("the list's footer, {count} line", "the list's footer, {count} lines", count).format(
            count=count
        )
    hidden = [one for one in passage.sources if one.line < passage.line + count]
    if not hidden:
        return ngettext("{count} quoted line", "{count} quoted lines", count).format(count=count)
    words = ngettext("{count} quoted line of {whom}, {day}", "{count} quoted lines of {whom}, {day}", count)
    return words.format(count=count, whom=steady(quoted(hidden)), day=day(hidden[0].date))


def _rows(passage: _Passage, page: Page, target: Target, style: StyleName) -> list[PostRow]:
    rows: list[PostRow] = []
    offset = passage.offset
    for block in passage.blocks:
        wanted = style or _quote_style(block)
        rows += (
            PostRow(row.text, wanted or _PATCH[row.patch], target, offset + row.start, row.lead)
            for row in wrapped(block.text, page.width, _MEASURE)
        )
        offset += len(block.text) + 1
    return rows


def _quote_style(block: Block) -> StyleName:
    return ("", "quote-1", "quote-2", "quote-3")[min(block.depth, 3)]


def _trimmed(rows: list[PostRow]) -> list[PostRow]:
    """Without blank rows at both ends, and with one where several stand together or before a fold's row."""
    kept: list[PostRow] = []
    for row in rows:
        blank = _is_blank(row)
        if blank and (not kept or _is_blank(kept[-1])):
            continue
        if row.style == "fold" and row.stands_for.kind != "quote" and kept and _is_blank(kept[-1]):
            kept.pop()
        kept.append(row)
    while kept and _is_blank(kept[-1]):
        kept.pop()
    return kept


def _says_nothing(row: PostRow) -> bool:
    """Whether a row of a quote is blank, or nothing but the quote's own marks."""
    return not row.text.strip("> \xa0\u200e\u200f")


def _is_blank(row: PostRow) -> bool:
    return not row.text.strip(" \xa0\u200e\u200f")


# --- what is beside the text --------------------------------------------------------------------------------------


def _attachment_rows(attachment: Attachment, page: Page, end: int) -> list[PostRow]:
    """What is attached; a narrow screen shortens the name, and gives what it costs a row of its own."""
    about = (
        _("{kind}, {size}, here") if attachment.state == "here" else _("{kind}, on the server: {size}, d fetches it")
    ).format(kind=kind(attachment.type), size=told.size(attachment.bytes))
    style: StyleName = "attachment" if attachment.state == "here" else "waiting"
    name = f"{glyphs.ATTACHED} {steady(attachment.name)}"
    room = page.width - width(about) - 3
    rows = [f"{shortened(name, room)}{LRM} ({about})"]
    if width(name) > room and room < _LEAST_NAME:
        rows = [shortened(name, page.width) + LRM, *(row.text for row in wrapped(f"  {about}", page.width))]
    return [PostRow(row, style, Target("attachment", attachment.n), end + attachment.n) for row in rows]


def _defect(words: str, page: Page) -> str:
    return shortened(f"({steady(words)})", page.width)
