"""The header of a mail, or of one of its parts, as a bounded list of fields (RFC 5322, 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_FIELD: Final = 16 * 1024
MAX_HEADER: Final = 256 * 1024
MAX_FIELDS: Final = 1000
_MAX_SCANNED: Final = 4 * MAX_HEADER

# A boundary line can look like a field; no field's name begins with two dashes.
_FIELD = re.compile(rb"(?!--)([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class Field:
    """A header field: its name in lower case, its value as received and still folded, at most 16 kB of it."""

    name: str
    folded: bytes

    @property
    def value(self) -> bytes:
        """The value unfolded (RFC 5322, 2.2.3)."""
        return _FOLD.sub(b"", self.folded).strip()


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a header, how many bytes the header took, and whether limits cut anything off."""

    fields: tuple[Field, ...]
    size: int
    cut: bool = False

    def first(self, name: str) -> bytes | None:
        """The unfolded value of the first field of that name (in lower case); None when there is none."""
        for field in self.fields:
            if field.name == name:
                return field.value
        return None


def read_fields(data: bytes, start: int = 0) -> Fields:
    """The header that begins at `start`. `size` counts its bytes there, the blank line that ends it included.

    A text that does not begin with a field has no header. A stray line between fields (mbox's "From " among them) is
    skipped; two of them, or one at the end, are the beginning of a body whose blank line is missing.
    """
    end, blank_end = _extent(data, start)
    fields, body = _fields(data[start:end])
    kept, cut = _bounded(fields)
    endless = end - start >= _MAX_SCANNED
    size = blank_end - start if body is None or endless else body
    return Fields(kept, size, cut or endless)


def _extent(data: bytes, start: int) -> tuple[int, int]:
    """Where the header's last line ends, and where the body begins."""
    for blank in (b"\n", b"\r\n"):
        if data.startswith(blank, start):
            return start, start + len(blank)
    # No part's header is looked for beyond the next line that may be a boundary.
    boundary = data.find(b"\n--", max(start - 1, 0)) + 1
    match = _BLANK_LINE.search(data, start, boundary or len(data))
    end, blank_end = (match.start() + 1, match.end()) if match else (boundary or len(data),) * 2
    return min(end, start + _MAX_SCANNED), blank_end


def _fields(block: bytes) -> tuple[list[Field], int | None]:
    """All fields, and where the body begins if that is before the blank line."""
    fields: list[Field] = []
    stray: int | None = None
    position = 0
    while position < len(block):
        if match := _FIELD.match(block, position):
            fields.append(Field(match[1].decode("ascii").lower(), match[2]))
            stray = None
            position = match.end()
            continue
        end = block.find(b"\n", position) + 1 or len(block)
        row = block[position:end]
        if row.strip() and not row.startswith((b"From ", b">From ")):
            if row.startswith(b"--") or stray is not None or not fields:
                return fields, position if stray is None else stray
            stray = position
        position = end
    return fields, stray


def _bounded(fields: list[Field]) -> tuple[tuple[Field, ...], bool]:
    """The fields within the limits, and whether anything had to be cut."""
    kept: list[Field] = []
    total = 0
    cut = False
    for field in fields:
        short = _shortened(field)
        cut = cut or short is not field
        total += len(short.name) + len(short.folded) + 4
        if total > MAX_HEADER or len(kept) >= MAX_FIELDS:
            return tuple(kept), True
        kept.append(short)
    return tuple(kept), cut


def _shortened(field: Field) -> Field:
    if len(field.folded) <= MAX_FIELD:
        return field
    # Of referenced posts the newest stand last.
    last = field.name == "references"
    return Field(field.name, field.folded[-MAX_FIELD:] if last else field.folded[:MAX_FIELD])
