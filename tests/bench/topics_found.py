"""Who finds which parent for each mail of a mailbox: listforum, by importing it, and RFC 5256."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from topics_mailbox import imported
from topics_peers import references

from listforum.archive.arrival import Arrival


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a mail: the mails that its parent is, several where copies are one post, and why.

    `parents` may be empty though it is `attached`: to a post out of a digest, which is no mail of the file. It is not
    `exact` when it only hangs below the same absent parent as they. A `branch` begins a topic of its own.
    """

    parents: frozenset[int]
    attached: bool
    reason: str = ""
    exact: bool = True
    branch: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """What an import found for each mail, and how many posts get another parent when all are threaded from scratch."""

    found: tuple[Found, ...]
    moved_by_rebuild: int


def by_import(arrivals: Sequence[Arrival]) -> Import:
    """Brings the mails into an archive, looks where they stand, threads them again, and looks once more."""
    with imported(arrivals) as (archive, posts):
        mails: defaultdict[int | None, set[int]] = defaultdict(set)
        for position, post in enumerate(posts):
            mails[post].add(position)
        edges = {post: record.edge for post, record in archive.topics.records(posts).items()}
        found = tuple(
            Found(frozenset(mails[edge.parent]), edge.parent is not None, edge.reason or "", branch=edge.branch)
            for edge in map(edges.__getitem__, posts)
        )
        archive.threads.rebuild()
        again = {post: record.edge for post, record in archive.topics.records(posts).items()}
    return Import(found, sum(again[post].parent != edge.parent for post, edge in edges.items()))


def by_rfc_5256(arrivals: Sequence[Arrival]) -> tuple[Found, ...]:
    """REFERENCES with its merging by subject; see topics_peers.py."""
    standings = references([arrival.header for arrival in arrivals])
    return tuple(
        Found(frozenset(), attached=False)
        if one.nearest is None
        else Found(frozenset({one.nearest}), attached=True, exact=one.parent is not None)
        for one in standings
    )
