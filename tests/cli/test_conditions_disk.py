"""Disks that are full and homes that can only be read: a clear sentence, exit code 1, and nothing lost."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from forum_home import CONFIG_WITH_PASSWORD
from mails import mail
from member import Member, Outcome

READING = [
    ["lists"],
    ["topics", "open-data"],
    ["show", "1"],
    ["read", "open-data"],
    ["search", "number"],
    ["outbox"],
    ["ledger"],
]
WRITING = [
    ["mark", "read", "1"],
    ["mark", "star", "1"],
    ["join", "2", "1"],
    ["reply", "1", "--text-file", "-"],
    ["import", "{mails}", "open-data"],
    ["rebuild"],
    ["sync"],
    ["send"],
]


def mbox(path: Path, numbers: Sequence[int], words: int = 0) -> Path:
    """A file of mails; each has as many further words, which no compression makes small."""
    with path.open("wb") as file:
        for number in numbers:
            file.write(b"From maria@example.org Mon Mar  2 10:00:00 2026\n")
            text = f"These are the words of mail number {number}.\n" + "\n".join(
                os.urandom(6).hex() for _ in range(words)
            )
            file.write(mail(number, text=text).replace(b"\r\n", b"\n") + b"\n")
    return path


def filled(directory: Path) -> Member:
    """A member with an archive of ten posts, a config, and an index."""
    member = Member(directory / "home")
    member.json("import", str(mbox(directory / "ten.mbox", range(10))), "open-data")
    (member.home / "config.toml").write_text(CONFIG_WITH_PASSWORD)
    (member.home / "config.toml").chmod(0o600)
    assert member.json("search", "number")["total"] == 10
    return member


class TestReadOnlyHome:
    @pytest.fixture(params=["directory", "mount"])
    def fenced(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Member, Sequence[str]]]:
        """A member whose home cannot be written, and the program to run commands through."""
        member = filled(tmp_path)
        if request.param == "mount":
            with mounted(tmp_path / "fence", "--bind", str(tmp_path)) as place:
                remounted = subprocess.run(["mount", "-o", "remount,ro,bind", str(place)], check=False)
                if remounted.returncode:
                    pytest.skip("nothing can be mounted here")
                yield Member(place / "home"), ()
            return
        for top, _, names in os.walk(member.home):
            for name in names:
                Path(top, name).chmod(0o400)
            Path(top).chmod(0o500)
        through = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
        yield member, through
        for top, _, _ in os.walk(member.home):
            Path(top).chmod(0o700)

    def test_is_read_and_searched_all_the_same(self, fenced: tuple[Member, Sequence[str]]) -> None:
        member, through = fenced
        for command in READING:
            outcome = run(member, through, *command)
            assert (outcome.code, outcome.messages) == (0, ""), command
        assert run(member, through, "search", "number").document["total"] == 10

    def test_is_searched_without_an_index(self, tmp_path: Path) -> None:
        member = filled(tmp_path)
        shutil.rmtree(member.home / "index")
        member.home.chmod(0o500)
        through = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
        outcome = member.process("search", "number", "--json", through=through)
        member.home.chmod(0o700)
        assert outcome.document["total"] == 10
        assert not (member.home / "index").exists()

    def test_refuses_what_would_change_it_in_words(self, fenced: tuple[Member, Sequence[str]], tmp_path: Path) -> None:
        member, through = fenced
        for command in WRITING:
            filled_in = [word.format(mails=tmp_path / "ten.mbox") for word in command]
            outcome = run(member, through, *filled_in)
            assert outcome.code == 1, command
            assert outcome.document["error"]["kind"] == "home", command
            assert str(member.home) in outcome.document["error"]["message"]

    def test_is_what_the_doctor_says(self, fenced: tuple[Member, Sequence[str]]) -> None:
        member, through = fenced
        findings = {one["what"]: one for one in run(member, through, "doctor").document}
        assert not findings["home"]["ok"]
        assert "cannot be written" in findings["home"]["words"]
        assert findings["archive"]["ok"]

    def test_of_a_killed_process_is_read_with_what_was_stored_last(self, tmp_path: Path) -> None:
        member = filled(tmp_path)
        kill_in_import(member, mbox(tmp_path / "more.mbox", range(10, 5000)))
        for top, _, names in os.walk(member.home):
            for name in names:
                Path(top, name).chmod(0o400)
            Path(top).chmod(0o500)
        through = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
        outcome = member.process("lists", "--json", through=through)
        for top, _, _ in os.walk(member.home):
            Path(top).chmod(0o700)
        assert outcome.code == 0, outcome
        assert outcome.document[0]["posts"] >= 10


def run(member: Member, through: Sequence[str], *command: str) -> Outcome:
    """Runs a command through another program, or, where none is needed, in this process."""
    if through:
        return member.process(*command, "--json", through=through, stdin=b"Words.")
    return member.run(*command, "--json", stdin="Words.")


def kill_in_import(member: Member, path: Path) -> None:
    """Starts an import and kills it when it has stored something."""
    process = member.start("import", str(path), "open-data")
    log = member.home / "archive.sqlite3-wal"
    until = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < until:
        if log.exists() and log.stat().st_size > 500_000:
            break
        time.sleep(0.005)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert log.stat().st_size


class TestFullDisk:
    """The home lies on a disk of a few hundred kilobytes; where nothing can be mounted, files may not grow further."""

    @pytest.fixture
    def member(self, tmp_path: Path) -> Iterator[Member]:
        with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=900k,mode=700", "tmpfs") as place:
            yield Member(place / "home")

    def fill(self, member: Member, leave: int) -> Path:
        """Leaves so many bytes free."""
        ballast = member.home.parent / "ballast"
        free = os.statvfs(member.home.parent)
        with ballast.open("wb") as file:
            file.write(b"x" * max(0, free.f_bavail * free.f_frsize - leave))
        return ballast

    def test_stops_an_import_in_words_and_it_goes_on_when_there_is_room(self, member: Member, tmp_path: Path) -> None:
        path = mbox(tmp_path / "many.mbox", range(600), words=120)
        outcome = member.run("import", str(path), "open-data", "--json")
        assert full(outcome)
        stored = sum(one["posts"] for one in member.json("lists"))
        assert member.json("topics", "open-data", "--limit", "9999") if stored else True
        assert member.run("doctor", "--json").document[1]["ok"]
        few = mbox(tmp_path / "few.mbox", range(2000, 2003))
        (member.home.parent / "ballast").unlink(missing_ok=True)
        subprocess.run(["mount", "-o", "remount,size=20m", str(member.home.parent)], check=True)
        assert member.json("import", str(few), "open-data")["new"] == 3
        assert member.json("import", str(path), "open-data")["read"] == 600
        assert member.json("lists")[0]["posts"] == 603

    def test_stops_marks_and_replies_in_words_and_they_work_when_there_is_room(
        self, member: Member, tmp_path: Path
    ) -> None:
        self.stock(member, tmp_path)
        ballast = self.fill(member, 0)
        commands = [
            ["mark", "read", "1"],
            ["mark", "star", "1"],
            ["join", "2", "1"],
            ["reply", "1", "--text-file", "-"],
        ]
        for command in commands:
            outcome = member.run(*command, "--json", stdin="Words. " * 2000)
            assert full(outcome), (command, outcome)
        for command in READING:
            assert member.run(*command).code == 0, command
        assert member.json("search", "number")["total"] == 10
        ballast.unlink()
        for command in commands:
            assert member.run(*command, stdin="Words.").code == 0
        assert member.json("show", "1")["posts"][0]["read"]

    def test_leaves_no_half_export(self, member: Member, tmp_path: Path) -> None:
        self.stock(member, tmp_path)
        self.fill(member, 4096)
        outcome = member.run("export", str(member.home.parent / "out.mbox"), "--json")
        assert full(outcome)
        assert {path.name for path in member.home.parent.iterdir()} == {"home", "ballast"}

    def test_leaves_no_half_config(self, member: Member) -> None:
        member.home.mkdir(mode=0o700)
        self.fill(member, 8192)
        outcome = member.run("setup", "--json")
        if outcome.code:
            assert full(outcome)
            assert not (member.home / "config.toml").exists()

    def test_does_not_stop_a_search_whose_index_has_no_room(self, member: Member, tmp_path: Path) -> None:
        self.stock(member, tmp_path)
        shutil.rmtree(member.home / "index")
        self.fill(member, 0)
        outcome = member.run("search", "number", "--json")
        assert outcome.code == 0
        assert outcome.document["total"] == 10

    def stock(self, member: Member, tmp_path: Path) -> None:
        member.json("import", str(mbox(tmp_path / "ten.mbox", range(10))), "open-data")
        (member.home / "config.toml").write_text(CONFIG_WITH_PASSWORD)
        (member.home / "config.toml").chmod(0o600)
        member.json("search", "number")


class TestLargestFile:
    def test_that_the_system_allows_stops_an_import_in_words(self, tmp_path: Path) -> None:
        member = filled(tmp_path)
        path = mbox(tmp_path / "many.mbox", range(10, 610), words=100)
        limit = 400_000
        outcome = member.process(
            "import",
            str(path),
            "open-data",
            "--json",
            before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
        assert outcome.code == 1
        assert outcome.document["error"]["kind"] == "home"
        assert member.json("import", str(path), "open-data")["read"] == 600
        assert member.json("lists")[0]["posts"] == 610


def full(outcome: Outcome) -> bool:
    error = outcome.document["error"]
    return outcome.code == 1 and error["kind"] in {"home", "file"} and "full" in error["message"].lower().replace(
        "no space left", "full"
    )  # fmt: skip


class mounted:  # noqa: N801 - it is used like a function
    """Something mounted on a directory, for root only; the test is skipped for anybody else."""

    def __init__(self, place: Path, *options: str) -> None:
        self.place, self.options = place, options

    def __enter__(self) -> Path:
        self.place.mkdir()
        if os.geteuid() or subprocess.run(["mount", *self.options, str(self.place)], check=False).returncode:
            pytest.skip("nothing can be mounted here")
        return self.place

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "-l", str(self.place)], check=True)
