"""What can be done with a saved search whose topics are shown."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

from listforum.tui.actions import key_of
from listforum.tui.screens.marking import MarkingScreen
from listforum.tui.shelf import SavedShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from listforum.model.forum import SavedSearch
    from listforum.tui.app import ForumApp
    from listforum.tui.layout.bars import Key
    from listforum.tui.shelf import AnyShelf


class SavedShelfScreen(MarkingScreen):
    """A screen that shows a shelf; where that is a saved search, it is renamed and taken away."""

    shelf: AnyShelf

    def keys(self) -> Iterable[Key]:
        keys = tuple(super().keys())
        if not isinstance(self.shelf, SavedShelf):
            return keys
        return (*keys[:3], (key_of("rename_view"), _("rename")), (key_of("drop_view"), _("take away")), *keys[3:])

    def action_rename_view(self) -> None:
        from listforum.tui.saving import rename_search

        self._do_with_saved(rename_search)

    def action_drop_view(self) -> None:
        from listforum.tui.saving import drop_search

        self._do_with_saved(drop_search)

    def _do_with_saved(self, do: Callable[[ForumApp, SavedSearch], None]) -> None:
        if isinstance(self.shelf, SavedShelf):
            do(self.forum_app, self.shelf.search)
        else:
            words = _("No saved search is shown. In the search, {key} saves one.")
            self.forum_app.tell(words.format(key=key_of("save_search")))
