"""Which characters make words, which letters are the same letter, and which stemmer speaks for a script.

The tables are filled from the Unicode database as characters are met. What they add to it: Persian and Arabic
keyboards give different code points for the same letter (ی ي ى, ک ك); short vowels, tatweel and bidi marks are
ornament; ё is written е. Accents are taken off Latin and Greek letters only: й, が and ö of other scripts are letters
of their own.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator

import snowballstemmer

from listforum.mail.marks import composed

NON_JOINER = "\u200c"

UNSPACED = (
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
)
"""Han, kana and Hangul, as the inside of a character class."""

UNSPACED_RUN = re.compile(f"[{UNSPACED}]+")

_VARIATION_SELECTORS = (*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0100, 0xE01F0)))
_IGNORED = frozenset(
    "\u00ad\u034f\u0640\u061c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
).union(_VARIATION_SELECTORS)
_ARABIC_MARK = re.compile("[\u064b-\u065f\u0670\u06d6-\u06ed]+")
_INDIC_SIGNS = frozenset((7, 9))  # combining classes of nukta and virama, which spell and do not ornament

_SAME_LETTER = {
    **dict.fromkeys("يىئېۍ", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("آأإٱ", "ا"),
    **dict.fromkeys("ةۀۂەھہۃ", "ه"),
    "ؤ": "و",
    "ё": "е",
    "ı": "i",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ς": "σ",
}
_ARTICLES = ("وال", "بال", "فال", "کال", "ال", "لل")
_SHORTEST_AFTER_ARTICLE = 3


def _split_character(character: str) -> str:
    """A character as it stands in a raw word, or a space where words are parted."""
    if character == NON_JOINER:
        return character
    if character in _IGNORED or _ARABIC_MARK.match(character):
        return ""
    plain = unicodedata.normalize("NFKC", character).casefold()
    return "".join(each if _in_word(each) else " " for each in plain)


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


def _fold_character(character: str) -> str:
    """A character of a raw word as it stands in a term."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    same = _SAME_LETTER.get(character)
    if same is not None:
        return same
    if unicodedata.combining(character):
        return character if unicodedata.combining(character) in _INDIC_SIGNS else ""
    if not unicodedata.name(character, "").startswith(("LATIN", "GREEK")):
        return character
    letters = unicodedata.normalize("NFKD", character)
    return "".join(_SAME_LETTER.get(each, each) for each in letters if not unicodedata.combining(each))


class _Split(dict[int, str]):
    def __missing__(self, code: int) -> str:
        made = self[code] = _split_character(chr(code))
        return made


class _Fold(dict[int, str]):
    def __missing__(self, code: int) -> str:
        made = self[code] = _fold_character(chr(code))
        return made


class _Mask(dict[int, str]):
    def __missing__(self, code: int) -> str:
        made = self[code] = " " if SPLIT[code] == " " else "x"
        return made


SPLIT = _Split()
"""For `str.translate`: case, width and presentation forms folded, everything between words made a space."""

WORD_MASK = _Mask()
"""For `str.translate`: "x" where a character is part of a word, a space where not; as long as the text."""

_FOLD = _Fold()


def unspaced_runs(raw: str) -> Iterator[str]:
    """The runs of Han, kana or Hangul in a raw word."""
    if not raw.isascii():
        yield from UNSPACED_RUN.findall(composed(raw))


def runs(raw: str) -> Iterator[str]:
    """A raw word cut where an unspaced script begins or ends."""
    at = 0
    for run in UNSPACED_RUN.finditer(raw):
        if run.start() > at:
            yield raw[at : run.start()]
        yield run.group()
        at = run.end()
    if at < len(raw):
        yield raw[at:]


def plain(text: str) -> str:
    """A text in the letters of its terms, unstemmed: its words parted by blanks, zero-width non-joiners still in them.

    Texts that fold alike are the same words, whatever keyboard they were typed on.
    """
    return composed(text.translate(SPLIT)).translate(_FOLD)


# --- stemming -----------------------------------------------------------------------------------------------------

_english = snowballstemmer.stemmer("english")
_russian = snowballstemmer.stemmer("russian")
_persian = snowballstemmer.stemmer("persian")
_stemming = threading.Lock()
"""A stemmer written in Python works on a word in its own fields: two threads would stem each other's words."""

_SHORTEST_PLURAL = 6
_PLURAL_ENDINGS = ("ales", "siones", "aux", "oes", "ais", "eis", "agens")
_PLURALS = tuple(
    (re.compile(f"(?:{ending})$"), singular)
    for ending, singular in (
        ("(?<=[cgs]ion)ales|(?<=im)ales|(?<=it)ales|(?<=ip)ales", "al"),  # nacionales, animales, digitales; not females
        ("siones", "sion"),  # versiones
        ("eaux", "eau"),  # niveaux
        ("aux", "al"),  # journaux
        ("(?<=[aeinpu]c)oes|(?<=[inrs]s)oes|(?<=[gu]est)oes", "ao"),  # informações, versões, questões; not heroes
        ("(?<=dr)oes|(?<=ni)oes|(?<=lh)oes|(?<=[zx])oes", "ao"),  # padrões, reuniões, milhões, razões, conexões
        (
            "(?<=[iu])ais|(?<=[io]n)ais|(?<=i[mpt])ais|(?<=[oe]g)ais|(?<=o[bc])ais|(?<=ger)ais",
            "al",
        ),  # finais; not delais
        ("(?<=[pv])eis|(?<=ot)eis", "el"),  # possíveis, papéis, hotéis
        ("(?<=[dmstu])agens", "agem"),  # mensagens; not collagens
    )
)
_ARABIC_PLURAL = re.compile("^(م..+[^ی])ون$")
"""People who do something, as in معلمون; not میلیون."""


def form(raw: str) -> str:
    """A raw word of a spaced script in folded letters; empty when folding leaves nothing."""
    return raw if raw.isascii() else raw.translate(_FOLD)


def stem(folded: str) -> str:
    """The term of a word in folded letters.

    Latin words are stemmed as English whatever their language: at search time nobody knows it, and plurals in -s are
    shared. Before that, plurals that only Spanish, French and Portuguese make become their singular. Arabic script is
    stemmed as Persian after the Arabic article and the ending of the sound plural are taken off.
    """
    if folded.isascii():
        return _stemmed(_english, _singular(folded)) if folded.isalpha() else folded
    if "\u0400" <= folded[0] <= "\u052f":
        return _stemmed(_russian, folded)
    if "\u0600" <= folded[0] <= "\u06ff":
        bare = _ARABIC_PLURAL.sub(r"\1", _without_article(folded))
        return _stemmed(_persian, bare).translate(_FOLD)
    return folded


def _stemmed(stemmer: snowballstemmer.Stemmer, word: str) -> str:
    with _stemming:
        return stemmer.stemWord(word)


def _singular(folded: str) -> str:
    """A plural that no English word looks like as its singular; any other word as it is."""
    if len(folded) >= _SHORTEST_PLURAL and folded.endswith(_PLURAL_ENDINGS):
        for plural, singular in _PLURALS:
            if plural.search(folded) is not None:
                return plural.sub(singular, folded)
    return folded


def _without_article(folded: str) -> str:
    for article in _ARTICLES:
        if folded.startswith(article) and len(folded) >= len(article) + _SHORTEST_AFTER_ARTICLE:
            return folded[len(article) :]
    return folded
