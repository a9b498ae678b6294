"""Posting lists: the documents a term stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whoosh.util.numeric import byte_to_length

LENGTHS = tuple(map(byte_to_length, range(256)))
"""Field lengths are kept as one byte: what each byte stands for."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents a term stands in, ascending, and how often it stands in each."""

    documents: Sequence[int]
    frequencies: Sequence[float]


NOWHERE = Postings((), ())
