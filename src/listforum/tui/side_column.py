"""The column at the side, of which one thing is chosen: a list, a saved search, a view, the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listforum.tui.item_list import ItemList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from listforum.forum import Forum
    from listforum.model.forum import ListInfo, SavedSearch, ViewCounts
    from listforum.tui.saved import SavedSearches
    from listforum.tui.shelf import AnyShelf

    Counted = tuple[Sequence[ListInfo], ViewCounts, tuple[SavedSearch, ...]]


def count(forum: Forum) -> Counted:
    """What stands in the column; looks at every topic."""
    return forum.reading.lists(), forum.reading.counts(), forum.views.all()


class SideColumn(ItemList):
    """Shows what was counted last."""

    counted: Counted | None = None

    def draw(self, saved: SavedSearches, shelf: AnyShelf) -> None:
        """Shows everything with its numbers; the cursor stands on a shelf."""
        from listforum.tui.layout.side import side_items

        if self.counted is not None:
            lists, counts, searches = self.counted
            self.show(side_items(lists, [(one, saved.found(one).unread) for one in searches], counts))
            self.select(shelf)
