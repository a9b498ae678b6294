"""The parts of a mail that is here only in part: what they are, and their bytes in pieces, as they were fetched.

The first piece of a part stands in its row, so that a short text costs no more than that; what follows stands in rows
of its own, each packed by itself. So a long part is fetched, and given out, without ever being held as a whole.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from gettext import gettext as _
from typing import Any, Final

from listforum.archive.database import Database
from listforum.archive.packing import damaged, packed, unpacked
from listforum.mail.structure import shown_parts
from listforum.model.mail import Heading, Part, Piece

_DESCRIPTION: Final = (
    "section, type, size, charset, encoding, name, attached, flowed, delsp, alternative, decoded, ended, here, heading"
)
_MOST_READ: Final = 4_000_000
"""Bytes of a text that are read to be shown; of a longer one nobody sees more."""


class Parts:
    """Keeps parts and gives them back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, post: int, parts: Sequence[Part]) -> None:
        """Stores the parts of a post, with the bytes they hold, in place of what was there."""
        self.forget(post)
        self._database.run_many(
            f"INSERT INTO part (post, nth, {_DESCRIPTION}, content) VALUES ({', '.join('?' * 17)})",  # noqa: S608 - a constant
            [_row(post, nth, part) for nth, part in enumerate(parts)],
        )

    def forget(self, post: int) -> None:
        """Removes the parts of a post."""
        self._database.run("DELETE FROM piece WHERE post = ?", (post,))
        self._database.run("DELETE FROM part WHERE post = ?", (post,))

    def described(self, posts: Sequence[int]) -> Mapping[int, tuple[Part, ...]]:
        """The parts of posts, with how much of each is here, but without a byte of it; () where there are none."""
        found: defaultdict[int, list[Part]] = defaultdict(list)
        for post, *row in self._database.rows(
            f"""SELECT post, {_DESCRIPTION} FROM part
                WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, nth""",  # noqa: S608 - as above
            (json.dumps(list(posts)),),
        ):
            found[post].append(_part(row))
        return {post: tuple(found[post]) for post in posts}

    def to_read(self, posts: Sequence[int]) -> Mapping[int, tuple[Part, ...]]:
        """As `described`, with the bytes of the parts that are shown, as far as they are here."""
        found: defaultdict[int, list[tuple[Part, bytes | None]]] = defaultdict(list)
        for post, *row, first in self._database.rows(
            f"""SELECT post, {_DESCRIPTION}, content FROM part
                WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, nth""",  # noqa: S608 - as above
            (json.dumps(list(posts)),),
        ):
            found[post].append((_part(row), first))
        return {post: tuple(self._with_texts(post, found[post])) for post in posts}

    def add(self, post: int, pieces: Sequence[Piece]) -> None:
        """Adds fetched bytes. Those that are here already are ignored, and so is what belongs to no part.

        A piece that begins a part, decoded where what is here is not or the other way round, takes the place of that.
        Raises ValueError for one that leaves a gap, or does not fit what is here.
        """
        for piece in pieces:
            found = self._database.row(
                "SELECT nth, here, decoded FROM part WHERE post = ? AND section = ?", (post, piece.section)
            )
            if found is None:
                continue
            nth, here, decoded = found
            if here is None or (piece.offset == 0 and piece.decoded != bool(decoded)):
                self._begin(post, nth, piece)
            elif piece.decoded != bool(decoded) or piece.offset > here:
                raise ValueError(f"{piece.section}: {piece.offset} does not continue what is here, {here} bytes")
            elif piece.offset == here:
                self._continue(post, nth, piece)
            elif piece.offset + len(piece.content) > here:
                raise ValueError(f"{piece.section}: {piece.offset} overlaps what is here, {here} bytes")

    def end(self, post: int, section: str) -> None:
        """Takes what is here of a part as all of it: the server has no more, whatever size it told."""
        self._database.run(
            """UPDATE part SET ended = 1, here = coalesce(here, 0), content = coalesce(content, ?)
               WHERE post = ? AND section = ?""",
            (packed(b""), post, section),
        )

    def pieces(self, post: int, section: str) -> Iterator[bytes]:
        """The bytes of a part that are here, one piece after the other."""
        found = self._database.row(
            "SELECT nth, here, content FROM part WHERE post = ? AND section = ?", (post, section)
        )
        if found is not None and found[1] is not None:
            yield from self._pieces(post, *found)

    def _begin(self, post: int, nth: int, piece: Piece) -> None:
        if piece.offset:
            raise ValueError(f"{piece.section}: nothing is here before {piece.offset}")
        self._database.run("DELETE FROM piece WHERE post = ? AND nth = ?", (post, nth))
        self._database.run(
            "UPDATE part SET content = ?, here = ?, decoded = ?, ended = 0 WHERE post = ? AND nth = ?",
            (packed(piece.content), len(piece.content), piece.decoded, post, nth),
        )

    def _continue(self, post: int, nth: int, piece: Piece) -> None:
        if not piece.content:
            return
        if piece.offset == 0:
            self._begin(post, nth, piece)
            return
        self._database.run("INSERT INTO piece VALUES (?, ?, ?, ?)", (post, nth, piece.offset, packed(piece.content)))
        self._database.run(
            "UPDATE part SET here = ? WHERE post = ? AND nth = ?", (piece.offset + len(piece.content), post, nth)
        )

    def _pieces(self, post: int, nth: int, here: int, first: bytes) -> Iterator[bytes]:
        content = unpacked(first)
        yield content
        offset = len(content)
        while offset < here:
            found = self._database.row(
                "SELECT content FROM piece WHERE post = ? AND nth = ? AND at = ?", (post, nth, offset)
            )
            if found is None or not (content := unpacked(found[0])):
                raise damaged(_("a piece of a file is missing"))
            yield content
            offset += len(content)

    def _with_texts(self, post: int, found: Sequence[tuple[Part, bytes | None]]) -> Iterator[Part]:
        shown = set(map(id, shown_parts([part for part, _first in found])))
        for nth, (part, first) in enumerate(found):
            if id(part) in shown and first is not None:
                yield replace(part, content=self._beginning(post, nth, part, first))
            else:
                yield part

    def _beginning(self, post: int, nth: int, part: Part, first: bytes) -> bytes:
        content = bytearray()
        for piece in self._pieces(post, nth, part.here or 0, first):
            content += piece
            if len(content) >= _MOST_READ:
                break
        return bytes(content)


def _part(row: Sequence[Any]) -> Part:
    section, type_, size, charset, encoding, name, attached, flowed, delsp, alternative, decoded, ended, here, told = (
        row
    )
    return Part(
        section=section,
        type=type_,
        size=size,
        charset=charset,
        encoding=encoding,
        name=name,
        attached=bool(attached),
        flowed=bool(flowed),
        delsp=bool(delsp),
        alternative=alternative,
        decoded=bool(decoded),
        ended=bool(ended),
        kept=here,
        heading=None if told is None else Heading(*json.loads(told)),
    )


def _row(post: int, nth: int, part: Part) -> tuple[object, ...]:
    return (
        post,
        nth,
        part.section,
        part.type,
        part.size,
        part.charset,
        part.encoding,
        part.name,
        part.attached,
        part.flowed,
        part.delsp,
        part.alternative,
        part.decoded,
        part.ended,
        None if part.content is None else len(part.content),
        None if part.heading is None else json.dumps(astuple(part.heading)),
        None if part.content is None else packed(part.content),
    )
