"""The commands a person types. What a command does stands in `commands`; here it is called, and failures are shown."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from gettext import gettext as _
from io import TextIOWrapper
from typing import TYPE_CHECKING, NoReturn

from listforum.errors import Cancelled, ListforumError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DONE, _COULD_NOT, _WRONG_USE, _INTERRUPTED = 0, 1, 2, Cancelled.exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; answers its exit code: 0 done, 1 could not, 2 wrong use, 130 interrupted."""
    from listforum.cli.output import OutputError

    _prepare_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with _termination_as_interrupt():
            return _outcome(given)
    except OutputError as error:
        return _unheard(error.reason)
    except KeyboardInterrupt:  # while a failure was being shown
        return _INTERRUPTED


def _outcome(given: Sequence[str]) -> int:
    """Runs the command and shows its failure, if there is one. Raises OutputError when nothing can be shown."""
    from listforum.cli.output import OutputError

    as_json = "--json" in (given[: given.index("--")] if "--" in given else given)
    try:
        return _run(given)
    except OutputError:
        raise
    except ListforumError as error:
        _show_failure(error.kind, str(error), as_json)
        return error.exit_code
    except KeyboardInterrupt:
        _show_failure("cancel", _("Interrupted. What was stored before is kept."), as_json)
        return _INTERRUPTED
    except OSError as error:
        _show_failure("system", f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.", as_json)
        return _COULD_NOT
    except Exception as error:  # noqa: BLE001 - the last door: no traceback, which could show what is private
        _show_failure("internal", _whereabouts(error), as_json)
        return _COULD_NOT


def _run(given: Sequence[str]) -> int:
    if not given or (len(given) == 2 and given[0] == "--home"):
        from listforum.cli import screens

        return screens.run(given[1] if given else None)
    from listforum.cli.arguments import understood

    try:
        options = understood(given)
    except SystemExit as ending:  # argparse has shown its help
        return int(ending.code or _DONE)
    from listforum.cli.commands import run

    return run(options)


def _show_failure(kind: str, message: str, as_json: bool) -> None:
    from listforum.cli import output

    if as_json:
        output.show({"error": {"kind": kind, "message": output.safe_message(message)}}, ())
    else:
        output.say(message)


def _whereabouts(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"
    return _(
        "Something in listforum itself went wrong ({error} in {where}). "
        "Nothing that was stored is lost. Please report it with what you did."
    ).format(error=type(error).__name__, where=where)


# --- the process --------------------------------------------------------------------------------------------------


def _prepare_streams() -> None:
    """Whatever a terminal cannot show is replaced; a stream that was closed before the start swallows what it gets."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - lives with the process
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _unheard(reason: OSError) -> int:
    """Ends a command whose answer nobody takes; a reader who has seen enough is no failure."""
    from listforum.cli.output import say

    with suppress(OSError):  # what is still buffered must not be tried again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(reason, BrokenPipeError):
        return _DONE
    say(_("The answer cannot be written: {why}.").format(why=reason.strerror))
    return _COULD_NOT


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does: what is half done is taken back, and the lock is given back."""
    import signal

    def interrupt(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, interrupt)
    except ValueError:  # not the main thread: whoever runs us there minds the signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
