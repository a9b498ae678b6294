"""The lines above and below a screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from listforum.tui.layout.cells import padded, shortened, width


def title_line(left: str, right: str, room: int) -> str:
    """Where one is at the left, how things stand at the right; the left gives way."""
    right = shortened(right, max(0, room // 2))
    space = max(0, room - width(right) - 3)
    return f" {padded(shortened(left, space), space)} {right} "


def key_line(keys: Iterable[tuple[str, str]], room: int) -> Iterator[tuple[str, str]]:
    """Keys and labels as (text, style) pieces, as many as fit."""
    taken = 1
    yield " ", ""
    for key, label in keys:
        needed = width(key) + width(label) + 3
        if taken + needed > room:
            return
        taken += needed
        yield key, "bold $accent"
        yield f" {label}  ", "$text-muted"
