"""Searching a folder in which the server cannot read some mails: one of them makes it refuse the whole search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from listforum.errors import ServerError

Search = Callable[[int, int], Sequence[int]]
"""Answers the UIDs found from one to another. Raises ServerError when the server refuses."""

_PATIENCE: Final = 4


@dataclass(slots=True)
class Found:
    """The UIDs found, and those of mails of which the server could not tell."""

    uids: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)


def search(low: int, high: int, matching: Search, existing: Search) -> Found:
    """Searches among UIDs; where that is refused, in halves of them, down to the mails that cannot be read.

    `existing` looks at no mail. Raises ServerError when it does not seem to be the mails.
    """
    try:
        return Found(list(matching(low, high)))
    except ServerError as refusal:
        uids = sorted(existing(low, high))
        if not uids:
            raise
        return _in_halves(uids, matching, refusal)


def _in_halves(uids: Sequence[int], matching: Search, refusal: ServerError) -> Found:
    found = Found()
    middle = len(uids) // 2
    parts = [part for part in (uids[:middle], uids[middle:]) if part]
    in_vain, answered = 0, False
    while parts:
        part = parts.pop()
        try:
            found.uids += matching(part[0], part[-1])
            in_vain, answered = 0, True
        except ServerError:
            in_vain += 1
            if in_vain > len(uids).bit_length() + _PATIENCE:
                raise
            middle = len(part) // 2
            if middle:
                parts += [part[:middle], part[middle:]]
            else:
                found.unreadable.append(part[0])
    if not answered and len(uids) > 1:
        raise refusal
    return Found(sorted(found.uids), sorted(found.unreadable))
