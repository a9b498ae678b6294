"""The Date field (RFC 5322, 3.3), which is never more than the word of a stranger's clock."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from email.utils import parsedate_tz
from typing import Final

_EARLIEST: Final = 0
_LATEST: Final = 4_133_980_800
"""2101-01-01: what claims to be older than Unix or younger than that is no date."""

_MAX_VALUE: Final = 200
_ISO_8601 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_date(value: str) -> int | None:
    """Seconds since 1970 UTC; None for what is no date, or not one of the years 1970 to 2100. No zone means UTC."""
    value = value.strip()[:_MAX_VALUE]
    if _ISO_8601.match(value):
        return _parse_iso(value)
    try:
        parsed = parsedate_tz(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        # The standard library's scanner trips over some garbage instead of refusing it.
        return None
    if parsed is None:
        return None
    year, month, day, hour, minute, second, *_, offset = parsed
    if not (1970 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    if not (hour <= 24 and minute <= 59 and second <= 60) or abs(offset or 0) > 24 * 3600:
        return None
    return within_reason(calendar.timegm((year, month, day, hour, minute, second)) - (offset or 0))


def _parse_iso(value: str) -> int | None:
    try:
        moment = datetime.fromisoformat(value)
        return within_reason(int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
    except (ValueError, OverflowError):
        return None


def within_reason(seconds: int) -> int | None:
    """The time itself when it lies in the years 1970 to 2100, else None."""
    return seconds if _EARLIEST <= seconds < _LATEST else None
