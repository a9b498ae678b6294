"""What is asked: a query as the index, a scan and the snippets understand it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Field = Literal["subject", "author", "text", "file"]
"""Where words are looked for: `author` is name and address, `text` own words, `file` the names of attachments."""

FIELDS: tuple[Field, ...] = ("subject", "author", "text", "file")

Mark = Literal["unread", "unanswered", "followed", "starred"]
"""What a post, or its topic, is to the person; it changes without any word changing."""

Content = Literal["attachment", "patch", "link"]
"""What a post has in it besides words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was typed: what must be in one field.

    All `terms` are in it; `phrase`, unless empty, stands in its trail; and, unless `prefix` is empty, so does a word
    that begins with it: a term, or any form of a term that the index knows (see `analysis.beginning`).
    """

    terms: tuple[str, ...]
    phrase: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that stand in one of the `fields`, in any of their `readings`; `typed` is what they were read from."""

    fields: tuple[Field, ...]
    readings: tuple[Reading, ...]
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class InList:
    """Posts of a list, by its case-folded name (see `list_term`)."""

    name: str


@dataclass(frozen=True, slots=True)
class InTopic:
    """Posts of a topic, by its number."""

    topic: int


@dataclass(frozen=True, slots=True)
class Dated:
    """Posts of a time in seconds since 1970 UTC: from `after` on, and earlier than `before`; None is without end."""

    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """Posts that are unread, or whose topic is unanswered, followed or starred."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class Has:
    """Posts with an attachment, a patch or a link."""

    content: Content


Condition = Clause | InList | InTopic | Dated | Marked | Has

Choice = tuple[Condition, ...]
"""Conditions of which one is enough."""


@dataclass(frozen=True, slots=True)
class Query:
    """Posts that meet one condition of each choice in `required`, and none of `excluded`.

    `problems` are sentences on what was typed and could not be understood; the rest is searched for.
    """

    required: tuple[Choice, ...] = ()
    excluded: tuple[Condition, ...] = ()
    problems: tuple[str, ...] = ()


def list_term(name: str) -> str:
    """A list's name as it is compared."""
    return name.strip().casefold()
