"""Text to terms: the same road for what is indexed and for what is asked.

A text is split into raw words by one pass over a table of code points. Each distinct raw word is then brought to its
term once: letter forms are folded, then the word is stemmed by its script. Folding comes first, so two spellings that
fold together can never be driven apart by a stemmer.

Two kinds of words are indexed in more than one way. A word with a zero-width non-joiner stands both joined and split,
since people write it with the joiner, with a space or with nothing. Chinese, Japanese and Korean have no usable word
borders: each character and each pair of neighbours is a term.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain
from zlib import crc32

from listforum.mail.marks import composed
from listforum.search import folding

RULES = 3
"""To be raised when the rules here or in `folding` change."""

MAX_WORD = 64
"""Characters of a word of a spaced script that count; what is longer is data, not language."""

MAX_REMEMBERED = 100_000
"""Distinct raw words whose terms are remembered while indexing; a fifth of it while phrases are looked for."""

_JOINER = folding.NON_JOINER
_WORD = re.compile("x+")
_LINE_BEFORE_HAN = re.compile(f"\n[ \t]{{0,8}}[{folding.UNSPACED}]")  # quickly told of a text that has none
_LINE_INSIDE_HAN = re.compile(
    f"(?<=[{folding.UNSPACED}])[ \t]{{0,8}}\r?\n[ \t]{{0,8}}(?=[{folding.UNSPACED}])",
)


def words(text: str) -> list[str]:
    """The terms of a text as they are indexed, in order, with repeats."""
    return list(chain.from_iterable(map(_terms.__getitem__, raw_words(text))))


def raw_words(text: str) -> list[str]:
    """The words of a text in order, as they are before their letters are folded and their endings taken off."""
    if not text.isascii() and _LINE_BEFORE_HAN.search(text):
        text = _LINE_INSIDE_HAN.sub("", text)
    return text.translate(folding.SPLIT).split()


def raw_counts(*texts: str) -> Counter[str]:
    """The distinct raw words of some texts, and how often each stands there."""
    return Counter(chain.from_iterable(map(raw_words, texts)))


def terms_of(raw: str) -> tuple[str, ...]:
    """The terms of a raw word, one after the other."""
    return _terms[raw]


def term_counts(raw: Mapping[str, int]) -> dict[str, int]:
    """The terms of counted raw words, and how often each stands there."""
    found: dict[str, int] = {}
    for word, times in raw.items():
        for term in _terms[word]:
            found[term] = found.get(term, 0) + times
    return found


def counted(*texts: str) -> Mapping[str, int]:
    """The terms of some texts, and how often each stands there."""
    return term_counts(raw_counts(*texts))


def forms_of(raw_words: Iterable[str]) -> set[tuple[str, str]]:
    """How raw words are written in folded letters, each with its term; those that are their own terms are left out."""
    forms = set(chain.from_iterable(map(_forms, raw_words)))
    return {(form, term) for form in forms if (term := folding.stem(form)) != form}


def beginning(typed: str) -> str:
    """What a word begins with that begins as `typed` ends: "" when no word is typed.

    It is the last word in folded letters, not stemmed; of a script without spaces it is the last two characters. Each
    word that begins as was typed has a term, or a form among its `forms_of`, that begins with it.
    """
    raw = raw_words(typed)
    forms = _joined_forms(raw[-1]) if raw else ()
    if not forms:
        return ""
    pair = "".join(forms[-2:])
    return pair if any(run.endswith(pair) for run in folding.unspaced_runs(raw[-1])) else forms[-1]


def trails(text: str) -> tuple[str, ...]:
    """The terms of a text as strings in which a `phrase` can be looked for with `in`.

    One trail, or two when the text holds zero-width non-joiners: split there, and joined.
    """
    raw = raw_words(text)
    split = phrase(chain.from_iterable(map(_split_atoms.__getitem__, raw)))
    if _JOINER not in text:
        return (split,)
    return split, phrase(chain.from_iterable(map(_joined_atoms.__getitem__, raw)))


def phrase(terms: Iterator[str] | tuple[str, ...]) -> str:
    """Terms in a row, as a string that stands in a trail exactly where they stand in the text."""
    return "\0" + "\0".join(terms) + "\0"


def atoms(text: str) -> tuple[tuple[str, ...], ...]:
    """The terms of a text one after the other, every character of an unspaced script on its own.

    One row, or two when joining at zero-width non-joiners makes a difference: split first.
    """
    raw = raw_words(text)
    split = tuple(chain.from_iterable(map(_split_atoms.__getitem__, raw)))
    joined = tuple(chain.from_iterable(map(_joined_atoms.__getitem__, raw)))
    return (split,) if split == joined else (split, joined)


def split_atoms_of(raw: str) -> tuple[str, ...]:
    """What one raw word adds to the row of `atoms` that is split at zero-width non-joiners."""
    return _split_atoms[raw]


def joined_atoms_of(raw: str) -> tuple[str, ...]:
    """What one raw word adds to the row of `atoms` that is joined at zero-width non-joiners."""
    return _joined_atoms[raw]


def pairs(text: str) -> tuple[str, ...]:
    """The neighbouring characters of unspaced scripts in a text, as the terms they are indexed by."""
    runs = chain.from_iterable(map(folding.unspaced_runs, raw_words(text)))
    return tuple(chain.from_iterable(_neighbours(run) for run in runs))


def spans(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The words of a text where they stand: start, end and terms.

    A word of an unspaced script is given character by character, each followed by the pair it begins.
    """
    for found in _WORD.finditer(text.translate(folding.WORD_MASK)):
        start, end = found.span()
        word = text[start:end]
        if word.isascii() or not _stands_by_characters(plain := word.translate(folding.SPLIT), len(word)):
            yield start, end, _terms_of_span(word) if len(word) <= MAX_WORD else tuple(words(word))
        else:
            yield from _character_spans(plain, start)


def _stands_by_characters(plain: str, length: int) -> bool:
    """Whether a word of an unspaced script can be shown character by character: each became one, and none combine."""
    return folding.UNSPACED_RUN.search(plain) is not None and len(plain) == length and composed(plain) == plain


@lru_cache(20_000)
def _terms_of_span(word: str) -> tuple[str, ...]:
    return tuple(words(word))


@cache
def fingerprint() -> str:
    """Changes when the same text may get other terms: other rules, stemmers or Unicode tables than before."""
    probe = "".join(map(chr, range(0x20, 0x700))) + _PROBE
    return f"{RULES}-{unicodedata.unidata_version}-{crc32(' '.join(words(probe)).encode()):08x}"


_PROBE = (
    " running connections relational happily generously organization agreed troubled sized plotted"
    " nacionales versiones journaux niveaux informacoes finais possiveis mensagens معلمون"
    " книгами пользователей большая обновление системными"
    " کتاب‌هایشان دانشجویان بزرگترین برنامه‌نویسی المستخدمين 検索エンジン"
)


def _neighbours(run: str) -> Iterator[str]:
    """Each two neighbours of a run: of a long one each distinct pair is one string."""
    if len(run) <= MAX_WORD:
        return (run[at : at + 2] for at in range(len(run) - 1))
    known: dict[str, str] = {}
    return (known.setdefault(pair, pair) for pair in (run[at : at + 2] for at in range(len(run) - 1)))


def _character_spans(word: str, base: int) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    at = 0
    for run in folding.UNSPACED_RUN.finditer(word):
        if run.start() > at:
            yield base + at, base + run.start(), tuple(words(word[at : run.start()]))
        at = run.end()
        for index in range(run.start(), at):
            yield base + index, base + index + 1, tuple(words(word[index]))
            if index + 1 < at:
                yield base + index, base + index + 2, pairs(word[index : index + 2])
    if at < len(word):
        yield base + at, base + len(word), tuple(words(word[at:]))


# --- from a raw word to its terms ---------------------------------------------------------------------------------


class _Memory(dict[str, tuple[str, ...]]):
    """Remembers what was made of each raw word but long ones, and forgets everything when there are too many."""

    def __init__(self, make: Callable[[str], tuple[str, ...]], limit: int) -> None:
        super().__init__()
        self._make = make
        self._limit = limit

    def __missing__(self, raw: str) -> tuple[str, ...]:
        made = self._make(raw)
        if len(self) >= self._limit:
            self.clear()
        if len(raw) <= MAX_WORD:
            self[raw] = made
        return made


def _forms_without_joiners(raw: str) -> tuple[str, ...]:
    """A raw word in folded letters; none when nothing is left of it, several when scripts without spaces are in it."""
    if raw.isascii():
        return (raw[:MAX_WORD],) if raw else ()
    raw = composed(raw)
    if folding.UNSPACED_RUN.search(raw) is None:
        return tuple(filter(None, (folding.form(raw[:MAX_WORD]),)))
    found: list[str] = []
    for part in folding.runs(raw):
        found += _characters(part) if folding.UNSPACED_RUN.match(part) else (folding.form(part[:MAX_WORD]),)
    return tuple(filter(None, found))


def _characters(run: str) -> Iterable[str]:
    """The characters of a run: of a long one each distinct character is one string, wherever it stands."""
    return run if len(run) <= MAX_WORD else map({each: each for each in set(run)}.__getitem__, run)


def _joined_forms(raw: str) -> tuple[str, ...]:
    return _forms_without_joiners(raw.replace(_JOINER, ""))


def _split_forms(raw: str) -> tuple[str, ...]:
    return tuple(chain.from_iterable(map(_forms_without_joiners, raw.split(_JOINER))))


def _forms(raw: str) -> tuple[str, ...]:
    """All that a raw word is indexed as, before its endings are taken off."""
    found = _joined_forms(raw)
    if _JOINER in raw:
        found += _split_forms(raw)
    return found + tuple(chain.from_iterable(_neighbours(run) for run in folding.unspaced_runs(raw)))


def _make_terms(raw: str) -> tuple[str, ...]:
    return tuple(map(folding.stem, _forms(raw)))


def _make_joined(raw: str) -> tuple[str, ...]:
    return tuple(map(folding.stem, _joined_forms(raw)))


def _make_split(raw: str) -> tuple[str, ...]:
    return tuple(map(folding.stem, _split_forms(raw)))


_terms = _Memory(_make_terms, MAX_REMEMBERED)
_joined_atoms = _Memory(_make_joined, MAX_REMEMBERED // 5)
_split_atoms = _Memory(_make_split, MAX_REMEMBERED // 5)
