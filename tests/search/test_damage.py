"""Whatever happens to the index directory: the right answer or NeedsRebuild, and afterwards the right answer."""

from __future__ import annotations

import errno
import fcntl
import os
import pickle
import random
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from listforum.errors import HomeError
from listforum.model.forum import SearchHit
from listforum.search import manifest, segment, storage, writer
from listforum.search.index import NeedsRebuild, SearchIndex
from listforum.search.parse import parse
from search.memory import MemoryArchive, document

PUMP = parse("pump", date(2026, 1, 1))
HAND_PUMP = parse('"hand pump" -water', date(2026, 1, 1))


def archive_of(posts: int) -> MemoryArchive:
    chance = random.Random(7)
    vocabulary = ["pump", "water", "hand", *(f"word{number}" for number in range(300))]
    return MemoryArchive(
        document(post, " ".join(chance.choices(vocabulary, k=40)), subject=chance.choice(vocabulary))
        for post in range(1, posts + 1)
    )


def answers(index: SearchIndex) -> list[tuple[int, tuple[SearchHit, ...]]]:
    found = [index.search(asked, sort="best", limit=20, unit="posts") for asked in (PUMP, HAND_PUMP)]
    return [(answer.total, answer.hits) for answer in found]


def readings(index: SearchIndex) -> list[tuple[int, tuple[SearchHit, ...]]]:
    found = [index.scan(asked, sort="best", limit=20, unit="posts") for asked in (PUMP, HAND_PUMP)]
    return [(answer.total, answer.hits) for answer in found]


def indexed(directory: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryArchive:
    """Three segments, the first with replaced documents."""
    archive = archive_of(150)
    monkeypatch.setattr(storage, "BLOCK", 512)
    monkeypatch.setattr(writer, "SEGMENT_DOCUMENTS", 60)
    monkeypatch.setattr(writer, "PAGE", 20)
    SearchIndex(directory, archive).catch_up()
    for post in range(1, 20):
        archive.put(document(post, "a hand pump"))
    SearchIndex(directory, archive).catch_up()
    return archive


def is_whole_or_says_so(directory: Path, archive: MemoryArchive) -> None:
    index = SearchIndex(directory, archive)
    expected = readings(index)
    try:
        assert answers(index) == expected
    except NeedsRebuild as error:
        assert "anew" in str(error)
    index.catch_up()
    assert answers(SearchIndex(directory, archive)) == expected


def cut_by_one(content: bytes) -> bytes:
    return content[:-1]


def emptied(_: bytes) -> bytes:
    return b""


def lengthened(content: bytes) -> bytes:
    return content + b"\0"


def zeroed(content: bytes) -> bytes:
    return bytes(len(content))


def flipped_at(share: float) -> Callable[[bytes], bytes]:
    def flipped(content: bytes) -> bytes:
        at = min(int(len(content) * share), len(content) - 1)
        return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]

    return flipped


HARM = [cut_by_one, emptied, lengthened, zeroed, *map(flipped_at, (0, 0.3, 0.6, 1))]


@pytest.mark.parametrize("harm", HARM)
def test_a_harmed_file_is_noticed_or_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[bytes], bytes]
) -> None:
    archive = indexed(tmp_path / "sound", monkeypatch)
    for name in (path.name for path in (tmp_path / "sound").iterdir() if path.name != writer.LOCK):
        directory = tmp_path / f"harmed {name}"
        shutil.copytree(tmp_path / "sound", directory)
        (directory / name).write_bytes(harm((directory / name).read_bytes()))
        assert SearchIndex(directory, archive).check() != []
        is_whole_or_says_so(directory, archive)


def files_of(directory: Path) -> list[Path]:
    """All files that make the index."""
    return sorted(path for path in directory.iterdir() if path.name not in (writer.LOCK, writer.DAMAGED))


def answers_or_says_so(
    directory: Path, archive: MemoryArchive, expected: list[tuple[int, tuple[SearchHit, ...]]]
) -> bool:
    """Whether there is an answer, which then is right."""
    try:
        assert answers(SearchIndex(directory, archive)) == expected
    except NeedsRebuild:
        return False
    return True


def test_a_file_cut_at_any_length_gives_no_wrong_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    expected = readings(SearchIndex(directory, archive))
    for path in files_of(directory):
        sound = path.read_bytes()
        lengths = {0, 1, 4, 16, len(sound) - 1, *(len(sound) * part // 24 for part in range(24))}
        for length in sorted(length for length in lengths if length < len(sound)):
            path.write_bytes(sound[:length])
            assert not answers_or_says_so(directory, archive, expected), (path.name, length)
        path.write_bytes(sound)
        assert answers_or_says_so(directory, archive, expected)
    assert SearchIndex(directory, archive).catch_up() > 0  # damage was seen and written down
    assert answers(SearchIndex(directory, archive)) == expected


def test_a_byte_flipped_anywhere_gives_no_wrong_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    expected = readings(SearchIndex(directory, archive))
    chance = random.Random(17)
    for path in files_of(directory):
        sound = path.read_bytes()
        step = max(1, len(sound) // 48)
        for region in range(0, len(sound), step):
            at = min(len(sound) - 1, region + chance.randrange(step))
            path.write_bytes(sound[:at] + bytes([sound[at] ^ 1 << chance.randrange(8)]) + sound[at + 1 :])
            answers_or_says_so(directory, archive, expected)
            assert SearchIndex(directory, archive).check() != [], (path.name, at)
        path.write_bytes(sound)
    SearchIndex(directory, archive).catch_up()
    assert SearchIndex(directory, archive).check() == []
    assert answers(SearchIndex(directory, archive)) == expected


def test_files_that_changed_places_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = tmp_path / "sound"
    archive = indexed(sound, monkeypatch)
    expected = readings(SearchIndex(sound, archive))
    for one, other in pairwise(files_of(sound)):
        directory = tmp_path / f"{one.name} and {other.name}"
        shutil.copytree(sound, directory)
        (directory / one.name).write_bytes(other.read_bytes())
        (directory / other.name).write_bytes(one.read_bytes())
        assert not answers_or_says_so(directory, archive, expected)
        is_whole_or_says_so(directory, archive)


def test_files_of_another_index_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = indexed(tmp_path / "sound", monkeypatch)
    monkeypatch.setattr(writer, "SEGMENT_DOCUMENTS", 40)
    foreign = tmp_path / "foreign"
    other = MemoryArchive(document(post, "water water hand pump") for post in range(1, 170))
    SearchIndex(foreign, other).catch_up()
    mine, theirs = files_of(tmp_path / "sound"), files_of(foreign)
    for path in mine:
        directory = tmp_path / f"with another {path.name}"
        shutil.copytree(tmp_path / "sound", directory)
        alike = next(each for each in theirs if each.suffix == path.suffix)
        (directory / path.name).write_bytes(alike.read_bytes())
        is_whole_or_says_so(directory, archive)


def test_a_file_that_is_none_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = indexed(tmp_path / "sound", monkeypatch)
    for name in (path.name for path in files_of(tmp_path / "sound")):
        directory = tmp_path / f"a directory {name}"
        shutil.copytree(tmp_path / "sound", directory)
        (directory / name).unlink()
        (directory / name).mkdir()
        with pytest.raises(NeedsRebuild):
            answers(SearchIndex(directory, archive))
        with suppress(HomeError):  # what a person put in the way may need a person
            SearchIndex(directory, archive).catch_up()
            assert answers(SearchIndex(directory, archive)) == readings(SearchIndex(directory, archive))


def test_every_flipped_bit_of_the_manifest_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    indexed(directory, monkeypatch)
    path = directory / manifest.FILE
    sound, meant = path.read_bytes(), manifest.load(directory)
    for at in range(0, len(sound), 5):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1 << at % 8]) + sound[at + 1 :])
        try:
            assert manifest.load(directory) == meant
        except storage.Damaged:
            continue


def test_a_missing_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = indexed(tmp_path / "sound", monkeypatch)
    for name in (path.name for path in (tmp_path / "sound").iterdir()):
        directory = tmp_path / f"without {name}"
        shutil.copytree(tmp_path / "sound", directory)
        (directory / name).unlink()
        assert SearchIndex(directory, archive).check() != [] or name == writer.LOCK
        is_whole_or_says_so(directory, archive)


def test_a_file_harmed_after_it_was_opened_gives_no_wrong_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    index = SearchIndex(directory, archive)
    index.search(parse("word1", date(2026, 1, 1)), sort="best", limit=1, unit="posts")
    for path in directory.glob("words_*"):
        with path.open("r+b") as file:
            file.write(os.urandom(path.stat().st_size))
    is_whole_or_says_so(directory, archive)
    try:
        assert answers(index) == readings(index)
    except NeedsRebuild:
        pytest.fail("after a rebuild the same SearchIndex answers again")


class _Touches:
    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (self._path,)


def test_nothing_foreign_is_ever_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    attack = pickle.dumps(_Touches(str(tmp_path / "was run")))
    for path in directory.glob("words_*"):
        content = path.read_bytes()
        path.write_bytes((attack * (len(content) // len(attack) + 1))[: len(content)])
    with pytest.raises(NeedsRebuild):
        answers(SearchIndex(directory, archive))
    is_whole_or_says_so(directory, archive)
    assert not (tmp_path / "was run").exists()


def test_an_index_of_other_rules_or_another_format_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "FORMAT", 99)
        assert "format" in SearchIndex(directory, archive).check()[0]
        is_whole_or_says_so(directory, archive)
    is_whole_or_says_so(directory, archive)
    with monkeypatch.context() as patch:
        patch.setattr("listforum.search.reader.fingerprint", lambda: "other")
        patch.setattr("listforum.search.writer.fingerprint", lambda: "other")
        assert "rules" in SearchIndex(directory, archive).check()[0]
        is_whole_or_says_so(directory, archive)


@pytest.mark.parametrize("share", [0, 0.2, 0.4, 0.6, 0.8])
def test_damage_met_while_segments_are_merged_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    path = max(directory.glob("words_*"), key=lambda each: each.stat().st_size)
    path.write_bytes(flipped_at(share)(path.read_bytes()))
    monkeypatch.setattr(writer, "due", lambda segments: segments if len(segments) > 1 else ())
    index = SearchIndex(directory, archive)
    index.catch_up()
    assert answers(index) == readings(index)
    assert index.check() == []


def test_a_failure_inside_whoosh_is_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)

    def fails(*_: object) -> None:
        raise AssertionError("a posting block that makes no sense")

    with monkeypatch.context() as patch:
        patch.setattr(segment.Segment, "postings", fails)
        with pytest.raises(NeedsRebuild, match="makes no sense"):
            answers(SearchIndex(directory, archive))
    is_whole_or_says_so(directory, archive)


def test_a_failure_of_the_archive_is_not_blamed_on_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    monkeypatch.setattr(archive, "topics", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        answers(SearchIndex(directory, archive))


# --- several at once


def test_a_second_writer_gives_way_and_searching_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    monkeypatch.setattr(writer, "PATIENCE", 0.05)
    archive.put(document(500, "hand pump"))
    with (directory / writer.LOCK).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        index = SearchIndex(directory, archive)
        assert index.catch_up() == 0
        assert index.rebuild() == 0
        assert answers(index) == readings(index)
    assert index.catch_up() == 1


def test_threads_search_while_the_index_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    index = SearchIndex(directory, archive)
    stop = threading.Event()

    def search() -> set[tuple[SearchHit, ...]]:
        found = set()
        while not stop.is_set():
            found.add(index.search(PUMP, sort="newest", limit=20, unit="posts").hits)
        return found

    expected = {index.search(PUMP, sort="newest", limit=20, unit="posts").hits}
    with ThreadPoolExecutor(2) as pool:
        searching = [pool.submit(search) for _ in range(2)]
        for post in range(1_000, 1_005):
            archive.put(document(post, "nothing of interest"))
            index.catch_up()
        stop.set()
        assert [each.result() for each in searching] == [expected, expected]


# --- where and how files lie


def test_files_are_private_and_lie_in_the_directory_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    before = os.umask(0)
    try:
        indexed(tmp_path / "index", monkeypatch)
    finally:
        os.umask(before)
    assert list(elsewhere.iterdir()) == []
    assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "index").iterdir()}
    assert set(modes.values()) == {0o600}
    assert len(modes) >= 4


def test_no_text_is_kept_in_the_index(tmp_path: Path) -> None:
    archive = MemoryArchive([document(1, "whispered words in a row", subject="very secret")])
    SearchIndex(tmp_path / "index", archive).catch_up()
    content = b"".join(path.read_bytes() for path in (tmp_path / "index").iterdir())
    assert b"words in a row" not in content
    assert b"very secret" not in content


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    archive.put(document(500, "hand pump"))

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    index = SearchIndex(directory, archive)
    with monkeypatch.context() as patch:
        patch.setattr(segment, "make_durable", full)
        with pytest.raises(HomeError, match="No space left on device"):
            index.catch_up()
    assert answers(index) == readings(index)
    assert index.catch_up() == 1
    assert answers(index) == readings(index)


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file where the directory should be")
    with pytest.raises(HomeError, match="cannot be written"):
        SearchIndex(tmp_path / "index", MemoryArchive()).catch_up()


def test_a_shortage_of_the_machine_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)

    def refuses(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(segment, "CheckedStorage", refuses)
        with pytest.raises(NeedsRebuild, match="Too many open files"):
            answers(SearchIndex(directory, archive))
    assert SearchIndex(directory, archive).catch_up() == 0
    assert answers(SearchIndex(directory, archive)) == readings(SearchIndex(directory, archive))


def test_a_reader_that_comes_between_does_not_spoil_a_new_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "index"
    archive = indexed(directory, monkeypatch)
    (directory / manifest.FILE).unlink()
    with pytest.raises(NeedsRebuild):
        answers(SearchIndex(directory, archive))
    assert not (directory / writer.DAMAGED).exists()
    assert SearchIndex(directory, archive).catch_up() == 150
