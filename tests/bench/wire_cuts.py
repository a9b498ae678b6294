"""A session of twenty mails, cut once at every byte, both ways: what was wrong, lost, doubled or fetched twice.

    python tests/bench/wire_cuts.py [--every 1] [--tiers bare,gmail,full] [--cut fin] [--jobs 2]

Every cut is followed by as many syncs as it takes until all is here, in a home of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from cut_session import CutSession, Outcome, Way
from servers.certificates import Authority
from servers.dovecot import Dovecot
from servers.relay import Cut
from servers.tiers import CAPABILITIES, Tier

LINE = "{:<7}{:<6}{:>7}{:>7}{:>7}{:>6}{:>6}{:>8}{:>12}{:>11}{:>12}{:>11}"
TITLES = (
    *("tier", "way", "bytes", "cuts", "good", "wrong", "lost", "doubled"),
    *("whole twice", "text twice", "most more", "most runs"),
)


@dataclass(frozen=True, slots=True)
class Share:
    """The cuts that one process makes: every `step`th byte from `first` on."""

    tier: Tier
    cut: Cut
    first: int
    step: int


@dataclass(frozen=True, slots=True)
class Cuts:
    """What came of all the cuts of one way of a session, which was as long as `length` bytes."""

    way: Way
    length: int
    outcomes: dict[int, Outcome]


def main() -> None:
    """Prints a table, and the first cuts that were not good."""
    options = _options()
    print(LINE.format(*TITLES))
    for tier in (tier for tier in CAPABILITIES if tier in options.tiers.split(",")):
        step = options.every * options.jobs
        shares = [Share(tier, options.cut, 1 + job * options.every, step) for job in range(options.jobs)]
        with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
            done = [cuts for share in pool.map(_made, shares) for cuts in share]
        for way in ("down", "up"):
            _print(tier, [cuts for cuts in done if cuts.way == way])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--tiers", default="full")
    parser.add_argument("--cut", choices=("fin", "rst"), default="fin")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _made(share: Share) -> list[Cuts]:
    memory = Path("/dev/shm")
    directory = Path(tempfile.mkdtemp(prefix="lf-", dir=memory if memory.is_dir() else None))
    try:
        directory.chmod(0o755)
        (directory / "dovecot").mkdir()
        server = Dovecot(directory / "dovecot", Authority(directory), capability=CAPABILITIES[share.tier])
        with server as dovecot:
            return list(_cuts(CutSession(dovecot, dovecot.add_user(), directory), share))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _cuts(session: CutSession, share: Share) -> Iterator[Cuts]:
    lengths: dict[Way, int] = {"down": session.uncut.down, "up": session.uncut.up}
    for way, length in lengths.items():
        positions = range(share.first, length, share.step)
        yield Cuts(way, length, {byte: session.cut(way, byte, share.cut) for byte in positions})


def _print(tier: Tier, shares: Sequence[Cuts]) -> None:
    found = {byte: outcome for share in shares for byte, outcome in share.outcomes.items()}
    outcomes = found.values()
    numbers = (
        shares[0].length,
        len(found),
        sum(one.good for one in outcomes),
        sum(one.wrong for one in outcomes),
        sum(one.lost for one in outcomes),
        sum(one.doubled for one in outcomes),
        sum(one.complete_twice for one in outcomes),
        sum(one.text_twice for one in outcomes),
        max(one.more for one in outcomes),
        max(one.runs for one in outcomes),
    )
    print(LINE.format(tier, shares[0].way, *numbers), flush=True)
    for byte in sorted(byte for byte, one in found.items() if not one.good)[:10]:
        print(f"    cut after {byte}: {found[byte]}")


if __name__ == "__main__":
    main()
