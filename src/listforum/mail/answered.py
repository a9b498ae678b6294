"""Mails that stand in a text because it answers or forwards them: what announces them, and how far they reach."""

from __future__ import annotations

import re
from typing import Final

from listforum.mail.attributions import could_end, find_attribution
from listforum.mail.originals import HeaderGroup, Marker, header_group, label_kind, marker
from listforum.mail.page import DRAWN_WITH, Page, is_rule
from listforum.model.mail import BlockKind

_ASIDE: Final = 12
_PATCH_BEGINS: Final = re.compile(r"From [0-9a-f]{12,64} ")


def mark_answered(page: Page) -> None:
    """Attributions, and originals set off by separators or header groups, with what they announce."""
    floor = at = 0
    while at < len(page.lines):
        if page.kinds[at]:
            if page.first_own is None and page.kinds[at] in ("patch", "code"):
                page.first_own = at
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


def _mark_attribution(page: Page, at: int, floor: int) -> int:
    """Marks the attribution that ends with line `at`; gives the line to go on from, or `at` when there is none."""
    if not could_end(page.lines[at]) or not page.may_ask():
        return at
    found = find_attribution(page.lines, at, floor)
    if found is None or _goes_on_below(page, at, found.start):
        return at
    marked = _quote_is_near(page, at + 1)
    if not marked and not found.sure:
        return at
    page.mark(found.start, at + 1, "attribution")
    if page.first_own is not None and page.first_own >= found.start:
        page.first_own = None
    if marked or page.first_own is None:
        return at + 1
    return _mark_rest(page, at + 1, "quote", len(page.lines))


def _quote_is_near(page: Page, at: int) -> bool:
    """Whether a quote begins at line `at`, or after a word or two: then nothing unmarked is taken for a quote."""
    first = page.next_text(at)
    if page.quote_follows(first):
        return True
    return first < len(page.lines) and len(page.lines[first]) <= _ASIDE and page.quote_follows(first + 1)


def _goes_on_below(page: Page, at: int, start: int) -> bool:
    """Whether the attribution that could end here really ends one line further down, with its colon."""
    if page.lines[at].endswith((":", "：")) or at + 1 >= len(page.lines) or page.kinds[at + 1]:
        return False
    below = page.lines[at + 1]
    if not below.endswith((":", "：")) or not page.may_ask():
        return False
    longer = find_attribution(page.lines, at + 1, start)
    return longer is not None and longer.start <= start


def _mark_original(page: Page, at: int) -> int:
    """Marks a separator or header group at line `at`, and the mail below; gives the line to go on from, or `at`."""
    separator = _separator(page, at)
    start = at if separator is None else page.next_text(at + 1)
    if separator is None and not _begins_header_group(page, at):
        return at
    if not page.may_ask():
        return at
    group = header_group(page.lines, start, len(page.lines))
    if separator is None and not (group and _is_a_mails(page, at, group)):
        return at
    body = group.end if group else start
    page.mark(_rule_above(page, at), body, "attribution")
    if page.quote_follows(body):
        return body
    if separator == "forwarded" or page.first_own is None:
        return _mark_rest(page, body, "forwarded", _forwarded_end(page, body))
    return _mark_rest(page, body, "quote", len(page.lines))


def _separator(page: Page, at: int) -> Marker | None:
    line = page.lines[at]
    if line[0] not in DRAWN_WITH and not line.endswith((":", "：")) and not line.startswith("Original Message "):
        return None
    found = marker(line)
    return None if found == "end" else found


def _begins_header_group(page: Page, at: int) -> bool:
    """Whether the header fields of a mail begin here, and not those of a patch, which are the author's own."""
    if label_kind(page.lines[at]) not in ("from", "date"):
        return False
    if at > 0 and _PATCH_BEGINS.match(page.lines[at - 1]):
        return False
    return not any("[PATCH" in line for line in page.lines[at : at + 5])


def _is_a_mails(page: Page, at: int, group: HeaderGroup) -> bool:
    """Whether a group of fields is a mail's, and not a meeting's "Date, From, To": less will do below a ruled line."""
    if _rule_above(page, at) < at:
        return "from" in group.kinds and len(group.kinds) > 1
    told = "subject" in group.kinds or any("@" in line for line in page.lines[at : group.end])
    return told and "from" in group.kinds and len(group.kinds - {"other"}) > 2


def _rule_above(page: Page, at: int) -> int:
    """The line that rules off line `at`, or `at` itself."""
    above = at - 1
    while above >= max(0, at - 3) and not page.lines[above]:
        above -= 1
    return above if above >= 0 and page.kinds[above] is None and is_rule(page.lines[above]) else at


def _forwarded_end(page: Page, start: int) -> int:
    for at in range(start, len(page.lines)):
        line = page.lines[at]
        if line[:1] in DRAWN_WITH and marker(line) == "end":
            return at + 1
    return len(page.lines)


def _mark_rest(page: Page, start: int, kind: BlockKind, end: int) -> int:
    """Marks a mail that stands whole below its separator, except for the footers of lists in it."""
    for at in range(start, end):
        if page.kinds[at] != "footer":
            page.kinds[at] = kind
            page.depths[at] += kind == "quote"
    return end
