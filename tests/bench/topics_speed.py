"""How fast topics are made: `python tests/bench/topics_speed.py MBOX [--posts 100000] [--shapes NAME,...] [--profile]`.

Archives of that many posts are filled, one for each shape, and then threaded from scratch in a new process. Its seconds
and its peak memory count, against the targets; "cpu" is what a quiet core would take, the machine may be a busy one.
The shapes:

    headers     posts whose text is not here
    texts       the same with their texts: what they quote is looked up
    words       the same without the headers that name a parent: the words alone decide (no target)
    chain       each answers the one before
    absent      all refer to one mail that is not here
    present     all refer to one that is

"filled" are the seconds that filling took, beside those for reading the mails. "moved" are posts that have another
parent after threading from scratch than when they came one by one: none should. "one more" is what one post more takes
in the filled archive, with everything that belongs to it: the median and the longest of many, in milliseconds.
`--profile` prints where threading spends its time.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from topics_mailbox import read, understood
from topics_synthetic import Copies, without_text

from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival
from listforum.forum.readers import readers
from listforum.home import Home

T = TypeVar("T")

BATCH: Final = 1000
MEGABYTES: Final = 400
LINE: Final = "{:<10}{:>9}{:>9}{:>9}{:>9}{:>9}{:>7}{:>11}{:>10}  {}"


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of archive, and the seconds that threading it may take.

    `posts` makes as many as asked for; `apart` says that they are threaded only when all are there.
    """

    name: str
    posts: Callable[[int], Iterable[list[Arrival]]]
    seconds: float | None
    more: int = 200
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Threaded:
    """What threading from scratch took."""

    seconds: float
    cpu: float
    megabytes: float


def main() -> None:
    """Prints a row for each shape."""
    options = _options()
    if options.rebuild:
        _rebuild(Path(options.mbox), profiled=options.profile)
        return
    shapes = _shapes(understood(read(options.mbox)))
    chosen = [shape for shape in shapes if shape.name in options.shapes.split(",")]
    print(f"{options.posts} posts made of {options.mbox.name}")
    print(LINE.format("", "reading", "filled", "seconds", "cpu", "MB", "moved", "one more:", "longest", "target"))
    for shape in chosen:
        with tempfile.TemporaryDirectory(prefix="listforum-bench-") as directory:
            _measure(shape, options, Path(directory) / "home")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mbox", type=Path)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--shapes", default="headers,texts,chain,absent,present")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--rebuild", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


# --- measuring ----------------------------------------------------------------------------------------------------


def _measure(shape: Shape, options: argparse.Namespace, place: Path) -> None:
    home = Home(place)
    home.prepare()
    batches = iter(shape.posts(options.posts + shape.more))
    with Archive(home.database) as archive:
        kept, reading, filled = _fill(archive, batches, options.posts, shape)
        before = _parents(archive, options.posts)
    threaded = _threaded(place, options)
    with Archive(home.database) as archive:
        after = _parents(archive, options.posts)
        times = [_milliseconds(archive, arrival) for arrival in chain(kept, *batches)]
    moved = sum(after[post] != parent for post, parent in before.items())
    met = shape.seconds is None or (threaded.cpu <= shape.seconds and threaded.megabytes <= MEGABYTES)
    target = "" if shape.seconds is None else f"{shape.seconds:.0f} s, {MEGABYTES} MB: {'yes' if met else 'NO'}"
    print(
        LINE.format(
            shape.name,
            *(f"{number:.1f}" for number in (reading, filled, threaded.seconds, threaded.cpu)),
            f"{threaded.megabytes:.0f}",
            "" if shape.apart else moved,
            f"{statistics.median(times):.1f} ms",
            f"{max(times):.1f} ms",
            target,
        ),
        flush=True,
    )


def _fill(
    archive: Archive, batches: Iterator[list[Arrival]], posts: int, shape: Shape
) -> tuple[list[Arrival], float, float]:
    """Puts that many posts in; answers those of the last batch that are too many, and the seconds of both."""
    if shape.apart:
        # threading a topic of 100,000 anew for every batch is not what is measured
        archive.threads.rethread = lambda posts: None  # type: ignore[method-assign]
    reading = filled = 0.0
    there = 0
    while there < posts:
        began = time.perf_counter()
        batch = next(batches)
        read_at = time.perf_counter()
        archive.posts.add("list", batch[: posts - there], int(time.time()))
        reading, filled = reading + read_at - began, filled + time.perf_counter() - read_at
        left, there = batch[posts - there :], there + len(batch)
    return left, reading, filled


def _parents(archive: Archive, posts: int) -> dict[int, int | None]:
    return {post: record.edge.parent for post, record in archive.topics.records(range(1, posts + 1)).items()}


def _milliseconds(archive: Archive, arrival: Arrival) -> float:
    began = time.perf_counter()
    archive.posts.add("list", [arrival], int(time.time()))
    return (time.perf_counter() - began) * 1000


def _threaded(place: Path, options: argparse.Namespace) -> Threaded:
    command = [sys.executable, __file__, str(place), "--rebuild", *(["--profile"] if options.profile else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    *told, last = done.stdout.splitlines()
    print(*told, sep="\n", end="\n" if told else "")
    return Threaded(**json.loads(last))


def _rebuild(place: Path, *, profiled: bool) -> None:
    """Threads an archive from scratch; the last line told is what it took."""
    with Archive(Home(place).database) as archive:
        profile = cProfile.Profile()
        began, used = time.perf_counter(), time.process_time()
        if profiled:
            profile.runcall(archive.threads.rebuild)
        else:
            archive.threads.rebuild()
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
    if profiled:
        pstats.Stats(profile).sort_stats("tottime").print_stats(10)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "megabytes": _peak_megabytes()}))


def _peak_megabytes() -> float:
    """Of this program alone: what getrusage tells of a child includes what its parent held when it was started."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1000


# --- shapes -------------------------------------------------------------------------------------------------------


def _shapes(arrivals: list[Arrival]) -> list[Shape]:
    copies = Copies(arrivals)
    made = _Made(arrivals[0])
    return [
        Shape("headers", lambda posts: _batches(copies.headers(posts)), 5),
        Shape("texts", lambda posts: _read(copies.mails(posts)), 30),
        Shape("words", lambda posts: _read(copies.mails_without_headers(posts)), None),
        Shape("chain", lambda posts: _batches(made.chain(posts)), 5, more=5, apart=True),
        Shape("absent", lambda posts: _batches(made.all_below("absent@example.org", posts)), 5, more=5, apart=True),
        Shape("present", lambda posts: _batches(made.all_below("0@example.org", posts)), 5, more=5, apart=True),
    ]


class _Made:
    """Posts that have headers and nothing else."""

    def __init__(self, pattern: Arrival) -> None:
        self._header = replace(pattern.header, subject="made", date=1_600_000_000, original_message_id="")

    def chain(self, posts: int) -> Iterator[Arrival]:
        return (self._post(nth, f"{nth - 1}@example.org") for nth in range(posts))

    def all_below(self, message_id: str, posts: int) -> Iterator[Arrival]:
        return (self._post(nth, message_id) for nth in range(posts))

    def _post(self, nth: int, named: str) -> Arrival:
        own = f"{nth}@example.org"
        there = () if named == own else (named,)
        date = (self._header.date or 0) + nth
        return without_text(replace(self._header, message_id=own, in_reply_to=there, references=there, date=date))


def _read(mails: Iterable[bytes]) -> Iterator[list[Arrival]]:
    with readers(2**40) as read_batches:
        yield from read_batches(_batches(mails))


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch


if __name__ == "__main__":
    main()
