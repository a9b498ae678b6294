"""A mail's header fields, decoded and understood (RFC 5322, 3.6)."""

from __future__ import annotations

from typing import Final

from listforum.mail import thread_index
from listforum.mail.address import parse_mailboxes
from listforum.mail.author import claims_address, find_author
from listforum.mail.date import parse_date, within_reason
from listforum.mail.fields import Fields, read_fields
from listforum.mail.guess import guess
from listforum.mail.list_address import ListIdentity
from listforum.mail.list_fields import list_id, list_post
from listforum.mail.message_id import message_id, message_ids
from listforum.mail.words import decode_value, decode_words, quote_words
from listforum.model.mail import Author, Header, Mailbox

_MAX_SUBJECT: Final = 4000
_ADDRESS_FIELDS: Final = ("from", "reply-to", "to", "cc")
_NAMES: Final = {
    "date": "Date",
    "from": "From",
    "reply-to": "Reply-To",
    "to": "To",
    "cc": "Cc",
    "subject": "Subject",
    "message-id": "Message-ID",
    "in-reply-to": "In-Reply-To",
    "references": "References",
    "list-id": "List-Id",
    "list-post": "List-Post",
    "thread-index": "Thread-Index",
    "x-original-from": "X-Original-From",
    "x-microsoft-original-message-id": "X-Microsoft-Original-Message-ID",
}


def read_header(fields: bytes) -> Header:
    """Understand a header, whole or only the fields that were fetched of it; never raises.

    Of a field that stands more than once the first counts. What was repeated, cut, unreadable or deceptive is told
    in `defects`.
    """
    defects: list[str] = []
    values = _values(read_fields(fields), defects)
    from_, reply_to, to, cc = (_read_mailboxes(name, values, defects) for name in _ADDRESS_FIELDS)
    date = _read_date(values.get("date", ""), defects)
    own_id = message_id(values.get("message-id", ""))
    if "message-id" in values and not own_id:
        defects.append("Message-ID: not valid")
    mailboxes = frozenset(box.address.casefold() for box in (*from_, *reply_to, *to, *cc))
    post, read_only = list_post(values.get("list-post", ""))
    identity = ListIdentity(post, list_id(values.get("list-id", "")))
    original_from = parse_mailboxes(quote_words(values.get("x-original-from", "")))
    author = find_author(from_, reply_to, original_from, identity, cc)
    _note_deception(from_, author, defects)
    return Header(
        message_id=own_id,
        in_reply_to=_referred(values.get("in-reply-to", ""), mailboxes),
        references=_referred(values.get("references", ""), mailboxes),
        date=date,
        subject=" ".join(decode_words(values.get("subject", "")).split())[:_MAX_SUBJECT],
        author=author,
        from_=from_,
        reply_to=reply_to,
        to=to,
        cc=cc,
        list_id=identity.id,
        list_post=post,
        read_only=read_only,
        original_message_id=message_id(values.get("x-microsoft-original-message-id", "")),
        defects=tuple(defects),
        thread_index=values.get("thread-index", "")[: thread_index.LONGEST],
    )


def _values(header: Fields, defects: list[str]) -> dict[str, str]:
    """The fields that matter as text, encoded words still in them, by name in lower case."""
    first: dict[str, bytes] = {}
    for field in header.fields:
        name = field.name
        if name not in _NAMES:
            continue
        if name in first:
            defects.append(f"{_NAMES[name]}: repeated, the first counts")
        else:
            first[name] = field.value
    if header.cut:
        defects.append("the header is too large, only its beginning was read")
    codec = _codec_of_8bit(list(first.values()))
    return {name: decode_value(value, codec) for name, value in first.items()}


def _codec_of_8bit(values: list[bytes]) -> str:
    """The charset of the values that are neither ASCII nor UTF-8, judged together: one alone is too short."""
    unknown = [value for value in values if not value.isascii() and not _is_utf8(value)]
    return guess(b"\n".join(unknown)) if unknown else ""


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _referred(value: str, mailboxes: frozenset[str]) -> tuple[str, ...]:
    """The ids in a field, without the writers' and readers' own addresses, which some programs put there."""
    return tuple(told for told in message_ids(value) if told.casefold() not in mailboxes)


def _read_mailboxes(name: str, values: dict[str, str], defects: list[str]) -> tuple[Mailbox, ...]:
    """Read by mail-parser; what it doubts is read strictly by us."""
    from listforum.mail import mail_parser  # noqa: PLC0415 - 75 ms that only those pay who read headers

    value = quote_words(values.get(name, ""))
    if not value:
        return ()
    try:
        mailboxes = mail_parser.mailboxes(value)
    except Exception as error:  # noqa: BLE001 - any library error: this mail is still to be read
        defects.append(f"{_NAMES[name]}: read without mail-parser, which failed: {type(error).__name__}")
        mailboxes = None
    return parse_mailboxes(value) if mailboxes is None else mailboxes


def _read_date(value: str, defects: list[str]) -> int | None:
    """Read by mail-parser; what it refuses is read tolerantly by us."""
    from listforum.mail import mail_parser  # noqa: PLC0415 - 75 ms that only those pay who read headers

    if not value:
        return None
    try:
        seconds = mail_parser.date(value)
    except Exception as error:  # noqa: BLE001 - any library error: this mail is still to be read
        defects.append(f"Date: read without mail-parser, which failed: {type(error).__name__}")
        seconds = None
    date = parse_date(value) if seconds is None else within_reason(seconds)
    if date is None:
        defects.append("Date: unreadable")
    return date


def _note_deception(from_: tuple[Mailbox, ...], author: Author, defects: list[str]) -> None:
    if author.address and any(claims_address(mailbox.name, author.address) for mailbox in from_):
        defects.append("From: the name looks like an address, but is not this writer's")
