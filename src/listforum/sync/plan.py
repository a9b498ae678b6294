"""What to fetch, in which order, and what it may cost; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from listforum.model import Cursor, Part

TEXT_LIMIT: Final = 32_768
"""Bytes of a text part that are fetched unasked; the rest waits, with its price."""

PIECE: Final = 65_536
"""Bytes of a long part that are asked for at once, so that memory stays flat and little is lost with the link."""

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


def next_window(uids: Sequence[int], first: int, last: int, size: int) -> Window:
    """The newest of ascending `uids` within `first..last`; once they are stored, `low..high` is settled."""
    begin = max(0, len(uids) - size)
    return Window(tuple(uids[begin:]), uids[begin] if begin else first, last)


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


def texts_within(prices: Sequence[int], budget: int | None) -> int:
    """How many texts, in the order of `prices`, may be asked for at once within what is left."""
    spent = 0
    for count, price in enumerate(prices[:TEXTS_AT_ONCE]):
        spent += price
        if budget is not None and spent > budget:
            return count
    return min(len(prices), TEXTS_AT_ONCE)
