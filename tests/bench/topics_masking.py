"""Taking from replies what names their parents, as some mail programs, gateways and archives do."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from email.header import Header as EncodedHeader
from typing import Literal

from topics_mailbox import without_answer

from listforum.archive.arrival import Arrival
from listforum.mail.words import decode_words

Loss = Literal["headers and Re:", "headers", "nothing"]
"""What is taken: all header fields that name the parent, and the prefix of an answer with them."""

_HEADER_END = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:[^\n]*\n(?:[ \t]+[^\n]*\n)*", re.MULTILINE)
_ID = re.compile(rb"<([^<>]*)>")
_NAMING = frozenset({b"in-reply-to", b"references"})

Rule = Callable[[bytes, bytes], bytes]
"""Changes a field: it gets the name in lower case and the whole field, and returns what takes its place."""


def masked(raws: Sequence[bytes], arrivals: Sequence[Arrival], chosen: Collection[int], loss: Loss) -> dict[int, bytes]:
    """The mails that change when these positions are masked: they themselves, and all that refer to them.

    From the others their ids are cut, for a mail that refers to a masked one refers to its parent as well. Such a mail
    falls back to the next id that it names: most often the parent of the masked one.
    """
    if loss == "nothing":
        return {}
    hidden = {arrivals[position].header.message_id.encode("utf-8", "surrogateescape") for position in chosen}
    changed: dict[int, bytes] = {}
    for position, raw in enumerate(raws):
        rule = _without_parent(loss) if position in chosen else _without_ids(hidden)
        edited = _edited(raw, rule)
        if edited != raw:
            changed[position] = edited
    return changed


def _edited(raw: bytes, rule: Rule) -> bytes:
    end = _HEADER_END.search(raw)
    cut = end.start() + 1 if end else len(raw)
    return _FIELD.sub(lambda field: rule(field[1].lower(), field[0]), raw[:cut]) + raw[cut:]


def _without_parent(loss: Loss) -> Rule:
    def rule(name: bytes, field: bytes) -> bytes:
        if name in _NAMING or name.startswith(b"thread-"):
            return b""
        if name == b"subject" and loss == "headers and Re:":
            return _without_prefix(field)
        return field

    return rule


def _without_ids(hidden: Collection[bytes]) -> Rule:
    def rule(name: bytes, field: bytes) -> bytes:
        if name not in _NAMING:
            return field
        return _ID.sub(lambda found: b"" if found[1].strip() in hidden else found[0], field)

    return rule


def _without_prefix(field: bytes) -> bytes:
    name, _colon, value = field.partition(b":")
    text = re.sub(rb"\r?\n(?=[ \t])", b"", value).strip()
    if text.isascii() and b"=?" not in text:
        subject = text.decode("ascii")
        bare = without_answer(subject)
        return field if bare == subject else name + b": " + bare.encode("ascii") + b"\n"
    if text.isascii():
        subject = " ".join(decode_words(text.decode("ascii")).split())
        bare = without_answer(subject)
        return (
            field if bare == subject else name + b": " + EncodedHeader(bare, "utf-8").encode().encode("ascii") + b"\n"
        )
    # bytes of an unknown charset: prefixes are ASCII there
    subject = text.decode("latin-1")
    bare = without_answer(subject)
    return field if bare == subject else name + b": " + bare.encode("latin-1") + b"\n"
