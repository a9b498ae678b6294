"""Who finds which parent for each mail of a mailbox: listforum, by importing it, and RFC 5256."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topics_mailbox import LIST, imported
from topics_peers import references

from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival
from listforum.model.forum import Prefixes


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
    """What an import found for each mail, and how many posts get another parent when all are threaded from scratch.

    `seems_lost` says that the import proposes to take the prefixes of this list for lost, `when_lost` is what is found
    once the person does so (`listforum import --prefixes lost`); empty when that was not asked for.
    """

    found: tuple[Found, ...]
    moved_by_rebuild: int
    seems_lost: bool
    when_lost: tuple[Found, ...] = ()


def by_import(arrivals: Sequence[Arrival], prefixes: Prefixes = "kept") -> Import:
    """Brings the mails into an archive, looks where they stand, threads them again, and looks once more."""
    with imported(arrivals) as (archive, posts):
        found = _standing(archive, posts)
        seems_lost = archive.lists.seems_to_have_lost_prefixes(LIST)
        archive.threads.rebuild()
        again = _standing(archive, posts)
        when_lost: tuple[Found, ...] = ()
        if prefixes == "lost":
            archive.lists.set_prefixes(LIST, prefixes)
            archive.threads.rebuild()
            when_lost = _standing(archive, posts)
    moved = sum(one.attached != other.attached or one.parents != other.parents for one, other in _pairs(found, again))
    return Import(found, moved, seems_lost, when_lost)


def _standing(archive: Archive, posts: Sequence[int]) -> tuple[Found, ...]:
    mails: defaultdict[int | None, set[int]] = defaultdict(set)
    for position, post in enumerate(posts):
        mails[post].add(position)
    edges = {post: record.edge for post, record in archive.topics.records(posts).items()}
    return tuple(
        Found(frozenset(mails[edge.parent]), edge.parent is not None, edge.reason or "", branch=edge.branch)
        for edge in map(edges.__getitem__, posts)
    )


def _pairs(ones: Sequence[Found], others: Sequence[Found]) -> Iterator[tuple[Found, Found]]:
    return zip(ones, others, strict=True)


def by_rfc_5256(arrivals: Sequence[Arrival]) -> tuple[Found, ...]:
    """REFERENCES with its merging by subject; see topics_peers.py."""
    standings = references([arrival.header for arrival in arrivals])
    return tuple(
        Found(frozenset(), attached=False)
        if one.nearest is None
        else Found(frozenset({one.nearest}), attached=True, exact=one.parent is not None)
        for one in standings
    )
