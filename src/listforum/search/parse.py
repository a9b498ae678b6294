"""What a person typed, understood: words, phrases, exclusions, fields and dates.

A typed word may be several terms ("foo-bar", an address, a run of Chinese): then its parts must stand in that order,
as in a phrase. A query is met by a post when every clause is, each in any of the fields it looks in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from gettext import gettext as _

from listforum.errors import QueryError
from listforum.search import analysis
from listforum.search.query import FIELDS, Clause, Condition, Dated, Field, InList, Query, Reading, list_term

MAX_QUERY = 1_000
MAX_CLAUSES = 32


def parse(text: str, today: date) -> Query:
    """Understand a query. `today` (UTC) gives `today` and `yesterday` in dates their meaning.

    Raises QueryError, with a sentence that says what would be right.
    """
    if len(text) > MAX_QUERY:
        raise QueryError(
            _("The query is longer than {most} characters; search for a few of its words.").format(most=MAX_QUERY)
        )
    builder = _Builder(today)
    for piece in _pieces(text.translate(_TYPED)):
        builder.add(piece)
    return builder.query()


# --- cutting the line into pieces -----------------------------------------------------------------------------------

_TYPED = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "＂": '"', "：": ":", "\u200e": "", "\u200f": ""}
)
"""Quotation marks and colons of other keyboards, and the marks that text in two directions brings along."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word or a quoted phrase, with the field before its colon, if it has one."""

    excluded: bool
    field: str
    value: str
    quoted: bool


def _pieces(text: str) -> Iterator[_Piece]:
    at = 0
    while (at := _skip_blanks(text, at)) < len(text):
        excluded = text[at] == "-"
        at += excluded
        end = _end_of_word(text, at)
        word = text[at:end]
        field, colon, value = word.partition(":")
        if text[end : end + 1] != '"':
            at = end
            if word:
                yield _Piece(excluded, field if colon else "", value if colon else word, quoted=False)
        elif word and not (colon and not value):
            at = end
            yield _Piece(excluded, field if colon else "", value if colon else word, quoted=False)
        else:
            close = text.find('"', end + 1)
            if close < 0:
                phrase = _short(text[end + 1 :])
                raise QueryError(
                    _('A quotation mark is never closed: write "{phrase}" with one at each end.').format(phrase=phrase)
                )
            yield _Piece(excluded, field if colon else "", text[end + 1 : close], quoted=True)
            at = close + 1


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace() and text[at] != '"':
        at += 1
    return at


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


# --- giving the pieces meaning --------------------------------------------------------------------------------------

_WHERE: dict[str, tuple[Field, ...]] = {"from": ("author",), "subject": ("subject",)}
_KNOWN = ("from", "subject", "list", "before", "after")
_MEANT = {
    "author": "from",
    "sender": "from",
    "by": "from",
    "title": "subject",
    "since": "after",
    "until": "before",
    "date": "after",
    "newer": "after",
    "older": "before",
    "in": "list",
}
_EXAMPLES = {
    "from": "from:maria",
    "subject": "subject:meeting",
    "list": "list:open-data",
    "before": "before:2024-06",
    "after": "after:2024-06",
}
_NO_FIELDS = frozenset(
    ("http", "https", "ftp", "ssh", "git", "irc", "news", "nntp", "file", "mailto", "tel", "re", "fwd")
)
"""Words that stand before a colon in ordinary text."""


class _Builder:
    def __init__(self, today: date) -> None:
        self._today = today
        self._clauses: dict[bool, list[Clause]] = {False: [], True: []}
        self._lists: dict[bool, list[str]] = {False: [], True: []}
        self._after: list[int] = []
        self._before: list[int] = []

    def add(self, piece: _Piece) -> None:
        field = piece.field.casefold()
        if field in _KNOWN:
            if not piece.value.strip():
                raise QueryError(
                    _("{field}: needs something after the colon, as in {example}.").format(
                        field=field, example=_EXAMPLES[field]
                    )
                )
            self._add_field(field, piece)
        elif _means_a_field(piece):
            raise QueryError(_unknown_field(piece, _MEANT.get(field)))
        else:
            text = f"{piece.field}:{piece.value}" if piece.field else piece.value
            self._add_words(FIELDS, text, piece.excluded)

    def _add_field(self, field: str, piece: _Piece) -> None:
        if field in _WHERE:
            self._add_words(_WHERE[field], piece.value, piece.excluded)
        elif field == "list":
            self._lists[piece.excluded].append(list_term(piece.value))
        elif piece.excluded:
            other = "before" if field == "after" else "after"
            raise QueryError(
                _("-{field}: is not understood; write {other}:{value} instead.").format(
                    field=field, other=other, value=_short(piece.value)
                )
            )
        else:
            (self._after if field == "after" else self._before).append(_seconds(field, piece.value, self._today))

    def _add_words(self, fields: tuple[Field, ...], text: str, excluded: bool) -> None:
        readings = _readings(text)
        if readings:
            self._clauses[excluded].append(Clause(fields, readings))

    def query(self) -> Query:
        required, excluded = self._clauses[False], self._clauses[True]
        lists = [*self._lists[False], *self._lists[True]]
        if not (required or excluded or lists or self._after or self._before):
            raise QueryError(_('Nothing to search for: type one or more words, or a "phrase in quotation marks".'))
        if len(required) + len(excluded) + len(lists) > MAX_CLAUSES:
            raise QueryError(_("The query has more than {most} words; search for fewer.").format(most=MAX_CLAUSES))
        needed: list[Condition] = [*dict.fromkeys(required), *map(InList, self._lists[False])]
        if self._after or self._before:
            needed.append(Dated(max(self._after, default=None), min(self._before, default=None)))
        return Query(
            tuple((each,) for each in needed),
            (*dict.fromkeys(excluded), *map(InList, self._lists[True])),
        )


def parse_unfinished(text: str, today: date) -> Query:
    """Understand a query that is still being typed: its last word may go on, so it is a prefix.

    Raises QueryError, as `parse` does.
    """
    return parse(text, today)


def _readings(text: str) -> tuple[Reading, ...]:
    """The ways to read typed words; none when there is nothing in them to look for."""
    pairs = analysis.pairs(text)
    return tuple(_reading(row, pairs) for row in analysis.atoms(text) if row)


def _reading(row: tuple[str, ...], pairs: tuple[str, ...]) -> Reading:
    if len(row) == 1:
        return Reading(row)
    if row == tuple("".join(pairs)) and len(pairs) == 1:
        return Reading(pairs)
    terms = tuple(dict.fromkeys(pairs)) + tuple(term for term in dict.fromkeys(row) if not _covered(term, pairs))
    return Reading(terms, analysis.phrase(row))


def _covered(term: str, pairs: tuple[str, ...]) -> bool:
    return len(term) == 1 and any(term in pair for pair in pairs)


def _means_a_field(piece: _Piece) -> bool:
    """Whether an unknown word before a colon can only be a mistaken field, and not a URL, a time or code."""
    name = piece.field
    if len(name) < 2 or not name.isalpha() or name.casefold() in _NO_FIELDS:
        return False
    return piece.quoted or piece.value[:1].isalnum()


def _unknown_field(piece: _Piece, meant: str | None) -> str:
    name = _short(piece.field)
    value = f'"{_short(piece.value)}"' if piece.quoted else _short(piece.value)
    if meant is not None:
        return _("There is no field {name}: — write {example}.").format(name=name, example=_EXAMPLES[meant])
    return _(
        "There is no field {name}: — the fields are from:, subject:, list:, before: and after:. "
        "To search for the words themselves, leave a space: {name}: {value}"
    ).format(name=name, value=value)


# --- dates ----------------------------------------------------------------------------------------------------------


def _seconds(field: str, value: str, today: date) -> int:
    """Where a day, a month or a year begins, in seconds since 1970 UTC."""
    day = _day(value.strip(), today)
    if day is None:
        raise QueryError(
            _(
                "{field}:{value} is not a date: write {field}:2024, {field}:2024-06 or {field}:2024-06-15 "
                "(years of the Gregorian calendar)."
            ).format(field=field, value=_short(value))
        )
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _day(value: str, today: date) -> date | None:
    if value.casefold() == "today":
        return today
    if value.casefold() == "yesterday":
        return today - timedelta(days=1)
    parts = value.replace("/", "-").replace(".", "-").split("-")
    if len(parts) > 3 or not all(part.isdecimal() and len(part) <= 4 for part in parts) or len(parts[0]) != 4:
        return None
    year, month, day = (int(part) for part in (*parts, "1", "1")[:3])
    try:
        return date(year, month, day) if year >= 1970 else None
    except ValueError:
        return None
