"""ENVELOPE (RFC 3501, 7.4.2): the heading of a mail as a server tells it, addresses taken apart but not decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from listforum.demo.entities import Entity
from listforum.demo.imap_words import nstring

_TOKEN: Final = re.compile(
    rb'(?P<quoted>"(?:[^"\\]|\\.)*"?)|(?P<comment>\()|(?P<special>[<>,:;@])|(?P<blank>\s+)|(?P<atom>[^"()<>,:;@\s]+)|(?P<other>.)',
    re.DOTALL,
)
_PAIR: Final = re.compile(rb"\\(.)", re.DOTALL)

Address = tuple[bytes | None, bytes | None, bytes | None]
"""Name, local part, domain; a group begins with its name as local part, and ends with three Nones."""


def envelope(mail: Entity) -> bytes:
    """The envelope of a mail, in parentheses."""
    sender = addresses(mail.value(b"from"))
    items = [nstring(mail.value(b"date")), nstring(mail.value(b"subject")), _list(sender)]
    for name in (b"sender", b"reply-to"):
        # the server fills in who wrote it where these are missing or empty
        items.append(_list(addresses(mail.value(name)) or sender))
    items += [_list(addresses(mail.value(name))) for name in (b"to", b"cc", b"bcc")]
    items += [nstring(mail.value(name)) for name in (b"in-reply-to", b"message-id")]
    return b"(" + b" ".join(items) + b")"


def addresses(value: bytes | None) -> list[Address]:
    """The addresses and groups of a field (RFC 5322, 3.4)."""
    return list(_Reader(value or b"").addresses())


def _list(found: list[Address]) -> bytes:
    if not found:
        return b"NIL"
    return (
        b"("
        + b"".join(
            b"(" + nstring(name) + b" NIL " + nstring(local) + b" " + nstring(domain) + b")"
            for name, local, domain in found
        )
        + b")"
    )


class _Reader:
    """Gathers words until an address is complete."""

    def __init__(self, value: bytes) -> None:
        self._value = value
        self._phrase: list[bytes] = []
        self._addr_spec: bytes | None = None
        self._comment: bytes | None = None

    def addresses(self) -> Iterator[Address]:
        at, in_group = 0, False
        while match := _TOKEN.match(self._value, at):
            at, token = match.end(), match[0]
            if match["comment"]:
                self._comment, at = _comment(self._value, match.start())
            elif token == b"<":
                at = self._read_angle(at)
            elif token == b":" and not in_group:
                yield None, self._name(), None
                self._clear()
                in_group = True
            elif token in {b",", b";"}:
                yield from self._complete()
                if token == b";" and in_group:
                    in_group = False
                    yield None, None, None
            elif not match["blank"]:
                self._phrase.append(token)
        yield from self._complete()

    def _read_angle(self, at: int) -> int:
        end = self._value.find(b">", at)
        end = len(self._value) if end < 0 else end
        self._addr_spec = self._value[at:end].strip()
        return end + 1

    def _complete(self) -> Iterator[Address]:
        if self._addr_spec is not None:
            yield (self._name() or None, *_cut(self._addr_spec))
        elif self._phrase:
            yield (self._comment, *_cut(b"".join(self._phrase)))
        self._clear()

    def _name(self) -> bytes:
        return b" ".join(map(_unquoted, self._phrase))

    def _clear(self) -> None:
        self._phrase, self._addr_spec, self._comment = [], None, None


def _cut(addr_spec: bytes) -> tuple[bytes, bytes]:
    local, at, domain = addr_spec.rpartition(b"@")
    return (_unquoted(local), domain) if at else (_unquoted(addr_spec), b"")


def _unquoted(word: bytes) -> bytes:
    if not word.startswith(b'"'):
        return word
    return _PAIR.sub(rb"\1", word[1:].removesuffix(b'"'))


def _comment(value: bytes, start: int) -> tuple[bytes, int]:
    """The text of a comment, and where it ends."""
    depth = 0
    for match in re.compile(rb"\\.|[()]|[^\\()]+|\\", re.DOTALL).finditer(value, start):
        if match[0] == b"(":
            depth += 1
        elif match[0] == b")":
            depth -= 1
            if not depth:
                return _PAIR.sub(rb"\1", value[start + 1 : match.start()]), match.end()
    return value[start + 1 :], len(value)
