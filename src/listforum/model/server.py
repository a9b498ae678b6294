"""Where mail lies on a server, and how much of it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post lies on a server (RFC 3501, 2.3.1.1)."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class UidSet:
    """A set of UIDs as sorted, disjoint ranges; its text is an IMAP sequence-set (RFC 3501, 9)."""

    ranges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        pairs = (item.split(":") for item in text.split(",") if item)
        return cls(tuple((int(pair[0]), int(pair[-1])) for pair in pairs))

    def __str__(self) -> str:
        return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in self.ranges)

    def __contains__(self, uid: int) -> bool:
        return any(low <= uid <= high for low, high in self.ranges)

    def with_range(self, low: int, high: int) -> UidSet:
        """This set and every UID from `low` to `high`, both included."""
        if low > high:
            return self
        apart = [(a, b) for a, b in self.ranges if b + 1 < low or high + 1 < a]
        meeting = [(a, b) for a, b in self.ranges if not (b + 1 < low or high + 1 < a)]
        merged = (min([low, *(a for a, _ in meeting)]), max([high, *(b for _, b in meeting)]))
        return UidSet(tuple(sorted([*apart, merged])))

    def first_gap(self, floor: int) -> int:
        """The lowest UID from `floor` on that is not in this set."""
        for low, high in self.ranges:
            if low <= floor <= high:
                floor = high + 1
        return floor

    @property
    def highest(self) -> int:
        return self.ranges[-1][1] if self.ranges else 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """What has been read of a folder for one list.

    `covered` UIDs are settled: their mail is stored, or is none of the list's. Below `floor` lies older mail that the
    first sync left on the server: `older` mails of it, not fetched until asked for. `history` is the setting by which
    the floor was laid. Direct copies have been looked for below UID `direct`.
    """

    uidvalidity: int
    covered: UidSet
    floor: int
    history: int
    older: int
    direct: int = 1
