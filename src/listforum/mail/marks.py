"""Marks that stand over, under and in letters, and what thins them where a stranger piles them up.

Unicode sets the marks of a pile in order before it composes them, which takes time by the square of their number. So
text of strangers is composed by `composed`, and never by `unicodedata.normalize` unless it is known to be short.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MOST: Final = 8
"""Marks in a row that count where texts are compared: no language writes more on one letter."""

_MARKS: Final = """
    0300-036f 0483-0487 0591-05bd 05bf 05c1-05c2 05c4-05c5 05c7 0610-061a 064b-065f 0670 06d6-06dc 06df-06e4 06e7-06e8
    06ea-06ed 0711 0730-074a 07a6-07b0 07eb-07f3 07fd 0816-0819 081b-0823 0825-0827 0829-082d 0859-085b 0898-089f
    08ca-08e1 08e3-0902 093a 093c 0941-0948 094d 0951-0957 0962-0963 0981 09bc 09c1-09c4 09cd 09e2-09e3 09fe-0a02 0a3c
    0a41-0a51 0a70-0a71 0a75 0a81-0a82 0abc 0ac1-0ac8 0acd 0ae2-0ae3 0afa-0b01 0b3c 0b3f 0b41-0b44 0b4d-0b56 0b62-0b63
    0b82 0bc0 0bcd 0c00 0c04 0c3c 0c3e-0c40 0c46-0c56 0c62-0c63 0c81 0cbc 0cbf 0cc6 0ccc-0ccd 0ce2-0ce3 0d00-0d01
    0d3b-0d3c 0d41-0d44 0d4d 0d62-0d63 0d81 0dca 0dd2-0dd6 0e31 0e34-0e3a 0e47-0e4e 0eb1 0eb4-0ebc 0ec8-0ecd 0f18-0f19
    0f35 0f37 0f39 0f71-0f7e 0f80-0f84 0f86-0f87 0f8d-0fbc 0fc6 102d-1030 1032-1037 1039-103a 103d-103e 1058-1059
    105e-1060 1071-1074 1082 1085-1086 108d 109d 135d-135f 1712-1715 1732-1734 1752-1753 1772-1773 17b4-17b5 17b7-17bd
    17c6 17c9-17d3 17dd 180b-180d 180f 1885-1886 18a9 1920-1922 1927-1928 1932 1939-193b 1a17-1a18 1a1b 1a56 1a58-1a60
    1a62 1a65-1a6c 1a73-1a7f 1ab0-1b03 1b34 1b36-1b3a 1b3c 1b42 1b44 1b6b-1b73 1b80-1b81 1ba2-1ba5 1ba8-1bad 1be6
    1be8-1be9 1bed 1bef-1bf3 1c2c-1c33 1c36-1c37 1cd0-1cd2 1cd4-1ce0 1ce2-1ce8 1ced 1cf4 1cf8-1cf9 1dc0-1dff 20d0-20dc
    20e1 20e5-20f0 2cef-2cf1 2d7f 2de0-2dff 302a-302f 3099-309a a66f a674-a67d a69e-a69f a6f0-a6f1 a802 a806 a80b
    a825-a826 a82c a8c4-a8c5 a8e0-a8f1 a8ff a926-a92d a947-a951 a953 a980-a982 a9b3 a9b6-a9b9 a9bc-a9bd a9c0 a9e5
    aa29-aa2e aa31-aa32 aa35-aa36 aa43 aa4c aa7c aab0 aab2-aab4 aab7-aab8 aabe-aabf aac1 aaec-aaed aaf6 abe5 abe8 abed
    fb1e fe00-fe0f fe20-fe2f
"""
_MARKS_OF_RARE_SCRIPTS: Final = """
    101fd 102e0 10376-1037a 10a01-10a0f 10a38-10a3f 10ae5-10ae6 10d24-10d27 10eab-10eac 10f46-10f50 10f82-10f85 11001
    11038-11046 11070 11073-11074 1107f-11081 110b3-110b6 110b9-110ba 110c2 11100-11102 11127-1112b 1112d-11134 11173
    11180-11181 111b6-111be 111c0 111c9-111cc 111cf 1122f-11231 11234-11237 1123e 112df 112e3-112ea 11300-11301
    1133b-1133c 11340 1134d 11366-11374 11438-1143f 11442-11444 11446 1145e 114b3-114b8 114ba 114bf-114c0 114c2-114c3
    115b2-115b5 115bc-115bd 115bf-115c0 115dc-115dd 11633-1163a 1163d 1163f-11640 116ab 116ad 116b0-116b7 1171d-1171f
    11722-11725 11727-1172b 1182f-11837 11839-1183a 1193b-1193e 11943 119d4-119db 119e0 11a01-11a0a 11a33-11a38
    11a3b-11a3e 11a47 11a51-11a56 11a59-11a5b 11a8a-11a96 11a98-11a99 11c30-11c3d 11c3f 11c92-11ca7 11caa-11cb0
    11cb2-11cb3 11cb5-11cb6 11d31-11d45 11d47 11d90-11d91 11d95 11d97 11ef3-11ef4 16af0-16af4 16b30-16b36 16f4f
    16f8f-16f92 16fe4-16ff1 1bc9d-1bc9e 1cf00-1cf46 1d165-1d169 1d16d-1d172 1d17b-1d182 1d185-1d18b 1d1aa-1d1ad
    1d242-1d244 1da00-1da36 1da3b-1da6c 1da75 1da84 1da9b-1daaf 1e000-1e02a 1e130-1e136 1e2ae 1e2ec-1e2ef 1e8d0-1e8d6
    1e944-1e94a e0100-e01ef
"""
_RARE: Final = re.compile("[\U000101fd-\U0001efff\U000e0100-\U000e01ef]")  # neither emoji nor Han


def _ranges(table: str) -> str:
    """A table of hexadecimal code points and ranges, as the inside of a character class."""
    return "".join("-".join(rf"\U{int(end, 16):08x}" for end in each.split("-")) for each in table.split())


_BASIC: Final = _ranges(_MARKS)
_ALL: Final = _BASIC + _ranges(_MARKS_OF_RARE_SCRIPTS)


class Pile:
    """More than so many marks in a row, which `thinned` cuts. Linear in the length of the text."""

    def __init__(self, most: int) -> None:
        # A class that holds characters beyond the basic plane is slow, so it is kept for texts that need it.
        self.basic = re.compile(f"([{_BASIC}]{{{most}}})[{_BASIC}]+")
        self.every = re.compile(f"([{_ALL}]{{{most}}})[{_ALL}]+")

    def thinned(self, text: str) -> str:
        """The text without the marks that are too many."""
        pattern = self.every if _RARE.search(text) else self.basic
        return pattern.sub(r"\1", text)


_COMPARED: Final = Pile(MOST)


def composed(text: str) -> str:
    """A text in NFC, with no more than MOST marks in a row counted; in linear time, whoever wrote it."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text if len(text) <= MOST else _COMPARED.thinned(text))
