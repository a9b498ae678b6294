"""What reading real mail costs on the wire, beside what it must cost at the least and what it costs others.

    python tests/bench/wire.py MBOX [--count 1000] [--tiers bare,gmail,full] [--peers mbsync,offlineimap]

Puts the last mails of an mbox on a Dovecot that can do as little as people's servers can, and syncs them through a
relay that counts bytes and round trips. A bound is the size of the needed header lines and decoded texts in one stream
(bare: as they are; else deflated). Run by hand; the peers are taken from the PATH.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from wire_scenarios import Demand, Row, Scenarios

from listforum.archive.mail_files import read_mails
from servers.certificates import Authority
from servers.dovecot import Dovecot
from servers.tiers import CAPABILITIES, Tier

LINE = "{:<38} {:<12}{:>10}{:>11}{:>6}{:>5}{:>8}{:>9}  {}"


def main() -> None:
    """Prints a table for each tier."""
    options = _options()
    raws: deque[bytes] = deque((one.raw for one in read_mails(options.mbox) if one.raw), maxlen=options.count)
    print(f"the last {len(raws)} mails of {options.mbox.name}, {sum(map(len, raws)) / 1e6:.1f} MB")
    tiers = [tier for tier in CAPABILITIES if tier in options.tiers.split(",")]
    met = [_tier(tier, list(raws), options.peers.split(",")) for tier in tiers]
    print(f"\nmet: {sum(map(sum, met))} of {sum(map(len, met))}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("mbox", type=Path)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--tiers", default=",".join(CAPABILITIES))
    parser.add_argument("--peers", default="mbsync,offlineimap")
    return parser.parse_args()


def _tier(tier: Tier, raws: Sequence[bytes], peers: Sequence[str]) -> list[bool]:
    """Prints a tier's table; answers which demands are met."""
    print(f"\n{tier}")
    print(LINE.format("", "", "up", "down", "trips", "runs", "seconds", "bound", "reached, target, met"))
    with tempfile.TemporaryDirectory(prefix="lf-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        (directory / "dovecot").mkdir()
        authority = Authority(directory)
        certificate = authority.self_signed("localhost", "127.0.0.1")
        server = Dovecot(directory / "dovecot", authority, capability=CAPABILITIES[tier], certificate=certificate)
        with server as dovecot:
            scenarios = Scenarios(directory, dovecot, raws, compressing=tier != "bare")
            return [kept for row in scenarios.all(peers) for kept in _print(row)]


def _print(row: Row) -> list[bool]:
    taken = row.measured
    numbers = (taken.up, taken.down, taken.round_trips, taken.runs, f"{taken.seconds:.1f}", row.bound or "")
    first, *others = [_told(demand) for demand in row.demands] or [""]
    print(LINE.format(row.what, row.who, *numbers, first), flush=True)
    for other in others:
        print(LINE.format(*[""] * 8, other))
    return [_kept(demand) for demand in row.demands]


def _told(demand: Demand) -> str:
    digits = 2 if demand.most < 10 and demand.unit not in {"trips", "missing"} else 0
    verdict = "yes" if _kept(demand) else "NO"
    return f"{demand.value:.{digits}f} <= {demand.most:g} {demand.unit}: {verdict}"


def _kept(demand: Demand) -> bool:
    return demand.value <= demand.most


if __name__ == "__main__":
    main()
