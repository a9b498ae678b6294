"""The program that `forum.indexing` starts: it indexes one home, says how far it is, and ends with its parent."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from listforum.archive.archive import Archive
from listforum.errors import ListforumError
from listforum.forum.archive_source import ArchiveSource
from listforum.home import Home
from listforum.search.index import SearchIndex
from listforum.words import speak

_BETWEEN: Final = 0.1
"""Seconds between two words about how far it is, at the least."""

_NICENESS: Final = 10


class _Teller:
    """Says how far it is, not too often, on standard output: a JSON document a line."""

    def __init__(self) -> None:
        self._told = 0.0

    def tell(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= _BETWEEN or done >= total:
            self._told = now
            _say(done=done, total=total)


def main(directory: str) -> int:
    """Indexes the home in a directory; answers the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()
    speak(os.environ)
    with suppress(OSError):
        os.nice(_NICENESS)
    home = Home(Path(directory))
    home.restrict_process()
    try:
        with Archive(home.database) as archive:
            _say(written=SearchIndex(home.index, ArchiveSource(archive)).catch_up(_Teller().tell))
    except ListforumError as error:
        _say(failed=str(error), kind=error.kind)
        return 1
    return 0


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """The parent holds the other end of standard input, and never writes: where it ends, so does this."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
