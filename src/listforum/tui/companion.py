"""Who may stand beside the reader: the demo, which tells what to try next and has a link to play with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Event = Literal["priced", "cut", "synced", "read", "searched", "found", "asked why", "queued", "sent", "on the list"]
"""What a reader did, or what happened to them."""


@dataclass(frozen=True, slots=True)
class Extra:
    """One thing more to do, on every screen: a key, its label in the footer, its help, and what it does.

    `do` is quick, and answers with a sentence for the person.
    """

    key: str
    label: str
    help: str
    do: Callable[[], str]


class Companion(Protocol):
    """Adds keys, a word on the link, and a line of advice to every screen."""

    @property
    def extras(self) -> Sequence[Extra]:
        """What more can be done."""

    def status(self) -> str:
        """How the link is, in a word or two."""

    def advice(self) -> str:
        """What to try next, in one line."""

    def happened(self, event: Event) -> None:
        """Something was done."""
