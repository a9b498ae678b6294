"""The lines above and below a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from listforum.tui.layout.cells import padded, shortened, width

Key = tuple[str, str]
"""A key as it stands on the keyboard, and what it does in a word or two."""


def title_line(left: str, right: str, room: int) -> str:
    """Where one is at the left, how things stand at the right; the left gives way."""
    right = shortened(right, max(0, room * 2 // 3))
    space = max(0, room - width(right) - 3)
    return f" {padded(shortened(left, space), space)} {right} "


def key_line(keys: Sequence[Key], last: Key, room: int) -> Iterator[tuple[str, str]]:
    """Keys and labels as (text, style) pieces: as many as fit, and at the end one that always stands there."""
    left = room - 1 - _width(last)
    yield " ", ""
    for key in keys:
        left -= _width(key)
        if left < 0:
            break
        yield from _pieces(key)
    yield from _pieces(last)


def _width(key: Key) -> int:
    return width(key[0]) + width(key[1]) + 3


def _pieces(key: Key) -> Iterator[tuple[str, str]]:
    yield key[0], "bold $accent"
    yield f" {key[1]}  ", "$text-muted"
