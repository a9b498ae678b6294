"""Samples of a text that come up again wherever somebody quotes it: hashed runs of words, chosen by winnowing. Pure.

S. Schleimer, D. S. Wilkerson and A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from zlib import crc32

WORDS: Final = 5
"""Words in a shingle; where a script sets no blanks between words, each letter counts as one."""

WINDOW: Final = 10
"""Of so many shingles in a row at least one is kept: what two texts share in `WORDS + WINDOW - 1` words is found."""

MOST: Final = 100
"""Shingles kept of one text: a patch of 3,000 lines is known by no more than a long letter."""

FEW: Final = 24
"""Shingles that are all kept: of a short text no sample is taken."""

_FEWEST_WORDS: Final = 3
_LONGEST: Final = 200_000
_UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_31_BITS: Final = 0x7FFFFFFF


def shingles(text: str) -> tuple[int, ...]:
    """The sample of a text: distinct 31-bit hashes, smallest first, the same in every process.

    A text of three or four words is one shingle, a shorter one has none; of a short one all are kept.
    """
    readable = text[:_LONGEST].encode("utf-8", "replace").decode("utf-8")  # half a character cannot be hashed
    words = _TOKEN.findall(readable.casefold())
    if len(words) < WORDS:
        return tuple(_hashed([words])) if len(words) >= _FEWEST_WORDS else ()
    hashes = _hashed(zip(*(words[start:] for start in range(WORDS)), strict=False))
    return tuple(sorted(set(hashes) if len(hashes) <= FEW else _winnowed(hashes))[:MOST])


def expected(passage: int) -> float:
    """How many shingles of a quoted passage, of which so many are kept, stand in the sample of the text it is from.

    Where all of the passage are kept, only those of them do that winnowing chose there: 2 of `WINDOW` + 1 on average.
    """
    return passage if passage > FEW else max(1.0, passage * 2 / (WINDOW + 1))


def _hashed(runs: Iterable[Sequence[str]]) -> list[int]:
    return [hashed & _31_BITS for hashed in map(crc32, map(str.encode, map(" ".join, runs)))]


def _winnowed(hashes: list[int]) -> set[int]:
    """The smallest of every window, each looked for again only when it has left the window."""
    chosen: set[int] = set()
    smallest, left_at = -1, -1
    for end in range(min(WINDOW, len(hashes)), len(hashes) + 1):
        start = max(0, end - WINDOW)
        if left_at < start:
            smallest = min(hashes[start:end])
            left_at = start + hashes[start:end].index(smallest)
            chosen.add(smallest)
        elif hashes[end - 1] < smallest:
            smallest, left_at = hashes[end - 1], end - 1
            chosen.add(smallest)
    return chosen
