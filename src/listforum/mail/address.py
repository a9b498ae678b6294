"""Address lists read strictly: a mailbox is what RFC 5322 (3.4) makes of it, or it has no address at all.

Guessing here would let a stranger's display name pass for somebody's address. One pass, linear in the value's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from listforum.model.mail import Mailbox

MAX_MAILBOXES: Final = 1000
_MAX_VALUE: Final = 16 * 1024
_MAX_ADDRESS: Final = 320

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_ADDRESS = re.compile(
    rf"(?:{_ATOM}(?:\.{_ATOM})*|\"(?:[^\"\\]|\\.)*\")"
    r"@(?:[\w-]+(?:\.[\w-]+)*|\[[0-9A-Za-z:.]{2,60}\])"
)
_ROUTE = re.compile(r"\A@[\w.,@ -]*:")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|[()<>,;:]|[^"()<>,;:\\]+|\\.?', re.DOTALL)
_COMMENT_TOKEN = re.compile(r"[()]|[^()\\]+|\\.?", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


def is_address(text: str) -> bool:
    """Whether the text is one addr-spec and nothing else (RFC 5322, 3.4.1; RFC 6532 for other scripts)."""
    return len(text) <= _MAX_ADDRESS and text.isprintable() and _ADDRESS.fullmatch(text) is not None


def same(a: str, b: str) -> bool:
    """Whether two addr-specs reach the same mailbox, as servers treat them in practice: case tells nothing apart."""
    return bool(a) and a.casefold() == b.casefold()


def parse_mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The mailboxes of a decoded From, To, Cc or Reply-To value, groups flattened; at most 1,000 of them.

    An item that can be read in more than one way, or in none, becomes a Mailbox with the raw text as its name and no
    address. A display name is never searched for an address.
    """
    return _AddressList(value[:_MAX_VALUE]).mailboxes()


def display_name(text: str) -> str:
    """A name as people write it: blanks folded, and without the quotes that programs put around it once too often."""
    name = " ".join(text.split())
    while len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    return name


@dataclass(slots=True)
class _Item:
    """One member of an address list, as its tokens are met."""

    raw: list[str] = field(default_factory=list)
    phrase: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: list[str] | None = None
    closed: bool = False
    broken: bool = False

    @property
    def in_angle(self) -> bool:
        return self.angle is not None and not self.closed

    def may_name_a_group(self) -> bool:
        """Whether what came so far can be a group's display name; an address before a colon is ambiguous."""
        return self.angle is None and not any("@" in piece for piece in self.phrase if not piece.startswith('"'))

    def take(self, symbol: str) -> None:
        """Add a token that is neither a separator nor part of a comment."""
        self.raw.append(symbol)
        if symbol.startswith('"') and (len(symbol) < 2 or not symbol.endswith('"')):
            self.broken = True
        elif symbol == "<":
            self.broken = self.broken or self.angle is not None
            self.angle = self.angle or []
        elif symbol == ">":
            self.broken = self.broken or not self.in_angle
            self.closed = True
        elif self.in_angle and self.angle is not None:
            self.angle.append(symbol)
        elif not self.closed:
            self.phrase.append(symbol)
        elif symbol.strip():
            self.broken = True

    def mailbox(self) -> Mailbox | None:
        raw = _joined(self.raw)
        if not raw:
            return None
        name = display_name("".join(map(_unquoted, self.phrase)))
        address = "".join(self.phrase).strip()
        if self.angle is not None:
            address = _ROUTE.sub("", "".join(self.angle).strip(), count=1)
        if self.broken or self.in_angle or not is_address(address):
            return Mailbox(raw, "")
        return Mailbox((name if self.angle is not None else "") or display_name("".join(self.comments)), address)


class _AddressList:
    """The items of one address field."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._item = _Item()
        self._mailboxes: list[Mailbox] = []
        self._in_group = False

    def mailboxes(self) -> tuple[Mailbox, ...]:
        position = 0
        while position < len(self._value) and len(self._mailboxes) < MAX_MAILBOXES:
            symbol = _TOKEN.match(self._value, position)
            if symbol is None:
                break
            position = self._comment(symbol.end()) if symbol[0] == "(" else self._token(symbol)
        self._finish_item()
        return tuple(self._mailboxes)

    def _token(self, match: re.Match[str]) -> int:
        symbol, item = match[0], self._item
        if symbol in (",", ";") and not item.in_angle:
            self._in_group = self._in_group and symbol == ","
            self._finish_item()
        elif symbol == ":" and not self._in_group and item.may_name_a_group():
            self._in_group = True
            self._item = _Item()
        else:
            item.broken = item.broken or (symbol in (":", ")") and not item.in_angle)
            item.take(symbol)
        return match.end()

    def _comment(self, start: int) -> int:
        """Read a comment, which may hold others (RFC 5322, 3.2.2), and return where it ends."""
        depth, position = 1, start
        texts: list[str] = []
        while depth and (symbol := _COMMENT_TOKEN.match(self._value, position)):
            position = symbol.end()
            depth += (symbol[0] == "(") - (symbol[0] == ")")
            texts.append(_QUOTED_PAIR.sub(r"\1", symbol[0]))
        self._item.broken = self._item.broken or depth > 0
        self._item.raw.append(self._value[start - 1 : position])
        if not self._item.in_angle:
            self._item.comments.append(" " + "".join(texts[:-1]))
        return position

    def _finish_item(self) -> None:
        mailbox = self._item.mailbox()
        if mailbox is not None:
            self._mailboxes.append(mailbox)
        self._item = _Item()


def _unquoted(symbol: str) -> str:
    if len(symbol) > 1 and symbol.startswith('"') and symbol.endswith('"'):
        return _QUOTED_PAIR.sub(r"\1", symbol[1:-1])
    return symbol


def _joined(tokens: Iterable[str]) -> str:
    return " ".join("".join(tokens).split())
