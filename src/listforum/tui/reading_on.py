"""Where `space` goes when a topic holds nothing more to read: the next one of the shelf, then the next list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from listforum.tui.shelf import Shelf

if TYPE_CHECKING:
    from listforum.forum import Forum


@dataclass(frozen=True, slots=True)
class Next:
    """A topic to read, and the shelf it stands on."""

    shelf: Shelf
    topic: int


def next_to_read(forum: Forum, shelf: Shelf, shown: Sequence[int], after: int | None) -> Next | None:
    """The next topic with something to read.

    It is looked for below `after` in the topics shown, then from their beginning, then list by list. Raises
    UnknownItem.
    """
    unread = set(shelf.to_read(forum))
    unread.discard(after or 0)
    start = shown.index(after) + 1 if after in shown else 0
    for topic in (*shown[start:], *shown[:start]):
        if topic in unread:
            return Next(shelf, topic)
    for other in _lists_after(forum, shelf):
        for topic in other.to_read(forum):
            if topic != after:
                return Next(other, topic)
    return None


def _lists_after(forum: Forum, shelf: Shelf) -> list[Shelf]:
    names = [info.name for info in forum.reading.lists() if info.unread]
    here = next((at for at, name in enumerate(names) if name == shelf.list), -1)
    return [Shelf(name) for name in (*names[here + 1 :], *names[: max(here, 0)])]
