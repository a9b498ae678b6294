"""Saving what can be read of a damaged archive, at the person's word only."""

from __future__ import annotations

from collections.abc import Callable
from gettext import gettext as _

from listforum.archive.salvage import Salvaged, is_sound, salvage
from listforum.errors import UnknownItem, UsageError
from listforum.home import Home
from listforum.words import N_

__all__ = ["Salvaged", "Salvaging"]


class Salvaging:
    """Works on the archive's file without opening it as an archive, which it may be too damaged for."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def salvage(self, progress: Callable[[int, int], None]) -> Salvaged:
        """Puts a new archive with all that can be read in the place of the damaged one, which is kept beside it.

        Raises UnknownItem when there is no archive, UsageError when nothing is wrong with it, ArchiveError when
        nothing can be read, BusyError and HomeError.
        """
        if not self._home.database.exists():
            raise UnknownItem(_("There is no archive to salvage: {path}.").format(path=self._home.database))
        with self._home.lock(N_("salvaging")):
            if is_sound(self._home.database):
                raise UsageError(
                    _(
                        "Nothing is wrong with the archive, so there is nothing to salvage. To make topics and "
                        "search anew, run: listforum rebuild"
                    )
                )
            return salvage(self._home.database, progress)
