"""Opening the archive: migrations, damage, full disks, files that cannot be written; in words, and nothing lost."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.archive.database import Database
from listforum.archive.salvage import salvage
from listforum.errors import ArchiveError, BusyError, HomeError
from listforum.mail.structure import split
from mails import BEGAN, mail


def _incompressible(number: int) -> str:
    return " ".join(hashlib.sha256(f"{number} {n}".encode()).hexdigest() for n in range(60))


def fill(archive: Archive, count: int = 30) -> None:
    arrivals = [understand(split(mail(n, text=_incompressible(n)))) for n in range(count)]
    archive.posts.add("open-data", arrivals, BEGAN)


def test_an_archive_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with Archive(path):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match="newer listforum"):
        Archive(path)
    with pytest.raises(ArchiveError, match="newer listforum"):
        salvage(path, lambda done, total: None)
    assert path.read_bytes() == before


def test_what_is_no_archive_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    path.write_bytes(b"this is a letter to my aunt, not a database\n" * 100)
    with pytest.raises(ArchiveError, match="damaged"):
        Archive(path)


def test_a_damaged_page_is_noticed_and_said(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with Archive(path) as archive:
        fill(archive)
    data = bytearray(path.read_bytes())
    for page in range(len(data) // 8192, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 512] = b"\xa5" * 512
    path.write_bytes(data)
    with Archive(path) as archive:
        assert archive.problems()
        with pytest.raises(ArchiveError, match="damaged"):
            archive.rebuild(BEGAN, lambda done, total: None)


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite3"
    with Archive(path) as archive:
        fill(archive, 3)
        archive._database.run("PRAGMA max_page_count = 1")  # SQLite takes the present size as the least
        with pytest.raises(HomeError, match="disk is full"):
            fill(archive, 400)
        assert archive.words.count() == 3
    with Archive(path) as archive:
        assert archive.problems() == []
        fill(archive, 400)
        assert archive.words.count() == 400


def test_a_transaction_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        with pytest.raises(RuntimeError), archive.transaction():
            fill(archive)
            raise RuntimeError("pulled the plug")
        assert archive.words.count() == 0


def test_two_writers_wait_for_each_other_and_then_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listforum.archive.database._BUSY_MILLISECONDS", 50)
    one, other = Database(tmp_path / "archive.sqlite3"), Database(tmp_path / "archive.sqlite3")
    with one.transaction(), pytest.raises(BusyError), other.transaction():
        pytest.fail("two writers at once")


def test_every_setting_that_keeps_promises_is_on(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.sqlite3")
    settings = {
        name: database.rows(f"PRAGMA {name}")[0][0]
        for name in ("journal_mode", "synchronous", "temp_store", "secure_delete", "foreign_keys")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "temp_store": 2, "secure_delete": 1, "foreign_keys": 1}


# --- closing ------------------------------------------------------------------------------------------------------

COUNTING = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?) SELECT count(*) FROM n"


def test_an_interrupt_at_any_moment_of_a_statement_is_rolled_back(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.sqlite3")
    database.run("CREATE TABLE half (done TEXT)")
    ended: list[object] = []

    def interrupted() -> None:
        taken = database._statement()
        with pytest.raises(KeyboardInterrupt), database.transaction():
            database.run("INSERT INTO half VALUES ('x')")
            taken.__enter__()  # what Ctrl-C leaves behind when it comes just then
            raise KeyboardInterrupt
        ended.append(database.rows("SELECT * FROM half"))

    thread = threading.Thread(target=interrupted, daemon=True)
    thread.start()
    thread.join(10)
    assert ended == [[]]
    database.close()


def is_held(lock: threading.RLock) -> bool:
    """Whether another thread has it."""
    if lock.acquire(blocking=False):
        lock.release()
        return False
    return True


def in_a_thread(database: Database, count: int) -> tuple[threading.Thread, list[object]]:
    """Has another thread count; answers it, and where it will put what came of it."""
    came: list[object] = []

    def work() -> None:
        began.set()
        came.append(database.row(COUNTING, (count,)))

    began = threading.Event()
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert began.wait(5)
    return thread, came


def test_closing_waits_for_the_statement_of_another_thread(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.sqlite3")
    thread, came = in_a_thread(database, 100_000)
    while not came and not any(is_held(one.in_use) for one in database._all):
        time.sleep(0.001)
    database.close()
    thread.join(10)
    assert came == [(100_000,)]


def test_closing_does_not_wait_for_ever(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.sqlite3")
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with database._statement():
            held.set()
            over.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(5)
    began = time.monotonic()
    database.close()
    assert 0.2 < time.monotonic() - began < 2
    over.set()
    thread.join(10)


def test_a_thread_that_goes_on_after_the_end_is_told_so(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.sqlite3")
    database.close()
    with pytest.raises(ArchiveError, match="closed"):
        database.row("SELECT 1")
    with pytest.raises(ArchiveError, match="closed"), database.transaction():
        raise AssertionError("nothing is done in an archive that is closed")
