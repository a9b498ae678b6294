"""A typed query cut into pieces: words and quoted phrases, the fields before them, and what stands between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from listforum.search import dates

DATE_FIELDS = ("before", "after", "on")

_TYPED = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»＂「」『』", '"'),
        **dict.fromkeys("：﹕", ":"),
        **dict.fromkeys("＊﹡∗٭", "*"),
        **dict.fromkeys("－﹣−", "-"),
        "｜": "|",
        **dict.fromkeys("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff", ""),
    }
)
"""Signs of other keyboards, and the marks that text in two directions brings along."""

_BLANKS = re.compile(r"[\s(]*")
_WORD = re.compile(r'[^\s"|]*')
_GROUP = re.compile(r'(?P<either>(?:\bOR|\|)\s*)?(?P<excluded>-?)\((?P<inside>[^()"]*)\)')
_EITHER_AFTER = re.compile(r"\s*(?:OR\b|\|)")
_EXCLUDING = re.compile(r"-(?![-\s>|]|$)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or a quoted phrase, with the field before its colon if it has one; `open` if it may still go on."""

    excluded: bool
    field: str
    value: str
    quoted: bool = False
    open: bool = False

    @property
    def name(self) -> str:
        """The field as it is compared."""
        return _same(self.field).casefold()


@dataclass(frozen=True, slots=True)
class Either:
    """Stands between two pieces of which one is enough; `open` if the second is still to be typed."""

    open: bool = False


def plain(text: str) -> str:
    """A typed text in one kind of quotation marks, colons, asterisks and dashes, and without invisible marks."""
    return text.translate(_TYPED).encode(errors="replace").decode()


def short(text: str) -> str:
    """A typed text as it is told in a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


def unclosed(text: str) -> int | None:
    """Where a quotation mark opens that is never closed, in a `plain` text."""
    return text.rindex('"') if text.count('"') % 2 else None


def mended(text: str, at: int) -> str:
    """A text in which an unclosed quotation mark opens nothing, or, of a field or an exclusion, all that follows."""
    return text + '"' if text[at - 1 : at] in (":", "-") and at else f"{text[:at]} {text[at + 1 :]}"


def misgrouped(text: str) -> bool:
    """Whether brackets in a `plain` text mean more than can be asked for: they group nothing."""
    for found in _GROUP.finditer(text):
        inside = list(_cut(found["inside"]))
        beside_either = found["excluded"] or _EITHER_AFTER.match(text, found.end()) or found["either"]
        if beside_either and any(
            isinstance(one, Piece) and isinstance(next_, Piece) for one, next_ in pairwise(inside)
        ):
            return True
    return False


def pieces(text: str) -> list[Piece | Either]:
    """The pieces of a `plain` text, in which each quotation mark is closed."""
    return list(_with_long_dates(_cut(text)))


def unfinished_pieces(text: str) -> list[Piece | Either]:
    """The pieces of a `plain` text that is still being typed: a quotation ends with it, and what stands last is open.

    What a blank or a quotation mark ends is not open.
    """
    in_quotation = unclosed(text) is not None
    found = list(_cut(text + '"' if in_quotation else text))
    if found and not text[-1:].isspace():
        last = found[-1]
        if isinstance(last, Either) or in_quotation or not last.quoted:
            found[-1] = replace(last, open=True)
    elif found and isinstance(found[-1], Either):
        found[-1] = Either(open=True)
    return list(_with_long_dates(found))


def _cut(text: str) -> Iterator[Piece | Either]:
    at = _after(_BLANKS, text, 0)
    while at < len(text):
        if text[at] == "|":
            yield Either()
            at = len(text) - len(text[at:].lstrip("|"))
        else:
            piece, at = _piece(text, at)
            if piece is not None:
                yield piece
        at = _after(_BLANKS, text, at)


def _piece(text: str, at: int) -> tuple[Piece | Either | None, int]:
    """The piece that stands somewhere, none where nothing does, and where the next one may begin."""
    excluded = _EXCLUDING.match(text, at) is not None
    start = _after(_BLANKS, text, at + 1) if excluded else at
    end = _after(_WORD, text, start)
    word = text[start:end]
    field, colon, value = word.partition(":")
    if text[end : end + 1] == '"' and (not word or (colon and not value)):
        return _quoted(text, end, Piece(excluded, field, "", quoted=True))
    if not excluded and _same(word) in ("OR", "AND"):
        return (Either() if _same(word) == "OR" else None), end
    if not colon:
        field, value = "", word
    if "(" not in value:
        value = value.rstrip(")")
    return (Piece(excluded, field, value) if word else None), end


def _quoted(text: str, mark: int, piece: Piece) -> tuple[Piece, int]:
    """A piece with the phrase that begins at a quotation mark; an asterisk after it belongs to its last word."""
    close = text.index('"', mark + 1)
    asterisk = text[close + 1 : close + 2] == "*"
    return replace(piece, value=text[mark + 1 : close] + "*" * asterisk), close + 1 + asterisk


def _with_long_dates(found: Iterable[Piece | Either]) -> Iterator[Piece | Either]:
    """The pieces, with `on:last` and `year` as one."""
    waiting: Piece | None = None
    for piece in found:
        if waiting is not None and isinstance(piece, Piece) and _is_unit(piece):
            yield replace(waiting, value=f"{waiting.value} {piece.value}", open=piece.open)
            waiting = None
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        if isinstance(piece, Piece) and piece.name in DATE_FIELDS and _begins_two_words(piece):
            waiting = piece
        else:
            yield piece
    if waiting is not None:
        yield waiting


def _begins_two_words(piece: Piece) -> bool:
    return not piece.quoted and piece.value.casefold() in dates.BEGIN_TWO_WORDS


def _is_unit(piece: Piece) -> bool:
    if piece.excluded or piece.quoted or piece.field:
        return False
    value = piece.value.casefold()
    return value in dates.UNITS or (piece.open and value != "" and any(unit.startswith(value) for unit in dates.UNITS))


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _same(word: str) -> str:
    """A word whatever the width of its letters."""
    return unicodedata.normalize("NFKC", word)
