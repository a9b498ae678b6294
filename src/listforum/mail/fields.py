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
_FIELD = re.compile(rb"(?!--)([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class Field:
    """A header field: its name in lower case, its unfolded value as received, at most 16 kB of it."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a header, how many bytes the header took, and whether limits cut anything off."""

    fields: tuple[Field, ...]
    size: int
    cut: bool = False

    def first(self, name: str) -> bytes | None:
        """The value of the first field of that name (in lower case); None when there is none."""
        return next((field.value for field in self.fields if field.name == name), None)


def read_fields(data: bytes, start: int = 0) -> Fields:
    """The header that begins at `start`. `size` counts its bytes there, the blank line that ends it included.

    A text that does not begin with a field has no header. A stray line between fields (mbox's "From " among them) is
    skipped; two of them, or one at the end, are the beginning of a body whose blank line is missing.
    """
    end, blank_end = _extent(data, start)
    rows, body = _rows(data[start:end])
    size = blank_end - start if body is None else body
    fields, cut = _bounded(rows)
    return Fields(fields, size, cut or end - start >= _MAX_SCANNED)


def _extent(data: bytes, start: int) -> tuple[int, int]:
    """Where the header's last line ends, and where the body begins."""
    for blank in (b"\n", b"\r\n"):
        if data.startswith(blank, start):
            return start, start + len(blank)
    match = _BLANK_LINE.search(data, start)
    end, blank_end = (match.start() + 1, match.end()) if match else (len(data), len(data))
    return min(end, start + _MAX_SCANNED), blank_end


def _rows(block: bytes) -> tuple[list[tuple[bytes, bytearray]], int | None]:
    """Names and folded values, and where the body begins if that is before the blank line."""
    rows: list[tuple[bytes, bytearray]] = []
    offset = 0
    stray: int | None = None
    for row in block.split(b"\n"):
        if match := _FIELD.match(row):
            rows.append((match[1], bytearray(row[match.end() :])))
            stray = None
        elif row[:1] in (b" ", b"\t") and rows and stray is None:
            rows[-1][1].extend(b"\n" + row)
        elif row.strip() and not row.startswith((b"From ", b">From ")):
            if row.startswith(b"--") or stray is not None or not rows:
                return rows, stray if stray is not None else offset
            stray = offset
        offset += len(row) + 1
    return rows, stray


def _bounded(rows: list[tuple[bytes, bytearray]]) -> tuple[tuple[Field, ...], bool]:
    fields: list[Field] = []
    total = 0
    cut = False
    for name, folded in rows:
        value = _FOLD.sub(b"", bytes(folded)).strip()
        lowered = name.decode("ascii").lower()
        if len(value) > MAX_FIELD:
            cut = True
            # The newest of the referenced posts stand last.
            value = value[-MAX_FIELD:] if lowered == "references" else value[:MAX_FIELD]
        total += len(name) + len(value) + 4
        if total > MAX_HEADER or len(fields) >= MAX_FIELDS:
            return tuple(fields), True
        fields.append(Field(lowered, value))
    return tuple(fields), cut
