"""The files that the demo's posts bring along, made of nothing: the same name and size give the same bytes."""

from __future__ import annotations

import zlib
from hashlib import shake_256
from typing import Final

from listforum.demo.story import Attachment

TYPES: Final = {"csv": "text/csv", "pdf": "application/pdf", "png": "image/png"}
"""The MIME type of each kind of file."""

_ACROSS: Final = 640


def content(attachment: Attachment) -> bytes:
    """The bytes of a file of about the size its post tells: a table of readings, or a page or picture of grey grain."""
    size = attachment.kilobytes * 1000
    if attachment.type == "csv":
        return _table(attachment.name, size)
    down = max(size // _ACROSS, 1)
    rows = _rows(attachment.name, down)
    return _png(rows) if attachment.type == "png" else _pdf(rows)


def _table(seed: str, size: int) -> bytes:
    """A CSV file (RFC 4180): station, day, reading, remark."""
    grain = shake_256(seed.encode()).digest(size)
    lines, length = ["station,date,value,flag\r\n"], 0
    for n, octet in enumerate(grain):
        month, day = n // 8 // 28 % 12 + 1, n // 8 % 28 + 1
        lines.append(f"W{n % 8 + 101},2025-{month:02d}-{day:02d},{octet / 40:.2f},{'ok' if octet % 9 else '?'}\r\n")
        length += len(lines[-1])
        if length >= size:
            break
    return "".join(lines).encode()


def _rows(seed: str, down: int) -> list[bytes]:
    """Rows of grey pixels, darker toward the bottom, with grain so that they do not compress to nothing."""
    grain = shake_256(seed.encode()).digest(down * _ACROSS)
    shades = [bytes(min(255, 40 + 160 * (8 - n) // 8 + (octet & 31)) for octet in range(256)) for n in range(9)]
    return [grain[y * _ACROSS : (y + 1) * _ACROSS].translate(shades[8 * y // down]) for y in range(down)]


def _png(rows: list[bytes]) -> bytes:
    """An 8-bit greyscale picture, its pixels stored and not compressed."""
    header = _ACROSS.to_bytes(4) + len(rows).to_bytes(4) + bytes((8, 0, 0, 0, 0))
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 0)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4) for name, data in chunks
    )


def _pdf(rows: list[bytes]) -> bytes:
    """One page with one picture on it."""
    down, page = len(rows), b"q 520 0 0 740 37 50 cm /Scan Do Q"
    image = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8/Length %d>>"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</Scan 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(page), page),
        image % (_ACROSS, down, down * _ACROSS) + b"\nstream\n" + b"".join(rows) + b"\nendstream",
    )
    file, places = bytearray(b"%PDF-1.4\n"), []
    for n, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    start = len(file)
    file += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(file + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)
