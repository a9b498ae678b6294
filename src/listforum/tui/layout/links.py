"""Rows that lead to other topics: the one that a topic branched off, and those that branched off its posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from gettext import gettext as _
from gettext import ngettext
from typing import Final

from listforum.model.forum import PostRecord, QuoteSource, TopicLink, TopicOutline
from listforum.tui.layout import glyphs
from listforum.tui.layout.cells import LRM, shortened, steady, width

_FIRST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Links:
    """The links that hang on one post."""

    origin: TopicLink | None = None
    branches: tuple[TopicLink, ...] = ()


UNTIED: Final = Links()


def links_of(outline: TopicOutline) -> Mapping[int, Links]:
    """The links of a topic, by the post that they hang on."""
    found: dict[int, Links] = {}
    if outline.origin is not None:
        found[outline.origin.here] = Links(outline.origin)
    for link in outline.branches:
        before = found.get(link.here, UNTIED)
        found[link.here] = replace(before, branches=(*before.branches, link))
    return found


def origin_rows(links: Links, room: int) -> Iterator[tuple[str, TopicLink]]:
    """What stands right below the heading, each row with where it leads."""
    if links.origin is not None:
        yield _row(_("branched off: {subject}"), links.origin, "", room), links.origin


def branch_rows(links: Links, room: int) -> Iterator[tuple[str, TopicLink]]:
    """What stands below the text, each row with where it leads."""
    for link in links.branches:
        posts = ngettext("({count} post)", "({count} posts)", link.posts).format(count=link.posts)
        yield _row(_("branch: {subject}"), link, f" {posts}", room), link


def first_words(text: str, source: QuoteSource) -> list[str]:
    """The words with which a quoted passage begins, by which it is found where it was written."""
    lines = text.split("\n")[source.line : source.line + source.lines]
    words = next((words for words in (line.lstrip("> \xa0\u200e\u200f|").split() for line in lines) if words), [])
    return words[:_FIRST_WORDS]


def moving_words(record: PostRecord) -> str:
    """That a post was picked up to be put somewhere else."""
    return _("moving a post of {author}").format(author=steady(record.author) + LRM)


def _row(words: str, link: TopicLink, after: str, room: int) -> str:
    """One row of at most `room` cells: the subject gives way."""
    opening = f"{glyphs.FOLDED} "
    left = room - width(opening + words.format(subject="") + after)
    subject = shortened(steady(link.subject), max(left, 8)) + LRM
    return shortened(opening + words.format(subject=subject) + after, room)
