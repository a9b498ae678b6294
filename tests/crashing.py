"""Commands that are killed at a chosen moment: hundreds of deaths at the price of forks.

Run as a program it reads one JSON list a line, [moment, home, argument...]. It forks, runs the command in the child,
kills that with SIGKILL at the moment, and answers with the number of moments passed, or null when it was killed. A
moment lies before and after every SQLite statement or commit, and before and after every read or write of a socket.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

from listforum.archive import database
from listforum.cli import main
from listforum.wire.meter import CountingSocket


class Crashing:
    """The small process that forks, seen from a test."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)

    def run(self, moment: int, home: Path, *arguments: str) -> int | None:
        """Runs a command that dies at a moment; answers how many there were when it came to its end before that."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([moment, str(home), *arguments]) + "\n")
        self._process.stdin.flush()
        answer: int | None = json.loads(self._process.stdout.readline())
        return answer


class _Moments:
    """Counts moments, and kills this process at one of them."""

    def __init__(self, fatal: int) -> None:
        self.passed = 0
        self._fatal = fatal

    def __call__(self) -> None:
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(work)
        def wrapped(*arguments: Any, **named: Any) -> Any:
            self()
            try:
                return work(*arguments, **named)
            finally:
                self()

        return wrapped


def _watched(moments: _Moments) -> None:
    """Lets every statement, commit, read and write of this process pass the moments."""
    around = {name: moments.around(getattr(sqlite3.Connection, name)) for name in ("execute", "executemany", "commit")}
    database._Connection = type("Connection", (database._Connection,), around)  # type: ignore[misc]
    for name in ("recv", "recv_into", "send", "sendmsg"):
        setattr(CountingSocket, name, moments.around(getattr(CountingSocket, name)))


def _child(moment: int, home: str, arguments: list[str], answers: int) -> None:
    moments = _Moments(moment)
    _watched(moments)
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        main(["--home", home, *arguments])
    os.write(answers, str(moments.passed).encode())
    os._exit(0)


def _answers() -> Iterator[str]:
    for line in sys.stdin:
        moment, home, *arguments = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            _child(moment, home, arguments, writing)
        os.close(writing)
        with os.fdopen(reading) as answer:
            passed = answer.read()
        os.waitpid(child, 0)
        yield passed or "null"


def every(total: int, step: int) -> Iterator[int]:
    """All moments, or with LISTFORUM_THOROUGH unset each `step`-th of them."""
    return itertools.islice(range(total), 0, None, 1 if os.environ.get("LISTFORUM_THOROUGH") else step)


if __name__ == "__main__":
    for answer in _answers():
        print(answer, flush=True)
