"""What a certificate says that could not be verified: its fingerprint, its dates, and what to do about it; pure."""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from typing import Final

WRITTEN: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""When this was written: a clock that shows an earlier day is wrong."""

PIN: Final = "sha256:"

# DER tags (X.690) of what leads to the dates of a certificate (RFC 5280, 4.1)
_SEQUENCE, _VERSION, _UTC_TIME, _GENERALIZED_TIME = 0x30, 0xA0, 0x17, 0x18


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate in DER, as `openssl x509 -fingerprint -sha256` and browsers show it."""
    return written(hashlib.sha256(certificate).hexdigest())


def written(digest: str) -> str:
    """64 hexadecimal digits as people compare them: sha256:5F:3A:..."""
    return PIN + ":".join(re.findall("..", digest.upper()))


def doubt(certificate: bytes, host: str) -> tuple[str, str]:
    """What to do about a certificate that cannot be verified, and the setting that would accept it."""
    line = f'tls_pin = "{fingerprint(certificate)}"'
    words = _(
        "If this is how {host} is meant to be, ask your provider for the SHA-256 fingerprint of its certificate, by "
        "another way than this link. Only if it is the same, add this to the config, after a comma between the braces "
        "of that server (imap or smtp):"
    )
    return words.format(host=host), line


# --- its dates --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a certificate holds."""

    begins: datetime
    ends: datetime


def clock_is_wrong(now: datetime) -> bool:
    """Whether this can only be the time of a clock that has lost it."""
    return now < WRITTEN


def out_of_date(validity: Validity | None, now: datetime) -> str:
    """Why a certificate does not hold now, in words that end in a question or a fact about the clock."""
    today = f"{now:%Y-%m-%d}"
    if clock_is_wrong(now):
        return _("your clock says {today}; is that right? Set it, and try again").format(today=today)
    if validity and now < validity.begins:
        words = _("its certificate begins on {date}, and your clock says {today}; is that right?")
        return words.format(date=f"{validity.begins:%Y-%m-%d}", today=today)
    if validity and now > validity.ends:
        words = _("its certificate has expired on {date} (your clock says {today})")
        return words.format(date=f"{validity.ends:%Y-%m-%d}", today=today)
    return _("its certificate has expired or is not valid yet (your clock says {today})").format(today=today)


def validity(certificate: bytes) -> Validity | None:
    """The dates in a certificate in DER; None where they cannot be read."""
    with contextlib.suppress(ValueError, IndexError, OverflowError):
        outer = _Elements(_Elements(certificate).content(_SEQUENCE)).content(_SEQUENCE)
        fields = _Elements(outer)
        if fields.tag == _VERSION:
            fields.skip()
        for _field in ("serialNumber", "signature", "issuer"):
            fields.skip()
        dates = _Elements(fields.content(_SEQUENCE))
        return Validity(dates.moment(), dates.moment())
    return None


class _Elements:
    """A cursor over elements of DER that follow each other. Raises ValueError or IndexError for what is none."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    @property
    def tag(self) -> int:
        return self._data[self._position]

    def skip(self) -> bytes:
        """The content of the element here; goes on behind it."""
        start, length = self._position + 2, self._data[self._position + 1]
        if length >= 0x80:
            octets = length & 0x7F
            if not 1 <= octets <= 4:
                raise ValueError("a length of more than 4 octets, or without an end")
            length = int.from_bytes(self._data[start : start + octets])
            start += octets
        if start + length > len(self._data):
            raise ValueError("an element that goes beyond the end")
        self._position = start + length
        return self._data[start : self._position]

    def content(self, tag: int) -> bytes:
        if self.tag != tag:
            raise ValueError(f"not the element that was expected: {self.tag:#x}")
        return self.skip()

    def moment(self) -> datetime:
        """A UTCTime or GeneralizedTime, always in seconds and UTC (RFC 5280, 4.1.2.5)."""
        tag = self.tag
        text = self.skip().decode("ascii")
        if tag == _UTC_TIME:
            text = ("19" if text >= "50" else "20") + text
        elif tag != _GENERALIZED_TIME:
            raise ValueError("no time")
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
