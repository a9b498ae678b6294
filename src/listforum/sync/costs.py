"""How much to ask for at once, and what it may cost; pure.

With a budget no request is made whose worst case is more than what is left. Where IMAP lets us bound an answer we do:
header fields and texts are asked for as ranges, searches as ranges of UIDs. What the server alone decides on (greeting,
certificates, the answer to EXAMINE, BODYSTRUCTURE) is allowed for generously, and the link is cut where it is exceeded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from listforum.model.mail import Part

TEXT_LIMIT: Final = 32_768
"""Bytes of a text part that are fetched unasked; the rest waits, with its price."""

FIRST_PIECE: Final = 8_192
PIECE: Final = 65_536
"""Bytes of a long part that are asked for at once: few at first, so that a link that dies soon brings something too."""

HEADERS_AT_ONCE: Final = 200
TEXTS_AT_ONCE: Final = 200

KEPT_AT_ONCE: Final = 131_072
"""Bytes of texts that are stored together; each storing waits for the disk."""

PIECES_TOGETHER: Final = 4
"""So many pieces are asked for in one breath, for a long link is idle while it waits for the next command."""

GLANCED_AT: Final = 60
"""Of so many new mails the parts are told in the same breath as the folder is opened: about 110 bytes of each."""

WORTH_COMPRESSING: Final = 5_000
"""From so many bytes on it saves more than its own round trip costs on a thin link."""

USUAL_HEADER: Final = 700
"""Bytes of a mail's header fields, about."""

USUAL_TEXT: Final = 2_000
"""Bytes of its text, about."""

DIGEST_LIMIT: Final = 1_048_576
"""Bytes of a digest's text that are fetched unasked: it is many mails in one."""

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

_HEADER_COMPRESSED: Final = 130
_HEADER_PLAIN: Final = 1_100
_SHRINKING: Final = 2
"""What a header's answer takes, and to which part of it DEFLATE packs a text: the middle of a dozen lists."""

_SHORTEST_TEXT: Final = 1_024
_SEARCHED_AT_ONCE: Final = 10_000


# --- prices -------------------------------------------------------------------------------------------------------


def asked_length(part: Part, budget: int | None, limit: int = TEXT_LIMIT) -> int:
    """How many bytes of a text part to ask for, of which at the most `limit` are wanted.

    Sizes are told by the server and may be wrong. Without a budget all parts are asked for alike, so that many come in
    one command; with one, the answer is bounded by the next power of two above the size.
    """
    if budget is None:
        return limit
    length = _SHORTEST_TEXT
    while length < min(part.size, limit):
        length *= 2
    return length


def text_price(parts: Iterable[Part], limit: int = TEXT_LIMIT) -> int:
    """What fetching the text of a post costs, in bytes, if its sizes are right and nothing is compressed."""
    return sum(min(part.size, limit) + PART_OVERHEAD for part in parts if part.size)


def text_worst(parts: Iterable[Part], budget: int | None, limit: int = TEXT_LIMIT) -> int:
    """What asking for the text of a post costs at the most."""
    return sum(_encrypted(asked_length(part, budget, limit)) + PART_OVERHEAD for part in parts if part.size)


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


# --- what a link that breaks bears ---------------------------------------------------------------------------------


def headers_among(size: int, *, compressed: bool) -> int:
    """How many mails' header fields come in so many bytes, about; 1 at least."""
    return max(1, size // (_HEADER_COMPRESSED if compressed else _HEADER_PLAIN))


def texts_among(prices: Iterable[int], size: int, *, compressed: bool) -> int:
    """How many texts of these uncompressed prices come in so many bytes, about; 1 at least."""
    left, count = size * (_SHRINKING if compressed else 1), 0
    for price in prices:
        left -= price
        if left < 0:
            break
        count += 1
    return max(1, count)


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
