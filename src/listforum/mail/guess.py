"""The charset of text that does not say it, judged by the letters its languages use most."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SAMPLE_BYTES: Final = 4096
_ASCII: Final = bytes(range(128))
_HIGH_RUN = re.compile(rb"(?m)^[^\n\x80-\xff]*[\x80-\xff][^\n]*")
_NOT_ASCII = re.compile("[^\x00-\x7f\ufffd]")
# Accented letters stand alone, or two or three of them in a word of ASCII letters; those of other scripts side by side.
_ACCENTS = re.compile(
    rb"(?<![\x80-\xff])(?:[\x80-\xff](?![\x80-\xff])"
    rb"|(?<=[A-Za-z])[\x80-\xff]{2,3}(?![\x80-\xff])|[\x80-\xff]{2,3}(?=[A-Za-z]))"
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A codec, the letters frequent in what is written in it, and which share of its non-ASCII text they make."""

    codec: str
    frequent: frozenset[str]
    share: float
    in_latin_words: bool = False


_LATIN: Final = frozenset("éèàçêùâîôûëïüäößñóíáúãõåøæÉÖÄÜ¿¡«»’‘“”–—…€ºª°\xa0")
_CENTRAL: Final = frozenset("ąćęłńóśźżáčďéěíňřšťúůýžőűĺľŕôäöü")
_CYRILLIC: Final = frozenset("оеаинтсрвлкмдпуяыь")
_GREEK: Final = frozenset("αοιετσνηυρπκλςμάόίέ")
_TURKISH: Final = frozenset("çğışöüİÇĞŞÖÜâ")
_HEBREW: Final = frozenset("יוהלארתבמשנםן")
_ARABIC: Final = frozenset("ايلمونرتبةهدعسفكی")
_THAI: Final = frozenset("านรกอเงยมลวดทสะตปบคหแจ่้ัีิ็์ไ")
_KANA: Final = frozenset("のにはをたがでてとしれさいるなかっこすもらまりうくきンスルトー、。")
_HAN: Final = frozenset(
    "的一是不了在有人我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么，。"
)
_HAN_TRADITIONAL: Final = frozenset(
    "的一是不了在有人我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可裡後小麼，。"
)
_HANGUL: Final = frozenset("이다는에의가을고하지사한로도기어리를인은서대시자정일나아해과그수입니습")

_CANDIDATES: Final = (
    _Candidate("cp1252", _LATIN, 0.85, in_latin_words=True),
    _Candidate("iso8859-2", _CENTRAL, 0.9, in_latin_words=True),
    _Candidate("cp1250", _CENTRAL, 0.9, in_latin_words=True),
    _Candidate("cp1254", _TURKISH, 0.9, in_latin_words=True),
    _Candidate("cp1251", _CYRILLIC, 0.85),
    _Candidate("koi8-r", _CYRILLIC, 0.85),
    _Candidate("cp866", _CYRILLIC, 0.85),
    _Candidate("iso8859-5", _CYRILLIC, 0.85),
    _Candidate("iso8859-7", _GREEK, 0.8),
    _Candidate("cp1255", _HEBREW, 0.75),
    _Candidate("cp1256", _ARABIC, 0.75),
    _Candidate("cp874", _THAI, 0.75),
    _Candidate("cp932", _KANA, 0.5),
    _Candidate("euc_jp", _KANA, 0.5),
    _Candidate("gb18030", _HAN, 0.25),
    _Candidate("big5", _HAN_TRADITIONAL, 0.25),
    _Candidate("cp949", _HANGUL, 0.45),
)
_LATIN_CANDIDATES: Final = tuple(candidate for candidate in _CANDIDATES if candidate.in_latin_words)
_CERTAIN_ENOUGH: Final = 0.4
_BEYOND_DOUBT: Final = 0.95


def guess(data: bytes) -> str:
    """The Python codec that reads `data` most plausibly: "utf-8" when it is mostly that, "cp1252" for want of better.

    Looks at the first 4 kB of lines that are not ASCII only.
    """
    sample = _sample(data)
    if _is_damaged_utf8(sample):
        return "utf-8"
    high = len(sample.translate(None, _ASCII))
    if not high:
        return "cp1252"
    accents = sum(map(len, _ACCENTS.findall(sample))) / high
    best, best_score = "cp1252", _CERTAIN_ENOUGH
    for candidate in _CANDIDATES if accents < 0.9 else _LATIN_CANDIDATES:
        score = _score(sample, candidate)
        score = score * (0.5 + accents / 2) if candidate.in_latin_words else score - accents
        if score > best_score:
            best, best_score = candidate.codec, score
        if best_score > _BEYOND_DOUBT:
            break
    return best


def _sample(data: bytes) -> bytes:
    rows, length = [], 0
    for match in _HIGH_RUN.finditer(data):
        rows.append(match[0][: _SAMPLE_BYTES - length])
        length += len(rows[-1])
        if length >= _SAMPLE_BYTES:
            break
    return b"\n".join(rows)


def _is_damaged_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    return len(_NOT_ASCII.findall(text)) > 3 * text.count("\ufffd")


def _score(sample: bytes, candidate: _Candidate) -> float:
    """About 1 for the right codec. Bytes it cannot read weigh against it."""
    text = sample.decode(candidate.codec, "replace")
    letters = _NOT_ASCII.findall(text)
    if not letters:
        return 0.0
    frequent = sum(map(candidate.frequent.__contains__, letters))
    return (frequent / len(letters) / candidate.share) - 2 * text.count("\ufffd") / len(letters)
