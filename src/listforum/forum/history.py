"""What was searched for, for those who want that kept; for everybody else nothing is."""

from __future__ import annotations

from collections.abc import Callable

from listforum.archive.archive import Archive
from listforum.mail import safe


class History:
    """Remembers searches while `is_wanted`; once it is not any more, whatever is asked here removes what was kept.

    While that is not known (None), nothing is written, told or removed.
    """

    def __init__(self, archive: Archive, is_wanted: Callable[[], bool | None]) -> None:
        self._archive = archive
        self._is_wanted = is_wanted

    def words(self) -> tuple[str, ...]:
        """The last hundred searches at most, the newest first, safe to show; each once."""
        if not self._is_kept():
            return ()
        return tuple(dict.fromkeys(map(safe.line, self._archive.searches.remembered())))

    def remember(self, words: str) -> None:
        """Keeps what was searched for, where that is wanted and the archive can be written to."""
        words = safe.line(words)
        if self._is_kept() and words and not self._archive.read_only:
            self._archive.searches.remember(words)

    def forget(self) -> None:
        """Removes everything that was searched for."""
        self._archive.searches.forget()

    def _is_kept(self) -> bool:
        wanted = self._is_wanted()
        if wanted is False and not self._archive.read_only:
            self._archive.searches.forget()
        return bool(wanted)
