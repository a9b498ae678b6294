"""Whether a phrase stands in a text. Thousands of texts are asked for each phrase, so each word costs one look-up."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import ClassVar

from listforum.mail.marks import composed
from listforum.search import analysis, folding

MAX_WORDS = 40_000
"""Raw words of which phrases remember, all together, what they are to them."""

PHRASES = 64
"""Phrases that are remembered: as many as one query has, and those of which answers still come."""

CHANGED_BY_STEMMER = 2
"""A stemmer writes no more than the last two letters of an English term otherwise than they stand in the word."""

_OTHER = "."
_LAST = "-"
_FIRST_LETTER = 0x100

_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_FEW = 10
"""A text is taken for ASCII with some quotation marks and accents where no more than a tenth of it is not."""


_UNSPACED_BEGIN = "\u3000"

AtomsOf = Callable[[str], tuple[str, ...]]
"""The atoms of a raw word in one of the rows of `analysis.atoms`."""


@lru_cache(PHRASES)
def finder(phrase: str, ends: tuple[str, ...] = ()) -> Finder:
    """What finds a phrase, as `analysis.phrase` writes it.

    One without its last separator ends in the beginning of a term, or in one of the terms `ends`.
    """
    *head, last = phrase[1:].removesuffix("\0").split("\0")
    return Finder((*head, last)) if phrase.endswith("\0") else Finder(tuple(head), last, ends)


def is_pair(term: str) -> bool:
    """Whether a term is two neighbours of a script without spaces."""
    return len(term) == 2 and folding.UNSPACED_RUN.fullmatch(term) is not None


def holds_pair(text: str, pair: str) -> bool:
    """Whether two neighbours of a script without spaces are a term of a text, told without its other terms."""
    return pair in composed(" ".join(analysis.raw_words(text)))


class Finder:
    """Finds `head` in texts, followed, unless `prefix` is empty, by a term that begins so or is one of `ends`."""

    def __init__(self, head: tuple[str, ...], prefix: str = "", ends: Collection[str] = ()) -> None:
        self._letters = {atom: chr(_FIRST_LETTER + at) for at, atom in enumerate(dict.fromkeys(head))}
        self._prefix = prefix
        self._ends = frozenset(ends)
        self._pattern = self._compiled(head)
        last = [*self._ends, prefix] if prefix else []
        self._sought = (*dict.fromkeys(head), *last)
        self._beginnings = tuple({atom[0] for atom in self._sought if atom})
        self._rough = _rough([(atom,) for atom in head] + ([tuple(last)] if last else []))
        self._split = _Words(self, analysis.split_atoms_of)
        self._joined = _Words(self, analysis.joined_atoms_of)

    def stands_in(self, text: str) -> bool:
        """Whether the phrase stands in a text, with words that hold zero-width non-joiners split there or joined."""
        ascii_text = _in_ascii(text) if self._rough is not None else None
        return self._stands(text) if ascii_text is None else self._stands_in_ascii(ascii_text)

    def _stands_in_ascii(self, text: str) -> bool:
        """Looks only at the places where all words begin as they must."""
        at, rough = 0, self._rough
        while rough is not None and (found := rough.search(text, at)) is not None:
            if self._stands(found.group()):
                return True
            at = found.start() + 1
        return False

    def _stands(self, text: str) -> bool:
        raw = analysis.raw_words(text)
        if self._pattern.search("".join(map(self._split.__getitem__, raw))):
            return True
        if folding.NON_JOINER not in text:
            return False
        return self._pattern.search("".join(map(self._joined.__getitem__, raw))) is not None

    def letters(self, raw: str, atoms_of: AtomsOf) -> str:
        """A letter for each atom of a raw word: the same for all that do not matter."""
        if raw.isascii():
            if not raw.startswith(self._beginnings):
                return _OTHER
        elif raw > _UNSPACED_BEGIN and folding.UNSPACED_RUN.fullmatch(raw):
            plain = composed(raw)
            if not any(atom in plain for atom in self._sought):
                return _OTHER
        atoms = atoms_of(raw)
        return self._letter(atoms[0]) if len(atoms) == 1 else "".join(map(self._letter, atoms))

    def _letter(self, atom: str) -> str:
        return self._letters.get(atom) or (_LAST if self._is_last(atom) else _OTHER)

    def _is_last(self, atom: str) -> bool:
        return bool(self._prefix) and (atom.startswith(self._prefix) or atom in self._ends)

    def _compiled(self, head: tuple[str, ...]) -> re.Pattern[str]:
        letters = "".join(self._letters[atom] for atom in head)
        if not self._prefix:
            return re.compile(letters)
        lasts = "".join(letter for atom, letter in self._letters.items() if self._is_last(atom))
        return re.compile(f"{letters}[{_LAST}{lasts}]")


def _rough(row: list[tuple[str, ...]]) -> re.Pattern[str] | None:
    """What ASCII words in a row look like of which each has one of the given terms; None where they are not ASCII."""
    if not all(term.isascii() and term for terms in row for term in terms):
        return None
    roots = [tuple(dict.fromkeys(map(root, terms))) for terms in row]
    words = ["(?:" + "|".join(each) + ")[a-z0-9]*" for each in roots]
    if len(roots[0]) == 1:  # a pattern that begins with plain letters is looked for several times faster
        words[0] = f"{roots[0][0]}(?<![a-z0-9]{roots[0][0]})[a-z0-9]*"
    else:
        words[0] = "(?<![a-z0-9])" + words[0]
    return re.compile("[^a-z0-9]+".join(words))


def root(term: str) -> str:
    """What each ASCII word begins with that has an ASCII term."""
    return term[: max(1, len(term) - CHANGED_BY_STEMMER)]


def _in_ascii(text: str) -> str | None:
    """A text in small letters, where that takes no more than ASCII and no time; else None."""
    if text.isascii():
        return text.lower()
    if len(text.encode(errors="replace")) - len(text) > len(text) // _FEW:
        return None
    plain = _NOT_ASCII.sub(lambda found: found.group().translate(folding.SPLIT), text)
    return plain.lower() if plain.isascii() else None


class _Words(dict[str, str]):
    """The letters of raw words, each found out once; all are forgotten when there are too many."""

    held: ClassVar[int] = 0

    def __init__(self, of: Finder, atoms_of: AtomsOf) -> None:
        super().__init__()
        self._of = of
        self._atoms_of = atoms_of

    def __missing__(self, raw: str) -> str:
        letters = self._of.letters(raw, self._atoms_of)
        if _Words.held >= MAX_WORDS:
            _Words.held = 0
            self.clear()
            finder.cache_clear()
        if len(raw) <= analysis.MAX_WORD:
            _Words.held += 1
            self[raw] = letters
        return letters
