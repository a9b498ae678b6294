"""A mail on its way into the archive: what came, and what was understood of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from gettext import gettext as _
from typing import Final, TypeVar

from listforum.mail.header import read_header
from listforum.mail.quotes import blocks, own_words_digest, own_words_of
from listforum.mail.readable import readable_text
from listforum.model.mail import Author, Header, Part, Received
from listforum.model.server import Place
from listforum.topics.wording import Wording, wording

T = TypeVar("T")

DERIVED: Final = "@derived.invalid"


NO_WORDING: Final = Wording((), ())


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail to be stored. `own_words` is None when no text of it is here yet; `failure` says what defeated us.

    `wording` is what its text tells threading; `in_digest` tells a mail that came in a digest from one that came alone.
    """

    received: Received
    header: Header
    own_words: str | None
    place: Place | None = None
    failure: str = ""
    wording: Wording = NO_WORDING
    in_digest: bool = False

    @property
    def digest(self) -> bytes | None:
        return None if self.own_words is None else own_words_digest(self.own_words)


def understand(received: Received, place: Place | None = None) -> Arrival:
    """Reads a mail; one that defeats the reader still becomes an Arrival, with the failure among its defects."""
    header, failure = _guarded(lambda: read_header(received.header))
    if header is None:
        header = _unreadable(received.header, failure)
    read, failed = _guarded(lambda: words_of(received.parts))
    words, worded = read or (None, NO_WORDING)
    if failed:
        header = replace(header, defects=(*header.defects, failed))
    if not header.message_id:
        header = replace(header, message_id=derived_id(header))
    return Arrival(received, header, words, place, failure or failed, worded)


def words_of(parts: tuple[Part, ...]) -> tuple[str, Wording] | None:
    """The author's own words, and what the text tells threading; None while no part that is shown has been fetched.

    A mail without text has no words: "".
    """
    text = readable_text(parts).text
    if text is None:
        return None
    cut = blocks(text)
    own = own_words_of(cut)
    return own, wording(own, cut)


def derived_id(header: Header) -> str:
    """A stand-in for a missing Message-ID, the same whenever the same mail is met again."""
    author = header.author
    told = f"{header.date}\0{author.name}\0{author.address}\0{header.subject}"
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32] + DERIVED


def is_derived(message_id: str) -> bool:
    """Whether this only stands in for a Message-ID."""
    return message_id.endswith(DERIVED)


def _guarded(read: Callable[[], T]) -> tuple[T | None, str]:
    try:
        return read(), ""
    except Exception as error:  # noqa: BLE001 - any mail must become a post; the failure stays visible as a defect
        return None, _("this mail could not be read fully ({error})").format(error=type(error).__name__)


def _unreadable(fields: bytes, failure: str) -> Header:
    return Header(
        message_id=hashlib.sha256(fields).hexdigest()[:32] + DERIVED,
        in_reply_to=(),
        references=(),
        date=None,
        subject="",
        author=Author("", None, "none"),
        from_=(),
        reply_to=(),
        to=(),
        cc=(),
        list_id="",
        list_post=(),
        read_only=False,
        original_message_id="",
        defects=(failure,),
    )
