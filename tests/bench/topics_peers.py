"""What others would make of the same mails: the threading algorithm REFERENCES of RFC 5256, section 3, step by step.

It joins by ids, and then whole threads by the base subject of their first mails. Beside Message-ID, References and
In-Reply-To it reads nothing but Date and Subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from listforum.model.mail import Header

_BLANKS = re.compile(r"[ \t\r\n]+")
_BLOB = re.compile(r"\[[^\[\]]*\] *")
_REFWD = re.compile(r"(?:re|fwd?) *(?:\[[^\[\]]*\] *)?:", re.IGNORECASE)
_TRAILER = re.compile(r"(?:\(fwd\)| )$", re.IGNORECASE)
_FORWARDED = re.compile(r"\[fwd:(.*)\]", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a mail ended up: `parent` is its parent among the mails; `nearest` the mail that stands for it.

    Without a parent `nearest` is the oldest of the other mails below the same absent parent. Both are positions; None
    for a mail that begins a thread.
    """

    parent: int | None
    nearest: int | None


@dataclass(slots=True, eq=False)
class _Container:
    """A message of the RFC, or, with no `position`, a dummy for one that is not here."""

    position: int | None = None
    parent: _Container | None = None
    children: list[_Container] = field(default_factory=list)

    def adopt(self, child: _Container) -> None:
        if child.parent:
            child.parent.children.remove(child)
        child.parent = self
        self.children.append(child)

    def is_below(self, other: _Container) -> bool:
        """Whether it is the other, or stands below it."""
        current: _Container | None = self
        while current is not None and current is not other:
            current = current.parent
        return current is not None


def references(headers: Sequence[Header], *, by_subject: bool = True) -> list[Standing]:
    """The standing of every mail, in their order."""
    containers, messages = _linked(headers)
    root = _Container()
    for container in containers:
        if container.parent is None:
            root.adopt(container)
    _prune(root)
    dates = [(header.date or 0, position) for position, header in enumerate(headers)]
    root.children.sort(key=lambda thread: dates[_first(thread, dates)])
    if by_subject:
        _merge(root, [base_subject(header.subject) for header in headers], dates)
    return [_standing(message, root, dates) for message in messages]


def base_subject(subject: str) -> tuple[str, bool]:
    """The base subject (RFC 5256, 2.1), in upper case for comparing; and whether it was of a reply or a forward."""
    text, answer = _BLANKS.sub(" ", subject), False
    while True:
        while found := _TRAILER.search(text):
            answer = answer or found[0] != " "
            text = text[: found.start()]
        text, led = _without_leaders(text)
        answer = answer or led
        inner = _FORWARDED.fullmatch(text)
        if inner is None:
            return text.upper(), answer
        text, answer = inner[1], True


def _without_leaders(text: str) -> tuple[str, bool]:
    """Steps 3 to 5: leaders, and blobs that leave something behind them."""
    answer = False
    while True:
        if text.startswith(" "):
            text = text[1:]
        elif (found := _REFWD.match(text, _after_blobs(text))) is not None:
            text, answer = text[found.end() :], True
        elif (blob := _BLOB.match(text)) is not None and text[blob.end() :].strip():
            text = text[blob.end() :]
        else:
            return text, answer


def _after_blobs(text: str) -> int:
    at = 0
    while found := _BLOB.match(text, at):
        at = found.end()
    return at


# --- step 1: by ids -----------------------------------------------------------------------------------------------


def _linked(headers: Sequence[Header]) -> tuple[Iterable[_Container], list[_Container]]:
    """All containers, and those of the mails in their order. A repeated id counts for the first that carries it."""
    known: dict[str, _Container] = {}
    messages: list[_Container] = []
    for position, header in enumerate(headers):
        own = header.message_id
        if not own or (own in known and known[own].position is not None):
            own = f"{position}\0{own}"
        container = known.setdefault(own, _Container())
        container.position = position
        messages.append(container)
        last = _chain([known.setdefault(named, _Container()) for named in _references(header)])
        if container.parent:
            container.parent.children.remove(container)
            container.parent = None
        if last is not None and not last.is_below(container):
            last.adopt(container)
    return known.values(), messages


def _references(header: Header) -> tuple[str, ...]:
    return header.references or header.in_reply_to[:1]


def _chain(named: Sequence[_Container]) -> _Container | None:
    """Links each to the one after it where that has no parent and no loop comes of it; answers the last."""
    for parent, child in pairwise(named):
        if child.parent is None and not parent.is_below(child):
            parent.adopt(child)
    return named[-1] if named else None


# --- step 3: dummies ----------------------------------------------------------------------------------------------


def _prune(root: _Container) -> None:
    """Dummies go, their children move up; below the root a dummy stays when it holds several."""
    for container in _bottom_up(root):
        parent = container.parent
        if parent is None or container.position is not None:
            continue
        if parent is root and len(container.children) > 1:
            continue
        for child in list(container.children):
            parent.adopt(child)
        parent.children.remove(container)
        container.parent = None


def _bottom_up(root: _Container) -> list[_Container]:
    order, waiting = [], [root]
    while waiting:
        container = waiting.pop()
        order.append(container)
        waiting.extend(container.children)
    return order[::-1]


# --- step 5: by subject -------------------------------------------------------------------------------------------


Subject = tuple[str, bool]
"""A base subject, and whether it was that of a reply or a forward."""


def _merge(root: _Container, subjects: Sequence[Subject], dates: Sequence[tuple[int, int]]) -> None:
    """Threads of one subject become one: below the one that is no reply, or all below a dummy."""
    named = {id(thread): subjects[_first(thread, dates)] for thread in root.children}
    table = _subject_table(root, named)
    for thread in list(root.children):
        subject, answer = named[id(thread)]
        there = table.get(subject, thread)
        if there is thread:
            continue
        if there.position is None:
            _move_below(there, thread, root)
        elif thread.position is not None and answer and not named[id(there)][1]:
            there.adopt(thread)
        else:
            table[subject] = dummy = _Container()
            root.adopt(dummy)
            dummy.adopt(there)
            _move_below(dummy, thread, root)


def _subject_table(root: _Container, named: Mapping[int, Subject]) -> dict[str, _Container]:
    """The thread that stands for each subject: a dummy before a mail, a mail that is no reply before one that is."""
    table: dict[str, _Container] = {}
    for thread in root.children:
        subject, answer = named[id(thread)]
        there = table.setdefault(subject, thread) if subject else thread
        if there is thread or there.position is None:
            continue
        if thread.position is None or (named[id(there)][1] and not answer):
            table[subject] = thread
    return table


def _move_below(dummy: _Container, thread: _Container, root: _Container) -> None:
    """A dummy hands over what hangs below it, and goes."""
    if thread.position is not None:
        dummy.adopt(thread)
        return
    for child in list(thread.children):
        dummy.adopt(child)
    root.children.remove(thread)
    thread.parent = None


# --- what came of it ----------------------------------------------------------------------------------------------


def _first(thread: _Container, dates: Sequence[tuple[int, int]]) -> int:
    """The mail that names a thread and dates it: itself, or the oldest child of a dummy."""
    if thread.position is not None:
        return thread.position
    return min((_first(child, dates) for child in thread.children), key=dates.__getitem__)


def _standing(message: _Container, root: _Container, dates: Sequence[tuple[int, int]]) -> Standing:
    parent = message.parent
    if parent is None or parent is root:
        return Standing(None, None)
    if parent.position is not None:
        return Standing(parent.position, parent.position)
    others = [_first(child, dates) for child in parent.children if child is not message]
    nearest = min(others, key=dates.__getitem__, default=None)
    if nearest is None or (message.position is not None and dates[nearest] > dates[message.position]):
        return Standing(None, None)
    return Standing(None, nearest)
