"""Writing a mail that tells what its author wrote, and nothing about the machine it was written on.

Only the header fields written here ever leave: From, To, Subject, Date, Message-ID, In-Reply-To, References,
MIME-Version, Content-Type, Content-Transfer-Encoding. Nothing is taken from the environment: the same draft, id and
date give the same bytes everywhere.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from typing import Final

from listforum.mail.address import is_address
from listforum.mail.flowing import flow
from listforum.mail.folding import clean, folded, phrase, unstructured
from listforum.mail.subject import reply_base
from listforum.model.mail import Header, Mailbox

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ID: Final = re.compile(r"[!-;=?-~]{1,250}")
_RANDOM_OCTETS: Final = 16
_LONGEST_FIELD: Final = 998
_LONGEST_LINE: Final = 998
_UNSENDABLE: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)])
_ADDRESS_WORD: Final = re.compile(
    r"(?<!\S)(?:[^\s@]{0,255}@\S*|\S{1,64} (?:at|em|en|bei|chez) [^\s.]{1,64}\.\S{1,255})"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail before it has an id and a date. `to` are addresses; ids stand without angle brackets, oldest first."""

    sender: Mailbox
    to: tuple[str, ...]
    subject: str
    text: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


def compose(draft: Draft, message_id: str, date: int) -> bytes:
    """The bytes of the mail (RFC 5322), lines ending in CRLF, Date in UTC and rounded down to the minute.

    The text goes out as format=flowed UTF-8. It is sent as 7bit where it is ASCII, else as quoted-printable: every
    relay passes both unchanged, while 8bit needs an extension at each hop and is rewritten where it is missing.
    Control characters are left out of the text and become blanks in header fields; ids of other mails that cannot
    stand in a header are left out. Raises ValueError when an address, the id or the date cannot be written.
    """
    encoding, body = _encoded_text(draft.text)
    fields = [
        folded("From", [*phrase(draft.sender.name), f"<{_address(draft.sender.address)}>"]),
        folded("To", _recipients(draft.to)),
        unstructured("Subject", draft.subject),
        f"Date: {_date(date)}",
        folded("Message-ID", [f"<{_own_id(message_id)}>"]),
        *_threading(draft),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8; format=flowed",
        f"Content-Transfer-Encoding: {encoding}",
    ]
    return "\r\n".join([*fields, "", ""]).encode("ascii") + body


def message_id(random: bytes, sender: str) -> str:
    """A Message-ID, without brackets, of 16 random bytes at the sender's domain; raises ValueError for other input."""
    if len(random) != _RANDOM_OCTETS:
        raise ValueError(f"a Message-ID takes {_RANDOM_OCTETS} random bytes, not {len(random)}")
    return f"{random.hex()}@{_address(sender).rpartition('@')[2].lower()}"


def reply_subject(subject: str) -> str:
    """The subject of an answer: "Re: " once, whatever stood there in whatever language; the list's tag stays."""
    return f"Re: {clean(reply_base(subject))}".rstrip()


def references_for(parent: Header) -> tuple[str, ...]:
    """The References of an answer: the parent's own, or its only In-Reply-To, then its id (RFC 5322, 3.6.4)."""
    chain = parent.references or (parent.in_reply_to if len(parent.in_reply_to) == 1 else ())
    return tuple(dict.fromkeys(id_ for id_ in (*chain, parent.message_id) if id_))


def attribution(name: str) -> str:
    """The line above a quote: who wrote it, without address, date or time zone."""
    known = clean(_ADDRESS_WORD.sub(" ", clean(name)[:200])).strip(" \"'<>(),;:")
    return f"{known or 'Someone'} wrote:"


def _recipients(to: tuple[str, ...]) -> list[str]:
    if not to:
        raise ValueError(_("a mail needs a recipient"))
    addresses = [_address(address) for address in to]
    return [f"{address}," for address in addresses[:-1]] + addresses[-1:]


def _address(address: str) -> str:
    if not address.isascii() or not is_address(address):
        raise ValueError(_("{address!r} is no address that every server can send to").format(address=clean(address)))
    return address


def _own_id(id_: str) -> str:
    if not _ID.fullmatch(id_):
        raise ValueError("a Message-ID is 1 to 250 printable ASCII characters without blanks or angle brackets")
    return id_


def _date(date: int) -> str:
    try:
        at = datetime.fromtimestamp(date - date % 60, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(_("{date} is no time a mail can be dated with").format(date=date)) from error
    day = f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year:04d}"
    return f"{day} {at.hour:02d}:{at.minute:02d}:00 +0000"


def _threading(draft: Draft) -> list[str]:
    fields = []
    if _ID.fullmatch(draft.in_reply_to):
        fields.append(folded("In-Reply-To", [f"<{draft.in_reply_to}>"]))
    if references := _capped([id_ for id_ in draft.references if _ID.fullmatch(id_)]):
        fields.append(folded("References", [f"<{id_}>" for id_ in references]))
    return fields


def _capped(ids: list[str]) -> list[str]:
    """The first id, which names the topic, and as many of the newest as fit the longest field old software reads."""
    left = _LONGEST_FIELD - len("References:") - sum(len(id_) + 5 for id_ in ids[:1])
    newest: list[str] = []
    for id_ in reversed(ids[1:]):
        left -= len(id_) + 5
        if left < 0:
            break
        newest.append(id_)
    return ids[:1] + newest[::-1]


def _encoded_text(text: str) -> tuple[str, bytes]:
    """The transfer encoding, and the text flowed and encoded with it, its last line ended."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSENDABLE)
    lines = [line.encode("utf-8", "replace") for line in flow(plain)]
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    if plain.isascii() and all(len(line) <= _LONGEST_LINE for line in lines):
        return "7bit", b"".join(line + b"\r\n" for line in lines)
    return "quoted-printable", b"".join(_quoted_printable(line) + b"\r\n" for line in lines)


def _quoted_printable(line: bytes) -> bytes:
    """One line as quoted-printable (RFC 2045, 6.7), soft line breaks ended with CRLF."""
    return binascii.b2a_qp(line, quotetabs=False, istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
