"""The order in which a topic is read: every answer after what it answers, before the next answer to the same post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listforum.model.forum import PostRecord


@dataclass(frozen=True, slots=True)
class Placed:
    """A post at its place: `depth` answers below its root; `answers` is its parent, unless that stands just above."""

    record: PostRecord
    depth: int
    answers: PostRecord | None = None


def reading_order(records: Sequence[PostRecord]) -> tuple[Placed, ...]:
    """The posts depth-first along their edges, siblings by date; a parent in another topic makes no edge here.

    Every post comes exactly once, whatever the edges say.
    """
    known = {record.post: record for record in records}
    below: dict[int | None, list[PostRecord]] = {}
    for record in sorted(records, key=lambda one: (one.date, one.post), reverse=True):
        parent = record.edge.parent
        below.setdefault(parent if parent in known and parent != record.post else None, []).append(record)
    placed: list[Placed] = []
    _walk(below.pop(None, []), below, known, placed)
    while below:  # only edges that go round in circles are left
        _walk(below.pop(next(iter(below))), below, known, placed)
    return tuple(placed)


def _walk(
    roots: list[PostRecord],
    below: dict[int | None, list[PostRecord]],
    known: dict[int, PostRecord],
    placed: list[Placed],
) -> None:
    waiting = [(record, 0) for record in roots]
    while waiting:
        record, depth = waiting.pop()
        above = placed[-1].record.post if placed else None
        parent = known.get(record.edge.parent or 0)
        placed.append(Placed(record, depth, None if parent is None or parent.post == above else parent))
        waiting += ((child, depth + 1) for child in below.pop(record.post, ()))
