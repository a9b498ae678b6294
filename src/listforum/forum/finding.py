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
        asked = [alternatives for word in words.split() for alternatives in _alternatives(word)]
        found = self._all()
        for alternatives in asked:
            found = [pair for pair in found if any(all(part in pair[1] for part in way) for way in alternatives)]
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


def _alternatives(word: str) -> list[tuple[tuple[str, ...], ...]]:
    """What must stand in a title for a typed word: for each piece of it, one of several ways, all of whose parts.

    A piece with a zero-width non-joiner may stand joined or in two words.
    """
    return [
        ((piece.replace(NON_JOINER, ""),), tuple(filter(None, piece.split(NON_JOINER))))
        if NON_JOINER in piece
        else ((piece,),)
        for piece in plain(word).split()
    ]
