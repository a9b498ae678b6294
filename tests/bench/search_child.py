"""A process that searches when it is told to, timed by whoever tells it: `python search_child.py ENGINE DIRECTORY`.

Each line of standard input is a JSON document with the name of what to do and its arguments; each line of standard
output is the answer, with the milliseconds by this process's own clock, its CPU, and the memory it holds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered. `outside` are the milliseconds by the clock of who asked, `inside` by that of who answered."""

    value: Any
    outside: float
    inside: float
    cpu: float
    megabytes: float


class Child:
    """A fresh process with one engine in it: "archive" and "memory" are listforum, "whoosh" is stock Whoosh."""

    def __init__(self, engine: str, directory: Path) -> None:
        command = [sys.executable, __file__, engine, str(directory)]
        began = time.perf_counter()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._asked = began
        self.started = self.answered()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def ask(self, do: str, *arguments: object) -> Reply:
        """Has something done, and waits for it."""
        self.begin(do, *arguments)
        return self.answered()

    def begin(self, do: str, *arguments: object) -> None:
        """Has something begun."""
        assert self._process.stdin is not None
        self._asked = time.perf_counter()
        self._process.stdin.write(json.dumps([do, arguments]) + "\n")
        self._process.stdin.flush()

    def is_done(self) -> bool:
        """Whether what was begun is done."""
        assert self._process.stdout is not None
        return bool(select([self._process.stdout], [], [], 0)[0])

    def answered(self) -> Reply:
        """Waits for what was begun."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        outside = (time.perf_counter() - self._asked) * 1_000
        if not line:
            raise RuntimeError("the searching process died")
        return Reply(outside=outside, **json.loads(line))


# --- in the child -------------------------------------------------------------------------------------------------


def _engines() -> Mapping[str, Callable[[Path], object]]:
    if sys.argv[1] == "whoosh":
        from search_peers import StockWhoosh

        return {"whoosh": StockWhoosh}
    from search_ours import InArchive, InMemory

    return {"archive": InArchive, "memory": InMemory}


def _serve(make: Callable[[Path], object], directory: Path) -> None:
    engine: object = None
    for line in sys.stdin:
        do, arguments = json.loads(line)
        began, used = time.perf_counter(), time.process_time()
        if do == "open":
            engine, value = make(directory), None
        else:
            value = getattr(engine, do)(*arguments)
        _say(value, (time.perf_counter() - began) * 1_000, (time.process_time() - used) * 1_000)


def _say(value: object, inside: float, cpu: float) -> None:
    print(json.dumps({"value": value, "inside": inside, "cpu": cpu, "megabytes": _megabytes()}), flush=True)


def _megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1_000


if __name__ == "__main__":
    chosen = _engines()[sys.argv[1]]
    _say(None, 0.0, time.process_time() * 1_000)
    _serve(chosen, Path(sys.argv[2]))
