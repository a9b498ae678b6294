"""BODYSTRUCTURE (RFC 3501, 7.4.2) to the leaves of a mail's MIME tree. Whatever a server sends, this gives parts."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from listforum.mail.address import display_name
from listforum.mail.charset import decode
from listforum.mail.digest import heading
from listforum.mail.structure import is_followed
from listforum.mail.words import decode_value, decode_words
from listforum.model.mail import Heading, Mailbox, Part

DEEPEST = 50
MOST_PARTS = 1000
LARGEST = 2**40
LONGEST_NAME = 1000
MOST_SENDERS = 20

UNREADABLE = Part("1", "text/plain", 32_768)
"""Stands for a mail whose structure makes no sense: its beginning may still be read."""

_NO_HOST = "MISSING_DOMAIN"
"""What Dovecot puts where an address has no host: IMAP has no words for that."""

_CONTINUED = re.compile(r"(.{1,80}?)\*(\d{1,3})?(\*)?")


def parts(structure: object) -> tuple[Part, ...]:
    """The leaves, in order, those of mails in the mail among them. Takes what `imapclient` parsed: nested tuples.

    A mail that is not multipart is section "1". Of a monstrous mail the first thousand leaves count.
    """
    if not isinstance(structure, tuple) or not structure:
        return (UNREADABLE,)
    return tuple(islice(_body(structure, "", _Around()), MOST_PARTS)) or (UNREADABLE,)


@dataclass(frozen=True, slots=True)
class _Around:
    """What a body stands in: the nearest alternative, a digest or not, and how deep."""

    alternative: str | None = None
    digest: bool = False
    depth: int = 0


def _body(body: tuple[object, ...], section: str, around: _Around) -> Iterator[Part]:
    """A multipart has the section of what it is the body of; everything else has one of its own."""
    if body and isinstance(body[0], tuple):
        if around.depth <= DEEPEST:
            yield from _walk(body, section, around)
        return
    leaf = _leaf(body, section or "1", around.alternative)
    envelope, inside = _at(body, 7), _at(body, 8)
    followed = is_followed(leaf.type, leaf.encoding, section, attached=leaf.attached)
    if not (followed and isinstance(envelope, tuple) and isinstance(inside, tuple) and inside):
        yield leaf
        return
    yield Part(
        leaf.section,
        leaf.type,
        0,
        name=leaf.name,
        alternative=leaf.alternative,
        heading=_heading(envelope, in_digest=around.digest),
    )
    below = leaf.section if isinstance(inside[0], tuple) else f"{leaf.section}.1"
    yield from _body(inside, below, replace(around, digest=False, depth=around.depth + 1))


def _heading(envelope: tuple[object, ...], *, in_digest: bool) -> Heading:
    senders = _at(envelope, 2)
    mailboxes = tuple(map(_mailbox, senders[:MOST_SENDERS])) if isinstance(senders, tuple) else ()
    date, subject, replied, own = (_octets(_at(envelope, n)) for n in (0, 1, 8, 9))
    return heading(date, subject, filter(None, mailboxes), (own, replied), in_digest=in_digest)


def _mailbox(address: object) -> Mailbox | None:
    """A mailbox of an ENVELOPE; None for the beginning or end of a group, which has no host."""
    if not isinstance(address, tuple) or _at(address, 3) is None:
        return None
    name, mailbox, host = (decode_value(_octets(_at(address, n))) for n in (0, 2, 3))
    name = display_name(decode_words(name))
    if host == _NO_HOST:
        return Mailbox(name or mailbox, "")
    return Mailbox(name, f"{mailbox}@{host}")


def _walk(multipart: tuple[object, ...], section: str, around: _Around) -> Iterator[Part]:
    children: list[tuple[object, ...]] = []
    for item in multipart:
        if not isinstance(item, tuple):
            break
        children.append(item)
    subtype = multipart[len(children)] if len(children) < len(multipart) else None
    kind = _text(subtype).lower()
    alternative = section if kind == "alternative" else around.alternative
    inside = _Around(alternative, kind == "digest", around.depth + 1)
    for number, child in enumerate(children, 1):
        yield from _body(child, f"{section}.{number}" if section else str(number), inside)


def _leaf(body: tuple[object, ...], section: str, alternative: str | None) -> Part:
    kind = f"{_text(_at(body, 0)).lower()}/{_text(_at(body, 1)).lower()}"
    parameters = _pairs(_at(body, 2))
    disposition, about = _disposition(body, kind)
    size = _at(body, 6)
    return Part(
        section,
        kind if all(kind.split("/")) else "text/plain",
        min(max(size, 0), LARGEST) if isinstance(size, int) else UNREADABLE.size,
        charset=parameters.get("charset", "").strip().lower(),
        encoding=_text(_at(body, 5)).strip().lower() or "7bit",
        name=_parameter(about, "filename") or _parameter(parameters, "name"),
        attached=disposition not in {"", "inline"},  # unknown ones count as attachment (RFC 2183, 2.8)
        flowed=parameters.get("format", "").strip().lower() == "flowed",
        delsp=parameters.get("delsp", "").strip().lower() == "yes",
        alternative=alternative,
    )


def _disposition(body: Sequence[object], kind: str) -> tuple[str, Mapping[str, str]]:
    """Content-Disposition: it stands after the MD5, which comes after what only some types have."""
    position = 11 if kind == "message/rfc822" else 9 if kind.startswith("text/") else 8
    value = _at(body, position)
    if not isinstance(value, tuple):
        return "", {}
    return _text(_at(value, 0)).strip().lower(), _pairs(_at(value, 1))


def _pairs(value: object) -> dict[str, str]:
    if not isinstance(value, tuple):
        return {}
    found: dict[str, str] = {}
    for name, text in zip(value[::2], value[1::2], strict=False):
        found.setdefault(_text(name).lower(), _text(text))
    return found


def _parameter(parameters: Mapping[str, str], name: str) -> str | None:
    """A parameter, put together and decoded as RFC 2231 says, or, as many mailers write it, RFC 2047."""
    if name in parameters:
        return decode_words(parameters[name][:LONGEST_NAME]) or None
    pieces: dict[int, tuple[str, bool]] = {}
    for key, text in parameters.items():
        match = _CONTINUED.fullmatch(key)
        if match and match[1] == name:
            pieces[int(match[2] or 0)] = (text, match[2] is None or match[3] is not None)
    return _extended([pieces[number] for number in sorted(pieces)])[:LONGEST_NAME] or None


def _extended(pieces: Sequence[tuple[str, bool]]) -> str:
    charset, data = "utf-8", b""
    for position, (text, encoded) in enumerate(pieces):
        if not encoded:
            data += text.encode("utf-8", "surrogateescape")
            continue
        if position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)  # noqa: PLW2901 - what is left is the text
        data += urllib.parse.unquote_to_bytes(text)
    return decode(data, charset).text


def _at(values: Sequence[object], position: int) -> object:
    return values[position] if position < len(values) else None


def _octets(value: object) -> bytes:
    """A string, whatever the parser made of it."""
    if isinstance(value, bytes):
        return value
    return str(value).encode("ascii") if isinstance(value, int) else b""


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, int) else ""
