"""Saved searches: queries under a name, which stand beside the lists."""

from __future__ import annotations

from datetime import UTC, datetime
from gettext import gettext as _
from typing import Final

from listforum.archive.archive import Archive
from listforum.errors import UnknownItem, UsageError
from listforum.mail import safe
from listforum.model.forum import SavedSearch

_LONGEST_NAME: Final = 100


class Views:
    """Keeps saved searches. The case of a name does not count. What leaves here is safe to show."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def all(self) -> tuple[SavedSearch, ...]:
        """Every saved search, by name."""
        return tuple(map(_shown, self._archive.searches.saved()))

    def named(self, name: str) -> SavedSearch:
        """One saved search. Raises UnknownItem."""
        found = self._archive.searches.named(_checked(name))
        if found is None:
            known = ", ".join(one.name for one in self.all())
            words = _("There is no saved search “{name}”. Known: {known}.")
            raise UnknownItem(words.format(name=safe.line(name), known=known or _("none yet")))
        return _shown(found)

    def keep(self, name: str, words: str) -> SavedSearch | None:
        """Keeps a query under a name; answers the one that it takes the place of, which `keep` puts back.

        Raises QueryError when nothing in the words can be searched for, and UsageError for an empty or very long name.
        """
        search = SavedSearch(_checked(name), safe.line(words))
        _must_be_understood(search.words)
        before = self._archive.searches.save(search)
        return None if before is None else _shown(before)

    def rename(self, name: str, new: str) -> None:
        """Gives a saved search another name. Raises UnknownItem, and UsageError where another has that name."""
        new = _checked(new)
        with self._archive.transaction():
            found = self.named(name)
            self._archive.searches.remove(name)
            if self._archive.searches.save(SavedSearch(new, found.words)) is not None:
                raise UsageError(_("There is a saved search “{name}” already: choose another name.").format(name=new))

    def drop(self, name: str) -> bool:
        """Throws a saved search away; answers whether there was one. `keep` puts it back."""
        return self._archive.searches.remove(_checked(name))


def _checked(name: str) -> str:
    """A name as it is kept: on one line, and safe to show. Raises UsageError."""
    name = safe.line(name)
    if not name:
        raise UsageError(_("A saved search needs a name."))
    if len(name) > _LONGEST_NAME:
        words = _("The name of a saved search has at most {most} characters.")
        raise UsageError(words.format(most=_LONGEST_NAME))
    return name


def _must_be_understood(words: str) -> None:
    """Raises QueryError when nothing in a query can be searched for."""
    from listforum.search.parse import parse  # noqa: PLC0415 - what analyses words, which listing searches does without

    parse(words, datetime.now(UTC).date())


def _shown(search: SavedSearch) -> SavedSearch:
    return SavedSearch(safe.line(search.name), safe.line(search.words))
