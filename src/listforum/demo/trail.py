"""The fields that machines leave on a mail on its way: several kilobytes that hardly anybody reads.

Their wording stands in `community/trail/`. There, `{id:...}`, `{name:...}`, `{hash:...}` and `{signature:...}` become
letters and digits as machines write them, the same for the same mail; `{date:N}` and `{seconds:N}` are the time N
seconds after the mail came.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from hashlib import shake_256
from importlib.resources import files
from typing import Final

_ID_OCTETS: Final = 10
_NAME_OCTETS: Final = 20
_HASH_OCTETS: Final = 32
_SIGNATURE_OCTETS: Final = 256
_SIGNATURE_WIDTH: Final = 72


@dataclass(frozen=True, slots=True)
class _Made:
    """A placeholder whose words after the colon say what to make."""

    make: Callable[[str], str]

    def __format__(self, specification: str) -> str:
        return self.make(specification)


def trail(template: str, seed: bytes, time: int, words: Mapping[str, str]) -> bytes:
    """The header fields of a template, every line ended with CRLF. `seed` tells mails apart, `words` fill the rest."""

    def base32(purpose: str, octets: int) -> str:
        return base64.b32encode(_octets(seed, purpose, octets)).decode("ascii").rstrip("=")

    text = _template(template).format(
        **words,
        id=_Made(lambda purpose: base32(purpose, _ID_OCTETS).lower()),
        name=_Made(lambda purpose: base32(purpose, _NAME_OCTETS)),
        hash=_Made(lambda purpose: _base64(seed, purpose, _HASH_OCTETS)),
        signature=_Made(lambda purpose: _signature(seed, purpose)),
        date=_Made(lambda later: format_datetime(datetime.fromtimestamp(time + int(later), UTC))),
        seconds=_Made(lambda later: str(time + int(later))),
    )
    return text.replace("\n", "\r\n").encode("ascii")


@cache
def _template(name: str) -> str:
    return (files("listforum.demo") / "community" / "trail" / f"{name}.txt").read_text("utf-8")


def _octets(seed: bytes, purpose: str, count: int) -> bytes:
    return shake_256(seed + purpose.encode()).digest(count)


def _base64(seed: bytes, purpose: str, octets: int) -> str:
    return base64.b64encode(_octets(seed, purpose, octets)).decode("ascii")


def _signature(seed: bytes, purpose: str) -> str:
    """The looks of a 2048-bit RSA signature, folded."""
    text = _base64(seed, purpose, _SIGNATURE_OCTETS)
    return "\n  ".join(text[at : at + _SIGNATURE_WIDTH] for at in range(0, len(text), _SIGNATURE_WIDTH))
