"""What can be taken back, the newest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A change that was made: in words, and how it is taken back."""

    words: str
    take_back: Callable[[], object]


class Undo:
    """Remembers the last changes of this session."""

    def __init__(self, most: int = 200) -> None:
        self._steps: deque[Step] = deque(maxlen=most)

    def remember(self, words: str, take_back: Callable[[], object]) -> None:
        self._steps.append(Step(words, take_back))

    def pop(self) -> Step | None:
        """The newest change that was not taken back yet."""
        return self._steps.pop() if self._steps else None
