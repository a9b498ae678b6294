"""The way in and out of the terminal: bytes in that break nothing, no byte out that a thin line would pay for."""

from __future__ import annotations

import os
import re
import selectors
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NoReturn

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from listforum.tui.shadow import Shadow

if TYPE_CHECKING:
    from types import FrameType

    from textual.app import App

_UNWANTED: Final = frozenset(
    {
        "\x1b[?25l",  # hides the cursor, which braille displays, screen magnifiers and input methods follow
        "\x1b[?1004h",  # reports the focus of the window, which changes nothing here
        "\x1b[?1004l",
        "\x1b[>25u",  # the kitty protocol: ten bytes for each letter that is typed
        "\x1b[<u",
    }
)
_FRAME: Final = re.compile(r"\x1b\[[0-9]+;[0-9]+H")
_MODE: Final = re.compile(r"\x1b\[\?[0-9]+(?:[hl]|\$p)|\x07|\x1b\]52;[^\x07]*\x07")
"""What changes nothing on the screen: modes, the bell, the clipboard."""
_OTHER_SCREEN: Final = "\x1b[?1049h"
_CLEAR: Final = "\x1b[m\x1b[2J"
_POINTER_SHAPE: Final = "\x1b]22;"
_CHUNK: Final = 4096
_WAIT_SECONDS: Final = 0.1


class ForumDriver(LinuxDriver):
    """Textual's driver for terminals, that no input can kill and that asks the terminal for no more than is used.

    Of each frame only what changed is written, unless LISTFORUM_DRIVER is "plain".
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._only_changes = os.environ.get("LISTFORUM_DRIVER") != "plain"
        self._shadow = Shadow(0, 0)
        self._shadow_is_true = False

    # --- what goes out ------------------------------------------------------------------------------------------------

    def write(self, data: str) -> None:
        if data in _UNWANTED or data.startswith(_POINTER_SHAPE):
            return
        if self._only_changes:
            data = self._changes(data)
        if data:
            super().write(data)

    def _changes(self, data: str) -> str:
        """Return what has to be written of the data; what is not understood is, as it stands."""
        if data in (SYNC_START, SYNC_END):
            return ""
        if data == _OTHER_SCREEN:
            self._shadow, self._shadow_is_true = Shadow(*self._app.size), True
            return data + _CLEAR
        if _FRAME.match(data):
            if (self._shadow.columns, self._shadow.rows) != self._app.size:
                self._shadow, self._shadow_is_true = Shadow(*self._app.size), False
            if not self._shadow_is_true:
                self._shadow.forget()
            changes = self._shadow.frame(data)
            self._shadow_is_true = changes is not None
            return data if changes is None else changes
        if not _MODE.fullmatch(data):
            self._shadow_is_true = False
        return data

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        tell = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            # Terminals cut and wrap what they show in ways of their own when they change their size.
            self._shadow_is_true = False
            if callable(tell):
                tell(number, frame)

        signal.signal(signal.SIGWINCH, resized)

    def _request_terminal_sync_mode_support(self) -> None:
        """Ask only where whole frames are written: changes are too short to be seen half done."""
        if not self._only_changes:
            super()._request_terminal_sync_mode_support()

    # --- what the terminal is asked for -----------------------------------------------------------------------------

    def _enable_mouse_support(self) -> None:
        """Ask for clicks and the wheel only: reports of every movement would have the screen painted all the time."""
        if self._mouse:
            self.write("\x1b[?1000h")
            self.write("\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1006l")
            self.write("\x1b[?1000l")

    def _query_in_band_window_resize(self) -> None:
        """Ask for nothing: the signal tells of a new size too, and mouse reports in pixels would come along."""

    # --- what comes in ------------------------------------------------------------------------------------------------

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - handed to the app, which says what happened and ends
            self._app.call_later(_raise, error)

    def run_input_thread(self) -> None:
        """Read what is typed until the driver stops; a terminal that went away is a hang-up."""
        keyboard = _Keyboard(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_WAIT_SECONDS):
                    data = self._read()
                    if not data:
                        os.kill(os.getpid(), signal.SIGHUP)
                        return
                    self._process(keyboard.feed(data))
                self._process(keyboard.tick())

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _CHUNK)
        except OSError:  # the line is cut: EIO, as for every reader from now on
            return b""

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)


class _Keyboard:
    """Turns bytes into keys and pastes, whatever the bytes are."""

    def __init__(self, debug: bool) -> None:
        encoding = getattr(sys.__stdin__, "encoding", None) or "utf-8"
        self._decode = getincrementaldecoder(encoding)("replace").decode
        self._debug = debug
        self._parser = XTermParser(debug)

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield what the bytes mean; those that are no characters mean U+FFFD."""
        if text := self._decode(data):
            yield from self._parsed(self._parser.feed(text))

    def tick(self) -> Iterator[Message]:
        """Yield what was waiting for more bytes long enough, as Escape does."""
        yield from self._parsed(self._parser.tick())

    def _parsed(self, messages: Iterable[Message]) -> Iterator[Message]:
        try:
            yield from messages
        except (ArithmeticError, ValueError, StopIteration, RuntimeError):
            # A sequence with numbers beyond all bounds; the parser is a generator, which has ended with it.
            self._parser = XTermParser(self._debug)


def _raise(error: Exception) -> NoReturn:
    raise error
