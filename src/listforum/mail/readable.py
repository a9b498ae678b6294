"""The text of a post, as a person reads it: its shown parts decoded, unfolded and joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import Final

from listforum.mail.charset import codec_named, decode
from listforum.mail.digest import Joined
from listforum.mail.flowed import unflow
from listforum.mail.structure import shown_parts
from listforum.mail.transfer import decode_transfer
from listforum.model.mail import Part

MAX_TEXT: Final = 1_000_000
_MAX_CONTENT: Final = 4 * MAX_TEXT
_LINE_END = re.compile("\r\n?")
_META_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Readable:
    """The readable text of a post, and what was wrong with it.

    `text` is None when nothing of what is shown has content, "" for a mail without text. Quotes stand in it as lines
    with ">" before them, a signature behind "-- ". It is not yet safe for a terminal.
    """

    text: str | None
    defects: tuple[str, ...] = ()


def readable_text(parts: Sequence[Part]) -> Readable:
    """The text of the shown parts, joined by empty lines, cut at a million characters; never raises.

    A mail in the mail stands below a line that sets it off and its heading. A part that was fetched only in part is
    read as far as it is there.
    """
    shown = {id(part): part.content for part in shown_parts(parts)}
    if shown and all(content is None for content in shown.values()):
        return Readable(None)
    defects: list[str] = []
    joined = Joined()
    length = 0
    for part in parts:
        if length > MAX_TEXT:
            break
        if part.heading is not None:
            joined.begin(part.section, part.heading)
        elif shown.get(id(part)) is not None:
            text = _part_text(part, defects)
            joined.add(part.section, text)
            length += len(text)
    return Readable(_bounded(joined.text, defects), tuple(dict.fromkeys(defects)))


def _part_text(part: Part, defects: list[str]) -> str:
    data = decode_transfer((part.content or b"")[:_MAX_CONTENT], part.encoding_left)
    decoded = decode(data, _label(part, data))
    if not decoded.as_labelled:
        told = _("charset {charset!r}: read as {codec}") if part.charset else _("no charset named: read as {codec}")
        defects.append(told.format(charset=part.charset, codec=decoded.codec))
    text = _LINE_END.sub("\n", decoded.text)
    if part.type == "text/html":
        from listforum.mail.html import html_to_text  # noqa: PLC0415 - most posts are plain text

        return html_to_text(text)
    if part.flowed:
        text = unflow(text, delsp=part.delsp)
    return text.strip("\n")


def _label(part: Part, data: bytes) -> str:
    """The charset a part names, in its header or, where HTML names another of its own, in there."""
    if part.type == "text/html" and codec_named(part.charset) is None:
        match = _META_CHARSET.search(data[:4096])
        if match:
            return match[1].decode("ascii")
    return part.charset


def _bounded(text: str, defects: list[str]) -> str:
    if len(text) <= MAX_TEXT:
        return text
    defects.append(_("text cut at 1,000,000 characters"))
    # in no language but one: it becomes a part of the post's words, which are indexed and compared
    return f"{text[:MAX_TEXT]}\n\n[The text is longer than this: {len(text) - MAX_TEXT} more characters are not shown.]"
