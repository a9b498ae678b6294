"""What a search found, in rows: the topic, who wrote what was found and when, and the words around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import Final

from listforum.model.forum import SearchAnswer, SearchHit
from listforum.tui.layout.cells import LRM, field, shortened, steady
from listforum.tui.layout.dates import day
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.layout.wrap import Row, wrapped

_SNIPPET_ROWS: Final = 2
_DATE: Final = 10
_INDENT: Final = "  "


def hit_lines(hit: SearchHit, list_name: str, room: int) -> tuple[Line, ...]:
    """A hit in rows of `room` cells, the first a blank one; without a list's name, none is shown."""
    subject = Span(f" {field(hit.subject, max(4, room - _DATE - 3))} ", "unread")
    about = LRM.join((shortened(steady(hit.author), room // 2), f" · {list_name}" if list_name else "", ""))
    return (
        Line(),
        Line((subject, Span(day(hit.date), "muted"))),
        Line((Span(_INDENT + about, "muted"),)),
        *_snippet(hit, room - len(_INDENT) - 1),
    )


def _snippet(hit: SearchHit, room: int) -> Iterator[Line]:
    # Character by character, so that the matches still point at what they point at.
    text = hit.snippet.replace("\n", " ")
    for row in wrapped(text, max(4, room))[:_SNIPPET_ROWS]:
        yield Line((Span(_INDENT + row.text[: row.lead]), *_marked(row, hit.matches)))


def _marked(row: Row, matches: Sequence[tuple[int, int]]) -> Iterator[Span]:
    at, words = 0, row.text[row.lead :]
    for start, end in matches:
        begin, stop = max(start - row.start, at), min(end - row.start, len(words))
        if begin < stop:
            yield from _span(words[at:begin], "")
            yield Span(words[begin:stop], "match")
            at = stop
    yield from _span(words[at:], "")


def _span(text: str, style: StyleName) -> Iterator[Span]:
    if text:
        yield Span(text, style)


def found_lines(answer: SearchAnswer) -> Iterator[Line]:
    """How much was found, and where that is nothing, what may find more."""
    yield Line((Span(found_words(answer), "muted"),))
    if not answer.total and not answer.behind:
        yield Line((Span(_("Fewer or shorter words find more.")),))


def found_words(answer: SearchAnswer) -> str:
    """How much was found, how long it took, and what was not looked at."""
    words = ngettext("{count} topic found", "{count} topics found", answer.total).format(count=answer.total)
    if len(answer.hits) < answer.total:
        words += _(", the newest {shown} shown").format(shown=len(answer.hits))
    words += _(", {milliseconds} ms").format(milliseconds=round(answer.milliseconds))
    if not answer.behind:
        return words
    behind = ngettext("{count} post is not indexed yet", "{count} posts are not indexed yet", answer.behind)
    return f"{words} · {behind.format(count=answer.behind)}"


def guide() -> tuple[Line, ...]:
    """What can be typed."""
    examples = (
        (_("census budget"), _("both words, in any of their forms")),
        (_('"open data portal"'), _("these words in this order")),
        (_("from:maria"), _("by whom")),
        (_("subject:census"), _("in the subject")),
        (_("list:open-data"), _("in this list only")),
        (_("after:2025 before:2026-03"), _("when it was written")),
        (_("-draft"), _("without this word")),
    )
    return (
        Line((Span(_("Type words: every list is searched, offline."), "heading"),)),
        Line(),
        *(Line((Span(f"  {field(typed, 28)}", "number"), Span(meaning, "muted"))) for typed, meaning in examples),
    )
