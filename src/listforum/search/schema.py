"""What Whoosh is told of a document: three fields of words, the lists, and two columns. No text is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from whoosh.analysis import Token
from whoosh.columns import NumericColumn
from whoosh.fields import FieldType, Schema
from whoosh.formats import Existence

from listforum.search.analysis import words
from listforum.search.codec import MOST_FREQUENT
from listforum.search.query import FIELDS

POST_COLUMN = NumericColumn("q")
DATE_COLUMN = NumericColumn("q")


class Words(FieldType):
    """Text as the terms of our own analysis; the weight of a posting is its frequency, positions are not kept."""

    def __init__(self) -> None:
        super().__init__(Existence(), None, scorable=True, multitoken_query="and")

    def index(self, value: str, **_: Any) -> list[tuple[bytes, int, float, bytes]]:
        """The postings of one document, as Whoosh's own writers want them: term, frequency, weight, payload."""
        counted = Counter(words(value))
        return [(term.encode(), count, float(min(count, MOST_FREQUENT)), b"") for term, count in counted.items()]

    def process_text(self, qstring: str, mode: str = "", **_: Any) -> Iterator[str]:  # noqa: ARG002 - Whoosh's signature
        """The terms of a query."""
        return iter(words(qstring))

    def tokenize(self, value: str, **_: Any) -> Iterator[Token]:
        """The terms as tokens, for Whoosh's query parser."""
        return (Token(text=term) for term in words(value))

    def separate_spelling(self) -> bool:
        """Whether spelling words are kept apart: there are none."""
        return False


class Names(Words):
    """List names, each whole and case-folded, one term each."""

    def __init__(self) -> None:
        super().__init__()
        self.scorable = False

    def index(self, value: tuple[str, ...], **_: Any) -> list[tuple[bytes, int, float, bytes]]:  # type: ignore[override]
        """The postings of one document."""
        return [(name_term(name), 1, 1.0, b"") for name in dict.fromkeys(value)]


class Number(FieldType):
    """A number kept in a column and not indexed."""

    def __init__(self, column: NumericColumn) -> None:
        super().__init__(None, None)
        self.indexed = False
        self.column_type = column

    def to_column_value(self, value: int) -> int:
        """The number itself."""
        return value

    def from_column_value(self, value: int) -> int:
        """The number itself."""
        return value

    def separate_spelling(self) -> bool:
        """Whether spelling words are kept apart: there are none."""
        return False


def name_term(name: str) -> bytes:
    """A name as a term."""
    return name.replace("\0", "").encode("utf-8", "replace")


FORMS: Final = "form"
"""What Whoosh knows nothing of: the forms of words that are not their own terms, each with its term, in no document."""

NAMES: Final = ("list", "has")
"""Fields of whole names."""

_PARTED: Final = "\x1f"


def form_entry(form: tuple[str, str]) -> bytes:
    """A form and its term, as an entry."""
    return _PARTED.join(form).encode()


def form_and_term(entry: bytes) -> tuple[bytes, bytes]:
    """The form and the term of an entry."""
    form, _, term = entry.partition(_PARTED.encode())
    return form, term


SCHEMA = Schema(
    **{field: Words() for field in FIELDS},
    list=Names(),
    has=Names(),
    post=Number(POST_COLUMN),
    date=Number(DATE_COLUMN),
)
"""What Whoosh needs to search our segments by itself; no schema is ever read from disk."""
