"""The main job, measured: `python tests/bench/main_job.py MBOX [--mails 20000]`.

Prints messages a second for import, split into parse, archive, thread and index, with the peak memory, and what
`notmuch new` takes for the same mails in the same run (when notmuch is installed). Run by hand on a quiet machine.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.archive.mail_files import read_mails, write_mboxrd
from listforum.forum.searching import Searching
from listforum.home import Home
from listforum.mail.structure import split

BATCH = 500
Row = tuple[str, int, float, float]


def main() -> None:
    options = _options()
    mails = [m.raw for m in itertools.islice(read_mails(options.mbox), options.mails) if m.problem is None]
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        rows = [
            _whole_command(mails, place),
            *_stages(mails, place),
            *_notmuch(mails, place),
        ]
    print(f"{len(mails)} mails, {sum(map(len, mails)) / 1e6:.1f} MB, of {options.mbox.name}")
    print(f"{'what':<34}{'seconds':>9}{'mails/s':>9}{'peak MB':>9}")
    for what, count, seconds, memory in rows:
        print(f"{what:<34}{seconds:>9.2f}{count / seconds:>9.0f}{f'{memory:.0f}' if memory else '':>9}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mbox", type=Path)
    parser.add_argument("--mails", type=int, default=20_000)
    return parser.parse_args()


def _whole_command(mails: Sequence[bytes], place: Path) -> Row:
    """`listforum import` and the first search, which indexes, each in a process of its own."""
    mbox = place / "mails.mbox"
    write_mboxrd(((raw, "listforum", 0) for raw in mails), mbox)
    program = [sys.executable, "-c", "import sys; from listforum.cli import main; sys.exit(main())"]
    environment = {**os.environ, "LISTFORUM_HOME": str(place / "whole")}
    seconds = 0.0
    for command in (["import", str(mbox), "list"], ["search", "the", "--limit", "1"]):
        seconds += _timed(lambda c=command: _quiet([*program, *c], environment))  # type: ignore[misc]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    return ("listforum import, then index", len(mails), seconds, memory)


def _stages(mails: Sequence[bytes], place: Path) -> list[Row]:
    home = Home(place / "stages")
    home.prepare()
    spent = dict.fromkeys(("parse", "archive", "thread", "index"), 0.0)
    with Archive(home.database) as archive:
        rethread = archive.threads.rethread

        def timed_rethread(posts: set[int]) -> None:
            spent["thread"] += _timed(lambda: rethread(posts))

        archive.threads.rethread = timed_rethread  # type: ignore[assignment,method-assign]
        for begin in range(0, len(mails), BATCH):
            arrivals = []
            spent["parse"] += _timed(
                lambda b=begin, a=arrivals: a.extend(understand(split(raw)) for raw in mails[b : b + BATCH])  # type: ignore[misc]
            )
            before = spent["thread"]
            whole = _timed(lambda a=arrivals: archive.posts.add("list", a, int(time.time())))  # type: ignore[misc]
            spent["archive"] += whole - (spent["thread"] - before)
        spent["index"] = _timed(lambda: Searching(archive, home).catch_up())
    index_bytes = sum(file.stat().st_size for file in home.index.iterdir())
    print(f"archive {home.database.stat().st_size / len(mails):.0f} bytes a mail, index {index_bytes / len(mails):.0f}")
    return [(f"  {stage}", len(mails), seconds, 0.0) for stage, seconds in spent.items()]


def _notmuch(mails: Sequence[bytes], place: Path) -> list[Row]:
    if shutil.which("notmuch") is None:
        print("notmuch is not installed: nothing to compare with")
        return []
    maildir = place / "maildir"
    for folder in ("cur", "new", "tmp"):
        (maildir / folder).mkdir(parents=True)
    for n, raw in enumerate(mails):
        (maildir / "cur" / f"{n}.test:2,").write_bytes(raw)
    config = place / "notmuch.conf"
    config.write_text(f"[database]\npath={maildir}\n[user]\nname=A\nprimary_email=a@example.org\n[new]\ntags=new\n")
    environment = {**os.environ, "NOTMUCH_CONFIG": str(config)}
    return [("notmuch new", len(mails), _timed(lambda: _quiet(["notmuch", "new"], environment)), 0.0)]


def _quiet(command: Sequence[str], environment: dict[str, str]) -> None:
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
