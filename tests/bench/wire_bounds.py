"""What must come of mails at the least, so that they can be read offline: what the wire is measured against."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from listforum.mail.charset import decode
from listforum.mail.structure import shown_parts, split
from listforum.mail.transfer import decode_transfer
from listforum.sync.costs import TEXT_LIMIT
from listforum.wire.command import HEADER_FIELDS

_WANTED: Final = frozenset(name.lower().encode("ascii") for name in HEADER_FIELDS)


def needed(raws: Sequence[bytes]) -> bytes:
    """The header lines that are needed of all these mails, then the texts of all of them."""
    return b"".join((*(line for raw in raws for line in _needed_lines(split(raw).header)), texts(raws)))


def texts(raws: Iterable[bytes]) -> bytes:
    """The texts of all these mails, decoded, in UTF-8."""
    found = []
    for raw in raws:
        for part in shown_parts(split(raw).parts):
            data = decode_transfer(part.content or b"", part.encoding)
            found.append(decode(data, part.charset).text.encode("utf-8", "replace")[:TEXT_LIMIT])
    return b"".join(found)


def deflated(data: bytes) -> int:
    """How many bytes are left of it in one raw deflate stream at zlib's best."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return len(packer.compress(data)) + len(packer.flush())


def _needed_lines(header: bytes) -> Iterator[bytes]:
    wanted = False
    for line in header.splitlines(keepends=True):
        if line[:1] not in b" \t":
            wanted = line.partition(b":")[0].strip().lower() in _WANTED
        if wanted:
            yield line
