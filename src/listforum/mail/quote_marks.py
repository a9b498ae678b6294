"""Quotes known by the marks at the beginning of their lines: ">", a bar, a person's initials."""

from __future__ import annotations

import re
from typing import Final

from listforum.mail.attributions import could_end, find_attribution
from listforum.mail.page import INVISIBLE, LINE_LOOKED_AT, Page, runs

_WRAPPED_FROM: Final = 64
_WRAPPED_REST: Final = 60
_CUT_OFF: Final = frozenset("<>,.;:!?)")
_FOLDED_TAIL: Final = 40
_BAR_RUN: Final = 3
_BARS: Final = frozenset("|)}%!")
_INITIALS_RUN: Final = 3
_PROMPTS: Final = frozenset({"SQL", "PS"})

_MARKS: Final = re.compile(r" ?>(?: ?>)*")
_INITIALS: Final = re.compile(r"([A-Z][A-Za-z]{0,14})>(?:\s|$)")


def quote_depth(line: str) -> tuple[int, str]:
    """How deep a line is quoted with ">", and the line without its marks and the blank after them."""
    visible = line.lstrip(INVISIBLE)
    found = _MARKS.match(visible)
    if not found:
        return 0, line
    return found[0].count(">"), visible[found.end() :].removeprefix(" ")


def mark_quoted_lines(page: Page) -> None:
    """Marks every line that is a quote by how it begins."""
    marked = [at for at, line in enumerate(page.lines) if line[:1] == ">" and _is_marked(page.raw[at])]
    for at in marked:
        page.depths[at] = quote_depth(page.raw[at][:LINE_LOOKED_AT])[0]
        page.kinds[at] = "quote"
    for at in marked:
        if _is_alone(page, at) and _is_no_quote(page, at):
            page.kinds[at], page.depths[at] = None, 0
    if marked:
        _mark_wrapped_rests(page)
    _mark_bars(page)
    _mark_initials(page)


def _is_marked(line: str) -> bool:
    """Whether a line begins with ">", indented by one blank at most."""
    return line.lstrip(INVISIBLE)[:2].lstrip(" ").startswith(">")


def _is_alone(page: Page, at: int) -> bool:
    """Whether no quoted line stands right above or below."""
    return "quote" not in page.kinds[max(0, at - 1) : at] + page.kinds[at + 1 : at + 2]


def _is_no_quote(page: Page, at: int) -> bool:
    """Whether a lone ">" is an arrow or a drawing, an mbox file's escape (RFC 4155), or the end of an address."""
    raw, line = page.raw[at], page.lines[at]
    if raw.startswith((" >", ">From ")):
        return True
    if line[-1:] not in (":", "：") or len(line) > _FOLDED_TAIL or at == 0:
        return False
    above = " ".join(page.lines[max(0, at - 2) : at])
    return above.rfind("<") > above.rfind(">") or page.lines[at - 1].startswith("mailto:")


def _mark_wrapped_rests(page: Page) -> None:
    """The end of a quoted line that a mail program wrapped without marking it again."""
    for at in range(1, len(page.raw) - 1):
        if page.kinds[at] or page.kinds[at - 1] != "quote" or page.kinds[at + 1] != "quote":
            continue
        rest, above, depth = page.lines[at], page.lines[at - 1], page.depths[at - 1]
        wrapped = len(above) >= _WRAPPED_FROM and above[-1] not in ".?!:" and rest[:1].islower()
        cut_off = rest in _CUT_OFF
        if (wrapped or cut_off) and len(rest) <= _WRAPPED_REST and depth == page.depths[at + 1]:
            page.kinds[at], page.depths[at] = "quote", depth


def _mark_bars(page: Page) -> None:
    """Lines that begin with "|", when there are several and they are no table; or with other marks below a name."""
    for start, end in runs([line[:1] in _BARS for line in page.lines]):
        bars = page.lines[start:end]
        if len({line[0] for line in bars}) > 1 or any(_is_row(line) for line in bars):
            continue
        if (bars[0][0] == "|" and end - start >= _BAR_RUN) or _is_announced(page, start):
            page.mark(start, end, "quote")
            page.depths[start:end] = [1] * (end - start)


def _is_row(line: str) -> bool:
    """Whether a line that begins with a bar is a row of a table."""
    return (line.endswith("|") and len(line) > 1) or line.count("|") > 2


def _mark_initials(page: Page) -> None:
    """Lines that begin with a person's initials or name and ">", as some programs quote."""
    found = [_INITIALS.match(line) if ">" in line[:16] else None for line in page.lines]
    for start, end in runs([bool(mark) for mark in found]):
        names = {mark[1] for mark in found[start:end] if mark}
        short = end - start >= _INITIALS_RUN and all(len(name) <= 3 and name not in _PROMPTS for name in names)
        if len(names) == 1 and (short or _is_announced(page, start)):
            page.mark(start, end, "quote")
            page.depths[start:end] = [1] * (end - start)


def _is_announced(page: Page, start: int) -> bool:
    """Whether an attribution stands above line `start`."""
    above = start - 1
    while above >= 0 and not page.lines[above]:
        above -= 1
    if above < 0 or page.kinds[above] or not could_end(page.lines[above]) or not page.may_ask():
        return False
    return find_attribution(page.lines, above, 0) is not None
