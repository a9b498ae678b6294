"""When listforum itself fails: the terminal is restored, one sentence is said, and nothing private is shown."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final, NoReturn

from rich.console import RenderableType
from textual.app import App
from textual.worker import WorkerFailed

from listforum import __version__
from listforum.errors import ListforumError
from listforum.mail import safe

_FRAMES: Final = 100
_PRIVATE_FILE: Final = 0o600


class CrashSafe(App[int]):
    """An app that ends with a sentence and a non-zero code, wherever in it something fails.

    `crash_file` is where the trace goes, overwritten each time; None keeps none.
    """

    crash_file: Path | None = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._last_words = ""
        self._crash_code = 0

    @property
    def return_code(self) -> int | None:
        """The exit code; one that a failure has set stays, whatever the app wanted to exit with afterwards."""
        return self._crash_code or super().return_code

    async def run_async(self, **options: Any) -> int | None:
        """Run as Textual does, with the failures of threads and callbacks minded too."""
        with self._minded():
            return await super().run_async(**options)

    def panic(self, *renderables: RenderableType) -> None:  # noqa: ARG002 - what Textual would show stays unseen
        self._handle_exception(RuntimeError("the terminal's input failed"))

    # --- everything that fails arrives here -------------------------------------------------------------------------

    def _handle_exception(self, error: Exception) -> None:
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._keep(error)
        self._close_messages_no_wait()

    async def _shutdown(self) -> None:
        try:
            await super()._shutdown()
        except Exception as error:  # noqa: BLE001 - said below, with the terminal restored
            self._keep(error)
            if self._driver is not None:
                self._driver.close()
            self._print_error_renderables()

    def _print_error_renderables(self) -> None:
        if not self._last_words:
            super()._print_error_renderables()
            return
        words, self._last_words = self._last_words, ""
        self._exit_renderables.clear()
        sys.stderr.write(words + "\n")
        sys.stderr.flush()

    def _keep(self, error: BaseException) -> None:
        """Keep the first failure: those that follow come of it."""
        if self._crash_code:
            return
        if isinstance(error, WorkerFailed):
            error = error.error
        if isinstance(error, ListforumError):
            self._crash_code = error.exit_code or 1
            self._last_words = safe.body(str(error))
            return
        self._crash_code = 1
        kept = self.crash_file if self.crash_file and write_trace(self.crash_file, error) else None
        self._last_words = last_words(error, kept)

    @contextmanager
    def _minded(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        before = threading.excepthook
        threading.excepthook = self._thread_failed
        loop.set_exception_handler(self._callback_failed)
        try:
            yield
        finally:
            threading.excepthook = before
            loop.set_exception_handler(None)

    def _thread_failed(self, failure: threading.ExceptHookArgs) -> None:
        if isinstance(failure.exc_value, Exception) and self.is_running:
            self.call_later(_raise, failure.exc_value)

    def _callback_failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception) and self.is_running:
            self._handle_exception(error)


# --- what is said and kept ------------------------------------------------------------------------------------------


def last_words(error: BaseException, kept: Path | None) -> str:
    """One sentence for the person: what kind of failure, where in the program, and where its trace lies."""
    what = _(
        "Something in listforum itself went wrong ({failure} in {place})."
        " Nothing that was stored is lost. Please report it with what you did."
    ).format(failure=type(error).__name__, place=_whereabouts(error))
    if kept is not None:
        what += " " + _("The file {file} tells where it happened, and nothing of your mail.").format(file=kept)
    return safe.line(what)


def write_trace(path: Path, error: BaseException) -> bool:
    """Write where the error came from into a private file, in place of what lay there; tell whether it could be."""
    try:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE_FILE)
        with open(descriptor, "w", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - an open descriptor
            file.writelines(line + "\n" for line in trace(error))
    except OSError:
        return False
    return True


def trace(error: BaseException) -> Iterator[str]:
    """Tell where an error and its causes came from: modules, lines, functions and kinds.

    Neither local variables nor arguments, and not the error's own message: each of them may hold what is private.
    """
    from textual import __version__ as textual_version  # looks through all that is installed: not at the start

    system = f"Python {platform.python_version()}, Textual {textual_version}, {sys.platform}"
    yield f"listforum {__version__}, {system}"
    for one, relation in _chain(error):
        yield ""
        yield f"{relation}{type(one).__module__}.{type(one).__qualname__}"
        frames = _frames(one)
        for at, frame in enumerate(frames):
            if at < _FRAMES // 2 or at >= len(frames) - _FRAMES // 2:
                yield "  " + frame
            elif at == _FRAMES // 2:
                yield "  ..."


def _chain(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    seen: set[int] = set()
    waiting: list[tuple[BaseException, str]] = [(error, "")]
    while waiting and len(seen) < _FRAMES:
        one, relation = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one, relation
        if isinstance(one, BaseExceptionGroup):
            waiting += [(member, "member of the group: ") for member in one.exceptions]
        if one.__cause__ is not None:
            waiting.append((one.__cause__, "caused by "))
        elif one.__context__ is not None and not one.__suppress_context__:
            waiting.append((one.__context__, "while handling "))


def _frames(error: BaseException) -> list[str]:
    return [
        f"{frame.f_globals.get('__name__', '?')}:{line} in {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]


def _whereabouts(error: BaseException) -> str:
    """The last place in listforum that the error passed, else the place where it arose."""
    places = [frame.partition(" ")[0] for frame in _frames(error)]
    ours = [place for place in places if place.startswith("listforum.")]
    return (ours or places or ["?"])[-1]


def _raise(error: Exception) -> NoReturn:
    raise error
