"""A mail taken apart into its header and its leaves (RFC 2045, 2046), and which of these are read.

The parts are found in one pass over the boundary lines, without recursion: a mail costs time in proportion to its
size, however deep it pretends to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from listforum.mail.content_type import Kind, kind_of
from listforum.mail.digest import heading_of
from listforum.mail.fields import Fields, read_fields
from listforum.mail.transfer import UUENCODED
from listforum.model.mail import Heading, Part, Received

MAX_DEPTH: Final = 50
MAX_PARTS: Final = 1000

_BOUNDARY_LINE = re.compile(rb"^--([^\r\n]{1,400})\r?$", re.MULTILINE)
_PLAIN_TEXT: Final = Kind("text/plain", "", "7bit", b"", None, attached=False, flowed=False, delsp=False)
_SHOWN_TYPES: Final = frozenset(
    ("text/plain", "text/html", "text/x-diff", "text/x-patch", "text/diff", "text/patch", "text/markdown")
)
_BODY_TYPES: Final = frozenset(("text/plain", "text/html"))
_EMPTY_SIZE: Final = 4
"""Up to this size a text/plain alternative holds nothing but line ends."""


def split(raw: bytes) -> Received:
    """A whole mail as header and leaves, sections numbered as IMAP does (RFC 3501, 6.4.5); never raises.

    A message/rfc822 is followed into its parts unless it is an attachment. What is nested deeper than 50 levels stays
    one leaf; after 1,000 parts the rest is left to `raw`. A multipart without any part is one text/plain.
    """
    # Files of old Macintosh programs end their lines with CR alone.
    data = raw if b"\n" in raw else raw.replace(b"\r", b"\n")
    fields = read_fields(data)
    return Received(_header_bytes(data, fields), tuple(_Splitter(data).parts(fields)), raw)


def _header_bytes(data: bytes, fields: Fields) -> bytes:
    if not fields.cut:
        return data[: fields.size]
    return b"".join(b"%s: %s\r\n" % (field.name.encode("ascii"), field.value) for field in fields.fields)


@dataclass(slots=True)
class _Multipart:
    """A multipart whose parts are being found. `section` is its own, "" at the top."""

    section: str
    boundary: bytes
    start: int
    alternative: str | None
    child_type: str
    children: int = 0

    def child_section(self) -> str:
        return f"{self.section}.{self.children}" if self.section else str(self.children)


class _Splitter:
    """Finds the leaves of one mail."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[_Multipart] = []
        self._levels: dict[bytes, int] = {}
        self._leaves: list[Part] = []
        self._entities = 0
        self._leaf: tuple[str, Kind, int, str | None] | None = None

    def parts(self, fields: Fields) -> list[Part]:
        self._begin("", kind_of(fields), fields.size)
        if self._open:
            for match in _BOUNDARY_LINE.finditer(self._data, fields.size):
                self._meet(match)
                if self._entities >= MAX_PARTS or not self._open:
                    break
        self._end_leaf(len(self._data))
        self._close_to(0, len(self._data))
        return self._leaves

    def _meet(self, match: re.Match[bytes]) -> None:
        """Act on a line that may be a boundary of any multipart still open."""
        token = match[1].rstrip()
        level = self._levels.get(token)
        closing = level is None and token.endswith(b"--")
        if closing:
            level = self._levels.get(token[:-2])
        if level is None:
            return
        end = self._before_line(match.start())
        self._end_leaf(end)
        if closing:
            self._close_to(level, end)
            return
        self._close_to(level + 1, end)
        parent = self._open[level]
        parent.children += 1
        start = min(match.end() + 1, len(self._data))
        fields = read_fields(self._data, start)
        kind = kind_of(fields, parent.child_type)
        self._begin(parent.child_section(), kind, start + fields.size, parent)

    def _begin(self, section: str, kind: Kind, start: int, parent: _Multipart | None = None) -> None:
        alternative = parent.alternative if parent else None
        in_digest = parent is not None and parent.child_type == "message/rfc822"
        while is_followed(kind.type, kind.encoding, section, attached=kind.attached):
            section = section or "1"
            fields = read_fields(self._data, start)
            header = self._data[start : start + fields.size]
            self._add_mail(section, kind, heading_of(fields, in_digest=in_digest), header, alternative)
            kind, start, in_digest = kind_of(fields), start + fields.size, False
            if not self._is_open_to(kind):
                section = f"{section}.1"
        self._begin_within(section, kind, start, alternative)

    def _begin_within(self, section: str, kind: Kind, start: int, alternative: str | None) -> None:
        self._entities += 1
        if self._is_open_to(kind):
            inside = section if kind.type == "multipart/alternative" else alternative
            child_type = "message/rfc822" if kind.type == "multipart/digest" else "text/plain"
            self._open.append(_Multipart(section, kind.boundary, start, inside, child_type))
            self._renumber()
        else:
            self._leaf = (section, kind, start, alternative)

    def _is_open_to(self, kind: Kind) -> bool:
        return kind.type.startswith("multipart/") and bool(kind.boundary) and len(self._open) < MAX_DEPTH

    def _add_mail(self, section: str, kind: Kind, heading: Heading, header: bytes, alternative: str | None) -> None:
        self._entities += 1
        self._leaves.append(
            Part(section, kind.type, 0, name=kind.name, alternative=alternative, content=header, heading=heading)
        )

    def _end_leaf(self, end: int) -> None:
        if self._leaf is None:
            return
        section, kind, start, alternative = self._leaf
        self._leaf = None
        self._add_leaf(section or "1", _readable_kind(kind), self._data[start : max(start, end)], alternative)

    def _close_to(self, level: int, end: int) -> None:
        """Close all multiparts from `level` on."""
        while len(self._open) > level:
            multipart = self._open.pop()
            if not multipart.children:
                section = f"{multipart.section}.1" if multipart.section else "1"
                content = self._data[multipart.start : max(multipart.start, end)]
                self._add_leaf(section, _PLAIN_TEXT, content, multipart.alternative)
        self._renumber()

    def _renumber(self) -> None:
        self._levels = {multipart.boundary: level for level, multipart in enumerate(self._open)}

    def _before_line(self, start: int) -> int:
        """The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1)."""
        end = start - 1 if self._data[start - 1 : start] == b"\n" else start
        return end - 1 if self._data[end - 1 : end] == b"\r" else end

    def _add_leaf(self, section: str, kind: Kind, content: bytes, alternative: str | None) -> None:
        self._leaves.append(
            Part(
                section=section,
                type=kind.type,
                size=len(content),
                charset=kind.charset,
                encoding=kind.encoding,
                name=kind.name,
                attached=kind.attached,
                flowed=kind.flowed,
                delsp=kind.delsp,
                alternative=alternative,
                content=content,
            )
        )


def _readable_kind(kind: Kind) -> Kind:
    """A multipart whose boundary is missing can still be read as the text it is."""
    return _PLAIN_TEXT if kind.type.startswith("multipart/") and not kind.boundary else kind


def is_followed(type_: str, encoding: str, section: str, *, attached: bool) -> bool:
    """Whether a part is read as a mail in the mail. One that somebody attached stays a file, as it was meant to be.

    RFC 2046 (5.2.1) allows no encoding for it; one that is encoded all the same is left alone, too.
    """
    plain = encoding not in ("base64", "quoted-printable") and encoding not in UUENCODED
    return type_ == "message/rfc822" and plain and not attached and section.count(".") < MAX_DEPTH


def shown_parts(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The leaves that make up a post's text, in order: inline text, and one version of each multipart/alternative.

    Of an alternative the text/plain is shown, or the text/html where there is none that says anything. Text with a
    Content-Disposition other than inline is an attachment, unless it is all there is. The text of a mail in the mail is
    shown like any other, below its heading.
    Inline patches and Markdown are text. Judges by the parts' description alone: no content is needed.
    """
    if len(parts) == 1 and parts[0].type in _BODY_TYPES:
        return tuple(parts)
    chosen = _chosen_types(parts)
    return tuple(part for part in parts if _is_shown_text(part) and _is_chosen(part, chosen))


def attachment_parts(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The leaves that are neither shown nor another version of what is shown. An invitation (text/calendar) is one."""
    shown = set(map(id, shown_parts(parts)))
    return tuple(
        part for part in parts if part.heading is None and id(part) not in shown and not _is_unchosen_version(part)
    )


def _is_shown_text(part: Part) -> bool:
    return part.type in _SHOWN_TYPES and not part.attached


def _is_unchosen_version(part: Part) -> bool:
    is_text = part.type.startswith("text/") and part.type != "text/calendar"
    return part.alternative is not None and is_text and not part.attached


def _chosen_types(parts: Sequence[Part]) -> dict[str, str]:
    """For each outermost alternative, by section, the type that is shown of it."""
    chosen: dict[str, str] = {}
    sections = {part.alternative for part in parts if part.alternative is not None}
    for part in parts:
        if part.alternative is None or not _is_shown_text(part):
            continue
        group = _outermost(part.alternative, sections)
        if part.type == "text/html":
            chosen.setdefault(group, "text/html")
        elif part.size > _EMPTY_SIZE:
            chosen[group] = "text/plain"
    return chosen


def _is_chosen(part: Part, chosen: dict[str, str]) -> bool:
    if part.alternative is None:
        return True
    group = _outermost(part.alternative, chosen.keys() | {part.alternative})
    return (part.type == "text/html") == (chosen.get(group) == "text/html")


def _outermost(section: str, sections: set[str]) -> str:
    """An alternative inside an alternative is part of one version of the outer one."""
    if "" in sections:
        return ""
    steps = section.split(".")
    return next(
        (prefix for n in range(1, len(steps)) if (prefix := ".".join(steps[:n])) in sections),
        section,
    )
