"""Keeping the search index up with the archive, in a process of its own: the screens go on meanwhile."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from gettext import gettext as _
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Final

import listforum
from listforum.archive.archive import Archive
from listforum.cancel import Cancel
from listforum.errors import ArchiveError, BusyError, HomeError, ListforumError
from listforum.home import Home

_FILE: Final = "meta.json"
"""Without it there is no index: to see that, none of the libraries of search is needed."""

_ERRORS: Final = {error.kind: error for error in (HomeError, ArchiveError, BusyError)}

Report = Callable[[int, int], None]


class Indexing:
    """Has the index written by a child, which ends with this process however that ends. Safe from several threads.

    `in_charge` tells that this process has had it written once: then whoever searches here leaves the writing to it.
    """

    def __init__(self, archive: Archive, home: Home) -> None:
        self._archive = archive
        self._home = home
        self.in_charge = False

    def behind(self) -> int:
        """How many posts changed that are not in the index yet; all of them, when there is none to build upon."""
        words = self._archive.words
        if not (self._home.index / _FILE).exists():
            return words.count()
        from listforum.forum.archive_source import ArchiveSource  # noqa: PLC0415 - whoosh, which only an index needs
        from listforum.search.index import NeedsRebuild, SearchIndex  # noqa: PLC0415 - as above

        try:
            return SearchIndex(self._home.index, ArchiveSource(self._archive)).behind()
        except NeedsRebuild:
            return words.count()

    def run(self, progress: Report, cancel: Cancel) -> int:
        """Brings the index up; answers how many posts were written, 0 as well when another process is writing.

        `progress` is told the changes done and to do. What was committed before a cancel stays, and the next run goes
        on from there. Raises Cancelled, HomeError and ArchiveError as indexing does, and ListforumError when the
        child dies.
        """
        self.in_charge = True
        cancel.check()
        command = [sys.executable, "-P", "-m", "listforum.forum.indexer", str(self._home.directory)]
        with Popen(  # noqa: S603 - this very program
            command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(), start_new_session=True
        ) as child:
            try:
                with cancel.waking(child.kill):
                    written = _followed(child.stdout or (), progress)
            finally:
                child.kill()
        cancel.check()
        if written is None:
            raise ListforumError(_("Indexing ended unexpectedly (out of memory?). What was indexed before is kept."))
        return written


def _followed(lines: Iterable[bytes], progress: Report) -> int | None:
    """Passes on what the child says; answers what it says at its end, None when it never came to that."""
    for line in lines:
        said = json.loads(line)
        if "failed" in said:
            raise _ERRORS.get(said["kind"], ListforumError)(said["failed"])
        if "written" in said:
            return int(said["written"])
        progress(said["done"], said["total"])
    return None


def _environment() -> dict[str, str]:
    """This process's, with this very listforum in it."""
    places = [str(Path(listforum.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}
