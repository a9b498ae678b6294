"""Where the program starts. What it says of itself is answered here; all else is loaded only when it is needed."""

import sys


def main() -> int:
    """Answer --help and --version, or run the command that was typed; return its exit code."""
    if sys.argv[1:] in (["--help"], ["-h"], ["--version"]):
        return _introduce(sys.argv[1])
    from listforum.cli import main as run  # noqa: PLC0415 - the pages above cost no more than Python itself

    return run()


def _introduce(asked: str) -> int:
    from listforum import __version__, usage  # noqa: PLC0415 - as above

    sys.stdout.write(f"listforum {__version__}\n" if asked == "--version" else usage.PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
