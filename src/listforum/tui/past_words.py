"""Words that were searched for before: those of this session, and those that were kept, if the person wants that."""

from __future__ import annotations

from collections.abc import Sequence


class PastWords:
    """Earlier words, the newest last; none stands there twice."""

    def __init__(self) -> None:
        self._words: list[str] = []

    def remember(self, words: str) -> bool:
        """Adds words; answers whether they are not the newest already."""
        words = words.strip()
        if not words or self._words[-1:] == [words]:
            return False
        self._words = [one for one in self._words if one != words] + [words]
        return True

    def add_kept(self, newest_first: Sequence[str]) -> None:
        """Puts words that were kept from earlier sessions before those of this one."""
        older = [words for words in reversed(newest_first) if words not in self._words]
        self._words = [*dict.fromkeys(older), *self._words]

    def forget(self) -> None:
        self._words.clear()

    def walk(self, now: str) -> Walk:
        """A way through them from what stands in the field now."""
        return Walk([*(words for words in self._words if words != now.strip()), now])


class Walk:
    """Goes through words, beginning at the last of them."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._at = len(words) - 1

    @property
    def at_end(self) -> bool:
        """Whether this is where the walk began."""
        return self._at == len(self._words) - 1

    @property
    def here(self) -> str:
        """The words that were come to."""
        return self._words[self._at]

    def step(self, steps: int) -> str:
        """The words so many steps on, as far as there are any; back with a number below 0."""
        self._at = min(max(self._at + steps, 0), len(self._words) - 1)
        return self.here
