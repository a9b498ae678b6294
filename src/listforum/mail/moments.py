"""A date and time as people and programs tell them in a sentence: "3 de mayo de 2019 a las 16:02", "下午4:02".

Digits of any script, months in the languages of our people, the Persian calendar too. Where day and month may be told
in either order, both readings count.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from listforum.mail.date import within_reason
from listforum.mail.months import Month, month_named

TAKEN: Final = "\0"
"""Stands in the rest of a text where its moment stood."""

_AM: Final = r"a\. ?m\.?|am|上午|早上|凌晨|午前|오전|ق ?\. ?ظ\.?|قبل از ظهر|ص|صباحا|öö|π\. ?μ\.?"
_PM: Final = r"p\. ?m\.?|pm|下午|晚上|中午|午後|오후|ب ?\. ?ظ\.?|بعد از ظهر|م|مساء|ös|μ\. ?μ\.?"
_ZONE: Final = r"(?:gmt|utc)? ?[+-]\d{1,2}:?(?:\d{2})?|z|gmt|utc"
_TIME: Final = re.compile(
    rf"(?:(?P<am0>{_AM}) ?|(?P<pm0>{_PM}) ?)?(?<![\d.:/])(?<!\d-)"
    r"(?:(?P<hour>\d{1,2})(?: ?[:٫h] ?| ?[时時点點시] ?)(?P<minute>\d{1,2})"
    r"|(?:(?<=kl )|(?<=kl\. )|(?<=klo )|(?<=um ))(?P<hour1>\d{1,2})\.(?P<minute1>\d{2})"
    r"|(?P<hour2>\d{1,2})\.(?P<minute2>\d{2})(?= ?uhr))"
    r"(?!\d)(?:[:.](?P<second>\d{2})(?:\.\d{1,6})?(?!\d))?(?: ?[分분])?"
    rf"(?: ?(?:(?P<am1>{_AM})|(?P<pm1>{_PM}))(?!\w))?(?: ?\(?(?P<zone>{_ZONE})(?!\w|:\d)\)?)?"
)
_CJK_DATE: Final = re.compile(r"(?<!\d)(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2})(?: ?[日일])?(?: ?\(\w{1,3}\))?")
_NUMERIC_DATE: Final = re.compile(r"(?<![\d.:/-])(\d{1,4})(?:([-/])|\. ?)(\d{1,2})(?(2)\2|\. ?)(\d{1,4})(?!\d)")
_ISO_SEPARATOR: Final = re.compile(r"(?<=\d)t(?=\d{2}:)")
_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+(?:\?+[^\W\d_]+)*")
_OFFSET: Final = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")
_MARKS_OF_DIRECTION: Final = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)
_TOKENS_LOOKED_AT: Final = 200
_REACH: Final = 4
"""So many words and numbers may stand between a month and its day or year."""

_HEBREW_IN: Final = "ב"
_MIDDAY: Final = 12 * 3600
_PERSIAN_EPOCH: Final = 226_529


@dataclass(frozen=True, slots=True)
class _Day:
    """A day told in the characters `start` to `end`; several readings where the order of day and month is open."""

    readings: tuple[tuple[int, int, int], ...]
    start: int
    end: int


def folded(text: str) -> str:
    """The text as this module reads it: one form for equal letters, no case, digits of ASCII, single blanks."""
    plain = unicodedata.normalize("NFKC", text).translate(_MARKS_OF_DIRECTION).casefold()
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in plain)
    return " ".join(plain.split())


def take_moments(text: str) -> tuple[tuple[int, ...], str]:
    """The seconds since 1970 that a `folded` text may mean, and the rest of it, TAKEN standing where they were told.

    A time without a zone is taken for UTC; a day without a time for its midday. Empty where no whole date is told.
    """
    text = _ISO_SEPARATOR.sub(" ", text)
    time = _TIME.search(text)
    rest = text if time is None else _without(text, time.start(), time.end())
    day = _numeric_day(rest) or _named_day(rest)
    if day is None:
        return (), rest.replace("\1", TAKEN)
    seconds = _MIDDAY if time is None else _seconds_of_day(time)
    told = (_seconds(reading, seconds) for reading in day.readings)
    moments = tuple(dict.fromkeys(moment for moment in told if moment is not None))
    return moments, _without(rest, day.start, day.end).replace("\1", TAKEN)


def _without(text: str, start: int, end: int) -> str:
    # as long as it was, so that the places of what is left stay the same
    return text[:start] + "\1" * (end - start) + text[end:]


def _seconds_of_day(time: re.Match[str]) -> int:
    """Seconds after midnight UTC; those of the day before or after where a zone says so."""
    hour = int(time["hour"] or time["hour1"] or time["hour2"])
    minute = int(time["minute"] or time["minute1"] or time["minute2"])
    if hour < 12 and (time["pm0"] or time["pm1"]):
        hour += 12
    elif hour == 12 and (time["am0"] or time["am1"]):
        hour = 0
    if hour > 24 or minute > 59:
        return _MIDDAY
    return hour * 3600 + minute * 60 + min(59, int(time["second"] or 0)) - _offset(time["zone"] or "")


def _offset(zone: str) -> int:
    told = _OFFSET.search(zone)
    if told is None:
        return 0
    seconds = int(told[2]) * 3600 + int(told[3] or 0) * 60
    if seconds > 14 * 3600:
        return 0
    return -seconds if told[1] == "-" else seconds


def _seconds(day: tuple[int, int, int], seconds: int) -> int | None:
    year, month, day_of_month = day
    if not (1970 <= year <= 2100 and 1 <= day_of_month <= calendar.monthrange(year, month)[1]):
        return None
    return within_reason(calendar.timegm((year, month, day_of_month, 0, 0, 0)) + seconds)


def _numeric_day(text: str) -> _Day | None:
    if told := _CJK_DATE.search(text):
        return _day_told(told, _orders(int(told[1]), int(told[2]), int(told[3]), dotted=False))
    for told in islice(_NUMERIC_DATE.finditer(text), 3):
        found = _day_told(told, _orders(int(told[1]), int(told[3]), int(told[4]), dotted=told[2] is None))
        if found:
            return found
    return None


def _day_told(told: re.Match[str], readings: tuple[tuple[int, int, int], ...]) -> _Day | None:
    real = tuple(reading for reading in readings if 1 <= reading[1] <= 12 and 1 <= reading[2] <= 31)
    return _Day(real, told.start(), told.end()) if real else None


def _orders(first: int, second: int, third: int, *, dotted: bool) -> tuple[tuple[int, int, int], ...]:
    """Year, month and day in the orders that three numbers may have; with dots between them the day is never second."""
    if first > 31:
        year = _whole_year(first)
        return (_from_persian(year, second, third) if year < 1500 else (year, second, third),)
    year = _whole_year(third)
    return ((year, second, first),) if dotted and second <= 12 else ((year, second, first), (year, first, second))


def _whole_year(year: int) -> int:
    if year >= 100:
        return year
    return year + (1900 if year >= 70 else 2000)


def _named_day(text: str) -> _Day | None:
    """The day told with the name of a month: of several readings the one that stands closest together.

    "mar 3 maggio 2019" is in May: "mar" is a day of the week there, a month elsewhere.
    """
    tokens = list(islice(_TOKEN.finditer(text), _TOKENS_LOOKED_AT))
    found = [day for at in range(len(tokens)) for day in _days_around(tokens, at)]
    return min(found, key=lambda day: day.end - day.start, default=None)


def _days_around(tokens: list[re.Match[str]], at: int) -> Iterator[_Day]:
    month, length = _month_at(tokens, at)
    if not month:
        return
    before = list(range(at - 1, max(-1, at - 1 - _REACH), -1))
    after = list(range(at + length, min(len(tokens), at + length + _REACH)))
    day = next((n for n in before[:3] + after[:2] if _is_day(tokens[n][0])), None)
    year = next(
        (n for n in after + before if n != day and _is_year(tokens[n][0], short=day is not None and n > at)), None
    )
    if day is None or year is None:
        return
    reading = _reading(int(tokens[year][0]), month, int(tokens[day][0]))
    places = (at, at + length - 1, day, year)
    yield _Day((reading,), tokens[min(places)].start(), tokens[max(places)].end())


def _month_at(tokens: list[re.Match[str]], at: int) -> tuple[Month | None, int]:
    """The month that a word names, or with the word after it, and how many words that are."""
    word = tokens[at][0]
    if at + 1 < len(tokens) and (month := month_named(f"{word} {tokens[at + 1][0]}")):
        return month, 2
    return month_named(word) or month_named(word.removeprefix(_HEBREW_IN)), 1


def _is_day(token: str) -> bool:
    return token[0].isdigit() and len(token) <= 2 and 1 <= int(token) <= 31


def _is_year(token: str, *, short: bool) -> bool:
    return token.isdigit() and (len(token) == 4 or (short and len(token) == 2))


def _reading(year: int, month: Month, day: int) -> tuple[int, int, int]:
    if month.persian:
        return _from_persian(year, month.number, day)
    return _whole_year(year), month.number, day


def _from_persian(year: int, month: int, day: int) -> tuple[int, int, int]:
    """A day of the Persian calendar in the Gregorian one, by its cycle of 8 leap years in 33."""
    if not (1300 <= year <= 1500 and 1 <= month <= 12):
        return 0, 0, 0
    days_before = 365 * year + (8 * year + 21) // 33 + (month - 1) * 31 - max(0, month - 7)
    told = date.fromordinal(_PERSIAN_EPOCH + days_before + day)
    return told.year, told.month, told.day
