"""An attachment becomes a file of its own, all of it or nothing, and never in the place of another."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from listforum.errors import HomeError, MailFileError
from listforum.forum.saving import write_new


def test_a_file_is_written_as_its_pieces_come_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = write_new(tmp_path / "new" / "place", "census.csv", iter([b"a,b\n", b"", b"1,2\n"]))
    assert path == tmp_path / "new" / "place" / "census.csv"
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("hard_links", [True, False])
def test_what_lies_there_is_never_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hard_links: bool) -> None:
    if not hard_links:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr("os.link", refuse)
    (tmp_path / "census.csv").write_bytes(b"mine")
    (tmp_path / "census (2).csv").symlink_to(tmp_path / "elsewhere")
    saved = [write_new(tmp_path, "census.csv", [b"theirs"]) for _ in range(2)]
    assert [path.name for path in saved] == ["census (3).csv", "census (4).csv"]
    assert [path.read_bytes() for path in saved] == [b"theirs"] * 2
    assert (tmp_path / "census.csv").read_bytes() == b"mine"
    assert not (tmp_path / "elsewhere").exists()
    assert len(list(tmp_path.iterdir())) == 4


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"the beginning"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(HomeError, match="The disk is full"):
        write_new(tmp_path, "census.csv", pieces())
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(HomeError, match=r"cannot be saved in .*file: "):
        write_new(tmp_path / "file", "census.csv", [b"content"])


def test_a_thousand_files_of_one_name_are_enough(tmp_path: Path) -> None:
    for n in range(1, 1001):
        (tmp_path / ("a" if n == 1 else f"a ({n})")).touch()
    with pytest.raises(MailFileError, match="a thousand files"):
        write_new(tmp_path, "a", [b"content"])
    assert len(list(tmp_path.iterdir())) == 1000
