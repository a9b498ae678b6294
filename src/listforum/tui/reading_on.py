"""Where `space` goes when a topic holds nothing more to read: the next one of the shelf, then the next list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from listforum.tui.shelf import AnyShelf, Shelf

if TYPE_CHECKING:
    from listforum.forum import Forum


@dataclass(frozen=True, slots=True)
class Next:
    """A topic to read, and the shelf it stands on."""

    shelf: AnyShelf
    topic: int


def first_to_read(forum: Forum, shelf: AnyShelf, shown: Sequence[int], topic: int | None) -> Next | None:
    """The topic itself when it has something to read, else the next that has (see `next_to_read`)."""
    if topic is not None and topic in shelf.to_read(forum):
        return Next(shelf, topic)
    return next_to_read(forum, shelf, shown, topic)


def next_to_read(forum: Forum, shelf: AnyShelf, shown: Sequence[int], after: int | None) -> Next | None:
    """The next topic with something to read; takes a tenth of a second in a large archive.

    It is looked for below `after` in the topics shown, then from their beginning, then list by list. Raises
    UnknownItem.
    """
    unread = set(shelf.to_read(forum))
    start = shown.index(after) + 1 if after in shown else 0
    in_order = (topic for topic in (*shown[start:], *shown[:start]) if topic in unread)
    elsewhere = (Next(other, topic) for other in _lists_after(forum, shelf) for topic in other.to_read(forum))
    found: Iterator[Next] = (Next(shelf, topic) for topic in in_order)
    return next((one for part in (found, elsewhere) for one in part if one.topic != after), None)


def _lists_after(forum: Forum, shelf: AnyShelf) -> list[Shelf]:
    names = forum.reading.list_names()
    here = next((at for at, name in enumerate(names) if name == shelf.list), -1)
    return [Shelf(name) for name in (*names[here + 1 :], *names[: max(here, 0)])]
