"""Saved searches are kept, renamed and dropped at the archive's desk, each with its way back."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

from listforum.tui.actions import key_of
from listforum.tui.layout.cells import LRM
from listforum.tui.screens.ask import AskScreen

if TYPE_CHECKING:
    from listforum.model.forum import SavedSearch
    from listforum.tui.app import ForumApp


def save_search(app: ForumApp, words: str) -> None:
    """Asks for a name, and keeps the words under it."""

    def named(name: str | None) -> None:
        if name is not None:
            _keep(app, name, words)

    question = _("A name for it, under which it stands beside the lists:")
    app.push_screen(AskScreen(_("Save the search"), question, words), named)


def _keep(app: ForumApp, name: str, typed: str) -> None:
    views = app.forum.views
    searching = app.forum.searching

    def keep() -> SavedSearch | None:
        # who types is shown what begins with the last word: where only that is found, it is what is saved
        whole = not typed[-1].isalnum() or searching.search(typed, limit=1).total
        return views.keep(name, typed if whole else f"{typed}*")

    def done(before: SavedSearch | None) -> None:
        app.tell(_("Saved as {name}. It stands beside the lists.").format(name=f"{name}{LRM}"))
        if before is None:
            app.changes.remember(_gone(name), lambda: views.drop(name))
        else:
            words = _("{name} is as it was before.").format(name=f"{name}{LRM}")
            app.changes.remember(words, lambda: views.keep(before.name, before.words))
        app.archive_changed()

    app.at_desk(keep, done)


def rename_search(app: ForumApp, search: SavedSearch) -> None:
    """Asks for another name."""
    views = app.forum.views

    def named(name: str | None) -> None:
        if name is None or name == search.name:
            return

        def done(_nothing: None) -> None:
            words = _("It is called {name} again.").format(name=f"{search.name}{LRM}")
            app.changes.remember(words, lambda: views.rename(name, search.name))
            app.archive_changed()

        app.at_desk(lambda: views.rename(search.name, name), done)

    app.push_screen(AskScreen(_("Rename the saved search"), _("Its new name:"), search.name), named)


def drop_search(app: ForumApp, search: SavedSearch) -> None:
    """Takes it away from beside the lists."""
    views = app.forum.views

    def done(_was_there: bool) -> None:
        back = _("{key} takes it back.").format(key=key_of("undo"))
        app.tell(f"{_gone(search.name)} {back}")
        words = _("{name} stands beside the lists again.").format(name=f"{search.name}{LRM}")
        app.changes.remember(words, lambda: views.keep(search.name, search.words))
        app.archive_changed()

    app.at_desk(lambda: views.drop(search.name), done)


def _gone(name: str) -> str:
    return _("{name} no longer stands beside the lists.").format(name=f"{name}{LRM}")
