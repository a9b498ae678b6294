"""What goes over the wire, what it was paid for, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Purpose = Literal["connect", "headers", "text", "attachment", "send"]
"""What bytes on the wire were paid for."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """TCP payload, both ways, TLS included."""

    up: int = 0
    down: int = 0

    def __add__(self, other: Bytes) -> Bytes:
        return Bytes(self.up + other.up, self.down + other.down)

    def __sub__(self, other: Bytes) -> Bytes:
        return Bytes(self.up - other.up, self.down - other.down)

    @property
    def total(self) -> int:
        return self.up + self.down


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid for a purpose, and what came for it: so many mails, texts or connections, and their told size.

    `size` is in bytes, encoded, as the server told it before it was asked for; of texts only.
    """

    bytes: Bytes = Bytes()
    times: int = 0
    size: int = 0

    def __add__(self, other: Paid) -> Paid:
        return Paid(self.bytes + other.bytes, self.times + other.times, self.size + other.size)


@dataclass(frozen=True, slots=True)
class Spending:
    """What went over the wire today and this month (UTC), and what the config allows: `budget` bytes a day or month."""

    today: Bytes = Bytes()
    month: Bytes = Bytes()
    budget: int | None = None
    per: Literal["day", "month"] = "day"

    @property
    def counted(self) -> Bytes:
        """What counts against the budget."""
        return self.today if self.per == "day" else self.month


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work has come. `seconds_left` is None until there is a rate to judge by."""

    what: str
    done: int
    total: int
    bytes: Bytes
    seconds_left: float | None = None
