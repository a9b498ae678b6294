"""What to fetch, in which order, and what it may cost; pure.

With a budget no request is made whose worst case is more than what is left. Where IMAP lets us bound an answer we do:
header fields and texts are asked for as ranges, searches as ranges of UIDs. What the server alone decides on (greeting,
certificates, the answer to EXAMINE, BODYSTRUCTURE) is allowed for generously, and the link is cut where it is exceeded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from listforum.model.mail import Part
from listforum.model.server import Cursor

TEXT_LIMIT: Final = 32_768
"""Bytes of a text part that are fetched unasked; the rest waits, with its price."""

FIRST_PIECE: Final = 8_192
PIECE: Final = 65_536
"""Bytes of a long part that are asked for at once: few at first, so that a link that dies soon brings something too."""

HEADERS_AT_ONCE: Final = 200
TEXTS_AT_ONCE: Final = 100

CONNECT_WORST: Final = 7_000
"""Handshake with a chain of certificates, greeting, login and capabilities."""

SETTLE_WORST: Final = 20_000
"""Finding the Sent folder among all folders, and looking for one's own mails in it."""

EXAMINE_WORST: Final = 2_000
FAREWELL: Final = 400
"""Logging out and hanging up."""

REQUEST: Final = 700
"""A command and its tagged answer, in their TLS records."""

PART_OVERHEAD: Final = 120
"""Bytes that an answer to a FETCH of one part takes beside the part itself, at the most."""

FIELDS_LIMIT: Final = 6_000
"""Bytes of header fields that are asked for of one mail while a budget is kept; 1,200 are usual."""

HEADER_WORST: Final = FIELDS_LIMIT + 2_000
"""What one mail's header fields and structure may take while a budget is kept."""

_SHORTEST_TEXT: Final = 1_024
_SEARCHED_AT_ONCE: Final = 10_000


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


# --- prices -------------------------------------------------------------------------------------------------------


def asked_length(part: Part, budget: int | None) -> int:
    """How many bytes of a text part to ask for.

    Sizes are told by the server and may be wrong. Without a budget all parts are asked for alike, so that many come in
    one command; with one, the answer is bounded by the next power of two above the size.
    """
    if budget is None:
        return TEXT_LIMIT
    length = _SHORTEST_TEXT
    while length < min(part.size, TEXT_LIMIT):
        length *= 2
    return length


def text_price(parts: Iterable[Part]) -> int:
    """What fetching the text of a post costs, in bytes, if its sizes are right."""
    return sum(min(part.size, TEXT_LIMIT) + PART_OVERHEAD for part in parts if part.size)


def text_worst(parts: Iterable[Part], budget: int | None) -> int:
    """What asking for the text of a post costs at the most."""
    return sum(_encrypted(asked_length(part, budget)) + PART_OVERHEAD for part in parts if part.size)


def piece_worst(length: int) -> int:
    """What asking for so many bytes of a part costs at the most."""
    return REQUEST + PART_OVERHEAD + _encrypted(length)


def headers_worst(count: int) -> int:
    """What asking for the headers of so many mails costs at the most; 11 bytes name a UID."""
    return REQUEST + count * (HEADER_WORST + 11)


def search_worst(first: int, last: int) -> int:
    """What searching among these UIDs costs at the most: that all of them are found."""
    return REQUEST + _encrypted((last - first + 1) * (len(str(last)) + 1))


def _encrypted(length: int) -> int:
    """A TLS record adds 22 bytes; servers have been seen to fill them with 4 kB."""
    return length + (length // 1_000 + 1) * 22


# --- what fits ----------------------------------------------------------------------------------------------------


def headers_within(budget: int | None) -> int:
    """How many headers may be asked for at once so that even the longest fit into what is left; 1 when none do."""
    if budget is None:
        return HEADERS_AT_ONCE
    return max(1, min(HEADERS_AT_ONCE, (budget - REQUEST) // (HEADER_WORST + 11)))


def texts_within(worsts: Sequence[int], budget: int | None) -> int:
    """How many texts, in the order of their worst cases, may be asked for at once within what is left; 1 at least."""
    spent = 6 * REQUEST  # ranges of one length each make a command
    for count, worst in enumerate(worsts[:TEXTS_AT_ONCE]):
        spent += worst
        if budget is not None and spent > budget:
            return max(1, count)
    return min(len(worsts), TEXTS_AT_ONCE)


def search_windows(first: int, last: int, budget: int | None) -> Iterator[tuple[int, int]]:
    """Ranges of UIDs to search one after the other: all at once, or, with a budget, what a part of it bears."""
    size = last - first + 1
    if budget is not None:
        size = max(50, min(_SEARCHED_AT_ONCE, (budget // 2 - REQUEST) // (len(str(last)) + 2)))
    for low in range(first, last + 1, max(1, size)):
        yield low, min(last, low + size - 1)


def without(uids: Iterable[int], low: int, high: int) -> Iterator[tuple[int, int]]:
    """The ranges that are left of `low..high` where ascending `uids` are taken out of it."""
    for uid in uids:
        if low <= uid <= high:
            if low < uid:
                yield low, uid - 1
            low = uid + 1
    if low <= high:
        yield low, high
