"""What to fetch, in which order, and what it may cost; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from listforum.archive.cursors import Cursor
from listforum.model import Part

TEXT_LIMIT: Final = 32_768
"""Bytes of a text part that are fetched unasked; the rest waits, with its price."""

HEADERS_AT_ONCE: Final = 200
TEXTS_AT_ONCE: Final = 100
PART_OVERHEAD: Final = 120
"""Bytes that an answer to a FETCH of one part takes beside the part itself, at the most."""

HEADER_WORST: Final = 8_000
"""Bytes that the header fields and the structure of one mail are allowed for when a budget is kept."""

HEADER_USUAL: Final = 1_200
"""Bytes that they usually take: for telling a price before anything is known of a list."""


@dataclass(frozen=True, slots=True)
class Window:
    """UIDs to fetch in one command, ascending, and the range that is settled once they are stored."""

    uids: tuple[int, ...]
    low: int
    high: int


def windows(uids: Sequence[int], first: int, last: int, size: int) -> Iterator[Window]:
    """Cuts ascending UIDs out of `first..last` into windows, newest first, that together settle the whole range."""
    high = last
    for end in range(len(uids), 0, -size):
        begin = max(0, end - size)
        low = uids[begin] if begin else first
        yield Window(tuple(uids[begin:end]), low, high)
        high = low - 1
    if not uids and first <= last:
        yield Window((), first, last)


@dataclass(frozen=True, slots=True)
class History:
    """How far back a list is read: from UID `floor` on; `older` mails below it wait on the server."""

    floor: int
    older: int


def history(newest: Sequence[int], wanted: int, existing: int) -> History:
    """The floor that leaves the `wanted` newest of a list's mails above it; `newest` are at least those, ascending."""
    if existing <= wanted or not newest:
        return History(1, 0)
    kept = newest[-wanted:]
    return History(kept[0], existing - len(kept))


def unsettled(uids: Iterable[int], cursor: Cursor, stored: Iterable[int]) -> tuple[int, ...]:
    """The UIDs whose mail is neither stored nor known to be none of the list's, ascending."""
    known = set(stored)
    return tuple(
        sorted(uid for uid in set(uids) if uid >= cursor.floor and uid not in known and uid not in cursor.covered)
    )


def text_bytes(part: Part) -> int:
    """How many bytes of a text part are fetched unasked."""
    return min(part.size, TEXT_LIMIT)


def text_price(parts: Iterable[Part]) -> int:
    """What fetching the text of a post costs at the most, in bytes."""
    return sum(text_bytes(part) + PART_OVERHEAD for part in parts)


def headers_within(budget: int | None) -> int:
    """How many headers may be asked for at once so that even the longest fit into what is left; 0 when none do."""
    return HEADERS_AT_ONCE if budget is None else min(HEADERS_AT_ONCE, budget // HEADER_WORST)
