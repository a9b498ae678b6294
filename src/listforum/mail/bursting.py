"""A digest burst into its mails, each as if it had come singly (RFC 1153; multipart/digest: RFC 2046, 5.1.5).

What comes out is read like any other mail: its header fields are those that the digest tells of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from listforum.mail.content_type import kind_of
from listforum.mail.digest import BEFORE_EACH, DIGEST_WORD, is_digest, members
from listforum.mail.fields import Fields, read_fields
from listforum.mail.prefixes import FORWARD, REPLY
from listforum.mail.quotes import blocks
from listforum.mail.readable import MAX_TEXT, readable_text
from listforum.mail.structure import shown_parts
from listforum.mail.subject import fold_spaces, prefix_pattern
from listforum.model.mail import Header, Heading, Part, Received

_END_LINES: Final = 4
"""Lines of words that may stand between the last separator and the end of a digest."""

_STARS: Final = re.compile(r"\*{3,}")
_MARKUP: Final = re.compile(r"</?(?:html|body|p|div|br)\b", re.IGNORECASE)
_ROBOT: Final = re.compile(
    r"(?:owner(?:-.{1,80})?|sympa|listserv|majordomo|ecartis|ezmlm|mailman)"
    r"|(?!.{0,80}-dmarc-)[^=]{1,80}-(?:request|owner|admin|bounces?|digest|help|list)",
    re.IGNORECASE,
)
"""Mailboxes of list software; but LISTSERV and others name some for members, `0000abcd-dmarc-request`."""

_BY_A_PERSON: Final = prefix_pattern((*REPLY, *FORWARD))
_SEVERAL: Final = re.compile(r"(?<=>), ")
_NAMED: Final = re.compile(r"(.*?) ?(<[^<>]*>)")
_OF_THE_LIST: Final = ("list-id", "list-post", "to")
_TELLING: Final = ("from", "date", "subject")
_ANSWERED: Final = frozenset(("attribution", "quote", "forwarded"))


@dataclass(frozen=True, slots=True)
class Burst:
    """The mails of a digest that are here as a whole, by their place in it, counted from 0.

    `complete` says that these are all there are: nothing of the digest is left to be read in itself.
    """

    mails: Mapping[int, Received]
    complete: bool


def may_burst(header: Header, parts: Sequence[Part]) -> bool:
    """Whether a mail is a digest that list software made, as far as its header fields and the kinds of its parts tell.

    An answer to one is not, nor is anything that a person sends: it could tell words of others that they never wrote.
    """
    if header.in_reply_to or header.references or not _is_by_software(header):
        return False
    if is_digest(header.subject):
        return True
    as_parts = any(part.heading and part.heading.in_digest for part in parts)
    return as_parts and not _BY_A_PERSON.match(fold_spaces(header.subject))


def burst(received: Received, header: Header) -> Burst:
    """The mails of a digest as far as they are here; none where nothing can be told apart. Never raises.

    Each has the header fields that the digest tells of it, and the digest's List-Id, List-Post and To where it has none
    of its own; its parts, numbered as in the digest, with what is here of them; and the arrival of the digest.
    """
    if not may_burst(header, received.parts):
        return Burst({}, complete=False)
    of_list = _fields_of_list(read_fields(received.header))
    if any(part.heading and part.heading.in_digest for part in received.parts):
        found, complete = _from_parts(received.parts)
    else:
        found, complete = _from_text(received.parts)
    if found and not any(map(read_fields(found[0][1]).first, _TELLING)):
        found = found[1:]  # not the first mail, but what the digest says of itself
    mails = {
        nth: Received(_with_list(fields, of_list), parts, None, received.arrived)
        for nth, fields, parts in found
        if _tells_enough(fields)
    }
    return Burst(mails, complete and len(mails) == len(found))


def _is_by_software(header: Header) -> bool:
    """Whether the sender is a robot on the list's own server, or the list itself, in nobody's name.

    A member may choose any name for a mailbox of their own, but no mailbox on that server.
    """
    senders = [one.address for one in header.from_ if one.address]
    if len(senders) != 1:
        return False
    local, _, host = senders[0].casefold().rpartition("@")
    if header.author.evidence == "list":
        return True
    return _ROBOT.fullmatch(local) is not None and any(
        host == one or host.endswith(f".{one}") for one in _hosts_of_list(header)
    )


def _hosts_of_list(header: Header) -> set[str]:
    """Where the list is at home; for want of a field that names it, where the mail went."""
    named = {address.rpartition("@")[2] for address in header.list_post} | {header.list_id.partition(".")[2]}
    to = {one.address.rpartition("@")[2] for one in header.to}
    return {host.casefold() for host in (to if named == {""} else named) if host}


_Found = list[tuple[int, bytes, tuple[Part, ...]]]
"""Places, header fields and parts of the mails in a digest."""


# --- multipart/digest ---------------------------------------------------------------------------------------------


def _from_parts(parts: Sequence[Part]) -> tuple[_Found, bool]:
    shown = set(map(id, shown_parts(parts)))
    found: _Found = []
    complete = True
    for nth, (mail, leaves) in enumerate(_mails(parts)):
        if any(id(leaf) in shown and not leaf.complete for leaf in leaves):
            complete = False
        else:
            fields = mail.content if mail.content is not None else _told(mail.heading or Heading("", "", ""))
            found.append((nth, fields, tuple(_within(mail.section, leaf) for leaf in leaves)))
    return found, complete


def _mails(parts: Sequence[Part]) -> Iterator[tuple[Part, list[Part]]]:
    """The mails of the outermost digest, each with the parts that stand in it."""
    mail: Part | None = None
    leaves: list[Part] = []
    for part in parts:
        if mail is not None and part.section.startswith(f"{mail.section}."):
            leaves.append(part)
            continue
        if mail is not None:
            yield mail, leaves
        mail, leaves = (part if part.heading and part.heading.in_digest else None), []
    if mail is not None:
        yield mail, leaves


def _within(section: str, part: Part) -> Part:
    """A part of the mail of this section, which knows of no alternative around that mail."""
    outside = part.alternative is not None and not f"{part.alternative}.".startswith(f"{section}.")
    return replace(part, alternative=None) if outside else part


def _told(heading: Heading) -> bytes:
    """Header fields that say what a heading says."""
    senders = ", ".join(map(_quoted, _SEVERAL.split(heading.from_))) if heading.from_ else ""
    told = (
        ("Date", heading.date),
        ("From", senders),
        ("Subject", heading.subject),
        ("Message-ID", heading.message_id),
        ("In-Reply-To", heading.in_reply_to),
    )
    return "".join(f"{name}: {value}\r\n" for name, value in told if value).encode("utf-8", "replace")


def _quoted(sender: str) -> str:
    """A mailbox with its display name as a quoted string (RFC 5322, 3.2.4)."""
    named = _NAMED.fullmatch(sender)
    if named is None or not named[1]:
        return sender
    escaped = named[1].replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" {named[2]}'


# --- as text ------------------------------------------------------------------------------------------------------


def _from_text(parts: Sequence[Part]) -> tuple[_Found, bool]:
    text = readable_text(parts).text or ""
    told = members(text)
    if not told or _is_answer(told[0].heading, told[0].text):
        return [], False
    complete = all(part.complete for part in shown_parts(parts)) and len(text) <= MAX_TEXT
    mails = [(_header(one.heading), one.text or "") for one in told if one.heading]
    if not complete:
        mails = mails[:-1]  # nobody knows whether it ends there
    elif mails:
        mails[-1] = (mails[-1][0], _without_end(mails[-1][1]))
    real = [(fields, words) for fields, words in mails if fields.first("from") is not None]
    return [(nth, _written(fields), _text_part(fields, words)) for nth, (fields, words) in enumerate(real)], complete


def _is_answer(heading: str, masthead: str | None) -> bool:
    """Whether somebody answers the digest above its first mail."""
    return not heading and any(block.kind in _ANSWERED for block in blocks(masthead or ""))


def _header(heading: str) -> Fields:
    """The fields below a separator, or below its blank lines."""
    return read_fields(heading.partition("\n")[2].lstrip("\n").encode("utf-8", "replace"))


def _written(fields: Fields) -> bytes:
    kept = (field for field in fields.fields if field.name != "message")
    return b"".join(b"%s: %s\r\n" % (field.name.title().encode("ascii", "replace"), field.value) for field in kept)


def _text_part(fields: Fields, words: str) -> tuple[Part, ...]:
    """The text of a mail. Its charset and encoding were undone when the digest was made."""
    kind = kind_of(fields)
    content = words.strip("\n").encode("utf-8", "replace")
    html = kind.type == "text/html" and _MARKUP.search(words) is not None
    return (
        Part(
            section="1",
            type="text/html" if html else "text/plain",
            size=len(content),
            charset="utf-8",
            encoding="8bit",
            flowed=kind.flowed and not html,
            delsp=kind.delsp and not html,
            content=content,
        ),
    )


def _without_end(words: str) -> str:
    """The text of the last mail without the end of the digest: a separator, and a line or two that say so."""
    lines = words.rstrip().split("\n")
    below: list[str] = []
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at].rstrip()
        if line == BEFORE_EACH and (not at or not lines[at - 1].strip()):
            ends = not below or any(_STARS.fullmatch(one) or DIGEST_WORD.search(one) for one in below)
            return "\n".join(lines[:at]) if ends else words
        if line:
            below.append(line[:200])
            if len(below) > _END_LINES:
                break
    return words


# --- header fields ------------------------------------------------------------------------------------------------


def _tells_enough(fields: bytes) -> bool:
    """Whether a mail can be told from others: its writer is named, and when, or about what, it was written."""
    header = read_fields(fields)
    return bool(header.first("from")) and bool(header.first("date") or header.first("subject"))


def _fields_of_list(header: Fields) -> dict[str, bytes]:
    return {name: value for name in _OF_THE_LIST if (value := header.first(name))}


def _with_list(fields: bytes, of_list: Mapping[str, bytes]) -> bytes:
    known = {"to" if field.name == "cc" else field.name for field in read_fields(fields).fields}
    added = (b"%s: %s\r\n" % (name.title().encode(), value) for name, value in of_list.items() if name not in known)
    return fields.rstrip(b"\r\n") + b"\r\n" + b"".join(added)
