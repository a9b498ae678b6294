"""A real terminal: tmux, with one program in it, keys that are sent and a screen that is looked at."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_ROOT: Final = Path(__file__).parents[2]
_PAUSE: Final = 0.02
_SAME: Final = 8


def installed() -> bool:
    return shutil.which("tmux") is not None


class Tmux:
    """A tmux server of its own, whose one window is the terminal."""

    def __init__(self, directory: Path, columns: int = 80, rows: int = 24) -> None:
        """`directory` holds the server's socket, and the temporary files of what runs in it."""
        self._socket = directory / "tmux"
        self._columns, self._rows = columns, rows
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_ROOT / "src"),
            "TMPDIR": str(directory),
            "SHELL": "/bin/sh",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._tmux("kill-server", check=False)

    # --- the program ------------------------------------------------------------------------------------------------

    def start(self, *arguments: str, environ: Mapping[str, str] | None = None) -> None:
        """Starts listforum with these arguments, in place of what ran before."""
        command = [sys.executable, "-m", "listforum", *arguments]
        told = [piece for name, value in (environ or {}).items() for piece in ("-e", f"{name}={value}")]
        if not self._socket.exists():
            size = ("-x", str(self._columns), "-y", str(self._rows))
            # the first window waits, so that what a program leaves behind when it ends can still be looked at
            self._tmux("-f", "/dev/null", "new-session", "-d", *size, "cat")
            self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("respawn-pane", "-k", *told, "--", *command)

    @property
    def process(self) -> int:
        """The number of the program's process."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def kill(self) -> None:
        """`kill -9`, and waits until it is dead."""
        os.kill(self.process, signal.SIGKILL)
        self.until(lambda: self.dead)

    @property
    def dead(self) -> bool:
        return self._tmux("display-message", "-p", "#{pane_dead}") == "1"

    # --- hands and eyes ---------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Presses keys one after the other, by the names that tmux has for them."""
        for key in keys:
            self._tmux("send-keys", key)
            if key == "Escape":  # what follows at once is taken for one key with it
                self.settle()

    def settle(self) -> None:
        """Waits until the screen has stayed the same for a while."""
        before, same = self.rows, 0
        while same < _SAME:
            time.sleep(_PAUSE)
            after = self.rows
            before, same = after, same + 1 if after == before else 0

    def type(self, text: str) -> None:
        """Types a text."""
        self._tmux("send-keys", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    @property
    def rows(self) -> list[str]:
        """What stands on the screen, row by row, without trailing blanks."""
        return self._tmux("capture-pane", "-p").split("\n")

    @property
    def words(self) -> str:
        """The words on the screen, wherever lines break, without the edges of dialogs."""
        return " ".join("\n".join(row.replace("│", " ") for row in self.rows).split())

    def wait_for(self, *words: str, seconds: float = 20) -> None:
        """Waits until the screen shows all these words. Raises AssertionError, with what it shows instead."""
        self.until(lambda: all(one in self.words for one in words), seconds, f"no {words!r}")

    def until(self, true: Callable[[], bool], seconds: float = 20, why: str = "it never came true") -> None:
        """Waits until something holds. Raises AssertionError, with what the screen shows."""
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"{why} in:\n" + "\n".join(self.rows))
            time.sleep(_PAUSE)

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        command: Sequence[str] = ("tmux", "-S", str(self._socket), *arguments)
        done = subprocess.run(command, env=self._environ, capture_output=True, text=True, check=False, timeout=30)
        if check and done.returncode:
            raise AssertionError(f"tmux {' '.join(arguments)}: {done.stderr}")
        return done.stdout.rstrip("\n")
