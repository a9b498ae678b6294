"""Help: every key that works, what it does, and how the forum works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Final

from listforum.tui.actions import Action, Where, actions_in, shown
from listforum.tui.layout.cells import LRM, padded, width
from listforum.tui.layout.line import Line, Span

_KEYS: Final = 16
"""Cells for the keys of an action."""

_NARROW: Final = 44
_NARROW_INDENT: Final = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Actions under a heading, each as its keys and what it does."""

    title: str
    rows: tuple[tuple[str, str], ...]


def groups(where: Sequence[Where]) -> Iterator[Group]:
    """What can be done in these places, in the order of the registry; nothing stands there twice."""
    told: set[str] = set()
    for place in where:
        found = [one for one in actions_in(place) if one.keys and f"{one.name} {one.help}" not in told]
        rows = tuple((keys(one), _(one.help)) for one in found)
        told |= {f"{one.name} {one.help}" for one in found}
        if rows:
            yield Group(_title(place), rows)


def keys(action: Action) -> str:
    """All the keys of an action."""
    return " ".join(shown(key) for key in action.keys)


def help_lines(groups: Iterable[Group], directory: Path, room: int) -> tuple[Line, ...]:
    """The whole help for a page of `room` cells; `directory` is the home."""
    return tuple(_lines(groups, directory, room))


def _lines(groups: Iterable[Group], directory: Path, room: int) -> Iterator[Line]:
    for group in groups:
        yield Line((Span(group.title, "heading"),))
        for pressed, meaning in group.rows:
            yield from _row(pressed, meaning, room)
        yield Line()
    yield Line((Span(_("How it works"), "heading"),))
    for words in _how_it_works(directory):
        yield Line((Span(words),))


def _row(pressed: str, meaning: str, room: int) -> Iterator[Line]:
    """The keys before what they do; above it, where they are too long or the screen is narrow."""
    indent = _NARROW_INDENT if room < _NARROW else _KEYS
    if width(pressed) > indent:
        yield Line((Span(f"  {pressed}", "number"),))
        pressed = ""
    for at, words in enumerate(_wrapped(meaning, max(8, room - indent - 3))):
        yield Line((Span(f"  {padded(pressed if at == 0 else '', indent)} ", "number"), Span(words + LRM)))


def _wrapped(text: str, room: int) -> list[str]:
    from listforum.tui.layout.wrap import wrapped

    return [row.text for row in wrapped(text, room)]


def _how_it_works(directory: Path) -> tuple[str, ...]:
    return (
        _("Space reads on and on: what was on the screen becomes read, nothing else does."),
        _("Only s uses the network: it sends what waits in the outbox (o), then shows the price of what is new."),
        _("All else works offline. Everything lies in {directory}.").format(directory=directory),
    )


def _title(where: Where) -> str:
    return {
        "everywhere": _("Everywhere"),
        "lines": _("In every list and text"),
        "topics": _("In the list of topics"),
        "topic": _("In a topic"),
        "search": _("In the search"),
        "outbox": _("In the outbox"),
        "compose": _("While writing"),
        "exchange": _("While the link is in use"),
        "welcome": _("At the beginning"),
        "dialog": _("In a dialog"),
        "question": _("At a question"),
        "field": _("In a field"),
    }[where]
