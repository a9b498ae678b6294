"""When something was written, in full. Times are seconds since 1970, shown in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from gettext import gettext as _
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment(then: int) -> datetime:
    """A date beyond the calendar is told as the nearest day that is in it."""
    return _EPOCH + timedelta(seconds=min(max(then, -62_135_596_800), 253_402_300_799))


def full(then: int) -> str:
    """Day and minute: 2026-03-12 14:05 UTC."""
    return _("{moment} UTC").format(moment=f"{moment(then):%Y-%m-%d %H:%M}")
