"""The package seen from outside: what it loads, what it costs to start, what it says of itself, what it depends on."""

from __future__ import annotations

import ast
import os
import re
import resource
import statistics
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from listforum import __version__, config, usage
from listforum.cli.arguments import parser

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
README = (ROOT / "README.md").read_text()

MAILS = b"""\
From maria@example.org Mon Mar  2 10:00:00 2026
From: Maria Silva <maria@example.org>
To: gardens@lists.example.org
Subject: Seeds for dry ground
Date: Mon, 2 Mar 2026 10:00:00 +0000
Message-ID: <seeds-1@example.org>
List-Id: <gardens.lists.example.org>
List-Post: <mailto:gardens@lists.example.org>

Which seeds do well with little water?
"""

TUI = {"textual", "rich"}
LINK = {"imapclient", "imaplib", "smtplib", "aiosmtplib", "ssl", "asyncio"}
INDEX = {"whoosh"}
MAIL_LIBRARIES = {"mailparser", "inscriptis", "lxml", "requests"}
FORBIDDEN = {
    "--help": TUI | LINK | INDEX | MAIL_LIBRARIES | {"email", "sqlite3", "argparse", "re", "listforum.cli"},
    "--version": TUI | LINK | INDEX | MAIL_LIBRARIES | {"email", "sqlite3", "argparse", "re", "listforum.cli"},
    "topics --help": TUI | LINK | INDEX | MAIL_LIBRARIES | {"email", "sqlite3"},
    "lists": TUI | LINK | INDEX | MAIL_LIBRARIES,
    "topics gardens": TUI | LINK | INDEX | MAIL_LIBRARIES,
    "show 1": TUI | LINK | INDEX | MAIL_LIBRARIES,
    "mark read 1": TUI | LINK | INDEX | MAIL_LIBRARIES,
    "outbox": TUI | LINK | INDEX | MAIL_LIBRARIES,
    "ledger": TUI | LINK | INDEX | MAIL_LIBRARIES,
    "search water": TUI | (LINK - {"ssl", "asyncio"}) | MAIL_LIBRARIES,  # Whoosh itself loads those two
    "import mails.mbox gardens": TUI | LINK,
    "export all.mbox": TUI | LINK | INDEX,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds one list of one post; the mails lie beside it."""
    directory = tmp_path_factory.mktemp("package")
    (directory / "mails.mbox").write_bytes(MAILS)
    run(directory / "home", "import mails.mbox gardens")
    return directory / "home"


def run(home: Path, line: str) -> set[str]:
    """Run a command and return the modules that it loaded."""
    program = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('MODULES', *sys.modules, file=sys.__stderr__))\n"
        f"sys.argv = ['listforum', *{line.split()!r}]\n"
        "from listforum.__main__ import main\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=home.parent,
        env=os.environ | {"LISTFORUM_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}:{os.getenv('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said, _, modules = done.stderr.rpartition("MODULES ")
    assert done.returncode == 0, said
    return set(modules.split())


class TestWhatACommandLoads:
    @pytest.mark.parametrize("line", FORBIDDEN)
    def test_is_only_what_it_uses(self, home: Path, line: str) -> None:
        loaded = run(home, line)
        assert "listforum" in loaded
        assert FORBIDDEN[line] & loaded == set()

    def test_the_screen_begins_without_what_threads_posts(self, home: Path) -> None:
        program = "import sys, listforum.tui.app; print(*sys.modules)"
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=home.parent,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{os.getenv('PYTHONPATH', '')}"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert {"listforum.topics.forest", "listforum.mail.claims"} & set(done.stdout.split()) == set()


class TestHelp:
    def test_answers_in_under_twice_a_bare_start(self) -> None:
        script = Path(sys.executable).with_name("listforum")
        program = "import re, sys; sys.argv[1:] = ['--help']; from listforum.__main__ import main; sys.exit(main())"
        told = [str(script), "--help"] if script.exists() else [sys.executable, "-c", program]
        bare = [sys.executable, "-c", "pass"]
        seconds_of(told)
        ratios = [seconds_of(told) / seconds_of(bare) for _ in range(15)]
        assert statistics.median(ratios) < 2

    @pytest.mark.parametrize("asked", ["--help", "-h", "--version"])
    def test_is_the_same_as_a_module(self, asked: str) -> None:
        done = module(asked)
        assert done.returncode == 0
        assert done.stdout == (f"listforum {__version__}\n" if asked == "--version" else usage.PAGE)
        assert done.stderr == ""

    def test_is_pointed_at_when_a_command_is_wrong(self) -> None:
        done = module("no-such-command")
        assert done.returncode == 2
        assert done.stdout == ""
        assert "listforum --help" in done.stderr

    def test_names_every_command_and_no_other(self) -> None:
        named = set(re.findall(r"^  ([a-z]+) ", usage.PAGE, re.MULTILINE))
        assert named == commands()

    def test_fits_a_terminal(self) -> None:
        assert max(map(len, usage.PAGE.splitlines())) <= 100
        assert usage.PAGE.count("\n") <= 50


def module(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "listforum", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def seconds_of(arguments: list[str]) -> float:
    """The processor time of a child: unlike the clock, it does not grow when the machine has other work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, stdout=subprocess.DEVNULL, check=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def commands() -> set[str]:
    return set(next(action.choices for action in parser()._actions if isinstance(action.choices, dict)))


class TestReadme:
    def test_gives_one_test_command_which_ci_runs(self) -> None:
        lines = [line for line in README.splitlines() if line.endswith(" -m pytest")]
        assert len(lines) == 1
        pattern = re.search(r"line=\$\(grep -E '(.+)' README\.md\)", (ROOT / ".ci" / "run").read_text())
        assert pattern
        assert [line for line in README.splitlines() if re.search(pattern[1], line)] == lines

    def test_names_only_commands_that_exist(self) -> None:
        named = set(re.findall(r"(?:^\$ |`)listforum ([a-z]+)", README, re.MULTILINE))
        assert named
        assert named <= commands()

    def test_shows_every_command(self) -> None:
        assert {name for name in commands() if f"`listforum {name}" not in README} == set()

    def test_shows_a_config_that_can_be_used(self, tmp_path: Path) -> None:
        blocks = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
        assert blocks
        for block in blocks:
            assert len([line for line in block.splitlines() if line.strip()]) <= 10
            (tmp_path / "config.toml").write_text(block)
            loaded = config.load(tmp_path / "config.toml")
            assert loaded.accounts
            assert loaded.lists


class TestExampleConfig:
    TEXT = (ROOT / "config.example.toml").read_text()

    def test_can_be_used_as_it_stands(self) -> None:
        loaded = config.load(ROOT / "config.example.toml")
        assert list(loaded.lists) == ["gardens"]
        used = [line for line in self.TEXT.splitlines() if line and not line.startswith("#")]
        assert len(used) <= 10

    def test_can_be_used_with_everything_in_it(self, tmp_path: Path) -> None:
        (tmp_path / "own-ca.pem").touch()
        everything = re.sub(r"^#(?=[a-z\[])", "", self.TEXT, flags=re.MULTILINE)
        (tmp_path / "config.toml").write_text(everything)
        loaded = config.load(tmp_path / "config.toml")
        assert list(loaded.accounts) == ["home", "work", "university"]
        assert loaded.accounts["university"].auth == "xoauth2"
        assert loaded.accounts["work"].imap.tls_pin
        assert str(loaded.accounts["work"].proxy) == "socks5h://127.0.0.1:9050"
        assert loaded.lists["open-data"].list_id == "open-data.lists.example.org"
        assert loaded.sync.budget == config.Budget(200_000, "day")
        assert loaded.search.keep_history


class TestDependencies:
    def test_are_free_of_the_gpl(self) -> None:
        found = {name: licence(name) for name in runtime_dependencies()}
        assert len(found) > len(PROJECT["project"]["dependencies"])
        assert {name for name, text in found.items() if not text} == set()
        assert {name: text for name, text in found.items() if re.search(r"GPL|General Public", text)} == {}


def runtime_dependencies() -> set[str]:
    """The names of all that an installation brings with it, as far as this platform needs it."""
    waiting = list(PROJECT["project"]["dependencies"])
    found: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        if name.lower() in found or "extra ==" in requirement or not is_installed(name):
            continue
        found.add(name.lower())
        waiting += metadata.requires(name) or []
    return found


def is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def licence(name: str) -> str:
    facts = metadata.metadata(name)
    classified = [line for line in facts.get_all("Classifier") or [] if line.startswith("License ::")]
    stated = [facts.get("License-Expression") or "", (facts.get("License") or "").split("\n")[0]]
    return " ".join([*stated, *classified]).strip() or licence_files(name)


def licence_files(name: str) -> str:
    files = [file for file in metadata.files(name) or () if re.match(r"COPYING|LICEN[CS]E", file.name)]
    return "\n".join(file.read_text() for file in files)


class TestSources:
    FILES = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")

    def test_name_no_place_of_the_machine_they_were_written_on(self) -> None:
        places = re.compile(rf"(?<![\w.~])/(?:root|work|Users)/\w|{re.escape(str(ROOT))}/|/home/(?!alice|maria)\w")
        assert self.lines_with(places) == []

    def test_speak_of_the_program_and_not_of_how_it_was_made(self) -> None:
        words = re.compile(r"\b(?:[A]nthropic|[C]laude|[s]afety\.md|[w]ire\.md|[D]ESIGN\.md|T-[A-Z]{2,5}-\d)\b")
        assert self.lines_with(words) == []

    def lines_with(self, pattern: re.Pattern[str]) -> list[str]:
        found = []
        for name in filter(None, self.FILES):
            path = ROOT / name
            if not path.is_file():
                continue
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"{name}:{number}: {line}" for number, line in enumerate(lines, 1) if pattern.search(line)]
        return found

    def test_say_in_every_module_what_it_is_for(self) -> None:
        modules = sorted((ROOT / "src").rglob("*.py"))
        assert len(modules) > 10
        silent = [str(path.relative_to(ROOT)) for path in modules if not ast.get_docstring(ast.parse(path.read_text()))]
        assert silent == []

    def test_agree_on_the_version(self) -> None:
        assert PROJECT["project"]["version"] == __version__
        assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()
