"""A terminal to run programs on: a pty, hands to type with, and a screen to look at."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tui.shown import Cell, Forbidden, Screen, Style, Token, shown, tokens

__all__ = [
    "Cell",
    "Forbidden",
    "Screen",
    "Style",
    "TerminalSession",
    "Token",
    "environment",
    "python",
    "shown",
    "tokens",
]

_ROOT: Final = Path(__file__).parents[2]


class TerminalSession:
    """A program on a terminal of its own. What it writes is read strictly when `screen` is asked for."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24
    ) -> None:
        self.output = bytearray()
        self._fed = 0
        self._screen = Screen(columns, rows)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(environ or {}),
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - one system call, so that a hang-up reaches the program
        )
        self.settings = termios.tcgetattr(self._master)
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # --- hands and eyes ---------------------------------------------------------------------------------------------

    def send(self, keys: str | bytes) -> None:
        """Types; what is long is typed as fast as the program takes it, and what it writes meanwhile is kept."""
        data = keys.encode() if isinstance(keys, str) else keys
        while data:
            _, writable, _ = select.select([], [self._master], [], 0.01)
            if writable:
                data = data[os.write(self._master, data[:1024]) :]
            self._read(0)

    def paste(self, text: str | bytes) -> None:
        """Pastes as terminals do, between brackets."""
        self.send(
            b"\x1b[200~" + (text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text) + b"\x1b[201~"
        )

    def resize(self, columns: int, rows: int) -> None:
        self._screen = Screen(columns, rows)
        self._fed = len(self.output)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def quiet(self, seconds: float = 0.3, most: float = 15.0) -> str:
        """Waits until nothing has been written for so long; answers what was written meanwhile."""
        start, end = len(self.output), time.monotonic() + most
        while self._read(seconds) and time.monotonic() < end:
            pass
        return self.output[start:].decode("utf-8", "replace")

    def wait_for(self, text: str, seconds: float = 15.0) -> None:
        """Waits until the screen shows a text. Raises AssertionError, with what it shows instead."""
        end = time.monotonic() + seconds
        while text not in self.screen.text():
            left = end - time.monotonic()
            assert left > 0, f"no {text!r} in:\n{self.screen.text()}"
            if not self._read(min(left, 0.5)) and self.process.poll() is not None:
                assert text in self.screen.text(), f"it ended without {text!r}:\n{self.screen.text()}"

    @property
    def screen(self) -> Screen:
        """What the terminal shows now."""
        self._read(0)
        whole = self.output[self._fed :].decode("utf-8", "ignore")
        complete = whole[: _unfinished(whole)]
        self._screen.feed(complete)
        self._fed += len(complete.encode())
        return self._screen

    def latency(self, keys: str, quiet: float = 0.2) -> float:
        """Seconds from keys that are typed to the last byte that they bring forth."""
        self.quiet(quiet)
        start = last = time.monotonic()
        self.send(keys)
        while self._read(quiet):
            last = time.monotonic()
        return last - start

    def resident_bytes(self) -> int:
        """The memory that the program holds in RAM (Linux)."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    # --- its end ------------------------------------------------------------------------------------------------------

    def exit_code(self, seconds: float = 15.0) -> int:
        """Waits for the program to end; answers its code, negative for a signal. Raises AssertionError."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it did not end:\n{self.screen.text()}"
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.returncode

    def restored(self) -> bool:
        """Whether the line is as it was before: echo, line mode and signals."""
        return termios.tcgetattr(self._master)[:4] == self.settings[:4]

    def hang_up(self) -> None:
        """The line is cut."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            self.hang_up()

    def _read(self, seconds: float) -> bool:
        readable, _, _ = select.select([self._master], [], [], seconds)
        if not readable:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO: nobody holds the other end any more
            return False
        self.output += data
        return bool(data)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _unfinished(output: str) -> int:
    """Where a command begins that has not come whole yet."""
    last = output.rfind("\x1b")
    return last if last >= 0 and re.fullmatch(r"\x1b(?:\[[?0-9;$]*)?", output[last:]) else len(output)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program on a test's terminal: nothing of the tester's own but the path."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT / 'tests'}",
        "PYTHONWARNINGS": "default",
        **more,
    }


def python(
    program: str, environ: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24
) -> TerminalSession:
    """A Python program on a terminal."""
    return TerminalSession([sys.executable, "-c", program], environ, columns, rows)
