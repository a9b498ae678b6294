"""Bytes to text in the charsets that mail is written in, labelled rightly, wrongly or not at all.

Only codecs named here are ever used: Python knows others (unicode_escape, idna, rot13) that are no charsets.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from listforum.mail.guess import guess

_CODECS: Final = {
    "utf-8": "utf8 unicode-1-1-utf-8 unicode-2-0-utf-8 cp65001",
    "utf-7": "utf7 unicode-1-1-utf-7 unicode-2-0-utf-7",
    "utf-16": "utf16 unicode iso-10646-ucs-2 ucs-2 csunicode",
    "utf-16-be": "utf-16be",
    "utf-16-le": "utf-16le",
    "utf-32": "utf32 iso-10646-ucs-4 ucs-4",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251 win-1251 win1251",
    # RFC names for Latin-1 cover what Windows programs send under them: cp1252 is its superset (WHATWG Encoding, 4.2).
    "cp1252": "windows-1252 iso-8859-1 iso8859-1 8859-1 latin1 latin-1 l1 iso-ir-100 cp819 ansi iso-latin-1 western",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254 iso-8859-9 iso8859-9 latin5",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp1257": "windows-1257",
    "cp1258": "windows-1258",
    "cp874": "windows-874 tis-620 tis620 iso-8859-11 dos-874",
    "iso8859-2": "iso-8859-2 latin2 latin-2",
    "iso8859-3": "iso-8859-3 latin3",
    "iso8859-4": "iso-8859-4 latin4",
    "iso8859-5": "iso-8859-5 cyrillic",
    "iso8859-6": "iso-8859-6 iso-8859-6-i iso-8859-6-e arabic asmo-708",
    "iso8859-7": "iso-8859-7 greek greek8 sun-eu-greek ecma-118 elot-928",
    "iso8859-8": "iso-8859-8 iso-8859-8-i iso-8859-8-e hebrew visual logical",
    "iso8859-10": "iso-8859-10 latin6",
    "iso8859-13": "iso-8859-13",
    "iso8859-14": "iso-8859-14",
    "iso8859-15": "iso-8859-15 latin9 latin-9 latin-0",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "koi8r koi8 cskoi8r",
    "koi8-u": "koi8-ru koi8u",
    "koi8-t": "koi8t",
    "kz1048": "kz-1048 strk1048-2002",
    "ptcp154": "pt154 cp154 cyrillic-asian",
    "cp437": "ibm437",
    "cp737": "ibm737",
    "cp775": "ibm775",
    "cp850": "ibm850",
    "cp852": "ibm852",
    "cp855": "ibm855",
    "cp857": "ibm857",
    "cp858": "ibm858 ibm00858",
    "cp862": "ibm862 dos-862",
    "cp864": "ibm864",
    "cp866": "ibm866 866",
    "mac-roman": "macintosh mac macroman",
    "mac-cyrillic": "mac-ukrainian maccyrillic",
    "mac-greek": "macgreek",
    "mac-turkish": "macturkish",
    "mac-latin2": "mac-ce mac-centraleurroman maccentraleurope",
    "iso2022_jp_ext": "iso-2022-jp iso-2022-jp-1 iso-2022-jp-ext csiso2022jp jis cp50220 cp50221 cp50222",
    "iso2022_jp_2": "iso-2022-jp-2",
    "iso2022_jp_2004": "iso-2022-jp-3 iso-2022-jp-2004",
    "cp932": "shift-jis shiftjis sjis ms-kanji ms932 windows-31j csshiftjis ms-932",
    "euc_jp": "euc-jp eucjp ujis cseucpkdfmtjapanese",
    "iso2022_kr": "iso-2022-kr csiso2022kr",
    "cp949": "euc-kr euckr ks-c-5601-1987 ks-c-5601 ksc5601 ksc-5601 ks-c-5601-1989 korean uhc windows-949 iso-ir-149",
    "johab": "ksc5601-1992",
    "gb18030": "gb2312 gbk gb-2312-80 gb2312-80 euc-cn euccn cp936 ms936 windows-936 chinese csgb2312 gb-18030 gb",
    "hz": "hz-gb-2312 hz-gb",
    "big5": "big-5 big5-eten cn-big5 csbig5 cp950 windows-950",
    "big5hkscs": "big5-hkscs",
}
_CODEC_OF: Final = {
    name: codec for codec, aliases in _CODECS.items() for name in (codec.replace("_", "-"), *aliases.split())
}
_NAMES_OF_NOTHING: Final = (
    "us-ascii ascii ansi-x3.4-1968 iso-646 iso646-us unknown-8bit unknown x-unknown unspecified default default-charset"
    " 8bit 7bit binary none user-defined x-user-defined iso-8859 windows charset"
)
_UNLABELLED: Final = frozenset(_NAMES_OF_NOTHING.split())
_WIDER: Final = {"big5": "big5hkscs", "euc_jp": "euc_jis_2004", "iso2022_jp_ext": "iso2022_jp_2004"}
"""Where text does not fit a codec, the larger repertoire it may be written in."""

_LABEL = re.compile(r"[\s\"'=]{0,20}(?:charset=)?[\s\"'=]{0,20}([a-z0-9][\w.:+-]{0,60})", re.ASCII)
_ISO_2022_KR: Final = b"\x1b$)C"
_ISO_2022_JP = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the Python codec it was read with, and whether its label said so."""

    text: str
    codec: str
    as_labelled: bool


def decode(data: bytes, label: str) -> Decoded:
    """The text of `data`, whose sender calls its charset `label` ("" where it says nothing); never raises.

    A character cut off at the very end is dropped. What cannot be read at all is U+FFFD.
    """
    codec = codec_named(label)
    if codec is None:
        return _decode_unlabelled(data, as_labelled=_normal(label) in _UNLABELLED or not label)
    for fitting in (codec, _WIDER.get(codec, codec)):
        if (text := _strictly(data, fitting)) is not None:
            return Decoded(text, codec, as_labelled=True)
    return _decode_mislabelled(data, codec)


def _decode_mislabelled(data: bytes, codec: str) -> Decoded:
    """Text that is not, or not wholly, in the charset it is said to be in."""
    if codec == "utf-8":
        return Decoded(_line_by_line(data), codec, as_labelled=False)
    if (text := _utf8(data)) is not None:
        return Decoded(text, "utf-8", as_labelled=False)
    text = data.decode(codec, "replace")
    if 20 * text.count("\ufffd") > len(text):
        return _decode_unlabelled(data, as_labelled=False)
    return Decoded(_SURROGATE.sub("\ufffd", text), codec, as_labelled=True)


@lru_cache(maxsize=256)
def codec_named(label: str) -> str | None:
    """The Python codec for a charset's name in a mail; None for no charset, an unknown one, and none at all."""
    name = _normal(label)
    return _CODEC_OF.get(name) or _CODEC_OF.get(name.removeprefix("x-").removeprefix("cs"))


def _normal(label: str) -> str:
    match = _LABEL.match(label.lower())
    return match[1].replace("_", "-") if match else ""


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(data, False)
    except UnicodeError:
        return None
    # UTF-7 and UTF-16 can spell half a character (a lone surrogate), which is no text.
    if codec.startswith("utf-") and codec != "utf-8" and _SURROGATE.search(text):
        return None
    return text


def _utf8(data: bytes) -> str | None:
    """Text in UTF-8, perhaps cut in its last character. A single odd byte at the end is no beginning of one."""
    text = _strictly(data, "utf-8")
    return None if text is None or (text.isascii() and not data.isascii()) else text


def _decode_unlabelled(data: bytes, *, as_labelled: bool) -> Decoded:
    if data.isascii():
        return Decoded(*_decode_7bit(data), as_labelled=as_labelled)
    if (text := _utf8(data)) is not None:
        return Decoded(text, "utf-8", as_labelled=as_labelled)
    codec = guess(data)
    if codec == "utf-8":
        return Decoded(_line_by_line(data), codec, as_labelled=False)
    return Decoded(data.decode(codec, "replace"), codec, as_labelled=False)


def _decode_7bit(data: bytes) -> tuple[str, str]:
    if b"\x1b" in data:
        if _ISO_2022_KR in data:
            return data.decode("iso2022_kr", "replace"), "iso2022_kr"
        if _ISO_2022_JP.search(data) and (text := _strictly(data, "iso2022_jp_ext")) is not None:
            return text, "iso2022_jp_ext"
    return data.decode("ascii"), "utf-8"


def _line_by_line(data: bytes) -> str:
    """Text in UTF-8 with lines of another charset in it, as footers and quotes bring."""
    rows = data.split(b"\n")
    texts = [_utf8(row) for row in rows]
    codec = guess(b"\n".join(row for row, text in zip(rows, texts, strict=True) if text is None))
    return "\n".join(
        row.decode(codec, "replace") if text is None else text for row, text in zip(rows, texts, strict=True)
    )
