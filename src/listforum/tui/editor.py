"""A text taken to the person's own editor and back: $VISUAL, else $EDITOR, else what every Unix has."""

from __future__ import annotations

import os
import secrets
import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from listforum.errors import HomeError, ListforumError, UsageError
from listforum.forum.writing import MOST_TEXT
from listforum.home import explained
from listforum.mail import safe

if TYPE_CHECKING:
    from textual.app import App

Result = TypeVar("Result")

Written = tuple[int, int, int]
"""A file's inode, time in nanoseconds, and size."""

_LAST_RESORT: Final = "vi"
_LOOKING: Final = 2.0
"""Seconds between two looks at whether the editor has saved."""


@dataclass(frozen=True, slots=True)
class Editor:
    """A command of the person's own; `directory` is private, and holds the text as long as the editor runs."""

    command: str
    directory: Path

    @classmethod
    def chosen(cls, environ: Mapping[str, str], directory: Path) -> Editor:
        """The editor that the environment names."""
        named = environ.get("VISUAL", "").strip() or environ.get("EDITOR", "").strip()
        return cls(named or _LAST_RESORT, directory)

    def edit(self, text: str, saved: Callable[[str], None] = lambda _text: None) -> str:
        """Waits for the editor to be left; answers the text as it is then, safe to show, tabs and all.

        `saved` gets what the editor has saved while it is still open. No shell reads the command, and nothing of the
        text stays behind. Raises UsageError when the editor cannot be started, fails, or leaves what is no text, and
        HomeError when there is no room for the text.
        """
        with self._on_disk(text) as path:
            code = self._run(path, saved)
            if code > 0:
                raise UsageError(
                    _("Your editor ended with an error ({code}): the text stays as it was.").format(code=code)
                )
            return _taken_back(path)

    def open(self, path: Path) -> None:
        """Opens a file that stays. Raises UsageError as `edit` does."""
        code = self._run(path, lambda _text: None)
        if code != 0:
            raise UsageError(_("Your editor ended with an error ({code}).").format(code=code))

    def _run(self, path: Path, saved: Callable[[str], None]) -> int:
        """The exit code; negative where a signal ended the editor, after which what it had saved still counts."""
        try:
            words = shlex.split(self.command)
        except ValueError:
            raise self._not_started(_("its quotation marks do not match")) from None
        before = _written(path)
        try:
            # The person named this command; its words are taken apart here, so that no shell sees them.
            child = subprocess.Popen([*words, str(path)])  # noqa: S603
        except (OSError, ValueError) as error:
            raise self._not_started(getattr(error, "strerror", None) or _("it is no command")) from error
        return _wait(child, path, before, saved)

    def _not_started(self, why: str) -> UsageError:
        return UsageError(
            _("Your editor “{command}” cannot be started: {why}. Set EDITOR to one that you have.").format(
                command=safe.line(self.command), why=why
            )
        )

    @contextmanager
    def _on_disk(self, text: str) -> Iterator[Path]:
        """The text in a private file, which is removed afterwards with all that editors leave beside it."""
        stem = f"draft-{secrets.token_hex(8)}"
        path = self.directory / f"{stem}.txt"
        try:
            _write_privately(path, text)
            yield path
        except OSError as error:
            raise explained(error, path) from error
        finally:
            for left in self.directory.glob(f"*{stem}*"):
                with suppress(OSError):
                    left.unlink()


def lent(app: App[int], work: Callable[[], Result]) -> Result:
    """Does something while the terminal belongs to another program.

    Raises UsageError where the terminal cannot be lent, and what `work` raises.
    """
    from textual.app import SuspendNotSupported

    outcome: Result | ListforumError
    try:
        with app.suspend():
            try:  # Textual comes back to the screen only from a block that ends well
                outcome = work()
            except ListforumError as error:
                outcome = error
    except SuspendNotSupported:
        raise UsageError(_("This terminal cannot be lent to an editor.")) from None
    if isinstance(outcome, ListforumError):
        raise outcome
    return outcome


def _write_privately(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text + "\n")  # a file ends with a line end, which editors put there anyway


def _wait(child: subprocess.Popen[bytes], path: Path, seen: Written | None, saved: Callable[[str], None]) -> int:
    """Waits for the editor. A signal that ends listforum ends it, too, as a terminal that goes away would."""
    with _ending_with_us(child) as ended_by:
        while True:
            try:
                code = child.wait(_LOOKING)
                return -ended_by[0] if ended_by else code
            except subprocess.TimeoutExpired:
                now = _written(path)
                if now != seen:
                    seen = now
                    with suppress(UsageError, HomeError, OSError):  # the person is still at it
                        saved(_taken_back(path))


@contextmanager
def _ending_with_us(child: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Ctrl-C is the editor's while it is open; what ends listforum ends the editor before. Answers what did."""
    ended_by: list[int] = []
    before: dict[int, Any] = {}

    def pass_on(number: int, frame: FrameType | None) -> None:
        ended_by.append(number)
        child.send_signal(number)
        if callable(before[number]):
            before[number](number, frame)

    try:
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, pass_on)
        before[signal.SIGTERM] = signal.signal(signal.SIGTERM, pass_on)
        before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
        yield ended_by
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _written(path: Path) -> Written | None:
    """What changes whenever an editor saves, in whatever way."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _taken_back(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MOST_TEXT + 1)
    if len(content) > MOST_TEXT:
        raise UsageError(
            _("What your editor saved is too long: at most {bytes} bytes are sent. The text stays as it was.").format(
                bytes=MOST_TEXT
            )
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            _("What your editor saved is not UTF-8: the text stays as it was. Set your editor to UTF-8.")
        ) from None
    return safe.written(text.replace("\r\n", "\n")).removesuffix("\n")
