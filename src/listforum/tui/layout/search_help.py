"""What can be typed into the search: a page with an example for everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from gettext import gettext as _
from typing import Final

from listforum.tui.layout.cells import LRM, field, width
from listforum.tui.layout.line import Line, Span
from listforum.tui.layout.wrap import wrapped

_TYPED: Final = 26
"""Cells for an example; on a narrow screen its meaning stands below it."""

_NARROW: Final = 56

Example = tuple[str, str]


def guide(room: int) -> tuple[Line, ...]:
    """The beginning, for a field in which nothing is typed yet."""
    return (
        Line((Span(_("Type words: every list is searched, offline."), "heading"),)),
        Line(),
        *_rows((*_words(), *_where()[:3], *_when()[:1], *_what()[:1]), room),
        Line(),
        Line((Span(_("f1 shows everything that can be typed."), "muted"),)),
    )


def syntax(room: int) -> tuple[Line, ...]:
    """All of it."""
    return (
        *_group(_("Words"), _words(), room),
        *_group(_("Where"), _where(), room),
        *_group(_("When"), _when(), room),
        *_group(_("What it is, and what is in it"), _what(), room),
        Line((Span(_("Several of them narrow the search. A minus before any of them leaves out what it finds.")),)),
        Line((Span(_("While you type, the last word may go on: a blank ends it.")),)),
        Line((Span(_("Letters are found in all their forms: accents, case, digits and kinds of kaf do not matter.")),)),
    )


def _group(title: str, examples: Iterable[Example], room: int) -> Iterator[Line]:
    yield Line((Span(title, "heading"),))
    yield from _rows(examples, room)
    yield Line()


def _rows(examples: Iterable[Example], room: int) -> Iterator[Line]:
    for typed, meaning in examples:
        yield from _row(typed, meaning, room)


def _row(typed: str, meaning: str, room: int) -> Iterator[Line]:
    """An example beside what it means; above it, where the screen is narrow or the example long."""
    above = room < _NARROW or width(typed) > _TYPED
    indent = 4 if room < _NARROW else _TYPED
    if above:
        yield Line((Span(f"  {typed}{LRM}", "number"),))
    for at, row in enumerate(wrapped(meaning, max(8, room - indent - 3))):
        beside = typed if at == 0 and not above else ""
        yield Line((Span(f"  {field(beside, indent)} ", "number"), Span(row.text, "muted")))


def _words() -> tuple[Example, ...]:
    return (
        (_("census budget"), _("both words, in any of their forms")),
        (_('"open data portal"'), _("these words in this order")),
        (_("-draft"), _("without this word")),
        (_("bus OR tram"), _("one of them is enough; OR in capitals")),
        (_("librar*"), _("every word that begins so")),
    )


def _where() -> tuple[Example, ...]:
    return (
        (_("from:maria"), _("by whom: a name or an address")),
        (_("subject:census"), _("in the subject")),
        (_("list:open-data"), _("in this list only")),
        (_("topic:1207"), _("in the topic of this number")),
        (_("file:budget.csv"), _("with an attachment of that name")),
    )


def _when() -> tuple[Example, ...]:
    return (
        (_("after:2025 before:2026-03"), _("from 2025 on, before March 2026")),
        (_("on:2026-03-12"), _("on this day; on:2026-03 is that month")),
        (_("after:3d"), _("in the last 3 days; 2w, 6m, 1y")),
        (_('on:"last year"'), _("also today, yesterday, last week")),
    )


def _what() -> tuple[Example, ...]:
    return (
        (_("is:unread"), _("what you have not read")),
        (_("is:unanswered"), _("also is:followed, is:starred")),
        (_("has:attachment"), _("with a file; also has:patch, has:link")),
    )
