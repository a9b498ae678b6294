"""The commands a person types. What a command does stands in `commands`; here it is called, and failures are shown."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from listforum.errors import ListforumError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; answers its exit code: 0 done, 1 could not, 2 wrong use, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        return _run(given)
    except ListforumError as error:
        _show_failure(error.kind, str(error), as_json)
        return error.exit_code
    except KeyboardInterrupt:
        _show_failure("cancel", "Interrupted.", as_json)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone: nothing is left to say, and Python must not try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _show_failure("system", f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.", as_json)
        return 1
    except Exception as error:  # noqa: BLE001 - the last door: no traceback, which could show what is private
        _show_failure("internal", _whereabouts(error), as_json)
        return 1


def _run(given: Sequence[str]) -> int:
    from listforum.cli.arguments import parser

    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="replace")  # type: ignore[union-attr]
    options: Namespace = parser().parse_args(given)
    from listforum.cli.commands import run

    return run(options)


def _show_failure(kind: str, message: str, as_json: bool) -> None:
    from listforum.mail import safe

    lines = [safe.line(line) for line in message.splitlines()]
    if as_json:
        import json

        print(json.dumps({"error": {"kind": kind, "message": "\n".join(lines)}}))
        return
    print("listforum:", "\n".join(lines), file=sys.stderr)


def _whereabouts(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"
    return (
        f"Something in listforum itself went wrong ({type(error).__name__} in {where}). "
        "Nothing that was stored is lost. Please report it with what you did."
    )
