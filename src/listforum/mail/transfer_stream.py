"""Content-Transfer-Encoding undone while the content passes by, in pieces of any size: memory stays flat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from listforum.mail import transfer

_LOOKED_AT: Final = 2_000
_MOST_HELD: Final = 1_000_000
"""Bytes that are held back until the line end, or the beginning, that they wait for."""

_LONGEST_FOOTER: Final = 65_536

_UU_BEGIN: Final = re.compile(rb"^begin [0-7]{3,4} [^\r\n]{0,1000}\r?\n", re.MULTILINE)


def decode_pieces(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """What `decode_transfer` makes of all the pieces together; never raises.

    Where content is not in its encoding, and that shows far behind its beginning, it is another guess than there.
    """
    passing = iter(pieces)
    if encoding == "base64":
        return _from_base64(passing)
    if encoding == "quoted-printable":
        return _from_quoted_printable(passing)
    if encoding in transfer.UUENCODED:
        return _from_uuencode(passing)
    return passing


def _from_base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    beginning = _gathered(pieces, _LOOKED_AT)
    passing = chain([beginning], pieces)
    if not transfer.looks_like_base64(beginning):
        yield from passing
        return
    letters = b""
    for piece in passing:
        head, padding, tail = piece.partition(b"=")
        letters += head.translate(None, transfer.NOT_BASE64)
        if padding:
            yield transfer.decode_quads(letters)
            yield from _behind_padding(chain([tail], passing))
            return
        whole = len(letters) // 4 * 4
        yield transfer.decode_quads(letters[:whole])
        letters = letters[whole:]
    yield transfer.decode_quads(letters)


def _behind_padding(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """A footer, which a list server wrote there as plain text, or more groups."""
    tail = b""
    for piece in pieces:
        tail = tail + piece if tail else piece.lstrip(b"= \t\r\n\f\v")
        if len(tail) > _LONGEST_FOOTER:
            break
    if transfer.is_footer(tail):
        yield b"\n" + tail
        yield from pieces
        return
    letters = b""
    for piece in chain([tail], pieces):
        *groups, letters = (letters + piece).translate(None, transfer.NOT_BASE64_OR_PADDING).split(b"=")
        yield b"".join(map(transfer.decode_quads, groups))
        whole = len(letters) // 4 * 4
        yield transfer.decode_quads(letters[:whole])
        letters = letters[whole:]
    yield transfer.decode_quads(letters)


def _from_quoted_printable(pieces: Iterator[bytes]) -> Iterator[bytes]:
    lines = b""
    for piece in pieces:
        lines += piece
        end = lines.rfind(b"\n") + 1
        if not end and len(lines) > _MOST_HELD:
            end = len(lines) - 3 if b"=" in lines[-3:] else len(lines)
        if end:
            yield transfer.decode_quoted_printable(lines[:end])
            lines = lines[end:]
    yield transfer.decode_transfer(lines, "quoted-printable")


def _from_uuencode(pieces: Iterator[bytes]) -> Iterator[bytes]:
    lines = b""
    begin = None
    for piece in pieces:
        lines += piece
        begin = _UU_BEGIN.search(lines)
        if begin is not None or len(lines) > _MOST_HELD:
            break
    if begin is None:
        yield lines
        yield from pieces
        return
    lines = lines[begin.end() :]
    for piece in chain(pieces, [b"\n"]):
        lines += piece
        end = lines.rfind(b"\n") + 1 or (len(lines) if len(lines) > _MOST_HELD else 0)
        decoded, ended = transfer.decode_uu_rows(lines[:end])
        yield decoded
        if ended:
            return
        lines = lines[end:]


def _gathered(pieces: Iterator[bytes], size: int) -> bytes:
    gathered = b""
    for piece in pieces:
        gathered += piece
        if len(gathered) >= size:
            break
    return gathered
