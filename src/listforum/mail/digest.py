"""Mails in a mail: forwarded ones, and digests, of which each is many mails of a list (RFC 2046, 5.1.5; RFC 1153).

Both kinds of digest read alike: what is written here for the parts of the one is how the other comes as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from listforum.mail.address import parse_mailboxes
from listforum.mail.fields import Fields
from listforum.mail.words import decode_value, decode_words, quote_words
from listforum.model.mail import Heading, Mailbox

_LONGEST: Final = 1_000
_LONGEST_FIELD: Final = 4_000
_MOST_MAILS: Final = 1_000
_HEADING_LINES: Final = 24

_BEFORE_FIRST: Final = "-" * 70
BEFORE_EACH: Final = "-" * 30
"""The line that sets a mail of a digest off from the one before it (RFC 1153)."""

_FORWARDED: Final = "-------- Forwarded Message --------"
_FORWARDED_END: Final = "-------- End of Forwarded Message --------"

_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z-]{1,30}):(?: |$)")
_LIST_RULE: Final = re.compile(r"_{5,}\s*")

_DIGEST: Final = r"digest|lote?|nachrichtensammlung|дайджест|resumen|resumo|verzamelnummer|摘要|まとめ読み"
DIGEST_WORD: Final = re.compile(rf"\b(?:{_DIGEST})\b", re.IGNORECASE)
"""What a digest is called by list software."""

_SUBJECT: Final = re.compile(
    rf"(?=.{{0,150}}\b(?:{_DIGEST})\b)[^:\[\]]{{1,150}},"
    r" (?:\w{1,12}\.? \d{1,5}, \w{1,12}\.? \d{1,6}|vol \d{1,5} #\d{1,6} - \d{1,4} msgs?)"
    r"|[^:\[\]]{1,150} digest v\d{1,5} #\d{1,6}"
    r"|\[[^:\[\]]{1,150}\] digest number \d{1,6}",
    re.IGNORECASE,
)


def is_digest(subject: str) -> bool:
    """Whether a mail of this subject is a digest as list software writes it: "Water Digest, Vol 12, Issue 3".

    An answer to one is not.
    """
    return len(subject) <= _LONGEST and _SUBJECT.fullmatch(subject.strip()) is not None


# --- headings -----------------------------------------------------------------------------------------------------


def heading_of(fields: Fields, *, in_digest: bool) -> Heading:
    """What the header of a mail in a mail tells."""
    date, subject, sender = ((fields.first(name) or b"")[:_LONGEST_FIELD] for name in ("date", "subject", "from"))
    ids = tuple(fields.first(name) or b"" for name in ("message-id", "in-reply-to"))
    return heading(date, subject, parse_mailboxes(quote_words(decode_value(sender))), ids, in_digest=in_digest)


def heading(
    date: bytes, subject: bytes, senders: Iterable[Mailbox], ids: Sequence[bytes], *, in_digest: bool
) -> Heading:
    """The same of single fields, as an ENVELOPE holds them (RFC 3501, 7.4.2); `ids` are Message-ID and In-Reply-To."""
    message_id, in_reply_to = (_line(decode_value(one[:_LONGEST_FIELD])) for one in ids)
    return Heading(
        _line(", ".join(map(_mailbox, senders))),
        _line(decode_value(date[:_LONGEST_FIELD])),
        _line(decode_words(decode_value(subject[:_LONGEST_FIELD]))),
        in_digest,
        message_id,
        in_reply_to,
    )


def _mailbox(mailbox: Mailbox) -> str:
    if mailbox.name and mailbox.address:
        return f"{mailbox.name} <{mailbox.address}>"
    return mailbox.name or mailbox.address


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


# --- as text ------------------------------------------------------------------------------------------------------


class Joined:
    """The texts of a mail and of the mails in it, made one text, with what sets them off from one another."""

    def __init__(self) -> None:
        self._paragraphs: list[str] = []
        self._open: list[tuple[str, Heading]] = []
        self._separator = _BEFORE_FIRST
        self._behind_digest = False

    def begin(self, section: str, heading: Heading) -> None:
        """A mail of this section begins: the texts below it belong to it."""
        self._end_around(section)
        self._open.append((section, heading))
        self._behind_digest = False
        if heading.in_digest:
            self._paragraphs.append(self._separator)
            self._separator = BEFORE_EACH
        told = (("Date", heading.date), ("From", heading.from_), ("Subject", heading.subject))
        fields = [f"{name}: {value}" for name, value in told if value]
        self._paragraphs.append("\n".join(fields if heading.in_digest else [_FORWARDED, *fields]))

    def add(self, section: str, text: str) -> None:
        """A text, which may be blank."""
        self._end_around(section)
        if not text.strip():
            return
        if self._behind_digest:
            self._paragraphs.append(BEFORE_EACH)
            self._behind_digest = False
        self._paragraphs.append(text)

    @property
    def text(self) -> str:
        """All of it, set off by empty lines."""
        return "\n\n".join(filter(None, self._paragraphs))

    def _end_around(self, section: str) -> None:
        """Ends the mails that this section does not stand in."""
        while self._open and not section.startswith(f"{self._open[-1][0]}."):
            _section, heading = self._open.pop()
            self._behind_digest = heading.in_digest
            if not heading.in_digest:
                self._paragraphs.append(_FORWARDED_END)


# --- as it is read ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A mail in a digest: the line that sets it off with its heading, and its text; each without the last line end.

    What stands before the first mail has no heading. `text` is None where nothing stands below the heading.
    """

    heading: str
    text: str | None


def members(text: str) -> tuple[Member, ...]:
    """The mails in a digest that came as text; () for any other text. Their lines together are the text again."""
    if _BEFORE_FIRST not in text:
        return ()
    lines = text.split("\n")
    begins = _begins(lines)
    if not begins:
        return ()
    first = begins[0][0]
    found = [Member("", "\n".join(lines[:first]))] if first else []
    for (at, heading_end), (end, _) in pairwise((*begins, (len(lines), 0))):
        body = lines[heading_end:end]
        found.append(Member("\n".join(lines[at:heading_end]), "\n".join(body) if body else None))
    return tuple(found)


def _begins(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Where each mail of a digest begins, and where its heading ends (excluded); the first is set off by more."""
    found: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        if line.rstrip() != (BEFORE_EACH if found else _BEFORE_FIRST) or (at and lines[at - 1].strip()):
            continue
        end = _heading_end(lines, at)
        if end is not None and (not found or found[-1][1] <= at):
            found.append((at, end))
            if len(found) == _MOST_MAILS:
                break
    return found


def _heading_end(lines: Sequence[str], separator: int) -> int | None:
    """Where the heading below a separator ends (excluded); None when there is none, nor the footer of the digest."""
    at = separator + 1
    while at < len(lines) and at <= separator + 3 and not lines[at].strip():
        at += 1
    names: set[str] = set()
    begin = at
    while at < min(len(lines), begin + _HEADING_LINES):
        match = _FIELD.match(lines[at])
        if match:
            names.add(match[1].lower())
        elif not names or not lines[at][:1].isspace() or not lines[at].strip():
            break
        at += 1
    if "from" in names and names & {"date", "subject"}:
        return at
    footer = names == {"subject"} or (begin < len(lines) and _LIST_RULE.fullmatch(lines[begin]))
    return begin if footer else None
