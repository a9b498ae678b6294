"""Whose words are whose: a readable text cut into own words, quotes and what stands around them.

The text is taken as `mail.readable` makes it: decoded, format=flowed undone, HTML made text. Lines that begin with ">"
are quotes; everything else is found by what people and programs write above and below quotes. All work is bounded:
lines are looked at up to LINE_LOOKED_AT characters, texts up to LINES_LOOKED_AT lines; what lies beyond is own words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from listforum.mail.attributions import could_end, find_attribution
from listforum.mail.footers import footer_end, is_rule
from listforum.mail.originals import Marker, header_group, label_kind, marker
from listforum.mail.signatures import pgp_armour_end, signature_start
from listforum.model import Block, BlockKind

LINE_LOOKED_AT: Final = 1_000
LINES_LOOKED_AT: Final = 20_000
_DEAR_QUESTIONS: Final = 2_000
_FOOTER_QUESTIONS: Final = 200
_WRAPPED_FROM: Final = 64
_WRAPPED_REST: Final = 60
_FOLDED_TAIL: Final = 40
_BAR_RUN: Final = 3
_INITIALS_RUN: Final = 2

_MARKS: Final = re.compile(r" ?>(?: ?>)*")
_INITIALS: Final = re.compile(r"([A-Z][A-Za-z]{0,14})>(?:\s|$)")
_OMISSION: Final = frozenset(
    {"[snip]", "<snip>", "(snip)", "[...]", "(...)", "[…]", "(…)", "...", "…", "[cut]", "[cortado]"}
)
_PATCH_BEGINS: Final = re.compile(r"From [0-9a-f]{12,64} ")
_RULE_BEGINNINGS: Final = frozenset("-_=*#~+—–")
_MACHINE_BEGINNINGS: Final = (
    *("You received", "To unsubscribe", "Groups.io", "Vous recevez", "Has recibido", "Você recebeu"),
    *("Sie erhalten", "Вы получили"),
)


def blocks(text: str) -> tuple[Block, ...]:
    """A readable text cut into own words, attributions, quotes, forwarded mails, signatures and list footers, in order.

    The texts of the blocks, joined with newlines, are the text again. `depth` counts quote levels.
    """
    if not text:
        return ()
    page = _Page(text)
    _mark_quoted_lines(page)
    _mark_footers(page)
    _mark_answered(page)
    page.settle_blank_lines()
    _mark_signatures(page)
    return tuple(page.merged())


def own_words(text: str) -> str:
    """The author's own words, without quotes, attributions, forwards, signature and footer; "" when none remain."""
    own = (_trimmed(block.text) for block in blocks(text) if block.kind == "own")
    return "\n\n".join(words for words in own if words)


def own_words_digest(own: str) -> bytes:
    """16 bytes that are equal for the same words however they were wrapped or spaced; case counts."""
    folded = " ".join(unicodedata.normalize("NFC", own).split())
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).digest()[:16]


def quoted(text: str, attribution: str) -> str:
    """The beginning of a reply: the attribution line, then the text quoted one level deeper.

    The author's signature and the list's footer are left out.
    """
    lines: list[str] = []
    for block in blocks(text):
        if block.kind in ("signature", "footer"):
            continue
        lines += (_deepened(line.rstrip(), block) for line in block.text.split("\n"))
    body = _trimmed("\n".join(lines), ">")
    return f"{attribution}\n{body}" if body else attribution


def quote_depth(line: str) -> tuple[int, str]:
    """How deep a line is quoted with ">", and the line without its marks and the blank after them."""
    found = _MARKS.match(line)
    if not found:
        return 0, line
    return found[0].count(">"), line[found.end() :].removeprefix(" ")


def _deepened(line: str, block: Block) -> str:
    depth, words = quote_depth(line) if block.depth else (0, line)
    marks = "> " * (max(depth, block.depth) + 1)
    return (marks + words).rstrip()


def _trimmed(text: str, blank: str = "") -> str:
    """Without blank lines (or lines of `blank`) at both ends, and without blanks at the ends of lines."""
    lines = [line.rstrip() for line in text.split("\n")]
    filled = [at for at, line in enumerate(lines) if line not in ("", blank)]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


class _Page:
    """A text as lines, and what is known of each: its kind (None: own, as far as is known) and quote depth."""

    __slots__ = ("depths", "first_own", "kinds", "lines", "questions", "raw", "rest")

    def __init__(self, text: str) -> None:
        self.raw = text.split("\n", LINES_LOOKED_AT)
        self.rest = self.raw.pop() if len(self.raw) > LINES_LOOKED_AT else None
        self.lines = [line[:LINE_LOOKED_AT].strip() for line in self.raw]
        self.depths = [0] * len(self.raw)
        self.kinds: list[BlockKind | None] = [None] * len(self.raw)
        self.questions = _DEAR_QUESTIONS
        self.first_own: int | None = None

    def mark(self, start: int, end: int, kind: BlockKind) -> None:
        self.kinds[start:end] = [kind] * (end - start)

    def may_ask(self) -> bool:
        """Whether another dear question may be asked of this text: that keeps hostile texts cheap."""
        self.questions -= 1
        return self.questions > 0

    def next_text(self, start: int) -> int:
        """The first line from `start` on that is not blank."""
        while start < len(self.lines) and not self.lines[start]:
            start += 1
        return start

    def quote_follows(self, at: int) -> bool:
        """Whether the text from line `at` on begins with a quote, perhaps after a mark of omission."""
        at = self.next_text(at)
        if at < len(self.lines) and self.lines[at].casefold() in _OMISSION:
            at = self.next_text(at + 1)
        return at < len(self.lines) and self.kinds[at] == "quote"

    def merged(self) -> Iterator[Block]:
        known = [(kind or "own", depth) for kind, depth in zip(self.kinds, self.depths, strict=True)]
        if self.rest is not None:
            known.append(("own", 0))
            self.raw.append(self.rest)
        for (kind, depth), run in groupby(zip(known, self.raw, strict=True), key=lambda pair: pair[0]):
            yield Block(kind, "\n".join(line for _, line in run), depth)

    def settle_blank_lines(self) -> None:
        """Blank lines go with what stands above them, so that own words begin and end with words."""
        for at in range(1, len(self.lines)):
            if not self.lines[at] and self.kinds[at] is None and self.kinds[at - 1] is not None:
                self.kinds[at], self.depths[at] = self.kinds[at - 1], self.depths[at - 1]


# --- quotes by their marks ----------------------------------------------------------------------------------------


def _mark_quoted_lines(page: _Page) -> None:
    for at, line in enumerate(page.raw):
        if line[:1] == ">" or line[:2] == " >":
            page.depths[at] = quote_depth(line[:LINE_LOOKED_AT])[0]
            page.kinds[at] = "quote"
    _unmark_escaped_from(page)
    _unmark_folded_addresses(page)
    _mark_wrapped_rests(page)
    _mark_bars(page)
    _mark_initials(page)


def _unmark_escaped_from(page: _Page) -> None:
    """A lone ">From " was escaped by an mbox file (RFC 4155), not quoted by a person."""
    for at, line in enumerate(page.raw):
        if line.startswith(">From ") and "quote" not in page.kinds[max(0, at - 1) : at] + page.kinds[at + 1 : at + 2]:
            page.kinds[at], page.depths[at] = None, 0


def _unmark_folded_addresses(page: _Page) -> None:
    """The ">" that closes an address may be folded to the beginning of the next line of an attribution."""
    for at, line in enumerate(page.lines):
        if line[:1] != ">" or line[-1:] not in (":", "：") or len(line) > _FOLDED_TAIL or at == 0 or page.kinds[at - 1]:
            continue
        above = page.lines[at - 1]
        if above.rfind("<") > above.rfind(">") or above.startswith("mailto:"):
            page.kinds[at], page.depths[at] = None, 0


def _mark_wrapped_rests(page: _Page) -> None:
    """The end of a quoted line that a mail program wrapped without marking it again."""
    for at in range(1, len(page.raw) - 1):
        if page.kinds[at] or page.kinds[at - 1] != "quote" or page.kinds[at + 1] != "quote":
            continue
        rest, above, depth = page.lines[at], page.lines[at - 1], page.depths[at - 1]
        wrapped = len(above) >= _WRAPPED_FROM and above[-1] not in ".?!:" and rest[:1].islower()
        if wrapped and len(rest) <= _WRAPPED_REST and depth == page.depths[at + 1]:
            page.kinds[at], page.depths[at] = "quote", depth


def _mark_bars(page: _Page) -> None:
    """Lines that begin with "|", when there are several and they are no table."""
    for start, end in _runs([line[:1] == "|" for line in page.lines]):
        bars = page.lines[start:end]
        table = any((line.endswith("|") and len(line) > 1) or line.count("|") > 2 for line in bars)
        if not table and (end - start >= _BAR_RUN or _is_announced(page, start)):
            page.mark(start, end, "quote")
            page.depths[start:end] = [1] * (end - start)


def _mark_initials(page: _Page) -> None:
    """Lines that begin with a person's initials or name and ">", as some programs quote."""
    found = [_INITIALS.match(line) if ">" in line[:16] else None for line in page.lines]
    for start, end in _runs([bool(mark) for mark in found]):
        names = {mark[1] for mark in found[start:end] if mark}
        run = (
            len(names) == 1 and end - start >= _INITIALS_RUN and all(len(name) <= 3 and name != "SQL" for name in names)
        )
        if run or (len(names) == 1 and _is_announced(page, start)):
            page.mark(start, end, "quote")
            page.depths[start:end] = [1] * (end - start)


def _is_announced(page: _Page, start: int) -> bool:
    """Whether an attribution stands above line `start`."""
    above = start - 1
    while above >= 0 and not page.lines[above]:
        above -= 1
    if above < 0 or page.kinds[above] or not could_end(page.lines[above]) or not page.may_ask():
        return False
    return find_attribution(page.lines, above, 0) is not None


def _runs(flags: list[bool]) -> Iterator[tuple[int, int]]:
    at = 0
    for flag, group in groupby(flags):
        length = sum(1 for _ in group)
        if flag:
            yield at, at + length
        at += length


# --- what the list's software wrote -------------------------------------------------------------------------------


def _mark_footers(page: _Page) -> None:
    """From the end upward, so that in a text full of rules the last ones, where footers are, are looked at."""
    left = _FOOTER_QUESTIONS
    for at in range(len(page.lines) - 1, -1, -1):
        if page.kinds[at] or not _may_begin_footer(page.lines[at]):
            continue
        page.mark(at, footer_end(page.lines, at), "footer")
        left -= 1
        if not left:
            return


def _may_begin_footer(line: str) -> bool:
    if line.startswith(_MACHINE_BEGINNINGS):
        return True
    return line[:1] in _RULE_BEGINNINGS and (len(line) < 3 or line[:2] * 2 == line[:4])


# --- mails answered or forwarded ----------------------------------------------------------------------------------


def _mark_answered(page: _Page) -> None:
    """Attributions, and originals set off by separators or header groups, with what they announce."""
    floor = at = 0
    while at < len(page.lines):
        if page.kinds[at]:
            floor = at = at + 1
            continue
        end = at
        if page.lines[at]:
            end = max(_mark_original(page, at), _mark_attribution(page, at, floor))
        if end > at:
            floor = at = end
            continue
        if page.lines[at] and page.first_own is None:
            page.first_own = at
        at += 1


def _mark_attribution(page: _Page, at: int, floor: int) -> int:
    """Marks the attribution that ends with line `at`; gives the line to go on from, or `at` when there is none."""
    if not could_end(page.lines[at]) or not page.may_ask():
        return at
    found = find_attribution(page.lines, at, floor)
    if found is None:
        return at
    marked = page.quote_follows(at + 1)
    if not marked and not found.sure:
        return at
    page.mark(found.start, at + 1, "attribution")
    if page.first_own is not None and page.first_own >= found.start:
        page.first_own = None
    if marked or page.first_own is None:
        return at + 1
    return _mark_rest(page, at + 1, "quote", len(page.lines))


def _mark_original(page: _Page, at: int) -> int:
    """Marks a separator or header group at line `at`, and the mail below; gives the line to go on from, or `at`."""
    separator = _separator(page, at)
    start = at if separator is None else page.next_text(at + 1)
    if separator is None and not _begins_header_group(page, at):
        return at
    if not page.may_ask():
        return at
    group = header_group(page.lines, start, len(page.lines))
    if separator is None and (group is None or len(group.kinds - {"other"}) < _needed_kinds(page, at)):
        return at
    body = group.end if group else start
    page.mark(_rule_above(page, at), body, "attribution")
    if page.quote_follows(body):
        return body
    if separator == "forwarded" or page.first_own is None:
        return _mark_rest(page, body, "forwarded", _forwarded_end(page, body))
    return _mark_rest(page, body, "quote", len(page.lines))


def _separator(page: _Page, at: int) -> Marker | None:
    line = page.lines[at]
    if line[0] not in _RULE_BEGINNINGS and not line.endswith((":", "：")):
        return None
    found = marker(line)
    return None if found == "end" else found


def _begins_header_group(page: _Page, at: int) -> bool:
    """Whether the header fields of a mail begin here, and not those of a patch, which are the author's own."""
    if label_kind(page.lines[at]) not in ("from", "date"):
        return False
    if at > 0 and _PATCH_BEGINS.match(page.lines[at - 1]):
        return False
    return not any("[PATCH" in line for line in page.lines[at : at + 5])


def _needed_kinds(page: _Page, at: int) -> int:
    """How many kinds of header field make a group: fewer below a ruled line."""
    return 2 if _rule_above(page, at) < at else 3


def _rule_above(page: _Page, at: int) -> int:
    """The line that rules off line `at`, or `at` itself."""
    above = at - 1
    while above >= max(0, at - 3) and not page.lines[above]:
        above -= 1
    return above if above >= 0 and page.kinds[above] is None and is_rule(page.lines[above]) else at


def _forwarded_end(page: _Page, start: int) -> int:
    for at in range(start, len(page.lines)):
        line = page.lines[at]
        if line[:1] in _RULE_BEGINNINGS and marker(line) == "end":
            return at + 1
    return len(page.lines)


def _mark_rest(page: _Page, start: int, kind: BlockKind, end: int) -> int:
    """Marks a mail that stands whole below its separator, except for the footers of lists in it."""
    for at in range(start, end):
        if page.kinds[at] != "footer":
            page.kinds[at] = kind
            page.depths[at] += kind == "quote"
    return end


# --- signatures ---------------------------------------------------------------------------------------------------


def _mark_signatures(page: _Page) -> None:
    for start, end in _runs([kind is None for kind in page.kinds]):
        armoured = pgp_armour_end(page.lines, start, end)
        page.mark(start, armoured, "signature")
        page.mark(signature_start(page.raw, page.lines, armoured, end), end, "signature")
