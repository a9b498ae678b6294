"""What is asked in the benchmark of search: drawn from the posts themselves, always the same for the same posts.

The bands are those of the words that stand in so many of the posts. "as typed" are words of the subjects of posts drawn
at random: what people look for is what posts are about, so rare, mid and common words come as they do there.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from listforum.model.forum import Document
from listforum.search import folding

SEED: Final = 6
BANDS: Final[Mapping[str, tuple[float, float]]] = {
    "rare": (0.0001, 0.001),
    "mid": (0.01, 0.03),
    "common": (0.15, 1.0),
}
KNOWN_ITEM: Final = (0.001, 0.01)
"""The share of posts in which the words of a known item stand."""

KNOWN_ITEMS: Final = 1_000
KNOWN_WORDS: Final = 3
LONGEST: Final = 30
OPERATORS: Final = frozenset(("and", "or", "not", "xor", "near", "adj"))
"""Words that mean something else to one of those who are asked."""

_WORD: Final = re.compile(r"\w{3,30}")


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A post, and words of its own by which it is looked for."""

    post: int
    words: tuple[str, ...]


class Drawn:
    """Queries of every kind about some posts, `each` of a kind."""

    def __init__(self, documents: Sequence[Document], each: int) -> None:
        self._documents = [document for document in documents if document.lists]
        self._each = each
        self._own = {document.post: _plain_words(document.own_words) for document in self._documents}
        self._standing_in = Counter(word for own in self._own.values() for word in set(own))

    def terms(self) -> dict[str, list[str]]:
        """Single words, by band."""
        bands = {
            name: self._sample(self._band(low, high), random.Random(f"{SEED} term {name}"))
            for name, (low, high) in BANDS.items()
        }
        return {**bands, "as typed": [words[0] for words in self._from_subjects(1)]}

    def conjunctions(self) -> dict[str, list[str]]:
        """Two words, by band: "mid" and "common" are two of that band, "as typed" two of one subject."""
        bands = {}
        for name in ("mid", "common"):
            words = self._band(*BANDS[name])
            chance = random.Random(f"{SEED} and {name}")
            bands[name] = [" ".join(chance.sample(words, 2)) for _ in range(self._each)] if len(words) > 1 else []
        return {**bands, "as typed": [" ".join(words) for words in self._from_subjects(2)]}

    def prefixes(self) -> dict[str, list[str]]:
        """Beginnings of words as typed, by their length."""
        words = [words[0] for words in self._from_subjects(1)]
        return {f"{letters} letters": [word[:letters] + "*" for word in words] for letters in (2, 3, 4)}

    def phrases(self) -> dict[str, list[str]]:
        """Words that stand one after the other in a post, by their number."""
        found: dict[str, list[str]] = {}
        for words in (2, 3):
            chance = random.Random(f"{SEED} phrase {words}")
            typed: list[str] = []
            for document in chance.sample(self._documents, len(self._documents)):
                runs = _runs(document.own_words, words)
                if runs and len(typed) < self._each:
                    typed.append(f'"{chance.choice(runs)}"')
            found[f"{words} words"] = typed
        return found

    def known_items(self) -> list[KnownItem]:
        """Posts of which three words are known that stand in few posts, but not in this one alone."""
        low, high = (share * len(self._documents) for share in KNOWN_ITEM)
        chance = random.Random(f"{SEED} known item")
        items: list[KnownItem] = []
        for document in chance.sample(self._documents, len(self._documents)):
            words = sorted({w for w in self._own[document.post] if max(3, low) <= self._standing_in[w] <= high})
            if len(words) >= KNOWN_WORDS and len(items) < KNOWN_ITEMS:
                items.append(KnownItem(document.post, tuple(chance.sample(words, KNOWN_WORDS))))
        return items

    def _from_subjects(self, words: int) -> list[tuple[str, ...]]:
        chance = random.Random(f"{SEED} subject {words}")
        found: list[tuple[str, ...]] = []
        for document in chance.choices(self._documents, k=20 * self._each):
            known = sorted({word for word in _plain_words(document.subject) if self._standing_in[word]})
            if len(known) >= words and len(found) < self._each:
                found.append(tuple(chance.sample(known, words)))
        return found

    def _band(self, low: float, high: float) -> list[str]:
        posts = len(self._documents)
        return sorted(word for word, count in self._standing_in.items() if low * posts <= count <= high * posts)

    def _sample(self, words: Sequence[str], chance: random.Random) -> list[str]:
        return chance.sample(words, min(self._each, len(words)))


def mean_reciprocal_rank(items: Sequence[KnownItem], search: Callable[[str], Sequence[int]]) -> float:
    """How near to the top known items are: 1 when each comes first, and nothing for one that does not come."""
    found = 0.0
    for item in items:
        posts = search(" ".join(item.words))
        found += 1 / (posts.index(item.post) + 1) if item.post in posts else 0
    return found / len(items) if items else 0.0


def _plain_words(text: str) -> list[str]:
    """The words of a text that are made of letters alone, as the program folds them but not stemmed."""
    folded = (folding.plain(word) for word in _WORD.findall(text) if word.isalpha())
    return [word for word in folded if word.isalpha() and word not in OPERATORS]


def _runs(text: str, words: int) -> list[str]:
    """Words of letters with nothing but a space between them."""
    lines = [line.split(" ") for line in text.splitlines()]
    runs = [line[at : at + words] for line in lines for at in range(len(line) - words + 1)]
    return [" ".join(run) for run in runs if all(word.isalpha() and len(word) <= LONGEST for word in run)]
