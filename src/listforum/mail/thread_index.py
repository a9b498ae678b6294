"""Outlook's Thread-Index: what a mail answers, told by its place in the conversation (MS-OXOMSG, 2.2.1.3).

Base64 of 22 bytes for the mail that began it (a time and a GUID), and 5 bytes more for each answer on the way down: so
the parent's value is the value without its last 5 bytes. Outlook makes one up for a parent that has none, so many a
value stands alone, and some mails share one: it is weaker evidence than a Message-ID.
"""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

MOST_PARENTS: Final = 100
"""Ancestors that are told: more than any real thread is deep."""

LONGEST: Final = 8192
"""Characters of a field that are read; a longer one tells nothing."""

_HEADER: Final = 22
_GUID: Final = slice(6, 22)
_CHILD: Final = 5
_ID_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class ThreadIndex:
    """A place in a conversation: an id of 24 hex digits for the mail itself, and one for each ancestor, nearest first.

    An id is a digest of the value, the same in every process. Of more than 100 ancestors the nearest are told, and the
    first mail of the conversation.
    """

    own: str
    parents: tuple[str, ...]


def thread_index(value: str) -> ThreadIndex | None:
    """Reads a Thread-Index field; None where it is none: not Base64, of no possible length, or without a GUID."""
    index = _decoded(value)
    if index is None or len(index) < _HEADER or (len(index) - _HEADER) % _CHILD or not any(index[_GUID]):
        return None
    lengths = list(range(len(index) - _CHILD, _HEADER - 1, -_CHILD))
    if len(lengths) > MOST_PARENTS:
        lengths[MOST_PARENTS - 1 :] = [_HEADER]
    return ThreadIndex(_id(index), tuple(_id(index[:length]) for length in lengths))


def _decoded(value: str) -> bytes | None:
    if len(value) >= LONGEST:
        return None
    try:
        return binascii.a2b_base64("".join(value.split()).encode("ascii"), strict_mode=True)
    except ValueError:
        return None


def _id(index: bytes) -> str:
    return hashlib.blake2b(index, digest_size=_ID_BYTES).hexdigest()
