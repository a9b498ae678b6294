"""A writer that is killed at any moment leaves an index that opens, answers rightly, and can be built upon."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from listforum.model.forum import SearchAnswer
from listforum.search import manifest, writer
from listforum.search.index import NeedsRebuild, SearchIndex
from listforum.search.parse import parse
from search.killing import Killing, without_waiting, written_in_the_end
from search.memory import MemoryArchive

DEATHS = 100
NEVER = 2**40
QUERIES = [parse(typed, date(2026, 1, 1)) for typed in ("pump", '"hand pump"', "water -hand", "after:2000")]


@pytest.fixture(scope="module")
def killing() -> Iterator[Killing]:
    with Killing() as process:
        yield process


@pytest.fixture(scope="module")
def archive() -> MemoryArchive:
    return written_in_the_end()


def plain(answer: SearchAnswer) -> tuple[int, list[int]]:
    return answer.total, [hit.post for hit in answer.hits]


def read(index: SearchIndex) -> list[tuple[int, list[int]]]:
    return [plain(index.scan(query, sort="newest", limit=500, unit="posts")) for query in QUERIES]


def searched(index: SearchIndex) -> list[tuple[int, list[int]]]:
    return [plain(index.search(query, sort="newest", limit=500, unit="posts")) for query in QUERIES]


def test_after_100_deaths_the_index_opens_answers_and_catches_up(
    tmp_path: Path, killing: Killing, archive: MemoryArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", without_waiting)
    moments = killing.write(NEVER, tmp_path / "whole")
    assert moments is not None
    right = read(SearchIndex(tmp_path / "whole", archive))
    chance = random.Random(13)
    # One in each hundredth of the time, so that no part of the work is left out by chance.
    deaths = [chance.randrange(moments * nth // DEATHS, moments * (nth + 1) // DEATHS) for nth in range(DEATHS)]
    before_the_first_commit = 0
    for death in deaths:
        directory = tmp_path / str(death)
        assert killing.write(death, directory) is None
        index = SearchIndex(directory, archive)
        if (directory / manifest.FILE).exists():
            assert (death, index.check()) == (death, [])
            is_right_as_far_as_it_goes(index, right)
        else:
            before_the_first_commit += 1
        index.catch_up()
        assert (death, searched(index)) == (death, right)
        assert index.check() == []
        has_no_leftovers(directory)
        shutil.rmtree(directory)
    assert before_the_first_commit < DEATHS // 4


def is_right_as_far_as_it_goes(index: SearchIndex, right: list[tuple[int, list[int]]]) -> None:
    """Posts still to be indexed may be missing when the index says so; none may be wrong."""
    try:
        assert searched(index) == right
    except NeedsRebuild as error:
        assert "not ready yet" in str(error)


def has_no_leftovers(directory: Path) -> None:
    """All files are named by the manifest, or are the two that always stand there."""
    named = {file.name for record in manifest.load(directory).segments for file in record.files}
    assert {each.name for each in directory.iterdir()} == {*named, writer.LOCK, manifest.FILE}
