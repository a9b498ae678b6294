"""Where the program starts. What it says of itself is answered here; all else is loaded only when it is needed."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from listforum import words

TYPE_CHECKING = False  # as in `words`
if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> int:
    """Answer --help and --version, or run the command that was typed; return its exit code."""
    translated = words.speak(os.environ)
    if sys.argv[1:] in (["--help"], ["-h"], ["--version"]):
        return _introduce(sys.argv[1], translated)
    from listforum.cli import main as run  # noqa: PLC0415 - the pages above cost no more than Python itself

    return run()


def _introduce(asked: str, translated: Callable[[str], str]) -> int:
    from listforum import __version__, usage  # noqa: PLC0415 - as above

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a translation may hold letters that this terminal has not
    sys.stdout.write(f"listforum {__version__}\n" if asked == "--version" else translated(usage.PAGE))
    return 0


if __name__ == "__main__":
    sys.exit(main())
