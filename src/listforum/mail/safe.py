"""One gate between the words of strangers and a terminal, a file system or a document.

Whatever leaves the archive for a person passes `body` or `line`. Both are linear in the length of the text, and
applying them twice changes nothing more.
"""

from __future__ import annotations

import re
from typing import Final

from listforum.mail.marks import Pile

_CONTROL_SEQUENCE = re.compile(
    # Whole sequences go, so that no "[31m" litter is left behind (ECMA-48, 5.4 and 5.6). A control string goes with
    # its contents only when it is closed on its own line: an open one must not swallow the rest of the mail.
    r"(?:\x1b\[|\x9b)[0-?]{0,256}[ -/]{0,16}[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n]{0,4096}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]{0,16}[0-~]?"
)
_STARTS_SEQUENCE = re.compile("[\x1b\x90\x98\x9b\x9d-\x9f]")
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# ZWNJ, ZWJ, LRM, RLM and ALM are spelling, in Persian as in emoji, and stay. What reorders text across its field
# (embeddings, overrides, isolates), what is invisible and wide, tags, and noncharacters go.
_UNSAFE_RANGES: Final = (
    (0x00, 0x08),
    (0x0B, 0x1F),
    (0x7F, 0x9F),
    (0x00AD, 0x00AD),
    (0x115F, 0x1160),
    (0x200B, 0x200B),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFDD0, 0xFDEF),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE007F),
)
_UNSAFE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSAFE_RANGES) + "\ud800-\udfff]")

_SHOWN: Final = Pile(4)  # marks on a letter, vowel signs and points among them, that stay readable

_WINDOWS_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')
_INVISIBLE_MARKS = re.compile("[\u061c\u200c-\u200f]")
_FILE_NAME_BYTES: Final = 200
_EXTENSION_BYTES: Final = 20


def body(text: str, tab: int = 8) -> str:
    """The text with nothing in it but printable characters and line feeds; `tab` is the distance of tab stops."""
    # Nearly every text is printable ASCII, which is told in a third of the time.
    if not (text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()):
        if _UNSAFE.search(text):
            text = _without_unsafe(text)
        text = _SHOWN.thinned(text)
    return text.expandtabs(tab) if "\t" in text else text


def _without_unsafe(text: str) -> str:
    text = _LINE_END.sub("\n", text)
    if _STARTS_SEQUENCE.search(text):
        text = _CONTROL_SEQUENCE.sub("", text)
    return _UNSAFE.sub("", _SURROGATE.sub("\ufffd", text))


def written(text: str) -> str:
    """What a person wrote: as `body`, but with its tabs, as patches need them."""
    return "\t".join(map(body, text.split("\t"))) if "\t" in text else body(text)


def line(text: str) -> str:
    """The text on one line: as `body`, with every run of blanks and line ends as a single space."""
    return " ".join(body(text, 1).split())


def file_name(text: str) -> str:
    """A bare file name that is harmless on every system, made from what a mail calls its attachment.

    No separators, no leading dot or dash, no device name, no invisible direction marks (they disguise extensions),
    at most 200 bytes of UTF-8 with the extension kept, never empty.
    """
    name = _NOT_IN_FILE_NAMES.sub("_", line(_INVISIBLE_MARKS.sub("", text[:4096])))
    name = name.lstrip(".- ~").rstrip(". ")
    name = _shortened(name)
    stem = name.partition(".")[0].rstrip(" ")
    if _WINDOWS_DEVICE.fullmatch(stem):
        name = "_" + name
    return name or "attachment"


def _shortened(name: str) -> str:
    if len(name.encode()) <= _FILE_NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > _EXTENSION_BYTES:
        stem, dot, extension = name, "", ""
    room = _FILE_NAME_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + extension
