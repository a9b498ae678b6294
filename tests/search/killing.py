"""An index that is written by a process which is killed at a chosen moment: a hundred deaths at the price of forks.

Run as a program it reads one JSON list a line, [moment, directory]. It forks, has the child write the index in the
directory, and kills that with SIGKILL at the moment; it answers with the number of moments passed, or null when it was
killed. A moment lies before and after every call that opens, writes, flushes, closes, renames or removes a file.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Self

from listforum.search import writer
from listforum.search.index import SearchIndex
from search.memory import MemoryArchive, document

FATAL = frozenset(
    [
        "open",
        "write",
        "writelines",
        "tofile",
        "flush",
        "close",
        "replace",
        "rename",
        "unlink",
        "remove",
        "mkdir",
        "rmdir",
        "chmod",
        "truncate",
        "flock",
    ]
)
POSTS = 48
LATER = 4
VOCABULARY = ["pump", "water", "hand", *(f"word{number}" for number in range(20))]


class Killing:
    """The small process that forks, seen from a test."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)

    def write(self, moment: int, directory: Path) -> int | None:
        """Writes an index until a moment; answers how many there were when it came to its end before that."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([moment, str(directory)]) + "\n")
        self._process.stdin.flush()
        passed: int | None = json.loads(self._process.stdout.readline())
        return passed


def growing() -> Iterator[MemoryArchive]:
    """The archive as it is each time that the index is brought up: posts come, and some take the place of others."""
    chance = random.Random(7)

    def put(post: int) -> None:
        archive.put(document(post, " ".join(chance.choices(VOCABULARY, k=15)), subject=chance.choice(VOCABULARY)))

    archive = MemoryArchive()
    for post in range(1, POSTS + 1):
        put(post)
    yield archive
    for nth in range(LATER):
        for post in (*chance.sample(range(1, POSTS), 8), POSTS + 2 * nth + 1, POSTS + 2 * nth + 2):
            put(post)
        yield archive


def written_in_the_end() -> MemoryArchive:
    """The archive when all has come."""
    *_, archive = growing()
    return archive


def without_waiting(fd: object) -> None:
    """In the place of fsync: what a dead process wrote is there without it."""


# --- in the child -------------------------------------------------------------------------------------------------


class _Moments:
    """Counts moments, and kills this process at one of them."""

    def __init__(self, fatal: int) -> None:
        self.passed = 0
        self._fatal = fatal

    def __call__(self, _frame: FrameType, event: str, function: Any) -> None:
        if event.startswith("c_") and function.__name__ in FATAL:
            if self.passed == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            self.passed += 1


def _write(directory: Path, moments: _Moments) -> None:
    writer.SEGMENT_DOCUMENTS, writer.PAGE, writer.SEGMENTS_OF_A_SIZE = 12, 6, 3
    os.fsync = without_waiting  # for this process alone, which is about to die
    sys.setprofile(moments)
    try:
        for archive in growing():
            index = SearchIndex(directory, archive)
            index.catch_up()
        index.rebuild()
    finally:
        sys.setprofile(None)


def _forked(moment: int, directory: Path) -> int | None:
    """In a process of its own: the moments passed, or None when it was killed."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        moments = _Moments(moment)
        _write(directory, moments)
        os.write(sending, str(moments.passed).encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving) as answer:
        passed = answer.read()
    _, status = os.waitpid(child, 0)
    if not passed and not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        raise RuntimeError("the writer failed by itself")
    return int(passed) if passed else None


if __name__ == "__main__":
    for line in sys.stdin:
        at, where = json.loads(line)
        print(json.dumps(_forked(at, Path(where))), flush=True)
