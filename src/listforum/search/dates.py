"""Times as people type them: a day, a month, a year, or how long ago, in the digits of any script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

EARLIEST, LATEST = 1970, 9998
"""The years that are understood."""

BEGIN_TWO_WORDS = ("last", "this")
UNITS = ("week", "month", "year")

_AGO = re.compile(r"(\d{1,4})([dwmy])", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_UNFINISHED_END = re.compile(r"[-/.]0?$")


@dataclass(frozen=True, slots=True)
class Days:
    """Days in a row: the first, and the one after the last."""

    first: date
    end: date


def days(typed: str, today: date) -> Days | None:
    """The days that are meant by `2024`, `2024-06`, `2024-06-15`, `15.6.2024`, `yesterday`, `3d` or `last month`.

    `3d` are the last three days and today; weeks begin on Monday. None where no date is meant.
    """
    typed = typed.strip()
    ago = _AGO.fullmatch(typed)
    if ago is not None:
        return Days(_ago(int(ago[1]), ago[2].casefold(), today), today + timedelta(days=1))
    year_first, day_first = _YEAR_FIRST.fullmatch(typed), _DAY_FIRST.fullmatch(typed)
    if year_first is not None:
        return _calendar(*(None if part is None else int(part) for part in year_first.groups()))
    if day_first is not None:
        day, month, year = map(int, day_first.groups())
        return _calendar(year, month, day)
    return _named(" ".join(_BETWEEN_WORDS.split(typed.casefold())), today)


def days_so_far(typed: str, today: date) -> Days | None:
    """What `days` understands, of a date that is still being typed."""
    return days(typed, today) or days(_UNFINISHED_END.sub("", typed.strip()), today)


def seconds(day: date) -> int:
    """Where a day begins, in seconds since 1970 UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _calendar(year: int | None, month: int | None, day: int | None) -> Days | None:
    if year is None or not EARLIEST <= year <= LATEST:
        return None
    try:
        first = date(year, month or 1, day or 1) if 0 not in (month, day) else None
    except ValueError:
        return None
    if first is None or day is not None:
        return None if first is None else Days(first, first + timedelta(days=1))
    return Days(first, date(year + 1, 1, 1) if month is None else _months_on(first, 1))


def _ago(number: int, unit: str, today: date) -> date:
    """So many days, weeks, months or years before today; what lies before all mail is where time begins."""
    if unit in "dw":
        first = today - timedelta(days=number * (7 if unit == "w" else 1))
    else:
        months = number * (12 if unit == "y" else 1)
        if months > 12 * (today.year - EARLIEST):
            return date(EARLIEST, 1, 1)
        first = _months_on(today, -months)
    return max(first, date(EARLIEST, 1, 1))


def _months_on(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _named(name: str, today: date) -> Days | None:
    month, year = today.replace(day=1), date(today.year, 1, 1)
    monday = today - timedelta(days=today.weekday())
    named = {
        "today": (today, today + timedelta(days=1)),
        "yesterday": (today - timedelta(days=1), today),
        "this week": (monday, monday + timedelta(days=7)),
        "last week": (monday - timedelta(days=7), monday),
        "this month": (month, _months_on(month, 1)),
        "last month": (_months_on(month, -1), month),
        "this year": (year, _months_on(year, 12)),
        "last year": (_months_on(year, -12), year),
    }
    return Days(*named[name]) if name in named else None
