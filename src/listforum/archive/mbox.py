"""The mbox format: many mails in one file, each below a line that begins with "From " (RFC 4155).

Nothing else marks where a mail begins, and not every writer quoted such lines in the bodies. So a line counts only if
it is a whole envelope line between a blank line and a header (or one more blank line); in a file written by listforum
or by public-inbox, which quote without fail, the header is not asked for. Where a writer forgot the blank line, only an
envelope line in the strict form of asctime counts, above a header with two fields that mails have. A patch made by git
begins like a mail, but begins one only in a file of patches, after a blank line. Content-Length fields (mboxcl) are not
relied on.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from itertools import islice

LARGEST_MAIL = 64 * 2**20
"""Bytes of the largest mail that is read; no list passes on such a mail."""

SENDER = "listforum"
"""The envelope sender that marks a file as ours: every line that begins with "From " in it begins a mail."""

_LOOK_AHEAD = 8192
_LONGEST_ENVELOPE = 1000
_LINE_BREAKS = 4
_LAST_SECOND = 253402300799

_SENT = re.compile(rb"From .*?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{0,40}?[0-9]{1,2}:[0-9]{2}")
_SENT_STRICTLY = re.compile(
    rb"From [^\s]{1,320}(?: [^\s]{1,10} [^\s]{1,255})? {1,2}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) "
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9] [0-9]{4}\r?\n"
)
_ALWAYS_QUOTED = re.compile(rb"From (?:%b|mboxrd@z) " % SENDER.encode())
_PATCH = re.compile(rb"From [0-9a-f]{40,64} Mon Sep 17 00:00:00 2001\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]{0,8}:")
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_PLAIN = re.compile("[!-~]{1,200}")
KNOWN_FIELDS = frozenset(
    b"bcc cc content-transfer-encoding content-type date delivered-to from in-reply-to list-id message-id mime-version "
    b"received references reply-to return-path sender status subject to x-mozilla-status".split()
)


def begins_mbox(beginning: bytes) -> bool:
    """Whether a file that begins like this is an mbox: an envelope line, or one without a date above a header."""
    line = without_blank(beginning)[:_LOOK_AHEAD]
    if not line.startswith(b"From ") or b"\n" not in line:
        return False
    return _is_envelope(line, 0) or begins_header(line, line.index(b"\n") + 1)


def begins_header(text: bytes | bytearray, position: int = 0) -> bool:
    """Whether header fields stand here: a field that mails have, or two fields of whatever name (RFC 5322, 2.2)."""
    names = list(islice(field_names(text, position), 2))
    return len(names) == 2 or not KNOWN_FIELDS.isdisjoint(names)


def field_names(text: bytes | bytearray, position: int = 0) -> Iterator[bytes]:
    """The names of the header fields that stand here, in lower case, until a line is none or 8 kB are read."""
    last = position + _LOOK_AHEAD
    others: tuple[bytes, ...] = (b"From ", b">From ")
    while position < last:
        field = _FIELD.match(text, position)
        if field:
            yield field[1].lower()
            others = (b" ", b"\t")
        elif not text.startswith(others, position):
            return
        position = text.find(b"\n", position, last) + 1 or last


def without_blank(beginning: bytes) -> bytes:
    """The beginning of a file from its first line that is not blank, without a byte order mark."""
    return beginning.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")


def without_envelope(raw: bytes) -> bytes:
    """A mail that lies alone in a file, without the envelope line that some programs put above it."""
    return raw.partition(b"\n")[2] if _is_envelope(raw, 0) else raw


def split(pieces: Iterable[bytes]) -> Iterator[bytes | None]:
    """The mails of an mbox that comes in pieces, unquoted, each without the blank line that ends it.

    None stands for a mail of more than `LARGEST_MAIL` bytes. Memory is bounded by the largest mail and piece.
    """
    reader = _Reader()
    for piece in pieces:
        yield from reader.read(piece)
    yield from reader.close()


def as_mboxrd(raw: bytes, sender: str, date: int) -> bytes:
    """One mail as it stands in an mboxrd: envelope line, the mail with LF line ends, quoted, and a blank line.

    `date` is in seconds since 1970 UTC. A mail without a last line end gets one; a lone CR stays what it is.
    """
    text = raw.replace(b"\r\n", b"\n")
    if not text.endswith(b"\n"):
        text += b"\n"
    if b"From " in text:
        text = _TO_QUOTE.sub(rb">\1", text)
    named = sender if _PLAIN.fullmatch(sender) else SENDER
    moment = time.asctime(time.gmtime(min(max(date, 0), _LAST_SECOND)))
    return b"From %b %b\n%b\n" % (named.encode(), moment.encode(), text)


class _Reader:
    """Holds the part of an mbox that is being looked at: from the envelope line of the mail whose end is not known."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._searched = 0
        self._always_quoted = False
        self._of_patches = False
        self._too_large = False

    def read(self, piece: bytes) -> Iterator[bytes | None]:
        self._held += piece
        if self._searched or self._begin():
            yield from self._mails_before(len(self._held) - _LONGEST_ENVELOPE - _LOOK_AHEAD)
            self._drop_what_is_too_large()

    def close(self) -> Iterator[bytes | None]:
        if self._searched or self._begin():
            yield from self._mails_before(len(self._held))
            end = len(self._held)
            yield self._mail(0, end - 1 if self._held.endswith((b"\n\n", b"\n\r\n")) else end)

    def _begin(self) -> bool:
        self._held[:] = without_blank(bytes(self._held))
        self._searched = self._held.find(b"\n") + 1
        self._always_quoted = _ALWAYS_QUOTED.match(self._held) is not None
        self._of_patches = _PATCH.match(self._held) is not None
        return self._searched > 0

    def _mails_before(self, limit: int) -> Iterator[bytes | None]:
        """The mails that a line ends which begins before `limit`: all that decides about it is held."""
        begin = 0
        while (end := self._held.find(b"\nFrom ", self._searched, max(limit, 0) + 6)) >= 0:
            self._searched = end + 1
            last = self._end_of_mail(end)
            if last is not None:
                yield self._mail(begin, last)
                begin = end + 1
                self._searched = self._held.index(b"\n", begin) + 1
        self._searched = max(self._searched, limit)
        del self._held[:begin]
        self._searched -= begin

    def _end_of_mail(self, end: int) -> int | None:
        """Where a mail ends, when the line behind the line feed at `end` begins another; else None."""
        if self._held.endswith((b"\n", b"\n\r"), 0, end):
            return end if self._begins_behind_blank(end) else None
        return end + 1 if _begins_without_blank(self._held, end + 1) else None

    def _begins_behind_blank(self, end: int) -> bool:
        held = self._held
        if not _is_envelope(held, end + 1) or (_PATCH.match(held, end + 1) and not self._of_patches):
            return False
        header = held.index(b"\n", end + 1) + 1
        return self._always_quoted or held.startswith((b"\n", b"\r\n"), header) or begins_header(held, header)

    def _mail(self, begin: int, end: int) -> bytes | None:
        raw = bytes(self._held[self._held.index(b"\n", begin) + 1 : end])
        if self._too_large or len(raw) > LARGEST_MAIL:
            self._too_large = False
            return None
        if raw.endswith(b"\n\r"):
            raw = raw[:-1]
        return _QUOTED.sub(rb"\1", raw) if b">From " in raw else raw

    def _drop_what_is_too_large(self) -> None:
        begin = self._held.index(b"\n") + 1
        if self._searched - begin > LARGEST_MAIL:
            del self._held[begin : self._searched - _LINE_BREAKS]
            self._searched = begin + _LINE_BREAKS
            self._too_large = True


def _begins_without_blank(text: bytes | bytearray, position: int) -> bool:
    envelope = _SENT_STRICTLY.match(text, position)
    if envelope is None or _PATCH.match(text, position) or not _FIELD.match(text, envelope.end()):
        return False
    return len(KNOWN_FIELDS.intersection(field_names(text, envelope.end()))) >= 2


def _is_envelope(text: bytes | bytearray, position: int) -> bool:
    end = text.find(b"\n", position, position + _LONGEST_ENVELOPE)
    return end >= 0 and _SENT.match(text, position, end) is not None
