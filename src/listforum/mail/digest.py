"""Digests: many mails of a list in one (RFC 1153, RFC 2046 5.1.5)."""

from __future__ import annotations

import re
from typing import Final

_SUBJECT: Final = re.compile(
    r"(?!(?:re|aw|sv|fwd?|tr|wg|rv|res|enc)\s{0,3}:)"
    r"\S.{0,150}? digest, vol (?:\d{1,5}, issue \d{1,6}|\d{1,5} #\d{1,6} - \d{1,4} msgs?)",
    re.IGNORECASE | re.ASCII,
)


def is_digest(subject: str) -> bool:
    """Whether a mail of this subject is a digest as Mailman writes them: "Water Digest, Vol 12, Issue 3".

    An answer to one is not.
    """
    return _SUBJECT.fullmatch(subject.strip()) is not None
