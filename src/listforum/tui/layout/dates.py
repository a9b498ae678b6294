"""When something was written: short for columns, in full for reading. Times are seconds since 1970, shown in UTC."""

from __future__ import annotations

from gettext import gettext as _
from typing import Final

from listforum.forum.moments import moment
from listforum.words import N_

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_WEEK: Final = 7 * _DAY
_MOST: Final = 300 * _DAY
"""From here on the month of a day without its year could be misread."""

_MONTHS: Final = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)
# Translated one at a time, where it is shown: at every call gettext looks for its catalogue anew, on the disk.


def ago(then: int, now: int) -> str:
    """How long ago, in at most 7 cells: minutes, hours, days, then the day, then the month of another year.

    What claims to come from tomorrow or later is told by its date.
    """
    passed = now - then
    if passed < -_DAY or passed >= _MOST:
        return f"{moment(then):%Y-%m}"
    if passed < _MINUTE:
        return _("now")
    if passed < _HOUR:
        return _("{minutes} min").format(minutes=passed // _MINUTE)
    if passed < _DAY:
        return _("{hours} h").format(hours=passed // _HOUR)
    if passed < _WEEK:
        return _("{days} d").format(days=passed // _DAY)
    told = moment(then)
    return _("{day} {month}").format(day=told.day, month=_(_MONTHS[told.month - 1]))


def day(then: int) -> str:
    """The day: 2026-03-12."""
    return f"{moment(then):%Y-%m-%d}"
