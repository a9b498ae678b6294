"""Finding topics by their titles while somebody types: no index, and no letter form matters."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Mapping, Sequence

from listforum.search.folding import NON_JOINER, plain


class Finder:
    """Looks through the titles of some topics. What they were when it was first asked stays.

    `titles` answers the texts to look in, for each topic that is still there. Safe to use from several threads.
    """

    def __init__(self, topics: Sequence[int], titles: Callable[[Sequence[int]], Mapping[int, Sequence[str]]]) -> None:
        self._topics = topics
        self._titles = titles
        self._lock = threading.Lock()
        self._folded: list[tuple[int, str]] | None = None

    def matching(self, words: str) -> array[int]:
        """The topics whose titles hold every word that was typed, or the beginning of it, in the order they came in."""
        found = self._all()
        for word in plain(words).split():
            found = _holding(word, found)
        return array("q", [topic for topic, _text in found])

    def _all(self) -> list[tuple[int, str]]:
        with self._lock:
            if self._folded is None:
                titles = self._titles(self._topics)
                self._folded = [
                    (topic, "\n".join(plain(text).replace(NON_JOINER, "") for text in titles[topic]))
                    for topic in self._topics
                    if topic in titles
                ]
            return self._folded


def _holding(word: str, among: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those whose text holds a word; one with a zero-width non-joiner may stand there joined, or in two words."""
    joined = word.replace(NON_JOINER, "")
    if joined == word:
        return [pair for pair in among if word in pair[1]]
    parts = word.split(NON_JOINER)
    return [pair for pair in among if joined in pair[1] or all(part in pair[1] for part in parts)]
