"""BODYSTRUCTURE (RFC 3501, 7.4.2) to the leaves of a mail's MIME tree. Whatever a server sends, this gives parts."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence

from listforum.mail.charset import decode
from listforum.mail.words import decode_words
from listforum.model.mail import Part

DEEPEST = 50
MOST_PARTS = 1000
LARGEST = 2**40
LONGEST_NAME = 1000

UNREADABLE = Part("1", "text/plain", 32_768)
"""Stands for a mail whose structure makes no sense: its beginning may still be read."""

_CONTINUED = re.compile(r"(.{1,80}?)\*(\d{1,3})?(\*)?")


def parts(structure: object) -> tuple[Part, ...]:
    """The leaves, in order; a message/rfc822 is one leaf. Takes what `imapclient` parsed: nested tuples.

    A mail that is not multipart is section "1". Of a monstrous mail the first thousand leaves count.
    """
    if not isinstance(structure, tuple) or not structure:
        return (UNREADABLE,)
    if not isinstance(structure[0], tuple):
        return (_leaf(structure, "1", None),)
    leaves: list[Part] = []
    for leaf in _walk(structure, "", None, 0):
        leaves.append(leaf)
        if len(leaves) >= MOST_PARTS:
            break
    return tuple(leaves) or (UNREADABLE,)


def _walk(multipart: tuple[object, ...], section: str, alternative: str | None, depth: int) -> Iterator[Part]:
    children: list[tuple[object, ...]] = []
    for item in multipart:
        if not isinstance(item, tuple):
            break
        children.append(item)
    subtype = multipart[len(children)] if len(children) < len(multipart) else None
    if _text(subtype).lower() == "alternative":
        alternative = section
    for number, child in enumerate(children, 1):
        below = f"{section}.{number}" if section else str(number)
        if child and isinstance(child[0], tuple):
            if depth < DEEPEST:
                yield from _walk(child, below, alternative, depth + 1)
        else:
            yield _leaf(child, below, alternative)


def _leaf(body: tuple[object, ...], section: str, alternative: str | None) -> Part:
    kind = f"{_text(_at(body, 0)).lower()}/{_text(_at(body, 1)).lower()}"
    parameters = _pairs(_at(body, 2))
    disposition, about = _disposition(body, kind)
    size = _at(body, 6)
    return Part(
        section,
        kind if len(kind) > 2 else "text/plain",
        min(max(size, 0), LARGEST) if isinstance(size, int) else UNREADABLE.size,
        charset=parameters.get("charset", "").strip().lower(),
        encoding=_text(_at(body, 5)).strip().lower() or "7bit",
        name=_parameter(about, "filename") or _parameter(parameters, "name"),
        attached=disposition not in {"", "inline"},  # unknown ones count as attachment (RFC 2183, 2.8)
        flowed=parameters.get("format", "").strip().lower() == "flowed",
        delsp=parameters.get("delsp", "").strip().lower() == "yes",
        alternative=alternative,
    )


def _disposition(body: Sequence[object], kind: str) -> tuple[str, Mapping[str, str]]:
    """Content-Disposition: it stands after the MD5, which comes after what only some types have."""
    position = 11 if kind == "message/rfc822" else 9 if kind.startswith("text/") else 8
    value = _at(body, position)
    if not isinstance(value, tuple):
        return "", {}
    return _text(_at(value, 0)).strip().lower(), _pairs(_at(value, 1))


def _pairs(value: object) -> dict[str, str]:
    if not isinstance(value, tuple):
        return {}
    found: dict[str, str] = {}
    for name, text in zip(value[::2], value[1::2], strict=False):
        found.setdefault(_text(name).lower(), _text(text))
    return found


def _parameter(parameters: Mapping[str, str], name: str) -> str | None:
    """A parameter, put together and decoded as RFC 2231 says, or, as many mailers write it, RFC 2047."""
    if name in parameters:
        return decode_words(parameters[name][:LONGEST_NAME]) or None
    pieces: dict[int, tuple[str, bool]] = {}
    for key, text in parameters.items():
        match = _CONTINUED.fullmatch(key)
        if match and match[1] == name:
            pieces[int(match[2] or 0)] = (text, match[2] is None or match[3] is not None)
    return _extended([pieces[number] for number in sorted(pieces)])[:LONGEST_NAME] or None


def _extended(pieces: Sequence[tuple[str, bool]]) -> str:
    charset, data = "utf-8", b""
    for position, (text, encoded) in enumerate(pieces):
        if not encoded:
            data += text.encode("utf-8", "surrogateescape")
            continue
        if position == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)  # noqa: PLW2901 - what is left is the text
        data += urllib.parse.unquote_to_bytes(text)
    return decode(data, charset).text


def _at(values: Sequence[object], position: int) -> object:
    return values[position] if position < len(values) else None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value) if isinstance(value, int) else ""
