"""Which bytes of a text to ask for, and what has come of them; pure.

Where the server undoes content-transfer-encodings it is asked to, for these hide from compression what repeats: base64
is a third longer, and DEFLATE finds nothing in it. It is asked to for plain text too, so that all texts come in one
command, and an answer stands near to what it quotes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from listforum.archive.waiting import Begun, WaitingText
from listforum.model.mail import Part, Piece
from listforum.sync import costs
from listforum.wire.fetched import FetchedPart, PartRequest

_KNOWN = frozenset({"7bit", "8bit", "binary", "base64", "quoted-printable"})
"""The encodings that every server can undo (RFC 2045, 6.1); another would make it refuse the whole command."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a session can do: whether it decodes, how many bytes are left of a budget, and how many it bears at once."""

    decodes: bool
    budget: int | None = None
    at_once: int | None = None


def requests(text: WaitingText, terms: Terms) -> Iterator[PartRequest]:
    """What to ask for of a text, from where an earlier try was cut."""
    for part in text.parts:
        if part.size:
            begun = text.begun.get(part.section)
            offset = begun.bytes if begun and (terms.decodes or not begun.decoded) else 0
            decoded = begun.decoded if begun and offset else _decodable(part, terms)
            length = _limit(text, part, terms) - offset
            if length > 0:
                yield PartRequest(text.uid, part.section, offset, min(length, terms.at_once or length), decoded)


def new_requests(uid: int, parts: Iterable[Part], terms: Terms) -> Iterator[PartRequest]:
    """What to ask for of a mail of which nothing is here but what it consists of."""
    yield from requests(WaitingText(0, uid, tuple(parts)), terms)


def limit_of(text: WaitingText) -> int:
    """How many bytes of each part of a text are fetched unasked, at the most."""
    return costs.DIGEST_LIMIT if text.digest else costs.TEXT_LIMIT


def price_of(text: WaitingText) -> int:
    """What the text costs, in bytes, if its sizes are right and nothing is compressed."""
    return costs.text_price(text.parts, limit_of(text))


def worst_of(text: WaitingText, budget: int | None) -> int:
    """What asking for the text costs at the most."""
    return costs.text_worst(text.parts, budget, limit_of(text))


def _decodable(part: Part, terms: Terms) -> bool:
    return terms.decodes and part.encoding in _KNOWN


def _limit(text: WaitingText, part: Part, terms: Terms) -> int:
    return costs.asked_length(part, terms.budget, limit_of(text))


@dataclass(slots=True)
class Arrived:
    """What has come of a text, by section."""

    text: WaitingText
    requests: Mapping[str, PartRequest]
    pieces: dict[str, Piece] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    """The sections of which the server has no more than what came."""
    answered: set[str] = field(default_factory=set)
    """The sections of which all that was asked for came."""
    more: set[str] = field(default_factory=set)
    """The sections of which there may be more that is fetched unasked, though all that was asked for came."""

    def add(self, fetched: FetchedPart) -> None:
        wanted = self.requests.get(fetched.section)
        if wanted is None or (fetched.offset, fetched.uid) != (wanted.offset, wanted.uid):
            return
        self.pieces[fetched.section] = Piece(fetched.section, fetched.offset, fetched.content, fetched.decoded)
        if fetched.whole:
            self.answered.add(fetched.section)
            if len(fetched.content) < wanted.length:
                self.ended.add(fetched.section)
            elif fetched.offset + len(fetched.content) < limit_of(self.text):
                self.more.add(fetched.section)

    @property
    def whole(self) -> bool:
        """Whether everything is here that is fetched unasked; a part without a byte needs no answer."""
        return self.requests.keys() <= self.answered - self.more

    @property
    def rest(self) -> WaitingText | None:
        """The text with what has come of it, where there is more to ask for; None where something did not come."""
        if self.whole or not self.requests.keys() <= self.answered:
            return None
        come = {
            section: Begun(piece.offset + len(piece.content), piece.decoded) for section, piece in self.pieces.items()
        }
        return replace(self.text, begun={**self.text.begun, **come})

    @property
    def begun(self) -> bool:
        """Whether anything has come of what was asked for."""
        return any(section in self.pieces for section in self.requests)

    @property
    def doubtful(self) -> bool:
        """Whether anything is missing, or empty though it was said to be something."""
        return any(section not in self.pieces or not self.pieces[section].content for section in self.requests)


class Answers:
    """What has come of some texts."""

    def __init__(self, texts: Sequence[WaitingText], terms: Terms) -> None:
        self._arrived = {
            text.uid: Arrived(text, {request.section: request for request in requests(text, terms)}, _empty(text))
            for text in texts
        }
        self._size = 0

    @property
    def wanted(self) -> Sequence[PartRequest]:
        """What to ask for, in the order of the texts."""
        return [request for arrived in self._arrived.values() for request in arrived.requests.values()]

    def add(self, fetched: FetchedPart) -> bool:
        """Keeps an answer; answers whether its text is whole with it."""
        arrived = self._arrived.get(fetched.uid)
        if arrived is None or fetched.section not in arrived.requests:
            return False
        arrived.add(fetched)
        self._size += len(fetched.content)
        return arrived.whole

    @property
    def all(self) -> Iterable[Arrived]:
        return self._arrived.values()

    @property
    def size(self) -> int:
        """How many bytes have come since whole texts were taken last."""
        return self._size

    def take_whole(self) -> Sequence[Arrived]:
        """The texts that are whole, to be kept; they are no answers any more."""
        self._size = 0
        whole = [arrived for arrived in self._arrived.values() if arrived.whole]
        for arrived in whole:
            del self._arrived[arrived.text.uid]
        return whole


def _empty(text: WaitingText) -> dict[str, Piece]:
    """The parts that are here without being asked for: there is not a byte in them."""
    return {part.section: Piece(part.section, 0, b"") for part in text.parts if not part.size}


def in_order_of_answers(wanted: Iterable[PartRequest]) -> list[tuple[int, str]]:
    """UIDs and sections: alike ranges go in one command, which is answered in the order of UIDs."""
    commands: dict[tuple[str, int, int, bool], list[tuple[int, str]]] = {}
    for one in wanted:
        commands.setdefault((one.section, one.offset, one.length, one.decoded), []).append((one.uid, one.section))
    return [one for alike in commands.values() for one in sorted(alike)]
