"""The line above a quote that says whose words follow: "On Monday Maria wrote:", in the languages of our people.

An attribution may be folded over some lines. It is judged by what it holds (a verb of writing, a date, an address, a
colon at its end), not by one pattern per mail program, so that a program nobody has seen is understood too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

FOLDED_OVER: Final = 5
"""An attribution is looked for in so many lines at most."""

_LONGEST: Final = 600
_LONGEST_ALONE: Final = 250
_LONGEST_SHORT: Final = 200
_FOLDED_WIDTH: Final = 90
_STAMP_WIDTH: Final = 40

WRITTEN: Final = frozenset(
    {
        *("wrote", "writes", "written", "said", "say", "scribbled", "typed"),
        *("escribió", "escribio", "escribi", "escribe", "escrito", "escreveu", "escreveram", "escreve"),
        *("écrit", "ecrit", "crit", "écrivait", "ecrivait", "crivait"),
        *("schrieb", "schrieben", "schreibt", "geschrieben", "meinte", "schreef", "schrijft", "geschreven"),
        *("scritto", "scrisse", "scrive", "scriveva", "scris"),
        *("написал", "написала", "написали", "писал", "писала", "писали", "пишет"),
        *("написав", "писав", "пише", "написао"),
        *("napisał", "napisała", "napisa", "pisze", "pisał", "napsal", "napsala"),
        *("napísal", "napísala", "skrev", "skriver", "kirjoitti", "kirjutas", "έγραψε", "έγραψαν", "γράφει"),
        *("viết", "yazdı", "yazmış", "írta", "rakstīja", "rašė"),
        *("كتب", "كتبت", "يكتب", "كتابة", "نوشت", "نوشته", "نویسد", "כתב", "כתבה"),
    }
)
"""Verbs of writing, casefolded; also as archives show them that lost the letters outside ASCII."""

_JOINED_VERBS: Final = re.compile("写道|寫道|写到|写于|書きました|書いた|さんのメール|님이 작성|님이 씀|작성")
_WORD: Final = re.compile(r"[^\W\d_]+")
_QUOTING: Final = re.compile(
    r"(?:quoting|citando|zitat von|citation de|citat från|citerar|цитата|цитирую|in article|in message|selon)\b",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|\d{1,2}[:٫]\d{2}|\d{1,2}[.h]\d{2}(?!\d)|(?<!\d)\d{4}(?!\d)|\d{1,2} ?[月월]"
)
_DATED_START: Final = re.compile(r"\W{0,6}(?:[^\W\d]{1,14}[.,،]{0,2} {1,2}){0,5}\d|在|于|\W{0,6}\d")
_ADDRESS: Final = re.compile(r"\w@\w|\w (?:at|em|en|bei|chez) \w")
_SPELT_OUT: Final = re.compile(r"<[^<>\s]{1,80} (?:at|em|en|bei|chez) [^<>\s]{1,120}>")
_OPENER: Final = re.compile(
    r"[-*_ ]{0,6}(?:On|At|El|Em|Le|Am|Il|In data|Op|Den|På|Dnia|W dniu|Dne|Dňa|Dna|Vào|Στις|Την|في|بتاريخ|در|在|于)\b"
)
_TIMESTAMP_START: Final = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b")
_BARE_CLOSERS: Final = (
    *("wrote", "writes", "escreveu", "escribió", "schrieb", "a écrit", "skrev", "написал"),
    *("写道", "寫道"),
)
_RULING: Final = " \t*_-—–"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Lines `start` to `end` (included) name an author. `sure`: so clearly that what follows needs no quote mark."""

    start: int
    end: int
    sure: bool


def could_end(line: str) -> bool:
    """Whether an attribution may end with this line: the cheap question before the dear one."""
    text = line.rstrip(_RULING)
    return text.endswith((":", "：", ">")) or text.casefold().endswith(_BARE_CLOSERS) or _timestamped(text)


def find_attribution(lines: Sequence[str], end: int, floor: int) -> Attribution | None:
    """The attribution that ends with line `end` and begins no earlier than line `floor`, or None.

    Lines are stripped and cut. Takes constant time: at most FOLDED_OVER lines are joined.
    """
    joined = ""
    nearest: Attribution | None = None
    for start in range(end, max(floor, end - FOLDED_OVER + 1) - 1, -1):
        if len(joined) > _LONGEST or (not lines[start] and not joined.startswith("<")):
            break
        dated = bool(_DATE.search(joined))
        joined = f"{lines[start]} {joined}" if joined else lines[start]
        if not _closes(joined) or not _complete(joined):
            continue
        found = Attribution(_folded_start(lines, start, floor), end, sure=_stands_alone(joined))
        if _OPENER.match(joined) or (_DATED_START.match(joined) and not (nearest and dated)):
            return found
        nearest = nearest or found
    return nearest or _short(lines, end, floor)


def _stands_alone(text: str) -> bool:
    """Whether no quote mark is needed below: who and when, or who by address, and that they wrote."""
    if len(text) > _LONGEST_ALONE:
        return False
    named = _has_verb(text) and not _begins_with_verb(text)
    if _DATED_START.match(text):
        return named or text.rstrip(_RULING + ":：").endswith((">", ")")) or _timestamped(text)
    return named and "@" in text


def _folded_start(lines: Sequence[str], start: int, floor: int) -> int:
    """One line up, when that begins a date or holds a name which line `start` only goes on with."""
    above, here = lines[start - 1] if start > floor else "", lines[start]
    if not above or len(above) > _FOLDED_WIDTH or _OPENER.match(here) or _ends_sentence(above):
        return start
    dated = _DATED_START.match(above) and (above.endswith(",") or _OPENER.match(above))
    named = here.startswith("<") or ("@" in above and here[0].isdigit())
    return start - 1 if dated or named else start


def _ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does; a dot after a short word may be an abbreviation's."""
    return line.endswith(("!", "?", ":")) or (line.endswith(".") and len(line.rsplit(" ", maxsplit=1)[-1]) > 4)


def _closes(text: str) -> bool:
    """A colon ends it; without one, a verb, or a time stamp and an address, must stand out."""
    bare = text.rstrip(_RULING)
    if bare.endswith((":", "：")):
        return True
    return (bare.casefold().endswith(_BARE_CLOSERS) and bool(_DATE.search(bare))) or _timestamped(bare)


def _timestamped(text: str) -> bool:
    """Whether a date in digits begins it and a time zone or an address follows, as in some programs' attributions."""
    if not _TIMESTAMP_START.match(text):
        return False
    return " GMT" in text[:_STAMP_WIDTH] or (text.endswith(">") and bool(_ADDRESS.search(text[-_FOLDED_WIDTH:])))


def _complete(text: str) -> bool:
    """Two of three: a verb of writing, a date, an address."""
    if _DATE.search(text):
        addressed = "@" in text or _SPELT_OUT.search(text) is not None
        return addressed or _has_verb(text) or _timestamped(text.rstrip(_RULING))
    return ("@" in text or " at " in text) and _has_verb(text)


def _has_verb(text: str) -> bool:
    if not WRITTEN.isdisjoint(_WORD.findall(text.casefold())):
        return True
    return not text.isascii() and _JOINED_VERBS.search(text) is not None


def _begins_with_verb(text: str) -> bool:
    first = _WORD.search(text)
    return first is not None and first[0].casefold() in WRITTEN and not text[: first.start()].strip(" <>*_.")


def _short(lines: Sequence[str], end: int, floor: int) -> Attribution | None:
    """An attribution of one line, as "Maria wrote:", which only a quote below proves."""
    text = lines[end]
    if not text.endswith((":", "：")) or len(text) > _LONGEST_SHORT:
        return None
    if _begins_with_verb(text) and end > floor and lines[end - 1]:
        return Attribution(end - 1, end, sure=False)
    if "@" in text or _has_verb(text) or _QUOTING.match(text):
        return Attribution(end, end, sure=False)
    return None
