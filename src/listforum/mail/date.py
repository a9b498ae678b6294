"""The Date field (RFC 5322, 3.3), which is never more than the word of a stranger's clock."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from typing import Final

_EARLIEST: Final = 0
_LATEST: Final = 4_133_980_800
"""2101-01-01: what claims to be older than Unix or younger than that is no date."""

_MAX_VALUE: Final = 200
# The standard library takes the year 0001 for 2001.
_ANCIENT_YEAR = re.compile(r"(?<![-+:0-9])00[0-9]{2}(?![:0-9])")
_ISO_8601 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_date(value: str) -> int | None:
    """Seconds since 1970 UTC; None for what is no date, or not one of the years 1970 to 2100. No zone means UTC."""
    value = value.strip()[:_MAX_VALUE]
    try:
        seconds = _parse_iso(value) if _ISO_8601.match(value) else _parse_rfc5322(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        # The standard library's scanners trip over some garbage instead of refusing it.
        return None
    return None if seconds is None else within_reason(seconds)


def _parse_rfc5322(value: str) -> int | None:
    from email.utils import parsedate_tz  # noqa: PLC0415 - 20 ms (it imports sockets) that only readers of headers pay

    parsed = None if _ANCIENT_YEAR.search(value) else parsedate_tz(value)
    if parsed is None:
        return None
    year, month, day, hour, minute, second, *_, offset = parsed
    if not (1970 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    if not (hour <= 24 and minute <= 59 and second <= 60) or abs(offset or 0) > 24 * 3600:
        return None
    return calendar.timegm((year, month, day, hour, minute, second)) - (offset or 0)


def _parse_iso(value: str) -> int:
    moment = datetime.fromisoformat(value)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def within_reason(seconds: int) -> int | None:
    """The time itself when it lies in the years 1970 to 2100, else None."""
    return seconds if _EARLIEST <= seconds < _LATEST else None
