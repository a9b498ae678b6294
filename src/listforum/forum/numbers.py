"""What a person types to name a post or a topic."""

from __future__ import annotations

from gettext import gettext as _
from typing import Final

from listforum.errors import UnknownItem

_MOST_DIGITS: Final = 18
"""What the archive's ids can have; longer numbers are not even turned into one."""


def number_in(text: str) -> int | None:
    """The number that decimal digits of any script stand for; None for anything else. Raises UnknownItem."""
    if not text.isdecimal():
        return None
    if len(text) > _MOST_DIGITS:
        raise UnknownItem(_("There is no post and no topic with so long a number."))
    return int(text)
