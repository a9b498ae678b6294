"""Where a person's words end and their signature begins (RFC 3676, 4.3, and what people do instead)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from listforum.mail.farewells import farewell_start, is_ruled_card
from listforum.mail.page import Page, is_rule, runs

_MARKED_LINES: Final = 40
_LOOSE_LINES: Final = 12
_RULED_LINES: Final = 6
_SPACED: Final = 3
"""A signature may hold so many times the lines, blank ones counted."""

_LOOSE_WIDTH: Final = 80
_DEVICE_LINE: Final = 120

_DEVICE: Final = re.compile(
    r"\W{0,4}(?:"
    r"(?:sent|posted|written) (?:from|via|with|by|using|on) (?P<place>.{2,100})"
    r"|get (?:\[)?outlook for .{2,60}"
    r"|from my (?:iphone|ipad|android|mobile|phone).{0,40}|[^\W\d]\w{1,20} from (?:my )?mobile(?: phone)?"
    r"|envoy(?:é|\?) (?:depuis|de|à partir d|avec) ?.{2,80}"
    r"|(?:diese nachricht wurde )?(?:von|mit) .{2,80} gesendet\.?|gesendet (?:von|mit|über) .{2,80}"
    r"|enviado (?:desde|de|do|a partir d|pelo|con|através) ?.{2,80}"
    r"|inviato (?:da|dal|con) ?.{2,80}"
    r"|verzonden (?:vanaf|met|van|via|vanuit) .{2,80}"
    r"|отправлено (?:с|из|от) .{2,80}|надіслано (?:з|із) .{2,80}"
    r"|wysłan[eoy] (?:z|ze|za pomocą) .{2,80}"
    r"|skickat från .{2,80}|sendt fra .{2,80}|lähetetty .{2,80}|στάλθηκε από .{2,60}"
    r"|.{2,40}'?(?:dan|den|tan|ten|mdan|mden) gönderildi"
    r"|(?:发自|從|从|來自|来自) ?.{2,40}|.{2,30}から送信"
    r"|(?:أرسلت من|أُرسلت من|مرسل من|ارسال شده از|فرستاده شده از|ارسال از) .{2,60}"
    r")\W{0,4}$",
    re.IGNORECASE,
)
_APOLOGY: Final = re.compile(r"typo|excuse|brevity|short", re.IGNORECASE)
_DEVICE_NAMES: Final = re.compile(
    r"iphone|ipad|ipod|android|mobile|phone|blackberry|samsung|galaxy|htc|nokia|huawei|xiaomi|outlook|mail|device|windows"
    r"|wiko|app\b|typeapp|tablet|cell|typo|excuse|brevity|yahoo|airmail|verizon|alcatel|ti-\d|pine|thunderbird|k-9|mutt",
    re.IGNORECASE,
)
_PGP_BEGIN: Final = "-----BEGIN PGP "
_PGP_SIGNATURE: Final = "-----BEGIN PGP SIGNATURE"
_TRACKING: Final = "\N{CANADIAN SYLLABICS FINAL MIDDLE DOT}"
"""What a tracking extension of a mail program leaves at the end of mails."""

_ARMOUR_LINES: Final = 6
_MARK_BEGINNINGS: Final = ("-", "_", "—", "–")


def mark_signatures(page: Page) -> None:
    """Marks the signature at the end of every run of own lines, and OpenPGP armour around it."""
    any_words = "patch" in page.kinds or "code" in page.kinds
    for start, end in runs([kind is None for kind in page.kinds]):
        armoured = _pgp_armour_end(page.lines, start, end)
        page.mark(start, armoured, "signature")
        begins = _signature_start(page.raw, page.lines, armoured, end)
        farewell = farewell_start(page.lines, armoured, begins)
        if any_words or any(page.lines[armoured:farewell]):
            begins = _without_endings(page.lines, armoured, farewell)
        page.mark(begins, end, "signature")
        _mark_device_lines(page, armoured, begins)
        any_words = any_words or any(page.lines[armoured:begins])


def _mark_device_lines(page: Page, start: int, end: int) -> None:
    """Marks paragraphs that only say with what they were sent, though words follow: of a quote without marks."""
    for first, last in runs([bool(line) for line in page.lines[start:end]]):
        paragraph = range(start + first, start + last)
        if first > 0 and all(_is_device_line(page.lines[at]) for at in paragraph):
            page.mark(paragraph.start, paragraph.stop, "signature")


def _is_mark(line: str) -> bool:
    """Whether an unstripped line is the signature mark of RFC 3676, 4.3."""
    return line.rstrip("\r") == "-- "


def _is_loose_mark(line: str) -> bool:
    """Whether a stripped line is what people and programs make of the mark; OpenPGP escapes it (RFC 9580, 7.2)."""
    return line in ("--", "- --", "—", "——", "–") or (is_rule(line) and not line.strip("_—"))


def _is_device_line(line: str) -> bool:
    """Whether a line only says with what it was sent ("Sent from my telephone")."""
    found = _DEVICE.match(line) if len(line) <= _DEVICE_LINE else None
    if not found:
        return False
    place = found["place"]
    if place is None:
        return True
    return bool(_DEVICE_NAMES.search(place)) and ("," not in place or bool(_APOLOGY.search(place)))


def _signature_start(raw: Sequence[str], lines: Sequence[str], start: int, end: int) -> int:
    """Where, in the run of own lines `start` to `end` (excluded), the signature begins; `end` when there is none.

    `raw` are the lines as they are, `lines` the same stripped: the mark of RFC 3676 differs by its blank only.
    """
    for at in range(start, end):
        if lines[at][:1] in _MARK_BEGINNINGS and _begins_signature(raw, lines, at, start, end):
            end = at
            break
    return _without_endings(lines, start, end)


def _pgp_armour_end(lines: Sequence[str], start: int, end: int) -> int:
    """Where OpenPGP armour that opens the run of lines `start` to `end` stops (excluded); `start` when none does."""
    at = start
    while at < end and not lines[at]:
        at += 1
    if at == end or not lines[at].startswith(_PGP_BEGIN) or lines[at].startswith(_PGP_SIGNATURE):
        return start
    limit = min(end, at + _ARMOUR_LINES)
    while at < limit and lines[at]:
        at += 1
    return at


def _begins_signature(raw: Sequence[str], lines: Sequence[str], at: int, start: int, end: int) -> bool:
    if lines[at].startswith(_PGP_SIGNATURE):
        return True
    marked = _is_mark(raw[at])
    if end - at > _SPACED * _MARKED_LINES or not (marked or _is_loose_mark(lines[at]) or is_rule(lines[at])):
        return False
    below = [line for line in lines[at + 1 : end] if line]
    if is_rule(lines[at]) and is_ruled_card(below):
        return start > 0 or any(lines[:at])
    most = _MARKED_LINES if marked else _RULED_LINES if is_rule(lines[at]) else _LOOSE_LINES
    if len(below) > most or end - at > _SPACED * most or not (marked or _is_loose_mark(lines[at])):
        return False
    return marked or ((start > 0 or any(lines[:at])) and all(len(line) <= _LOOSE_WIDTH for line in below))


def _without_endings(lines: Sequence[str], start: int, end: int) -> int:
    """Leaves out the lines at the end that only draw, or only name a device."""
    kept = end
    for at in range(end - 1, start - 1, -1):
        if not lines[at]:
            continue
        if not _is_device_line(lines[at]) and not _only_draws(lines[at]):
            break
        kept = at
    return kept


def _only_draws(line: str) -> bool:
    return line == _TRACKING or (len(line) > 1 and not line.strip("-_=*#~+—–"))
