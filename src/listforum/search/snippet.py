"""The few words of a post that show why it was found."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from listforum.search import folding
from listforum.search.analysis import forms_of, raw_words, spans, terms_of, words
from listforum.search.phrases import Finder, finder, root
from listforum.search.query import Clause, Query

LENGTH = 200
"""Characters of a snippet, about."""

BEFORE = 60
BORDER = 24
"""How far a cut may move to fall between two words."""

MAX_LOOKED_AT = 200_000
"""Characters of a text in which a match is looked for; with none in them the beginning is shown."""

MAX_AFTER_FIRST = 8_000
"""Characters after the first match in which a better place is looked for."""

CHUNK = 2_000
OVERLAP = 200
"""Texts are skimmed in chunks, which overlap so that no word and no common phrase is cut in both."""

PHRASE = 300
"""Characters before the end of a phrase in which all of it must stand to be preferred."""

MAX_WORDS = 20_000
"""Words of texts of which a query remembers whether they are asked for."""

Marks = tuple[tuple[int, int], ...]


_NOTHING: frozenset[str] = frozenset()


class _Wanted:
    """What is looked for in texts: words by their terms or by how they begin, and phrases."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        readings = [reading for clause in clauses for reading in clause.readings]
        self._names = {term: term for reading in readings for term in reading.terms}
        self.beginnings = tuple(dict.fromkeys(reading.prefix for reading in readings if reading.prefix))
        self.phrases = tuple(dict.fromkeys(finder(reading.phrase) for reading in readings if reading.phrase))
        # A word that may go on and its beginning are one thing: whoever shows either shows it.
        self._names.update((term, each) for term in self._names for each in self.beginnings if term.startswith(each))
        self._finders = [Finder((term,)) for term in self._names if term.isascii()]
        self._others = frozenset(term for term in self._names if not term.isascii())
        self.by_raw_word = _Hits(self)
        """What of it a raw word is."""
        self.by_word: dict[str, frozenset[str]] = {}
        """What of it a word is that was met before."""
        self.like = _like(term for term in (*self._names, *self.beginnings) if term.isascii())
        """ASCII words that may be among them."""
        self.of_phrase = len(set(self._names.values()).union(self.beginnings)) + 1
        """What a phrase is worth: more than all words that stand scattered."""
        self.most = (len(self.phrases) + 1) * self.of_phrase - 1
        """What a place is worth that shows all of it."""

    def __bool__(self) -> bool:
        return bool(self._names or self.beginnings)

    def hits(self, word: str, terms: tuple[str, ...]) -> frozenset[str]:
        """What of it a word is."""
        if self._names.keys().isdisjoint(terms) and not any(self._begun(word, terms)):
            return _NOTHING
        return frozenset(chain(map(self._names.__getitem__, self._names.keys() & terms), self._begun(word, terms)))

    def _begun(self, word: str, terms: tuple[str, ...]) -> Iterator[str]:
        """The beginnings that a word or one of its terms has."""
        if self.beginnings:
            own = (word.lower(),) if word.isascii() else (form for form, _ in forms_of(raw_words(word)))
            forms = (*terms, *own)
            yield from (each for each in self.beginnings if any(form.startswith(each) for form in forms))

    def touches(self, text: str) -> bool:
        """Whether any of the words stands in a text."""
        if text.isascii() and self.beginnings:
            return any(hits for _start, _end, hits in _marked_in_ascii(text, self))
        if any(finder.stands_in(text) for finder in self._finders):
            return True
        terms = words(text) if self._others or self.beginnings else ()
        if not self._others.isdisjoint(terms):
            return True
        return bool(self.beginnings) and any(each.startswith(self.beginnings) for each in chain(terms, _folded(text)))

    def phrases_in(self, text: str) -> frozenset[Finder]:
        """Which of the phrases stand in a text."""
        return frozenset(phrase for phrase in self.phrases if phrase.stands_in(text))


def _like(terms: Iterable[str]) -> re.Pattern[str] | None:
    """ASCII words that begin like one of these, in small letters; None where there are none."""
    roots = "|".join(sorted(set(map(root, terms))))
    return re.compile(f"(?<![a-z0-9])(?:{roots})[a-z0-9]*") if roots else None


class _Hits(dict[str, frozenset[str]]):
    """Remembers what of what is wanted a word is."""

    def __init__(self, wanted: _Wanted) -> None:
        super().__init__()
        self._wanted = wanted

    def __missing__(self, raw: str) -> frozenset[str]:
        hits = self._wanted.hits(raw, terms_of(raw))
        if len(self) < MAX_WORDS:
            self[raw] = hits
        return hits


@lru_cache(4)
def _wanted(query: Query) -> _Wanted:
    clauses = (clause for choice in query.required for clause in choice if isinstance(clause, Clause))
    return _Wanted(clause for clause in clauses if "text" in clause.fields)


def _folded(text: str) -> list[str]:
    """The words of a text in folded letters, those with zero-width non-joiners split and joined."""
    plain = folding.UNSPACED_RUN.sub(" ", folding.plain(text))
    split = plain.replace(folding.NON_JOINER, " ").split()
    return split + plain.replace(folding.NON_JOINER, "").split() if folding.NON_JOINER in plain else split


def snippet(text: str, query: Query) -> tuple[str, Marks]:
    """A cut of the text around what was asked for, its white space evened out, and where that stands in it.

    Without a match in the text, its beginning and no marks. Positions are characters of the snippet, half-open.
    """
    best = place(text, query)
    start = _cut_before(text, max(0, best - BEFORE))
    end = _cut_after(text, min(len(text), start + LENGTH))
    cut = " ".join(text[start:end].split())
    before, after = "… " if start else "", " …" if end < len(text.rstrip()) else ""
    return before + cut + after, tuple((first + len(before), last + len(before)) for first, last in marks(cut, query))


def place(text: str, query: Query) -> int:
    """Where a text shows best why it was found, as a character.

    The phrases asked for stand there if they stand anywhere, else the words that were asked for, close together.
    """
    wanted = _wanted(query)
    text = text[:MAX_LOOKED_AT]
    for start in _chunks(text) if wanted.phrases else ():
        if wanted.phrases_in(text[start : start + CHUNK + OVERLAP]):
            return start + (_densest(text[start : start + CHUNK + OVERLAP + MAX_AFTER_FIRST], wanted) or 0)
    for start in _chunks(text) if wanted else ():
        if wanted.touches(text[start : start + CHUNK + OVERLAP]):
            # One word is nowhere better shown than where it comes first.
            further = MAX_AFTER_FIRST if wanted.most > 1 else 0
            found = _densest(text[start : start + CHUNK + OVERLAP + further], wanted)
            if found is not None:
                return start + found
    return 0


def marks(text: str, query: Query) -> Marks:
    """Where the words that were asked for stand in a text, as characters, half-open; those that touch become one."""
    marks: list[tuple[int, int]] = []
    for start, end, _ in _marked(text, _wanted(query)):
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((start, end))
    return tuple(marks)


def _chunks(text: str) -> range:
    return range(0, len(text), CHUNK)


def _marked(text: str, wanted: _Wanted) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The words of a text that were asked for, and what of it they are."""
    if text.isascii():
        yield from _marked_in_ascii(text, wanted)
        return
    known = wanted.by_word
    for start, end, terms in spans(text):
        word = text[start:end]
        hits = known.get(word)
        if hits is None:
            hits = wanted.hits(word, terms)
            if len(known) < MAX_WORDS:
                known[word] = hits
        if hits:
            yield start, end, hits


def _marked_in_ascii(text: str, wanted: _Wanted) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The same where every character stays one: only words are looked at that begin like one that is asked for."""
    if wanted.like is None:
        return
    for place in wanted.like.finditer(text.lower()):
        hits = wanted.by_raw_word[place.group()]
        if hits:
            yield *place.span(), hits


def _densest(text: str, wanted: _Wanted) -> int | None:
    """Where the first stretch begins that shows as much of what is wanted as any; None when there is nothing."""
    best, most = None, 0
    stretch: deque[tuple[int, frozenset[str], frozenset[Finder]]] = deque()
    for start, end, hits in _marked(text, wanted):
        stretch.append((start, hits, _ending(text, start, end, wanted)))
        while len(stretch) > 1 and stretch[0][0] < start - (LENGTH - BEFORE - BORDER):
            stretch.popleft()
        shown = len(frozenset().union(*(hits for _, hits, _ in stretch)))
        shown += wanted.of_phrase * len(frozenset().union(*(phrases for _, _, phrases in stretch)))
        if shown > most:
            best, most = stretch[0][0], shown
        if most == wanted.most:
            break
    return best


def _ending(text: str, start: int, end: int, wanted: _Wanted) -> frozenset[Finder]:
    """The phrases that end with a word of a text."""
    if not wanted.phrases:
        return frozenset()
    begin = max(0, start - PHRASE)
    return wanted.phrases_in(text[begin:end]) - wanted.phrases_in(text[begin:start])


def _cut_before(text: str, wanted: int) -> int:
    """A place at or shortly after the wanted one where a word begins."""
    if wanted == 0:
        return 0
    for at in range(wanted, min(wanted + BORDER, len(text))):
        if text[at - 1].isspace():
            return at
    return _between_characters(text, wanted)


def _cut_after(text: str, wanted: int) -> int:
    """A place at or shortly before the wanted one where a word ends."""
    if wanted == len(text):
        return wanted
    for at in range(wanted, max(wanted - BORDER, 0), -1):
        if text[at].isspace():
            return at
    return _between_characters(text, wanted)


def _between_characters(text: str, at: int) -> int:
    """The next place that parts no accent, sign or joiner from its letter."""
    while at < len(text) and (unicodedata.category(text[at]) in ("Mn", "Mc", "Me", "Cf")):
        at += 1
    return at
