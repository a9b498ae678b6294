"""Patches and code that stand in a text: unified diffs by their own grammar, fenced blocks, indented blocks of code.

They are the author's, but no prose: names and signs, which many posts share without answering each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from listforum.mail.page import Page

_BEGINS: Final = ("diff -", "Index: ", "--- ", "*** ", "@@")
_HEADING: Final = re.compile(
    r"(?:diff |index [0-9a-f]{4,64}\.\.|Index: |===|--- |\+\+\+ |\*\*\* |(?:old|new|deleted file|new file) mode \d|"
    r"similarity index |dissimilarity index |rename (?:from|to) |copy (?:from|to) |Binary files |GIT binary patch|"
    r"Property changes on|retrieving revision |RCS file: |\\ No newline)"
)
_HUNK: Final = re.compile(r"@@+ -\d{1,9}(?:,(\d{1,6}))? \+\d{1,9}(?:,(\d{1,6}))? @@")
_STAT: Final = re.compile(
    r" ?\S[^|]{0,200}\| +(?:\d{1,7}|Bin)\b|\d{1,6} files? changed\b|(?:create|delete|rename) mode? ?\S"
)
_GIT: Final = re.compile(r"(?m)^diff --git \S")
_HEADING_LINES: Final = 24
_STAT_LINES: Final = 200
_WRAPPED_LINES: Final = 2
"""So many lines in a row inside a hunk may lack their sign, because a mail program wrapped the one above."""

_FENCES: Final = ("```", "~~~")
_CODE_LINES: Final = 3
_INDENT: Final = ("    ", "\t")
_CODE: Final = re.compile(
    r"[;{}]\s{0,9}$|^(?:[$#>] |#include|//|/\*|\*/|</?\w)|\w\(.{0,80}\)|[!=<>+&|-]=|->|::|\w = \S|\b0x[0-9a-f]+"
)


def mark_patches(page: Page) -> None:
    """Marks patches, then code in what is left."""
    for start, end in patches(page.raw):
        page.mark(start, end, "patch")
    if any(line.startswith(_FENCES) for line in page.lines):
        _mark_fenced(page)
    if any(line.startswith(_INDENT) for line in page.raw):
        _mark_indented(page)


def patches(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where patches begin and end (excluded) in lines as they are, with what git writes above them on the files."""
    after = 0
    for at in [at for at, line in enumerate(lines) if line.startswith(_BEGINS)]:
        if at < after:
            continue
        end = _patch_end(lines, at)
        if end > at:
            yield max(after, _stat_start(lines, at)), end
            after = end


def holds_patch(text: str) -> bool:
    """Whether a patch stands in a text; git's of files without text, or whose names alone change, too."""
    if "diff --git " in text and _GIT.search(text):
        return True
    return "@@ -" in text and next(patches(text.split("\n")), None) is not None


def _patch_end(lines: Sequence[str], start: int) -> int:
    """Where the patch that begins with line `start` ends (excluded); `start` when none begins there."""
    end = at = start
    while at < len(lines) and at - end <= _HEADING_LINES:
        hunk = _HUNK.match(lines[at])
        if hunk:
            end = at = _hunk_end(lines, at + 1, int(hunk[1] or 1), int(hunk[2] or 1))
        elif not lines[at].strip() or _HEADING.match(lines[at]) or (at > start and at - end < _WRAPPED_LINES):
            at += 1
        else:
            break
    return end


def _hunk_end(lines: Sequence[str], at: int, old: int, new: int) -> int:
    """Where a hunk ends (excluded) that takes `old` lines and makes `new` of them."""
    end, odd = at, 0
    while at < len(lines) and (old > 0 or new > 0) and odd <= _WRAPPED_LINES:
        sign = lines[at][:1]
        if sign in ("", " ", "\t", "\r", "\N{NO-BREAK SPACE}"):
            old, new = old - 1, new - 1
        elif sign == "-":
            old -= 1
        elif sign == "+":
            new -= 1
        odd = 0 if sign in ("", " ", "-", "+", "\\", "\t", "\r", "\N{NO-BREAK SPACE}") else odd + 1
        at += 1
        end = end if odd else at
    if end < len(lines) and lines[end].startswith("\\ No newline"):
        end += 1
    return end


def _stat_start(lines: Sequence[str], start: int) -> int:
    """The line where git's summary of the files above a patch begins, or `start` itself."""
    at = start - 1
    while at >= max(0, start - _STAT_LINES) and (not lines[at].strip() or _STAT.match(lines[at].lstrip())):
        at -= 1
    return at if at >= 0 and lines[at].rstrip() == "---" else start


def _mark_fenced(page: Page) -> None:
    """Marks what stands between two fences, the fences too; a quote between them says that they are no pair."""
    opened: int | None = None
    for at, line in enumerate(page.lines):
        if line.startswith(">"):
            opened = None
        if page.kinds[at] or not line.startswith(_FENCES):
            continue
        if opened is None:
            opened = at
        elif line in _FENCES:
            page.mark(opened, at + 1, "code")
            opened = None


def _mark_indented(page: Page) -> None:
    """Marks indented paragraphs between blank lines most of whose lines look like code."""
    start = 0
    for at in range(len(page.lines) + 1):
        if at < len(page.lines) and page.kinds[at] is None and (page.raw[at].startswith(_INDENT) or not page.lines[at]):
            continue
        _mark_code(page, start, at)
        start = at + 1


def _mark_code(page: Page, start: int, end: int) -> None:
    while start < end and not page.lines[start]:
        start += 1
    while start < end and not page.lines[end - 1]:
        end -= 1
    filled = [line for line in page.lines[start:end] if line]
    if len(filled) >= _CODE_LINES and 2 * sum(_CODE.search(line) is not None for line in filled) > len(filled):
        page.mark(start, end, "code")
