"""What a search found, in rows: the topic, who wrote what was found and when, and the words around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import Final, Literal

from listforum.model.forum import SearchAnswer, SearchHit
from listforum.tui.actions import key_of
from listforum.tui.layout.cells import LRM, field, shortened, steady
from listforum.tui.layout.dates import day
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.layout.wrap import Row, wrapped

_SNIPPET_ROWS: Final = 2
_DATE: Final = 10
_INDENT: Final = "  "


def hit_lines(
    hit: SearchHit, list_name: str, room: int, in_subject: Sequence[tuple[int, int]] = ()
) -> tuple[Line, ...]:
    """A hit in rows of `room` cells, the first a blank one; without a list's name, none is shown.

    `in_subject` is where the subject has the words, as characters, half-open.
    """
    subject = _subject(hit.subject, max(4, room - _DATE - 3), in_subject)
    about = LRM.join((shortened(steady(hit.author), room // 2), f" · {list_name}" if list_name else "", ""))
    return (
        Line(),
        Line((*subject, Span(day(hit.date), "muted"))),
        Line((Span(_INDENT + about, "muted"),)),
        *_snippet(hit, room - len(_INDENT) - 1),
    )


def _subject(subject: str, room: int, matches: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """A subject in its field; where it cannot be shown letter by letter, without marks."""
    text = field(subject, room)
    alike = (at for at, (one, other) in enumerate(zip(text, subject, strict=False)) if one != other)
    shown = next(alike, min(len(text), len(subject)))
    at = 0
    yield Span(" ")
    for start, end in matches:
        stop = min(end, shown)
        if at <= start < stop:
            yield from _span(text[at:start], "unread")
            yield Span(text[start:stop], "match")
            at = stop
    yield Span(f"{text[at:]} ", "unread")


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


def found_lines(answer: SearchAnswer, sort: Literal["newest", "best"]) -> Iterator[Line]:
    """What was not understood, how much was found, and where that is nothing, what may find more."""
    for problem in answer.problems:
        yield Line((Span(problem, "warning"),))
    yield Line((Span(found_words(answer, sort), "muted"),))
    if answer.total or answer.behind or not answer.complete:
        return
    if answer.meant:
        words = _("Did you mean “{words}”? {key} searches for it.")
        yield Line((Span(words.format(words=f"{answer.meant}{LRM}", key=key_of("take_over")), "heading"),))
    else:
        yield Line((Span(_("Fewer or shorter words find more.")),))


def found_words(answer: SearchAnswer, sort: Literal["newest", "best"]) -> str:
    """How much was found, in which order it stands, how long it took, and what was not looked at."""
    count = answer.total
    if answer.complete:
        found = ngettext("{count} topic found", "{count} topics found", count)
        words = f"{found.format(count=count)}, {_order(sort)}" if count > 1 else found.format(count=count)
        words += _(", {milliseconds} ms").format(milliseconds=round(answer.milliseconds))
    else:
        found = ngettext("at least {count} topic", "at least {count} topics", count)
        counting = _("counting…")
        words = f"{found.format(count=count)}, {_order(sort)} · {counting}"
    if not answer.behind:
        return words
    behind = ngettext("{count} post is not indexed yet", "{count} posts are not indexed yet", answer.behind)
    return f"{words} · {behind.format(count=answer.behind)}"


def _order(sort: Literal["newest", "best"]) -> str:
    return _("newest first") if sort == "newest" else _("best first")
