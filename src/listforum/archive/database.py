"""The one door to SQLite: opening, migrating, transactions, and SQLite's errors in the domain's words."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from gettext import gettext as _
from itertools import count
from pathlib import Path
from typing import Any, Final

from listforum.archive.schema import MIGRATIONS
from listforum.errors import ArchiveError, BusyError, HomeError, ListforumError

Row = tuple[Any, ...]

_BUSY_MILLISECONDS: Final = 5000

_PATIENCE: Final = 0.25
"""Seconds that a statement of another thread is waited for when the archive is closed."""

_PERHAPS_FULL: Final = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR})
"""What SQLite says, too, when there is no room for the files that it keeps beside the archive."""

_LEAST_ROOM: Final = 64 * 1024

_numbers = count()


def new_generation() -> str:
    """A name for the state of an archive that was made anew: whatever was derived from another one is void."""
    return os.urandom(8).hex()


class _Connection(sqlite3.Connection):
    """One thread's, that another may close: under a statement that runs, that would be the end of the process."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Ctrl-C may come between taking it and using it; the thread that was interrupted must still roll back
        self.in_use = threading.RLock()
        self.number = next(_numbers)


class Database:
    """One SQLite file, with one connection for each thread that asks.

    Every statement goes through `rows`, `row`, `run` or `run_many`, which turn SQLite's errors into HomeError (full,
    read-only, unreadable), BusyError (another process writes) and ArchiveError (damaged, or made by a newer version).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._all: list[_Connection] = []
        self._guard = threading.Lock()
        self._closed = False
        self.read_only = False
        with self._translated():
            self._connect()
            self._migrate()

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Row]:
        with self._statement() as connection:
            return connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[object] = ()) -> Row | None:
        with self._statement() as connection:
            found: Row | None = connection.execute(statement, values).fetchone()
            return found

    def run(self, statement: str, values: Sequence[object] = ()) -> int:
        """Changes rows; answers how many."""
        with self._statement() as connection:
            return connection.execute(statement, values).rowcount

    def insert(self, statement: str, values: Sequence[object] = ()) -> int:
        """Adds a row; answers its id."""
        with self._statement() as connection:
            return connection.execute(statement, values).lastrowid or 0

    def run_many(self, statement: str, values: Sequence[Sequence[object]]) -> None:
        with self._statement() as connection:
            connection.executemany(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested ones join the outermost."""
        if self._connection.in_transaction:
            yield
            return
        with self._translated():
            if self.read_only:
                self._try_to_write()
        with self._statement() as connection:
            connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with self._statement() as connection:
                connection.rollback()
            raise
        with self._statement() as connection:
            try:
                connection.commit()
            except sqlite3.Error:
                connection.rollback()
                raise

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is changing something that is not committed yet."""
        return self._connection.in_transaction

    def state(self) -> tuple[int, int, int] | None:
        """The same again when nothing was changed meanwhile, by whomever; None inside a transaction.

        Another thread's is another one, and so is that of a process that was started anew.
        """
        with self._statement() as connection:
            if connection.in_transaction:
                return None
            ((version,),) = connection.execute("PRAGMA data_version").fetchall()
            return connection.number, version, connection.total_changes

    def problems(self) -> list[str]:
        """What SQLite's own check finds wrong, in its words; empty when all is well."""
        try:
            found = [str(row[0]) for row in self.rows("PRAGMA quick_check(10)")]
        except ArchiveError as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Closes every thread's connection; one that is in use for longer is left to the end of the process."""
        with self._guard:
            self._closed = True
            connections = tuple(self._all)
            self._all.clear()
        for connection in connections:
            if connection.in_use.acquire(timeout=_PATIENCE):
                connection.close()
                connection.in_use.release()

    # --- opening --------------------------------------------------------------------------------------------------

    @property
    def _connection(self) -> _Connection:
        if self._closed:
            raise ArchiveError(_("The archive is closed."))
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None or (self._local.reads_only and not self.read_only):
            return self._connect()
        return connection

    def _connect(self) -> _Connection:
        try:
            connection = self._open_to_write()
            self.read_only = self._local.reads_only = False
        except sqlite3.OperationalError:
            if not self._path.exists():
                raise
            connection = self._open_read_only()
            self.read_only = self._local.reads_only = True
        return self._take(connection)

    def _try_to_write(self) -> None:
        """The disk was full when it was opened, or mounted for reading: that may have been changed since."""
        try:
            connection = self._open_to_write()
        except sqlite3.OperationalError:
            return
        self.read_only = self._local.reads_only = False
        self._take(connection)

    def _open_to_write(self) -> _Connection:
        connection = self._open("rwc")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            connection.close()
            raise
        return connection

    def _take(self, connection: _Connection) -> _Connection:
        """Makes it this thread's connection."""
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        self._local.connection = connection
        with self._guard:
            self._all.append(connection)
        return connection

    def _open(self, mode: str) -> _Connection:
        return _Connection(
            f"{self._path.absolute().as_uri()}?{mode if '=' in mode else f'mode={mode}'}",
            uri=True,
            timeout=_BUSY_MILLISECONDS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )

    def _open_read_only(self) -> _Connection:
        """A WAL database in a directory that cannot be written opens only when it is said to be immutable."""
        connection = self._open("ro")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            log = self._path.with_name(self._path.name + "-wal")
            if log.exists() and log.stat().st_size:
                raise
            connection = self._open("mode=ro&immutable=1")
        return connection

    def _migrate(self) -> None:
        version = self._version()
        if version > len(MIGRATIONS):
            raise ArchiveError(
                _(
                    "The archive {path} was written by a newer listforum (version {version} of its tables, this "
                    "one knows {own}). Update listforum; nothing was changed."
                ).format(path=self._path, version=version, own=len(MIGRATIONS))
            )
        if version == len(MIGRATIONS):
            return
        if self.read_only:
            raise HomeError(
                _("The archive {path} needs to be brought up to date, and cannot be written to.").format(
                    path=self._path
                )
            )
        with self.transaction():
            for number in range(self._version(), len(MIGRATIONS)):
                for statement in MIGRATIONS[number].split(";\n"):
                    self.run(statement)
                self.run(f"PRAGMA user_version = {number + 1}")
            self.run("INSERT OR IGNORE INTO meta VALUES ('generation', ?)", (new_generation(),))

    def _version(self) -> int:
        found = self.row("PRAGMA user_version")
        return int(found[0]) if found else 0

    # --- errors ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _statement(self) -> Iterator[_Connection]:
        """This thread's connection, for one statement, which `close` waits for."""
        with self._translated():
            connection = self._connection
            with connection.in_use:
                yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise self._in_words(error) from error

    def _no_room_left(self) -> bool:
        try:
            disk = os.statvfs(self._path.parent)
        except OSError:
            return False
        return disk.f_bavail * disk.f_frsize < _LEAST_ROOM and not disk.f_flag & os.ST_RDONLY

    def _in_words(self, error: sqlite3.DatabaseError) -> ListforumError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL or (code in _PERHAPS_FULL and self._no_room_left()):
            return HomeError(_("The disk is full: free some space and do it again. What was stored before is safe."))
        if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
            return HomeError(self._denied(code, error))
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return BusyError(_("Another listforum is writing to the archive just now: wait for it, then do it again."))
        if code == sqlite3.SQLITE_IOERR:
            return HomeError(
                _("The disk could not be read or written ({error}): check its space and its health.").format(
                    error=error
                )
            )
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return ArchiveError(
                _(
                    "The archive {path} is damaged ({error}). Save what can be read of it with: listforum rebuild "
                    "--salvage (the damaged file is kept beside the new one)."
                ).format(path=self._path, error=error)
            )
        return ArchiveError(_("The archive {path} cannot be used ({error}).").format(path=self._path, error=error))

    def _denied(self, code: int, error: sqlite3.DatabaseError) -> str:
        if code == sqlite3.SQLITE_READONLY:
            return _("{home} can only be read: nothing can be kept there.").format(home=self._path.parent)
        return _("The archive {path} cannot be opened here ({error}).").format(path=self._path, error=error)
