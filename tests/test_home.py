"""The home: where it is, that it is private, that one process at a time writes it, and what is said when it fails."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from listforum import home as home_module
from listforum.errors import BusyError, HomeError
from listforum.home import Home

NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def someones_directory() -> Iterator[Path]:
    """A directory of an ordinary user, as whom the test runs: root may do everything."""
    directory = Path(tempfile.mkdtemp(dir="/tmp"))  # every user may look into it
    effective = os.geteuid()
    if effective == 0:
        os.chown(directory, NOBODY, -1)
        os.seteuid(NOBODY)
    try:
        yield directory
    finally:
        os.seteuid(effective)
        shutil.rmtree(directory)


class TestLocate:
    def test_the_argument_comes_first(self) -> None:
        assert Home.locate("/a", {"LISTFORUM_HOME": "/b"}).directory == Path("/a")

    def test_then_the_environment(self) -> None:
        assert Home.locate(None, {"LISTFORUM_HOME": "/b"}).directory == Path("/b")

    @pytest.mark.parametrize("environ", [{}, {"LISTFORUM_HOME": ""}])
    def test_then_the_place_of_the_platform(
        self, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        located = Home.locate(None, environ)
        assert located.directory.name == "listforum"
        assert located.directory.is_absolute()
        assert not located.directory.exists()

    def test_a_relative_name_and_a_tilde_become_absolute(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", "/far")
        assert Home.locate("here", {}).directory == tmp_path / "here"
        assert Home.locate("~/mail", {}).directory == Path("/far/mail")

    @pytest.mark.parametrize("name", ["", "  ", "a\0b"])
    def test_a_name_that_is_none_is_refused(self, name: str) -> None:
        with pytest.raises(HomeError, match="needs a name"):
            Home.locate(name, {})

    def test_a_tilde_of_nobody_is_refused(self) -> None:
        with pytest.raises(HomeError, match="no such user"):
            Home.locate("~nobody-at-all/mail", {})

    def test_everything_lies_inside(self, home: Home) -> None:
        for path in (home.config_file, home.database, home.index, home.temporary, home.lock_file):
            assert path.parent == home.directory
        assert home.config_file.name == "config.toml"


class TestPrepare:
    @pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
    def test_makes_a_private_home_under_any_umask(self, home: Home, umask: int) -> None:
        deep = Home(home.directory / "several" / "levels")
        before = os.umask(umask)
        try:
            deep.prepare()
        finally:
            os.umask(before)
        made = [home.directory, *home.directory.rglob("*")]
        assert {path: mode(path) for path in made} == dict.fromkeys(made, 0o700)

    def test_can_be_repeated(self, home: Home) -> None:
        home.prepare()
        home.prepare()

    def test_takes_what_is_listforums_from_other_users(self, home: Home) -> None:
        home.prepare()
        (home.index / "deep").mkdir()
        files = [home.database, home.database.with_name("archive.sqlite3-wal"), home.index / "deep" / "a.seg"]
        files += [home.temporary / "draft", home.lock_file]
        for file in files:
            file.touch()
            file.chmod(0o666)
        for directory in (home.directory, home.index, home.index / "deep", home.temporary):
            directory.chmod(0o777)
        home.prepare()
        assert {mode(file) for file in files} == {0o600}
        assert {mode(d) for d in (home.directory, home.index, home.index / "deep", home.temporary)} == {0o700}

    def test_leaves_the_config_and_strange_files_as_they_are(self, home: Home) -> None:
        home.prepare()
        notes = home.directory / "notes.txt"
        for file in (home.config_file, notes):
            file.touch()
            file.chmod(0o644)
        home.prepare()
        assert mode(home.config_file) == mode(notes) == 0o644

    def test_does_not_follow_links(self, home: Home, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "file").touch()
        outside.chmod(0o755)
        (outside / "file").chmod(0o644)
        home.directory.mkdir()
        home.index.symlink_to(outside)
        home.database.symlink_to(outside / "file")
        home.prepare()
        assert (mode(outside), mode(outside / "file")) == (0o755, 0o644)

    def test_may_be_a_link_to_another_place(self, home: Home, tmp_path: Path) -> None:
        stick = tmp_path / "stick"
        stick.mkdir()
        stick.chmod(0o755)
        home.directory.symlink_to(stick)
        home.prepare()
        assert mode(stick) == 0o700
        assert home.index.is_dir()

    def test_does_not_close_a_directory_that_others_use(self, tmp_path: Path) -> None:
        shared = tmp_path / "shared"
        shared.mkdir()
        (shared / "picture.png").touch()
        shared.chmod(0o755)
        with pytest.raises(HomeError, match="holds other things"):
            Home(shared).prepare()
        assert mode(shared) == 0o755

    def test_accepts_a_private_directory_that_holds_other_things(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o700)
        (tmp_path / "picture.png").touch()
        Home(tmp_path).prepare()

    def test_a_file_in_its_place(self, home: Home) -> None:
        home.directory.touch()
        with pytest.raises(HomeError, match=f"^{home.directory} is not a directory"):
            home.prepare()

    def test_a_file_above_its_place(self, home: Home) -> None:
        home.directory.touch()
        with pytest.raises(HomeError, match="is not a directory"):
            Home(home.directory / "below").prepare()

    def test_a_directory_of_another_user(self, someones_directory: Path) -> None:
        with pytest.raises(HomeError, match="belongs to another user"):
            Home(Path("/usr")).prepare()

    def test_a_home_that_can_only_be_read(self, someones_directory: Path) -> None:
        someones_directory.chmod(0o500)
        with pytest.raises(HomeError, match="no permission"):
            Home(someones_directory).prepare()
        with pytest.raises(HomeError, match="no permission"):
            Home(someones_directory / "below").prepare()

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            (errno.EROFS, "can only be read"),
            (errno.ENOSPC, "disk is full"),
            (errno.EDQUOT, "your share of the disk"),
            (errno.EIO, "disk reports an error"),
            (errno.ENOTBLK, "Block device required"),
        ],
    )
    def test_every_failure_is_said_in_words(
        self, home: Home, monkeypatch: pytest.MonkeyPatch, code: int, words: str
    ) -> None:
        def fail(*arguments: object) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(Path, "mkdir", fail)
        with pytest.raises(HomeError, match=words):
            home.prepare()


class TestWritable:
    def test_an_existing_and_a_possible_home(self, home: Home) -> None:
        assert home.writable()
        home.prepare()
        assert home.writable()

    def test_a_home_that_can_only_be_read(self, someones_directory: Path) -> None:
        someones_directory.chmod(0o500)
        assert not Home(someones_directory).writable()
        assert not Home(someones_directory / "a" / "b").writable()

    def test_a_file_or_a_dangling_link_in_its_place(self, home: Home) -> None:
        home.directory.symlink_to("nowhere")
        assert not home.writable()
        home.directory.unlink()
        home.directory.touch()
        assert not home.writable()


class TestModes:
    def test_hold_on_an_ordinary_file_system(self, home: Home) -> None:
        home.prepare()
        assert home.modes_hold()
        assert {path.name for path in home.directory.iterdir()} == {"index", "tmp"}

    def test_do_not_hold_where_setting_them_changes_nothing(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        home.prepare()
        monkeypatch.setattr(os, "fchmod", lambda descriptor, wanted: None)
        assert not home.modes_hold()

    def test_do_not_hold_where_setting_them_is_refused(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(descriptor: int, wanted: int) -> None:
            raise PermissionError(errno.EPERM, "no modes here")

        home.prepare()
        monkeypatch.setattr(os, "fchmod", refuse)
        assert not home.modes_hold()

    def test_a_home_without_modes_can_still_be_used(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: object) -> None:
            raise PermissionError(errno.EPERM, "no modes here")

        home.prepare()
        home.database.touch()
        home.database.chmod(0o777)
        monkeypatch.setattr(os, "fchmod", refuse)
        monkeypatch.setattr(Path, "chmod", refuse)
        home.prepare()

    def test_are_believed_where_nothing_can_be_tried(self, tmp_path: Path) -> None:
        assert home_module.modes_hold(tmp_path / "absent")


def python(program: str, home: Home) -> subprocess.Popen[str]:
    prologue = (
        f"from listforum.home import Home; from pathlib import Path; home = Home(Path({str(home.directory)!r}))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", prologue + program], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )


class TestRestrictProcess:
    PROGRAM = """
import os, resource, sqlite3, stat, ctypes, sys
if len(sys.argv) > 1 or os.environ.get("EARLY"):
    import tempfile
    tempfile.gettempdir()
home.prepare()
home.restrict_process()
import tempfile
Path(home.directory, "new").touch()
print(oct(stat.S_IMODE(Path(home.directory, "new").stat().st_mode)))
print(resource.getrlimit(resource.RLIMIT_CORE))
print(Path(tempfile.mkstemp()[1]).parent == home.temporary, os.environ["SQLITE_TMPDIR"] == str(home.temporary))
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0)
"""

    @pytest.mark.parametrize("early", ["", "yes"])
    def test_leaves_nothing_outside_the_home(self, home: Home, monkeypatch: pytest.MonkeyPatch, early: str) -> None:
        monkeypatch.setenv("EARLY", early)
        output, _ = python(self.PROGRAM, home).communicate(timeout=20)
        assert output.splitlines() == ["0o600", "(0, 0)", "True True", "0"]


class TestLock:
    HOLD = "with home.lock('syncing'): print('held', flush=True); input()"

    def test_is_free_again_after_the_block(self, home: Home) -> None:
        home.prepare()
        for _ in range(2):
            with home.lock("syncing"):
                pass
        assert mode(home.lock_file) == 0o600

    def test_a_second_process_is_told_what_the_first_does(self, home: Home) -> None:
        home.prepare()
        other = python(self.HOLD, home)
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=rf"another listforum \(process {other.pid}\) is syncing"), home.lock():
            pytest.fail("two at once")
        other.communicate("\n", timeout=20)
        with home.lock():
            pass

    def test_is_free_after_a_kill(self, home: Home) -> None:
        home.prepare()
        other = python(self.HOLD, home)
        assert other.stdout is not None
        other.stdout.readline()
        other.kill()
        other.communicate(timeout=20)
        with home.lock():
            pass

    def test_holds_between_two_parts_of_one_process(self, home: Home) -> None:
        home.prepare()
        with home.lock("sending"), pytest.raises(BusyError, match="this listforum is sending"), home.lock("syncing"):
            pytest.fail("two at once")

    def test_is_not_inherited_by_children(self, home: Home) -> None:
        home.prepare()
        for close_fds in (True, False) * 20:
            with home.lock():
                child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=close_fds)
            with home.lock():
                pass
            child.communicate(timeout=20)

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"12 \x1b]0;owned\x07", b"x" * 100_000, b"12", b"-1 a"])
    def test_what_stands_in_the_file_is_not_trusted(self, home: Home, content: bytes) -> None:
        home.prepare()
        with home.lock("syncing"):
            home.lock_file.write_bytes(content)
            with pytest.raises(BusyError, match="another listforum is at work") as caught, home.lock():
                pytest.fail("two at once")
        assert str(caught.value).isprintable()

    def test_an_error_inside_is_passed_on(self, home: Home) -> None:
        home.prepare()
        with pytest.raises(OSError, match="mine"), home.lock():
            raise OSError(errno.EIO, "mine")
        with home.lock():
            pass

    def test_needs_a_home_that_can_be_written(self, someones_directory: Path) -> None:
        someones_directory.chmod(0o500)
        with pytest.raises(HomeError, match="no permission"), Home(someones_directory).lock():
            pytest.fail("locked in a directory that can only be read")

    def test_a_link_in_its_place_is_not_followed(self, home: Home, tmp_path: Path) -> None:
        home.prepare()
        victim = tmp_path / "victim"
        victim.write_text("precious")
        home.lock_file.symlink_to(victim)
        with pytest.raises(HomeError), home.lock():
            pytest.fail("locked through a link")
        assert victim.read_text() == "precious"

    def test_a_file_system_without_locks(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        home.prepare()
        monkeypatch.setattr(home_module.fcntl, "flock", refuse)
        with pytest.raises(HomeError, match="without locks"), home.lock():
            pytest.fail("locked without a lock")

    def test_sweeps_what_a_killed_process_left_a_day_ago(self, home: Home) -> None:
        home.prepare()
        old, new = home.temporary / "old", home.temporary / "new"
        for file in (old, new):
            file.touch()
        yesterday = time.time() - 25 * 3600
        os.utime(old, (yesterday, yesterday))
        with home.lock():
            assert [path.name for path in home.temporary.iterdir()] == ["new"]
