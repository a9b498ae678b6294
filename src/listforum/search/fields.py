"""What a piece of a query means: words in a field, a list, a topic, a time, a mark or a kind of content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from gettext import gettext as _
from itertools import pairwise

from listforum.search import dates
from listforum.search.pieces import DATE_FIELDS, Piece, short
from listforum.search.query import (
    FIELDS,
    Clause,
    Condition,
    Content,
    Dated,
    Field,
    Has,
    InList,
    InTopic,
    Mark,
    Marked,
    Reading,
    list_term,
)
from listforum.search.readings import beginnings, may_go_on, readings, scattered

_WORDS: Mapping[str, tuple[Field, ...]] = {"from": ("author",), "subject": ("subject",), "file": ("file",)}
_MARKS: Mapping[str, tuple[Mark, bool]] = {
    "unread": ("unread", True),
    "read": ("unread", False),
    "unanswered": ("unanswered", True),
    "answered": ("unanswered", False),
    "followed": ("followed", True),
    "starred": ("starred", True),
}
_CONTENTS: Mapping[str, Content] = {
    "attachment": "attachment",
    "attachments": "attachment",
    "patch": "patch",
    "patches": "patch",
    "link": "link",
    "links": "link",
}
_EXAMPLES = {
    "from": "from:maria",
    "subject": "subject:meeting",
    "file": "file:report.pdf",
    "list": "list:open-data",
    "topic": "topic:12",
    "before": "before:2024-06",
    "after": "after:2024-06",
    "on": "on:2024-06",
    "is": "is:unread",
    "has": "has:attachment",
}
_SAME = {"to-list": "list"}
_MEANT = {
    "author": "from",
    "sender": "from",
    "by": "from",
    "title": "subject",
    "since": "after",
    "newer": "after",
    "until": "before",
    "older": "before",
    "date": "on",
    "in": "list",
    "to": "list",
    "thread": "topic",
    "attachment": "file",
    "filename": "file",
}
"""What other programs call a field."""

_NO_FIELDS = frozenset(("http", "https", "ftp", "ssh", "git", "irc", "news", "nntp", "mailto", "tel", "re", "fwd"))
"""Words that stand before a colon in ordinary text."""

_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Meaning:
    """Conditions of which one is enough, or none may hold; or what is wrong, which is `pending` while one types."""

    typed: str
    conditions: tuple[Condition, ...] = ()
    excluded: bool = False
    problem: str = ""
    pending: bool = False


def meaning(piece: Piece, today: date) -> Meaning:
    """What a piece means; without conditions and without a problem it means nothing."""
    name = _SAME.get(piece.name, piece.name)
    if name in _EXAMPLES and not _is_address(name, piece):
        return _field(name, piece, today)
    if not _can_only_be_a_field(piece):
        return _words(FIELDS, f"{piece.field}:{piece.value}" if piece.field else piece.value, piece)
    meant = _MEANT.get(name)
    if meant is None:
        clauses = _clauses(FIELDS, scattered(f"{piece.field} {piece.value}"), piece.value)
        return Meaning(_typed(piece), clauses, piece.excluded, _unknown_field(piece))
    understood = _field(meant, piece, today)
    if understood.problem:
        return understood
    return Meaning(understood.typed, understood.conditions, understood.excluded, _other_name(meant, piece))


def _field(name: str, piece: Piece, today: date) -> Meaning:
    value = piece.value.strip()
    if not value:
        return _wrong(
            piece,
            _("{field}: needs something after the colon, as in {example}.").format(field=name, example=_EXAMPLES[name]),
        )
    if name in _WORDS:
        return _words(_WORDS[name], piece.value, piece)
    if name in DATE_FIELDS:
        return _dated(name, value, piece, today)
    return _OTHERS[name](value, piece)


# --- words ----------------------------------------------------------------------------------------------------------


def _words(fields: tuple[Field, ...], text: str, piece: Piece) -> Meaning:
    whole = text.rstrip().rstrip("*")
    asked = beginnings(whole) if whole != text.rstrip() else readings(whole)
    if piece.open and not piece.excluded and may_go_on(text):
        asked += beginnings(text)
    problem = _("An asterisk stands at the end of a word, as in pum*.") if _has_asterisk(whole) else ""
    clauses = _clauses(fields, tuple(dict.fromkeys(asked)), whole)
    return Meaning(_typed(piece), clauses, piece.excluded, problem if clauses else "")


def _clauses(fields: tuple[Field, ...], asked: tuple[Reading, ...], typed: str) -> tuple[Condition, ...]:
    return (Clause(fields, asked, typed),) if asked else ()


def _has_asterisk(text: str) -> bool:
    """Whether an asterisk stands right before a letter or digit, where it has no meaning."""
    return any(one == "*" and after.isalnum() for one, after in pairwise(text))


# --- what is not words ----------------------------------------------------------------------------------------------


def _dated(name: str, value: str, piece: Piece, today: date) -> Meaning:
    days = dates.days_so_far(value, today) if piece.open else dates.days(value, today)
    if days is None:
        return _wrong(piece, _not_a_date(name, value))
    first, end = dates.seconds(days.first), dates.seconds(days.end)
    if name == "on":
        return Meaning(_typed(piece), (Dated(first, end),), piece.excluded)
    return Meaning(_typed(piece), (Dated(first) if (name == "after") != piece.excluded else Dated(before=first),))


def _not_a_date(name: str, value: str) -> str:
    return _(
        "{field}:{value} is not a date: write {field}:2024, {field}:2024-06 or {field}:2024-06-15 "
        "(years of the Gregorian calendar), or {field}:2w for two weeks."
    ).format(field=name, value=short(value))


def _list(value: str, piece: Piece) -> Meaning:
    return Meaning(_typed(piece), (InList(list_term(value)),), piece.excluded)


def _topic(value: str, piece: Piece) -> Meaning:
    digits = value.removeprefix("#")
    if digits.isdecimal() and len(digits) <= _LONGEST_NUMBER and int(digits):
        return Meaning(_typed(piece), (InTopic(int(digits)),), piece.excluded)
    return _wrong(piece, _("topic:{value} is not the number of a topic: write topic:12.").format(value=short(value)))


def _mark(value: str, piece: Piece) -> Meaning:
    if value.casefold() in _MARKS:
        mark, wanted = _MARKS[value.casefold()]
        return Meaning(_typed(piece), (Marked(mark),), piece.excluded == wanted)
    return _wrong(
        piece,
        _("is:{value} is not known: write is:unread, is:unanswered, is:followed or is:starred.").format(
            value=short(value)
        ),
    )


def _content(value: str, piece: Piece) -> Meaning:
    if value.casefold() in _CONTENTS:
        return Meaning(_typed(piece), (Has(_CONTENTS[value.casefold()]),), piece.excluded)
    return _wrong(
        piece,
        _("has:{value} is not known: write has:attachment, has:patch or has:link.").format(value=short(value)),
    )


_OTHERS: Mapping[str, Callable[[str, Piece], Meaning]] = {
    "list": _list,
    "topic": _topic,
    "is": _mark,
    "has": _content,
}

# --- what is wrong --------------------------------------------------------------------------------------------------


def _wrong(piece: Piece, problem: str) -> Meaning:
    return Meaning(_typed(piece), problem=problem, pending=piece.open)


def _is_address(name: str, piece: Piece) -> bool:
    return name == "file" and not piece.quoted and piece.value.startswith("//")


def _can_only_be_a_field(piece: Piece) -> bool:
    """Whether an unknown word before a colon can only be a mistaken field, and not a URL, a time or code."""
    if len(piece.field) < 2 or not piece.field.isalpha() or piece.name in _NO_FIELDS:
        return False
    return piece.quoted or piece.value[:1].isalnum()


def _other_name(meant: str, piece: Piece) -> str:
    return _("There is no field {name}: — write {example}.").format(
        name=short(piece.field), example=f"{meant}:{_value(piece)}"
    )


def _unknown_field(piece: Piece) -> str:
    return _(
        "There is no field {name}: — the fields are from:, subject:, file:, list:, topic:, before:, after:, on:, is: "
        "and has:. To search for the words themselves, leave a space: {name}: {value}"
    ).format(name=short(piece.field), value=_value(piece))


def _value(piece: Piece) -> str:
    return f'"{short(piece.value)}"' if piece.quoted else short(piece.value)


def _typed(piece: Piece) -> str:
    return f"{'-' * piece.excluded}{piece.field}{':' * bool(piece.field)}{_value(piece)}"
