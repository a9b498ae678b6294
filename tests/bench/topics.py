"""How well topics are found, measured: `python tests/bench/topics.py MBOX... [--replies 2000] [--seed 1] [--misses 9]`.

**Masked replies.** Replies whose parent is in the mailbox are drawn, and what names their parent is taken from them
(In-Reply-To, References, Thread-*, and the "Re:" of their subject) and their own ids from all mails that refer to
them. Then everything is imported as `listforum import` does it, and looked at. For each way of losing:

    exact      of all masked replies, those that found the very parent that their header named
    attached   of all masked replies, those that found any parent
    right      of those attached, the ones whose parent stands in the topic that is truly theirs
    starters   of mails that truly begin a topic (no id named, no prefix of an answer, no quote; nothing was taken from
               them), those that were wrongly attached to something. With a quote (a line that begins with ">", or an
               "Original message" line) they stand in a row of their own: some of those are answers without a header

"by" counts for what reason parents were found: how many, how many of them exactly, how many in the right topic. The
row "rebuild" tells how many posts get another parent when everything is threaded again from scratch: none should.
Where the import proposes to take the list's prefixes for lost, a second run has the person agree.

"nothing" is the check: the same replies with nothing taken. RFC 5256 is what a mail server's THREAD=REFERENCES would
make of the same mails, with its merging by subject; joined below an absent parent counts as attached, not as exact.
Pipermail exports have lost their "Re:" all by themselves: there the two losses are one. `--misses` prints the positions
of mails in the file (from 1) that went wrong: reply, true parent, found parent, reason.

**Agreement** (`--agreement`) and **speed** (`--speed 100000`): see topics_agreement.py and topics_speed.py.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from topics_found import Found, Import, by_import, by_rfc_5256
from topics_mailbox import Truth, is_answer, read, truth, understood
from topics_masking import Loss, masked

from listforum.model.forum import Prefixes

LOSSES: tuple[Loss, ...] = ("nothing", "headers and Re:", "headers")
FEW = 0.1
TARGETS = {"blinux": (80.0, 98.5, 1.0), "openocd-development": (75.0, 98.5, None), "gpt-usuarios": (75.0, 98.5, None)}
LINE = "{:<34}{:>7}{:>9}{:>10}{:>9}{:>10}{:>8}"


def main() -> None:
    """Prints a table for each mailbox."""
    options = _options()
    if options.agreement:
        from topics_agreement import print_agreement

        sys.exit(1 if sum(map(print_agreement, options.mboxes)) else 0)
    for mbox in options.mboxes:
        _masked_replies(mbox, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mboxes", nargs="+", type=Path)
    parser.add_argument("--replies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--agreement", action="store_true")
    parser.add_argument("--misses", type=int, default=0)
    return parser.parse_args()


# --- masked replies -----------------------------------------------------------------------------------------------


def _masked_replies(mbox: Path, options: argparse.Namespace) -> None:
    raws = read(mbox)
    arrivals = understood(raws)
    true = truth(arrivals)
    chosen = random.Random(options.seed).sample(true.replies, min(options.replies, len(true.replies)))
    print(f"\n{mbox.name}: {len(raws)} mails, {len(chosen)} of {len(true.replies)} replies masked")
    print(LINE.format("", "mails", "exact", "attached", "right", "starters", " wrong"))
    _print_targets(mbox)
    kept = sum(is_answer(arrivals[position].header.subject) for position in chosen)
    prefixes: Prefixes = "kept"
    for loss in LOSSES:
        if loss == "headers" and kept < FEW * len(chosen):
            print(f"headers taken away: as above, for only {kept} of the masked mails have a prefix to keep")
            continue
        changed = masked(raws, arrivals, chosen, loss)
        after = list(arrivals)
        for position, arrival in zip(changed, understood(list(changed.values())), strict=True):
            after[position] = arrival
        told = "nothing taken away (check)" if loss == "nothing" else f"{loss} taken away"
        print(told)
        ours = by_import(after, prefixes)
        _print_loss(_Sample(true, chosen), ours, by_rfc_5256(after), options.misses if loss != "nothing" else 0)
        if loss == "nothing" and ours.seems_lost:
            prefixes = "lost"
            print("    the import proposes to take the prefixes of this list for lost")


@dataclass(frozen=True, slots=True)
class _Sample:
    true: Truth
    chosen: Sequence[int]

    def wanted(self, *, quoting: bool) -> list[int]:
        return [position for position in self.chosen if (position in self.true.quoting) == quoting]

    def starters(self, *, quoting: bool) -> list[int]:
        return [position for position in self.true.starters if (position in self.true.quoting) == quoting]


def _print_targets(mbox: Path) -> None:
    exact, right, starters = TARGETS.get(mbox.stem, (None, None, None))
    shown = [
        f">={exact:.1f}" if exact else "",
        "",
        f">={right:.1f}" if right else "",
        "",
        f"<={starters:.1f}" if starters else "",
    ]
    print(LINE.format("  target", "", *shown))


def _print_loss(sample: _Sample, ours: Import, theirs: Sequence[Found], misses: int) -> None:
    _print_rows("listforum", sample, ours.found)
    _print_reasons(sample, ours.found)
    print(f"    rebuild: {ours.moved_by_rebuild} posts get another parent")
    if ours.when_lost:
        _print_rows("listforum, prefixes known as lost", sample, ours.when_lost)
        _print_reasons(sample, ours.when_lost)
    _print_rows("RFC 5256 with subjects", sample, theirs)
    _print_misses(sample, ours.when_lost or ours.found, misses)


def _print_rows(name: str, sample: _Sample, found: Sequence[Found]) -> None:
    print(_row(f"  {name}", sample, found, sample.chosen, []))
    for words, quoting in (("with a quote", True), ("without a quote", False)):
        print(_row(f"    {words}", sample, found, sample.wanted(quoting=quoting), sample.starters(quoting=quoting)))


def _row(
    name: str, sample: _Sample, found: Sequence[Found], replies: Collection[int], starters: Collection[int]
) -> str:
    attached = [position for position in replies if found[position].attached]
    exact = [position for position in attached if _is_exact(sample.true, position, found[position])]
    right = [position for position in attached if _is_right(sample.true, position, found[position])]
    wrong = [position for position in starters if found[position].attached]
    return LINE.format(
        name,
        len(replies),
        _share(exact, replies),
        _share(attached, replies),
        _share(right, attached),
        len(starters) if starters else "",
        _share(wrong, starters),
    )


def _share(part: Collection[int], whole: Collection[int]) -> str:
    return f"{100 * len(part) / len(whole):.1f}" if whole else ""


def _is_exact(true: Truth, position: int, found: Found) -> bool:
    return found.exact and not found.parents.isdisjoint(true.parents[position])


def _is_right(true: Truth, position: int, found: Found) -> bool:
    return any(true.topics[parent] == true.topics[position] for parent in found.parents)


def _print_reasons(sample: _Sample, found: Sequence[Found]) -> None:
    def counted(positions: Iterable[int]) -> Counter[str]:
        return Counter(found[position].reason for position in positions)

    attached = [position for position in sample.chosen if found[position].attached]
    all_ = counted(attached)
    exact = counted(p for p in attached if _is_exact(sample.true, p, found[p]))
    right = counted(p for p in attached if _is_right(sample.true, p, found[p]))
    wrong = counted(p for p in sample.starters(quoting=False) if found[p].attached)
    parts = [f"{r} {n} ({exact[r]} exact, {right[r]} right)" for r, n in all_.most_common()]
    parts += [f"starters by {r} {n}" for r, n in wrong.most_common()]
    print(f"    by: {'; '.join(parts) or 'nothing'}")


def _print_misses(sample: _Sample, found: Sequence[Found], most: int) -> None:
    kinds: Mapping[str, Callable[[int], bool]] = {
        "starter wrongly attached": lambda p: p in starters and found[p].attached,
        "wrong topic": lambda p: p in chosen and found[p].attached and not _is_right(sample.true, p, found[p]),
        "another post of the topic": lambda p: (
            p in chosen and _is_right(sample.true, p, found[p]) and not _is_exact(sample.true, p, found[p])
        ),
        "not attached, with a quote": lambda p: p in chosen and not found[p].attached and p in sample.true.quoting,
        "not attached, without a quote": lambda p: (
            p in chosen and not found[p].attached and p not in sample.true.quoting
        ),
    }
    chosen, starters = frozenset(sample.chosen), frozenset(sample.starters(quoting=False))
    for kind, applies in kinds.items() if most else ():
        those = [position for position in range(len(found)) if applies(position)]
        print(f"    {kind}: {len(those)}")
        for position in those[:most]:
            print(f"      {' '.join(_told(position, sample.true, found[position]))}")


def _told(position: int, true: Truth, found: Found) -> Iterator[str]:
    yield f"mail {position + 1}"
    if true.parents[position]:
        yield f"answers {min(true.parents[position]) + 1}"
    if found.attached:
        yield f"put below {min(found.parents, default=-1) + 1} by {found.reason}"


if __name__ == "__main__":
    main()
