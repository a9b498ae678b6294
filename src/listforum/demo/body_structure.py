"""BODYSTRUCTURE (RFC 3501, 7.4.2): what a mail consists of, as a server tells it."""

from __future__ import annotations

from typing import Final

from listforum.demo.entities import Entity, Typed, token
from listforum.demo.envelope import envelope
from listforum.demo.imap_words import nstring, string

_NO_PART: Final = b'("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)'
"""A multipart has at least one part in this grammar, also where there is none in the mail."""


def body_structure(entity: Entity) -> bytes:
    """The structure with all extension data, in parentheses."""
    if entity.type.multipart:
        return _multipart(entity)
    items = [*(string(word) for word in entity.type.words), _parameters(_with_charset(entity))]
    items += [_value(entity, b"content-id"), _value(entity, b"content-description"), _encoding(entity)]
    items.append(b"%d" % len(entity.body))
    if entity.type.message and entity.children:
        items += [envelope(entity.children[0]), body_structure(entity.children[0])]
    if entity.type.message or entity.type.kind.startswith(b"text/"):
        items.append(b"%d" % entity.body.count(b"\n"))
    return b"(" + b" ".join([*items, _value(entity, b"content-md5"), *_extension(entity)]) + b")"


def _multipart(entity: Entity) -> bytes:
    parts = b"".join(map(body_structure, entity.children)) or _NO_PART
    return b"(" + b" ".join([parts, string(entity.type.words[1]), _parameters(entity.type), *_extension(entity)]) + b")"


def _extension(entity: Entity) -> list[bytes]:
    return [_disposition(entity), _language(entity), _value(entity, b"content-location")]


def _disposition(entity: Entity) -> bytes:
    told = token(entity.value(b"content-disposition") or b"")
    return b"NIL" if told is None else b"(" + string(told.words[0]) + b" " + _parameters(told) + b")"


def _language(entity: Entity) -> bytes:
    tags = [tag.strip() for tag in (entity.value(b"content-language") or b"").split(b",")]
    tags = [tag for tag in tags if tag]
    return b"(" + b" ".join(map(string, tags)) + b")" if tags else b"NIL"


def _encoding(entity: Entity) -> bytes:
    told = token(entity.value(b"content-transfer-encoding") or b"")
    return b'"7bit"' if told is None else string(told.words[0])


def _with_charset(entity: Entity) -> Typed:
    """The type; a text without a charset is in US-ASCII (RFC 2045, 5.2)."""
    if not entity.type.kind.startswith(b"text/") or entity.type.parameter(b"charset") is not None:
        return entity.type
    return Typed(entity.type.words, (*entity.type.parameters, (b"charset", b"us-ascii")))


def _parameters(of: Typed) -> bytes:
    if not of.parameters:
        return b"NIL"
    return b"(" + b" ".join(string(name) + b" " + string(value) for name, value in of.parameters) + b")"


def _value(entity: Entity, name: bytes) -> bytes:
    return nstring(entity.value(name) or None)
