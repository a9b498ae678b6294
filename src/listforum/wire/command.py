"""IMAP commands as bytes (RFC 3501, 9): every argument is checked or quoted here, so that none becomes a command."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from gettext import gettext as _

from imapclient.imap_utf7 import encode as encode_mailbox

from listforum.errors import UsageError

LARGEST_UID = 2**32 - 1
LONGEST_UID_SET = 8000

Command = tuple[bytes, ...]
"""A command in the pieces in which it is sent: all but the first wait for the server's "+"."""

HEADER_FIELDS = (
    *("Date", "From", "Reply-To", "To", "Cc", "Subject", "Message-ID", "In-Reply-To", "References", "Thread-Index"),
    *("List-Id", "List-Post", "X-Original-From", "Mail-Followup-To", "X-Microsoft-Original-Message-ID"),
)
"""The header fields fetched of every mail."""

_FIELD_NAME = re.compile(r"[!#$&'+,\-./0-9;<=>?@A-Z^_`a-z|~]{1,100}")
_SECTION = re.compile(r"(?:TEXT|HEADER|[1-9]\d{0,4}(?:\.[1-9]\d{0,4}){0,50}(?:\.(?:TEXT|HEADER|MIME))?)?")


class Words:
    """Builds one command; text that fits no quoted string goes as a literal, in a piece of its own."""

    def __init__(self, start: str) -> None:
        self._pieces = [bytearray(start, "ascii")]

    def atom(self, text: str) -> Words:
        """Add a word of our own."""
        self._pieces[-1] += b" " + text.encode("ascii")
        return self

    def string(self, text: str) -> Words:
        """Add text from elsewhere. Raises `UsageError` for line ends and NUL."""
        data = _checked(text).encode("utf-8", "surrogateescape")
        if data.isascii() and len(data) <= 1000:
            self._pieces[-1] += b' "' + data.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
        else:
            self._pieces[-1] += b" {%d}" % len(data)
            self._pieces.append(bytearray(data))
        return self

    def done(self) -> Command:
        return tuple(bytes(piece) for piece in self._pieces)


def examine(folder: str) -> Command:
    """EXAMINE: reading leaves no trace (6.3.2). The folder's name goes in modified UTF-7 (5.1.3)."""
    return Words("EXAMINE").string(encode_mailbox(_checked(folder)).decode("ascii")).done()


def status(folder: str) -> Command:
    """STATUS: how a folder stands that is not open (6.3.10)."""
    name = encode_mailbox(_checked(folder)).decode("ascii")
    return Words("STATUS").string(name).atom("(MESSAGES UIDNEXT UIDVALIDITY)").done()


def search_among(
    capabilities: Collection[str], first: int, *criteria: tuple[str, ...], last: int = LARGEST_UID
) -> Command:
    """UID SEARCH from a UID to another, answered by ranges where the server can (ESEARCH, RFC 4731).

    Of each criterion the first word is a key of ours, the others are text.
    """
    words = Words("UID SEARCH RETURN (ALL)" if "ESEARCH" in capabilities else "UID SEARCH")
    return _with_criteria(words, first, last, criteria)


def search_and_save(first: int, *criteria: tuple[str, ...], last: int = LARGEST_UID) -> Command:
    """The same, whose result is not told but stands for "$" in what follows (RFC 5182)."""
    return _with_criteria(Words("UID SEARCH RETURN (SAVE)"), first, last, criteria)


def _with_criteria(words: Words, first: int, last: int, criteria: Sequence[tuple[str, ...]]) -> Command:
    if any(not text.isascii() for _, *texts in criteria for text in texts):
        words.atom("CHARSET UTF-8")
    words.atom(f"UID {_uid(first)}:{_uid(last)}")
    for key, *texts in criteria:
        words.atom(key)
        for text in texts:
            words.string(text)
    return words.done()


def header_item(fields: Iterable[str], longest: int | None) -> str:
    """BODY.PEEK of some header fields (6.4.5), `longest` bytes of them at the most."""
    return f"BODY.PEEK[{header_section(fields)}]" + ("" if longest is None else f"<0.{longest}>")


def header_section(fields: Iterable[str]) -> str:
    """The section of some header fields. Raises `UsageError` for what is no field name (RFC 5322, 2.2)."""
    names = tuple(fields)
    for name in names:
        if not _FIELD_NAME.fullmatch(name):
            raise UsageError(_("{name!r} is no name of a header field").format(name=name))
    return f"HEADER.FIELDS ({' '.join(names)})"


def part_item(section: str, offset: int, length: int) -> str:
    """BODY.PEEK of a range of a section (6.4.5). Raises `UsageError` for what is no section or range."""
    return _ranged("BODY.PEEK", section, offset, length)


def decoded_part_item(section: str, offset: int, length: int) -> str:
    """BINARY.PEEK: the same of what the section's content-transfer-encoding stands for (RFC 3516, 4.2)."""
    return _ranged("BINARY.PEEK", section, offset, length)


def _ranged(item: str, section: str, offset: int, length: int) -> str:
    if not _SECTION.fullmatch(section):
        raise UsageError(_("{section!r} is no section of a mail").format(section=section))
    if offset < 0 or not 0 < length <= LARGEST_UID:
        raise UsageError(_("{length} bytes from {offset} is no range").format(length=length, offset=offset))
    return f"{item}[{section}]<{offset}.{length}>"


def uid_sets(uids: Sequence[int]) -> Iterator[tuple[str, frozenset[int]]]:
    """UIDs as sequence sets (9), ranges compressed, each with its UIDs and no longer than about 8 kB."""
    ranges: list[str] = []
    members: list[int] = []
    length = 0
    for first, last in _ranges(uids):
        text = str(first) if first == last else f"{first}:{last}"
        if length + len(text) > LONGEST_UID_SET:
            yield ",".join(ranges), frozenset(members)
            ranges, members, length = [], [], 0
        ranges.append(text)
        members.extend(range(first, last + 1))
        length += len(text) + 1
    if ranges:
        yield ",".join(ranges), frozenset(members)


def _checked(text: str) -> str:
    if any(character in text for character in "\r\n\0"):
        raise UsageError(_("{text!r} holds a line end or NUL, which no server is to be sent").format(text=text))
    return text


def _ranges(uids: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = last = 0
    for uid in sorted({_uid(uid) for uid in uids}):
        if uid == last + 1 and last:
            last = uid
            continue
        if last:
            yield first, last
        first = last = uid
    if last:
        yield first, last


def _uid(uid: int) -> int:
    if not 0 < uid <= LARGEST_UID:
        raise UsageError(_("{uid} is no UID").format(uid=uid))
    return uid
