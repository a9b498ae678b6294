"""Writing format=flowed text (RFC 3676, 4.2): paragraphs folded with a blank at the line's end, quotes marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from listforum.mail.quote_marks import quote_depth

_WIDTH: Final = 72
_SIGNATURE_MARK: Final = "-- "


def flow(text: str) -> list[str]:
    """The lines of a text, each at most 72 characters where words allow, ready to be sent as format=flowed.

    A reader that undoes the flowing gets the text back, but for blanks at the ends of lines (a signature mark keeps
    its own) and for quote marks, which are written in one way. Words are never cut: a long one stays whole.
    """
    flowed: list[str] = []
    for line in text.split("\n"):
        depth, words = quote_depth(line) if line.startswith(">") else (0, line)
        if words == _SIGNATURE_MARK and not depth:
            flowed.append(words)
            continue
        flowed += (_stuffed(piece, depth) for piece in _folded(words.rstrip(" \t"), _WIDTH - depth - 1))
    return flowed


def _stuffed(piece: str, depth: int) -> str:
    """Quote marks, and a blank before what would be misread: a blank, a quote mark, an mbox "From "."""
    if depth:
        return f"{'>' * depth} {piece}" if piece else ">" * depth
    return f" {piece}" if piece.startswith((" ", ">", "From ")) else piece


def _folded(words: str, width: int) -> Iterator[str]:
    """The words cut after blanks, each piece but the last ending with one."""
    start = 0
    while len(words) - start > width:
        cut = _cut(words, start, start + max(width, 20))
        if cut <= start:
            break
        yield words[start:cut]
        start = cut
    yield words[start:]


def _cut(words: str, start: int, limit: int) -> int:
    """Where to cut: after the last blank that fits, else after the first that comes; `start` when there is none.

    A piece must not read as a signature mark, nor as a blank line.
    """
    for cut in (words.rfind(" ", start, limit) + 1, words.find(" ", limit) + 1):
        piece = words[start:cut]
        if start < cut < len(words) and piece != _SIGNATURE_MARK and piece.strip(" "):
            return cut
    return start
