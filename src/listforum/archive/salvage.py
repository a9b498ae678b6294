"""Saving what can be read of a damaged archive: row by row into a new file, so that one bad page costs little.

Only what cannot be worked out again is copied; `Archive.rebuild` does the rest. The cursors are left behind, so that
the next sync looks at the folders again and fetches what was lost.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from gettext import gettext as _
from itertools import count
from pathlib import Path
from typing import Any, Final

from listforum.archive.database import Database, Row
from listforum.archive.schema import MIGRATIONS
from listforum.errors import ArchiveError

Record = dict[str, Any]

_ORPHANS: Final = "salvaged"
"""The name of the list of posts that lost theirs."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """How many posts were saved, how many were lost, and where the damaged file lies now."""

    posts: int
    lost: int
    damaged: Path


def salvage(path: Path, progress: Callable[[int, int], None]) -> Salvaged:
    """Puts a new archive with everything that can be read in the place of a damaged one, which is kept beside it.

    The lock of the home must be held. Raises ArchiveError when nothing at all can be read, and HomeError.
    """
    unfinished = path.with_name(path.name + ".salvaging")
    _remove(unfinished)
    try:
        with closing(_opened(path)) as source, closing(Database(unfinished)) as target:
            posts, lost = _Copy(source, target).everything(progress)
            target.run("PRAGMA wal_checkpoint(TRUNCATE)")
        damaged = _keep_beside(path)
        unfinished.replace(path)
    finally:
        _remove(unfinished)
    return Salvaged(posts, lost, damaged)


def is_sound(path: Path) -> bool:
    """Whether nothing is wrong with an archive's file: neither with its pages and indexes, nor with any stored mail.

    Reads all of it. Raises ArchiveError when nothing at all can be read.
    """
    with closing(_opened(path)) as source:
        try:
            if source.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
                return False
            mails = source.execute("SELECT header, raw FROM content")
            parts = source.execute(
                "SELECT content FROM part WHERE content IS NOT NULL UNION ALL SELECT content FROM piece"
            )
            return all(_sound(*row) for row in mails) and all(_sound(*row) for row in parts)
        except sqlite3.DatabaseError:
            return False


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise ArchiveError(
            _(
                "Nothing of the archive {path} can be read ({error}). Move it away, but keep it: the next sync "
                "fetches the lists again, and what was imported can be imported again."
            ).format(path=path, error=error)
        ) from error
    if version > len(MIGRATIONS):
        connection.close()
        raise ArchiveError(
            _("The archive {path} was written by a newer listforum: let that one salvage it.").format(path=path)
        )
    return connection


class _Copy:
    """Reads from a file of which any page may be bad."""

    def __init__(self, source: sqlite3.Connection, target: Database) -> None:
        self._source = source
        self._target = target

    def everything(self, progress: Callable[[int, int], None]) -> tuple[int, int]:
        """Copies all that is to be kept; answers how many posts were saved, and how many were not."""
        with self._target.transaction():
            self._put("list", self._both_ways("list", "id"))
            self._put("list_address", self._both_ways("list_address", "list", "address"))
            self._put("ledger", self._both_ways("ledger", "day", "list", "purpose"))
            last, saved = self._last_post(), 0
            for post in range(1, last + 1):
                saved += self._post(post)
                progress(post, last)
            self._put("verdict", self._both_ways("verdict", "post"))
            self._put("member", self._both_ways("member", "digest", "nth"))
            items, drafts = self._both_ways("outbox", "id"), self._both_ways("draft", "id")
            self._put("outbox", (self._without_lost(one, "post", "answered") for one in items))
            self._put("draft", (self._without_lost(one, "post") for one in drafts if _sound(one["text"])))
            self._put("saved_search", self._both_ways("saved_search", "folded"))
            self._put("sought", self._both_ways("sought", "nth"))
            self._adopt_orphans()
            self._target.run("UPDATE meta SET value = (SELECT coalesce(max(change), 0) FROM post) WHERE key = 'change'")
        return saved, max(0, last - saved - self._gaps(last))

    def _post(self, post: int) -> bool:
        """Copies one post with all that belongs to it, if its mail can still be read."""
        content = self._rows("SELECT * FROM content WHERE post = ?", post)
        if not content or not _sound(content[0]["header"], content[0]["raw"]):
            return False
        if not self._put("post", self._rows("SELECT * FROM post WHERE id = ?", post)):
            return False
        self._put("content", content)
        self._parts(post)
        for table in ("known_as", "post_list", "place", "mark"):
            self._put(table, self._rows(f"SELECT * FROM {table} WHERE post = ?", post))  # noqa: S608 - names from here
        self._target.run("INSERT OR IGNORE INTO known_as SELECT message_id, id FROM post WHERE id = ?", (post,))
        return True

    def _parts(self, post: int) -> None:
        """Copies what a post consists of; of each part the bytes before the first that cannot be read."""
        for part in self._rows("SELECT * FROM part WHERE post = ?", post):
            first = None if part["content"] is None else _unpacked(part["content"])
            if first is None:
                self._put("part", [{**part, "content": None, "here": None, "ended": 0}])
                continue
            here, told = len(first), part["here"]
            good: list[Record] = []
            for piece in self._rows(
                "SELECT * FROM piece WHERE post = ? AND nth = ? AND at >= ? ORDER BY at", post, part["nth"], here
            ):
                content = _unpacked(piece["content"])
                if piece["at"] != here or not content:
                    break
                here += len(content)
                good.append(piece)
            self._put("part", [{**part, "here": here, "ended": part["ended"] if here == told else 0}])
            self._put("piece", good)

    def _last_post(self) -> int:
        told = [
            *self._rows("SELECT seq AS last FROM sqlite_sequence WHERE name = 'post'"),
            *self._rows("SELECT max(id) AS last FROM post"),
            *self._rows("SELECT max(post) AS last FROM content"),
        ]
        return max((one["last"] or 0 for one in told), default=0)

    def _gaps(self, last: int) -> int:
        """How many numbers belonged to no post any more; 0 when that cannot be told."""
        there = self._rows("SELECT count(*) AS posts FROM post INDEXED BY post_change")
        return last - int(there[0]["posts"]) if there else 0

    def _both_ways(self, table: str, *key: str) -> list[Record]:
        """The rows before the first bad page and those after the last one."""
        found: dict[Row, Record] = {}
        for direction in ("ASC", "DESC"):
            order = ", ".join(f"{column} {direction}" for column in key)
            for record in self._walk(f"SELECT * FROM {table} ORDER BY {order}", ()):  # noqa: S608 - names from here
                found[tuple(record[column] for column in key)] = record
        return list(found.values())

    def _rows(self, statement: str, *values: object) -> list[Record]:
        return list(self._walk(statement, values))

    def _walk(self, statement: str, values: tuple[object, ...]) -> Iterator[Record]:
        with suppress(sqlite3.DatabaseError):  # the rows until here are good
            cursor = self._source.execute(statement, values)
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(columns, row, strict=True))

    def _put(self, table: str, records: Iterable[Record]) -> int:
        """Adds rows; answers how many were taken. One that contradicts the others is left out."""
        taken = 0
        for record in records:
            places = ", ".join("?" * len(record))
            statement = f"INSERT OR IGNORE INTO {table} ({', '.join(record)}) VALUES ({places})"  # noqa: S608 - as above
            with suppress(sqlite3.IntegrityError):
                taken += self._target.run(statement, tuple(record.values()))
        return taken

    def _without_lost(self, record: Record, *columns: str) -> Record:
        """A row that names no post that was lost."""
        named = [column for column in columns if column in record]
        there = {column: self._target.row("SELECT id FROM post WHERE id = ?", (record[column],)) for column in named}
        return {**record, **{column: found[0] if found else None for column, found in there.items()}}

    def _adopt_orphans(self) -> None:
        """Posts of which nobody knows any more in which list they stood get one of their own."""
        orphans = self._target.rows("SELECT id FROM post WHERE id NOT IN (SELECT post FROM post_list)")
        if orphans:
            self._target.run("INSERT OR IGNORE INTO list (name) VALUES (?)", (_ORPHANS,))
            self._target.run_many(
                "INSERT INTO post_list SELECT list.id, ? FROM list WHERE name = ?",
                [(post, _ORPHANS) for (post,) in orphans],
            )


def _sound(*blobs: bytes | None) -> bool:
    """Whether there is something, and all that there is can be unpacked."""
    there = [blob for blob in blobs if blob is not None]
    return bool(there) and all(_unpacked(blob) is not None for blob in there)


def _unpacked(blob: bytes) -> bytes | None:
    try:
        return zlib.decompress(blob)
    except (zlib.error, TypeError):
        return None


# --- files --------------------------------------------------------------------------------------------------------


def _keep_beside(path: Path) -> Path:
    """Gives the damaged file a name of its own, and takes its journal away from the place of the new one."""
    damaged = next(name for n in count(1) if not os.path.lexists(name := path.with_name(f"{path.name}.damaged-{n}")))
    _twin(path, damaged)
    for ending in ("-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            _twin(beside, damaged.with_name(damaged.name + ending))
            beside.unlink()
    return damaged


def _twin(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except OSError:  # a file system without hard links
        shutil.copyfile(path, name)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
