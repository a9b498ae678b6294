"""The end that others decide on: the terminal has gone away, or somebody ends the process. Nothing written is lost."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import sys
import termios
import threading
import time
from contextlib import suppress
from gettext import gettext as _
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from listforum.errors import ListforumError

if TYPE_CHECKING:
    from listforum.tui.app import ForumApp

_ENDING: Final = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
_PATIENCE: Final = 0.35
"""Seconds from the signal to the end, whatever hangs."""

_WRITING: Final = 0.03
"""Seconds that a terminal is given to take its last bytes."""

_AS_IT_WAS: Final = b"\x1b[?2004l\x1b[?1006l\x1b[?1000l\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[m"
"""No marks around what is pasted, no mouse, lines that wrap, the usual screen, a cursor (xterm, ctlseqs)."""


class Farewell:
    """Ends the program on SIGHUP, SIGTERM and SIGINT: keeps what is written, gives the terminal back, and goes.

    It is made before the screen is drawn, for it keeps what the terminal was like. The exit code is 128 + the signal's
    number.
    """

    def __init__(self, app: ForumApp) -> None:
        self._app = app
        self._before: dict[int, Any] = {}
        self._heard = False
        self._terminal = _attributes()
        self._reading, self._writing = -1, -1

    def mind(self) -> None:
        """Begins to listen; called in the thread of the screen, while its loop runs."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._loop = asyncio.get_running_loop()
        self._reading, self._writing = os.pipe()
        threading.Thread(target=self._last_resort, name="last resort", daemon=True).start()
        # Not `loop.add_signal_handler`: that waits for the loop, which stands still while a person is in their editor.
        for number in _ENDING:
            self._before[number] = signal.signal(number, self._on_signal)

    def forget(self) -> None:
        """Leaves the signals to whoever minded them before. Once one was heard, the last resort stays."""
        while self._before:
            number, handler = self._before.popitem()
            if not self._heard:
                signal.signal(number, handler)
        if self._writing >= 0 and not self._heard:
            os.close(self._writing)
            self._writing = -1

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        """Between any two steps of the program: does no more than tell others."""
        if self._heard:
            return
        self._heard = True
        os.write(self._writing, bytes([number]))
        with suppress(RuntimeError):  # the loop has ended: so will the program
            self._loop.call_soon_threadsafe(self._end, number)

    def _end(self, number: int) -> None:
        atexit.register(os._exit, 128 + number)  # else what a terminal that is gone cannot take decides on the code
        save_before_the_end(self._app)
        self._app.leave(128 + number)

    def _last_resort(self) -> None:
        """Ends the process when its own way out takes too long."""
        told = os.read(self._reading, 1)
        os.close(self._reading)
        if told:
            time.sleep(_PATIENCE)
            giving_back = threading.Thread(target=self._give_terminal_back, daemon=True)
            giving_back.start()
            giving_back.join(_WRITING)  # a terminal that takes nothing more must not hold up the end
            os._exit(128 + told[0])

    def _give_terminal_back(self) -> None:
        if self._terminal is not None:
            with suppress(OSError, termios.error):
                termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, self._terminal)  # type: ignore[union-attr]
                os.write(sys.__stderr__.fileno(), _AS_IT_WAS)  # type: ignore[union-attr]


def save_before_the_end(app: ForumApp) -> None:
    """Keeps drafts and the reader's place at once, in this thread. It is too late to tell what cannot be kept."""
    for screen in app.followers():
        with suppress(ListforumError):
            screen.leaving()
    if app.whereabouts is not None:
        with suppress(ListforumError):
            app.forum.whereabouts.save(app.whereabouts)


def interrupted(app: ForumApp) -> None:
    """Ctrl-C as a key: stops the run on the link; where there is none, says how to leave."""
    if app.link.exchange is not None and app.link.busy:
        app.link.exchange.stop()
        app.tell(_("Stopping. What has come is kept."))
    else:
        app.tell(_("^q leaves listforum."))


def _attributes() -> list[Any] | None:
    """What the terminal is like now; None where there is none."""
    try:
        return termios.tcgetattr(sys.__stdin__.fileno()) if sys.__stdin__ is not None else None
    except (OSError, ValueError, termios.error):
        return None
