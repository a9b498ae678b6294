"""A mailbox for the benchmark of topics: its mails, what is true of them, and the way they take into an archive."""

from __future__ import annotations

import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival
from listforum.archive.mail_files import read_mails
from listforum.forum.readers import readers
from listforum.home import Home
from listforum.mail.prefixes import AMBIGUOUS, REPLY
from listforum.mail.readable import readable_text
from listforum.model.mail import Header

BATCH = 500
LIST = "list"

ANSWER = re.compile(
    rf"(?:{'|'.join(map(re.escape, (*REPLY, *AMBIGUOUS)))}) ?(?:\[\d+\]|\(\d+\)|\^\d+|\*\d+)? ?[:：]\s*", re.IGNORECASE
)
"""A prefix that says that a mail answers another."""

_LABEL = re.compile(r"\[[^\[\]]{1,60}\]\s*")
_QUOTED = re.compile(r"^[ \t]*>|^-{3,} ?\w[\w ]{3,40} ?-{3,}$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Truth:
    """What the headers of the mails say, before anything is taken from them; mails are named by their position.

    `parents` are the mails that carry the id of the parent: more than one where several mails carry it, none where it
    is not here. `topics` names for each mail the first of its topic. `replies` have a parent here; `starters` name
    none, and have no prefix of an answer. `quoting` are those of both that quote.
    """

    parents: tuple[frozenset[int], ...]
    topics: tuple[int, ...]
    replies: tuple[int, ...]
    starters: tuple[int, ...]
    quoting: frozenset[int]


def read(mbox: Path) -> list[bytes]:
    """The mails of a file."""
    return [mail.raw for mail in read_mails(mbox) if mail.problem is None]


def understood(raws: Sequence[bytes]) -> list[Arrival]:
    """Mails read by the readers of an import."""
    with readers(sum(map(len, raws))) as read_batches:
        batches = (raws[begin : begin + BATCH] for begin in range(0, len(raws), BATCH))
        return [arrival for batch in read_batches(batches) for arrival in batch]


@contextmanager
def imported(arrivals: Sequence[Arrival]) -> Iterator[tuple[Archive, tuple[int, ...]]]:
    """An archive with these mails, as an import of their file leaves it, and the post that each mail became."""
    posts: list[int] = []
    with tempfile.TemporaryDirectory(prefix="listforum-bench-") as directory:
        home = Home(Path(directory) / "home")
        home.prepare()
        with Archive(home.database) as archive:
            for begin in range(0, len(arrivals), BATCH):
                added = archive.posts.add(LIST, arrivals[begin : begin + BATCH], int(time.time()))
                posts.extend(added.posts)
            yield archive, tuple(posts)


def truth(arrivals: Sequence[Arrival]) -> Truth:
    """What is true, by the headers alone: In-Reply-To names the parent, else the last reference that is here."""
    headers = [arrival.header for arrival in arrivals]
    carriers = carriers_of(headers)
    named = [named_by(header) for header in headers]
    parents = tuple(_parents(ids, carriers, position) for position, ids in enumerate(named))
    singular = [len(carriers[header.message_id]) == 1 for header in headers]
    replies = [p for p, found in enumerate(parents) if found and singular[p]]
    starters = [p for p, header in enumerate(headers) if not named[p] and singular[p] and not is_answer(header.subject)]
    return Truth(
        parents,
        _topics(parents, named, carriers),
        tuple(replies),
        tuple(starters),
        frozenset(p for p in (*replies, *starters) if quotes(arrivals[p])),
    )


def carriers_of(headers: Sequence[Header]) -> Mapping[str, tuple[int, ...]]:
    """The positions of the mails that carry an id."""
    carriers: defaultdict[str, list[int]] = defaultdict(list)
    for position, header in enumerate(headers):
        for carried in {header.message_id, header.original_message_id} - {""}:
            carriers[carried].append(position)
    return {carried: tuple(positions) for carried, positions in carriers.items()}


def named_by(header: Header) -> tuple[str, ...]:
    """The ids a mail points at, the nearest first."""
    own = {header.message_id, header.original_message_id}
    return tuple(dict.fromkeys(i for i in (*header.in_reply_to, *reversed(header.references)) if i not in own))


def is_answer(subject: str) -> bool:
    """Whether a subject begins with the prefix of an answer, before or behind labels in brackets."""
    return without_answer(subject) != subject


def without_answer(subject: str) -> str:
    """The subject without the prefixes of an answer; labels in brackets stay."""
    labels, rest = "", subject
    while True:
        if found := ANSWER.match(rest):
            rest = rest[found.end() :]
        elif found := _LABEL.match(rest):
            labels, rest = labels + found[0], rest[found.end() :]
        else:
            return labels + rest


def quotes(arrival: Arrival) -> bool:
    """Whether a mail has a line that begins with ">", or one such as "---- Original message ----"."""
    return _QUOTED.search(readable_text(arrival.received.parts).text or "") is not None


def _parents(named: Sequence[str], carriers: Mapping[str, tuple[int, ...]], position: int) -> frozenset[int]:
    for each in named:
        found = frozenset(carriers.get(each, ())) - {position}
        if found:
            return found
    return frozenset()


def _topics(
    parents: Sequence[frozenset[int]], named: Sequence[tuple[str, ...]], carriers: Mapping[str, tuple[int, ...]]
) -> tuple[int, ...]:
    """Mails that are held together by parents, by an id they share, or by the oldest absent mail they name."""
    first = list(range(len(parents)))

    def find(position: int) -> int:
        while first[position] != position:
            first[position] = first[first[position]]
            position = first[position]
        return position

    def join(one: int, other: int) -> None:
        low, high = sorted((find(one), find(other)))
        first[high] = low

    ghosts: dict[str, int] = {}
    for position, found in enumerate(parents):
        for parent in found:
            join(position, parent)
        if named[position] and not found:
            join(position, ghosts.setdefault(named[position][-1], position))
    for same in carriers.values():
        for other in same[1:]:
            join(same[0], other)
    return tuple(map(find, range(len(first))))
