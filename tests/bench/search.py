"""How well the archive is searched, measured: `python tests/bench/search.py MBOX... [--posts 20000,100000]`.

For each number of posts a table is printed, all of it measured in one run on the same mails: listforum over its archive
(the mails imported, indexed from the database, answers made of it), listforum's search room alone over the same posts
in memory, notmuch as Debian has it, and stock Whoosh (stored, stemmed, with positions, one commit). Where there are too
few mails, salted copies are added; see search_mails.py.

Every query is asked once, in a process that has been asked others before, and timed by the clock of another process.
A cell such as "3.1 / 9.8" is the median and the 95th percentile in milliseconds. notmuch needs two processes for an
answer (`count` and `search`); how long two that find nothing take stands in a row of its own. It is given the whole
mails, as it always is, and once more mails that hold only what listforum and Whoosh index of them.

Known items are posts looked for by three words of their own (see search_queries.py). Where salted copies were added,
the copy of a post is often found before it: there the rank tells nothing, and is to be taken from a run without copies.

The directory of `--work` (by default one in the current directory) should lie on a disk: fsyncs are part of it.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from search_child import Child, Reply
from search_mails import Mails, collected
from search_ours import NEW, imported
from search_peers import Notmuch, Took, de_quoted, write_mails
from search_queries import Drawn, mean_reciprocal_rank

COLUMNS: Final = ("archive", "memory", "notmuch", "whoosh")
TITLES: Final = ("listforum", "in memory", "notmuch", "stock Whoosh")
LINE: Final = "{:<44}{:>14}{:>18}{:>18}{:>18}{:>18}"
ROUNDS_OF_NEW: Final = 5
WARMING: Final = 20
OPENINGS: Final = 5
UNTIL_WEIGHED: Final = 200


@dataclass(slots=True)
class Table:
    """Cells by row and column, in the order in which rows were first named."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)

    def put(self, row: str, column: str, cell: str, target: str = "") -> None:
        self.rows.setdefault(row, {})[column] = cell
        self.targets.setdefault(row, target)

    def show(self) -> None:
        print(LINE.format("", "must", *TITLES))
        for row, cells in self.rows.items():
            print(LINE.format(row, self.targets[row], *(cells.get(column, "") for column in COLUMNS)))


@dataclass(frozen=True, slots=True)
class Setting:
    """One run: where things lie, what is asked, and who is asked besides us."""

    directory: Path
    drawn: Drawn
    posts: int
    peers: frozenset[str]
    peer_queries: int


def main() -> None:
    """Prints a table for each number of posts."""
    options = _options()
    for posts in map(int, options.posts.split(",")):
        with tempfile.TemporaryDirectory(prefix="listforum-bench-", dir=options.work) as directory:
            _measure(Path(directory), posts, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mboxes", nargs="+", type=Path)
    parser.add_argument("--posts", default="20000,100000")
    parser.add_argument("--queries", type=int, default=100, help="of each kind")
    parser.add_argument("--peer-queries", type=int, default=30, help="of each kind, for notmuch and stock Whoosh")
    parser.add_argument("--peers", default="notmuch,de-quoted,whoosh", help="whom to compare with; '' for nobody")
    parser.add_argument("--work", type=Path, default=Path())
    return parser.parse_args()


def _measure(directory: Path, posts: int, options: argparse.Namespace) -> None:
    mails = collected(options.mboxes, posts, ROUNDS_OF_NEW * NEW)
    _say(f"{posts} mails made")
    write_mails(mails.raws, directory / "mails")
    documents = imported(directory / "mails", mails.more, directory)
    _say("imported")
    drawn = Drawn(documents, options.queries)
    peers = frozenset(filter(None, options.peers.split(",")))
    setting = Setting(directory, drawn, posts, peers, options.peer_queries)
    table = Table()
    try:
        for engine in ("memory", "archive", *(["whoosh"] if "whoosh" in peers else [])):
            _measure_engine(engine, setting, table, listed=len(documents))
        if "notmuch" in peers and Notmuch.is_here():
            _measure_notmuch(setting, mails, table)
        if "de-quoted" in peers and Notmuch.is_here():
            write_mails(map(de_quoted, documents), directory / "de-quoted")
            taken = Notmuch(directory / "de-quoted").new()
            table.put("index, own words only: posts per CPU second", "notmuch", _rate(posts, taken.cpu))
    finally:
        print(f"\n{mails.words}; {len(documents)} posts")
        table.show()


# --- listforum and Whoosh: each in processes of its own -----------------------------------------------------------


def _measure_engine(engine: str, setting: Setting, table: Table, listed: int) -> None:
    with Child(engine, setting.directory) as child:
        child.ask("open")
        taken = child.ask("index")
        table.put("index: posts per CPU second", engine, _rate(listed, taken.cpu / 1_000), "8x, 10x")
        table.put("index: posts per second", engine, _rate(listed, taken.outside / 1_000))
        table.put("index: memory at its end, MB", engine, f"{taken.megabytes:.0f}")
    octets = _octets(_index_of(engine, setting.directory))
    table.put("index: bytes a post", engine, f"{octets / listed:.0f}", "<= 300")
    _say(f"{engine} indexed")
    _openings(engine, setting, table)
    with Child(engine, setting.directory) as child:
        _queries(engine, child, setting, table)
        _phrases(engine, child, setting, table)
        _known_items(engine, child, setting, table)
        _new_posts(engine, child, table)
    if engine != "whoosh":
        _while_merging(engine, setting, table)
    _say(f"{engine} measured")


def _openings(engine: str, setting: Setting, table: Table) -> None:
    """What a fresh process takes for its first answer, and what it holds after many."""
    typed = list(islice(cycle(_mixed(setting.drawn)), UNTIL_WEIGHED))
    inside, outside, held = [], [], []
    for nth in range(OPENINGS):
        with Child(engine, setting.directory) as child:
            opened, first = child.ask("open"), _asked(child, typed[nth])
            inside.append(opened.outside + first.outside)
            outside.append(child.started.outside + opened.outside + first.outside)
            if nth == 0 and engine != "whoosh":
                after = [_asked(child, each) for each in typed][-1]
                held.append(after.megabytes - child.started.megabytes)
    table.put("open and first query, ms", engine, _milliseconds(inside), "<= 150")
    table.put("  start of the process and imports included", engine, _milliseconds(outside))
    if held:
        table.put(f"memory held after {UNTIL_WEIGHED} queries, MB", engine, f"{held[0]:.1f}", "<= 40")


def _mixed(drawn: Drawn) -> list[str]:
    """Words and pairs of every band, one after the other."""
    kinds = [*drawn.terms().values(), *drawn.conjunctions().values()]
    return [typed for together in zip(*kinds, strict=False) for typed in together]


def _asked(child: Child, typed: str) -> Reply:
    return child.ask("search", typed, "newest", 50, "topics")


def _queries(engine: str, child: Child, setting: Setting, table: Table) -> None:
    child.ask("open")
    for warming in _mixed(setting.drawn)[-WARMING:]:
        _asked(child, warming)
    every: list[float] = []
    for name, kinds, target in _kinds(setting.drawn):
        for band, typed in kinds.items():
            some = typed if engine != "whoosh" else typed[: setting.peer_queries]
            took = [_asked(child, each).outside for each in some]
            table.put(f"{name}, {band}", engine, _milliseconds(took), target)
            if name != "prefix":
                every += took
        if name == "two words":
            table.put("words and pairs, all bands", engine, _milliseconds(every), target)


def _kinds(drawn: Drawn) -> Iterator[tuple[str, Mapping[str, Sequence[str]], str]]:
    yield "word", drawn.terms(), "<= 10 / 35"
    yield "two words", drawn.conjunctions(), "<= 10 / 35"
    yield "prefix", drawn.prefixes(), "<= - / 25"


def _phrases(engine: str, child: Child, setting: Setting, table: Table) -> None:
    for words, typed in setting.drawn.phrases().items():
        some = typed if engine != "whoosh" else typed[: setting.peer_queries]
        # Half of the phrases are asked for their first hits and half for everything: none is asked twice.
        first = [child.ask("first", each, 10).outside for each in some[::2]]
        whole = [_asked(child, each).outside for each in some[1::2]]
        table.put(f"phrase of {words}, first 10 hits", engine, _milliseconds(first), "<= - / 60")
        table.put(f"phrase of {words}, all", engine, _milliseconds(whole))


def _known_items(engine: str, child: Child, setting: Setting, table: Table) -> None:
    def search(typed: str) -> Sequence[int]:
        took = child.ask("search", typed, "best", 50, "posts")
        times.append(took.outside)
        found: Sequence[int] = took.value[1]
        return found

    times: list[float] = []
    items = setting.drawn.known_items()
    rank = mean_reciprocal_rank(items, search)
    table.put(f"known items ({len(items)}): mean reciprocal rank", engine, f"{rank:.3f}", ">= 0.93")
    table.put("  best first, ms", engine, _milliseconds(times))


def _new_posts(engine: str, child: Child, table: Table) -> None:
    took = []
    for nth in range(ROUNDS_OF_NEW):
        child.ask("add", nth)
        took.append(child.ask("index").outside)
    table.put(f"{NEW} new posts, fsyncs included, ms", engine, f"{_share(took, 0.5):.0f} / {max(took):.0f}", "<= 120")


def _while_merging(engine: str, setting: Setting, table: Table) -> None:
    typed = cycle(_mixed(setting.drawn))
    with Child(engine, setting.directory) as searching, Child(engine, setting.directory) as merging:
        for child in (searching, merging):
            child.ask("open")
            for nth in range(ROUNDS_OF_NEW if engine == "memory" else 0):
                child.ask("add", nth)  # what was in the memory of another process is gone
        before = [_asked(searching, each).outside for each in islice(typed, UNTIL_WEIGHED)]
        merging.begin("merge")
        took: list[float] = []
        while not merging.is_done():
            took.append(_asked(searching, next(typed)).outside)
        merged = merging.answered()
        after = _asked(searching, next(typed)).outside
    table.put(f"merge of all segments ({merged.value}), CPU s", engine, f"{merged.cpu / 1_000:.1f}")
    table.put("slowest query before it, ms", engine, f"{max(before):.0f}")
    table.put("slowest query while it runs, ms", engine, f"{max(took, default=0):.0f} of {len(took)}", "no stall")
    table.put("first query after it, ms", engine, f"{after:.0f}")


# --- notmuch: processes -------------------------------------------------------------------------------------------


def _measure_notmuch(setting: Setting, mails: Mails, table: Table) -> None:
    notmuch = Notmuch(setting.directory / "mails")
    taken = notmuch.new()
    _say("notmuch indexed")
    table.put("index: posts per CPU second", "notmuch", _rate(setting.posts, taken.cpu))
    table.put("index: posts per second", "notmuch", _rate(setting.posts, taken.wall))
    table.put("index: bytes a post", "notmuch", f"{notmuch.octets() / setting.posts:.0f}")
    table.put("notmuch: two processes that find nothing", "notmuch", _times(notmuch.starts() for _ in range(10)))
    for name, kinds, _ in _kinds(setting.drawn):
        for band, typed in kinds.items():
            table.put(f"{name}, {band}", "notmuch", _times(map(notmuch.search, typed[: setting.peer_queries])))
    for words, typed in setting.drawn.phrases().items():
        took = _times(map(notmuch.search, typed[: setting.peer_queries]))
        table.put(f"phrase of {words}, all", "notmuch", took)
    new = []
    for nth in range(ROUNDS_OF_NEW):
        write_mails(mails.more[nth * NEW : (nth + 1) * NEW], notmuch.directory, len(mails.raws) + nth * NEW)
        new.append(notmuch.new().wall * 1_000)
    table.put(f"{NEW} new posts, fsyncs included, ms", "notmuch", f"{_share(new, 0.5):.0f} / {max(new):.0f}")
    _say("notmuch measured")


# --- numbers ------------------------------------------------------------------------------------------------------


def _milliseconds(took: Sequence[float]) -> str:
    return f"{_share(took, 0.5):.1f} / {_share(took, 0.95):.1f}" if took else "-"


def _times(took: Iterable[Took]) -> str:
    return _milliseconds([each.wall * 1_000 for each in took])


def _share(took: Sequence[float], share: float) -> float:
    """The value that such a share of the values does not exceed."""
    return sorted(took)[max(0, math.ceil(len(took) * share) - 1)]


def _rate(posts: int, seconds: float) -> str:
    return f"{posts / seconds:.0f}"


def _index_of(engine: str, directory: Path) -> Path:
    return directory / {"archive": "home/index", "memory": "index-memory", "whoosh": "index-whoosh"}[engine]


def _octets(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
