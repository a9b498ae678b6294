"""FETCH (RFC 3501, 6.4.5): much of many mails, asked for in one breath, and given as it comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from gettext import gettext as _
from typing import Final, Protocol, TypeVar

from listforum.errors import ListforumError
from listforum.model.mail import Part
from listforum.wire import command
from listforum.wire.command import HEADER_FIELDS, Command, Words
from listforum.wire.conversation import Conversation
from listforum.wire.dialogue import Limits, Response, Tagged
from listforum.wire.fetched import Answer, FetchedHeader, FetchedPart, PartRequest, begun_part

LARGEST_HEADER: Final = 1_048_576
LONGEST_STRUCTURE: Final = 1_048_576

_MOST_TOGETHER: Final = 100
"""Commands in one breath, at the most."""

Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)


class Wanted(Protocol[Found_co]):
    """One FETCH: the same of some mails. `largest` is the longest literal that is no lie."""

    @property
    def uids(self) -> tuple[int, ...]: ...
    @property
    def items(self) -> str: ...
    @property
    def largest(self) -> int: ...

    def read(self, answer: Answer) -> Found_co | None:
        """What a response brings of this; None where it is about something else."""

    def of(self, uids: tuple[int, ...]) -> Wanted[Found_co]:
        """The same of these mails."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Arrival, parts and header fields; parts that are `known` are not asked for."""

    uids: tuple[int, ...]
    longest: int | None = None
    known: Mapping[int, tuple[Part, ...]] = field(default_factory=dict)

    @property
    def items(self) -> str:
        structure = "" if all(uid in self.known for uid in self.uids) else "BODYSTRUCTURE "
        return f"UID INTERNALDATE {structure}{command.header_item(HEADER_FIELDS, self.longest)}"

    @property
    def largest(self) -> int:
        return self.longest or LARGEST_HEADER

    def read(self, answer: Answer) -> FetchedHeader | None:
        return answer.header(self.known)

    def of(self, uids: tuple[int, ...]) -> Headers:
        return replace(self, uids=uids)


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """Some header fields only: UIDs and fields."""

    uids: tuple[int, ...]
    fields: tuple[str, ...]
    longest: int | None = None

    @property
    def items(self) -> str:
        return f"UID {command.header_item(self.fields, self.longest)}"

    @property
    def largest(self) -> int:
        return self.longest or LARGEST_HEADER

    def read(self, answer: Answer) -> tuple[int, bytes] | None:
        fields = answer.header_fields()
        return None if fields is None else (answer.uid, fields)

    def of(self, uids: tuple[int, ...]) -> HeaderFields:
        return replace(self, uids=uids)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of a section. One part that the server cannot decode makes it refuse the whole command (measured).

    `suspects` is how many mails are to blame if it does.
    """

    uids: tuple[int, ...]
    request: PartRequest
    suspects: int = 1

    @property
    def items(self) -> str:
        wanted = self.request
        item = command.decoded_part_item if wanted.decoded else command.part_item
        return f"UID {item(wanted.section, wanted.offset, wanted.length)}"

    @property
    def largest(self) -> int:
        return self.request.length

    def read(self, answer: Answer) -> FetchedPart | None:
        return answer.part(self.request)

    def of(self, uids: tuple[int, ...]) -> Range:
        return replace(self, uids=uids)

    def instead(self, missing: Sequence[int]) -> Iterator[Range]:
        """What to ask for when the server refused this, and has not given these; nothing when there is no other way.

        The first mail that did not come is to blame: that one undecoded, the others as before. With each refusal twice
        as many are: a server may refuse all, or tell nothing of those that it could have decoded.
        """
        if not self.request.decoded or not missing or self.request.offset:
            return
        blamed, others = tuple(missing[: self.suspects]), tuple(missing[self.suspects :])
        yield Range(blamed, replace(self.request, decoded=False))
        if others:
            yield Range(others, self.request, self.suspects * 2)


def ranges(wanted: Iterable[PartRequest]) -> Iterator[Range]:
    """Alike ranges of many mails go in one command."""
    groups: dict[PartRequest, list[int]] = {}
    for request in wanted:
        groups.setdefault(replace(request, uid=0), []).append(request.uid)
    for request, uids in groups.items():
        yield Range(tuple(uids), request)


def fetch(conversation: Conversation, wanted: Iterable[Wanted[Found]]) -> Iterator[Found]:
    """Everything that is wanted, each as soon as it is complete; mails that are gone do not come.

    Raises `ServerError` when the server refuses any of it, once the rest is here. Left before its end, the session is
    closed.
    """
    left = deque(one.of(tuple(sorted(among))) for one in wanted for _text, among in command.uid_sets(one.uids))
    refused: Tagged | None = None
    while left:
        together = [left.popleft() for _ in range(min(len(left), _MOST_TOGETHER))]
        waiting = [set(one.uids) for one in together]
        commands = [_command(one) for one in together]
        for number, said in conversation.stream(commands, "FETCH", _limits(together)):
            if isinstance(said, Response):
                yield from _read(Answer(said.records), together, waiting, number)
            elif said.status != "OK":
                again = _instead(together[number], sorted(waiting[number]))
                left.extendleft(reversed(again))
                refused = refused if again else said
    if refused:
        conversation.expect_ok(refused, _("the mails cannot be fetched"))


def parts(conversation: Conversation, wanted: Iterable[Wanted[Found | FetchedPart]]) -> Iterator[Found | FetchedPart]:
    """As `fetch`; when the link breaks in the middle of a part, what came of it is given last."""
    try:
        yield from fetch(conversation, wanted)
    except ListforumError:
        cut = conversation.unfinished
        begun = cut and begun_part(cut.line, cut.content)
        if begun:
            yield begun
        raise


def _instead(wanted: Wanted[Found], missing: Sequence[int]) -> Sequence[Wanted[Found]]:
    return tuple(wanted.instead(missing)) if isinstance(wanted, Range) else ()


def _command(wanted: Wanted[object]) -> Command:
    ((text, _uids),) = command.uid_sets(wanted.uids)
    return Words(f"UID FETCH {text} ({wanted.items})").done()


def _limits(together: Sequence[Wanted[object]]) -> Limits:
    mails = sum(len(one.uids) for one in together)
    return Limits(
        lines=10_000 + 20 * mails,
        literal=max(one.largest for one in together),
        volume=1_048_576 + sum(len(one.uids) * (one.largest + LONGEST_STRUCTURE) for one in together),
    )


def _read(
    answer: Answer, together: Sequence[Wanted[Found]], waiting: Sequence[set[int]], number: int
) -> Iterator[Found]:
    """What an answer brings: most likely to the command that is being answered, but servers may answer out of turn."""
    for position in (number, *(one for one in range(len(together)) if one != number)):
        if answer.uid in waiting[position]:
            found = together[position].read(answer)
            if found is not None:
                waiting[position].discard(answer.uid)
                yield found
                return
