"""In another language no English sentence is left on the screen, whatever the command and whatever goes wrong.

Here the other language puts every message between « and ». What people wrote is in Persian and the list is called
داده, so that a Latin word outside of « and » is one that nobody could have translated.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from languages import pseudo_language
from mails import LIST_ADDRESS, LIST_ID, mail
from member import Member, Outcome
from servers.dovecot import Dovecot, User
from servers.smtp_list import SmtpList

LIST = "داده"
CONFIG = """
[accounts."خانه"]
address = "ana@example.org"
imap = {{ host = "127.0.0.1", port = {port}, tls = "implicit" }}
smtp = {{ host = "127.0.0.1", port = {port}, tls = "implicit" }}
password = "قفل"

[lists."{list}"]
account = "خانه"
"""
SAME_IN_EVERY_LANGUAGE = frozenset({"UTC", "Re", "INBOX", "imap", "smtp"})
ARGPARSE = frozenset({"usage", "options", "positional", "arguments", "show", "this", "help", "message", "and", "exit"})
"""Python's own words, which Python translates or does not."""


@dataclass(frozen=True, slots=True)
class Foreigner:
    """Somebody who speaks the language of brackets; every command runs in a process of its own, as it is installed."""

    member: Member
    speaking: dict[str, str]

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "listforum", "--home", str(self.member.home), *arguments],
            env={**os.environ, **self.speaking, "COLUMNS": "2000", **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def configure(self, text: str) -> None:
        self.member.home.mkdir(mode=0o700, exist_ok=True)
        path = self.member.home / "config.toml"
        path.write_text(text)
        path.chmod(0o600)


@pytest.fixture(scope="module")
def speaking(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return pseudo_language(tmp_path_factory.mktemp("locale"))


@pytest.fixture
def foreigner(tmp_path: Path, speaking: dict[str, str]) -> Foreigner:
    """Somebody with nothing yet."""
    return Foreigner(Member(tmp_path / "home"), speaking)


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """A port of this machine on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def reader(foreigner: Foreigner, tmp_path: Path, closed_port: int) -> Foreigner:
    """Somebody with a config that leads nowhere, and a list of two topics that was imported."""
    foreigner.configure(CONFIG.format(port=closed_port, list=LIST))
    for number, answers in ((1, []), (2, [1]), (3, [99]), (4, [])):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(
            mail(number, subject="کتاب", text="کتاب‌های کتابخانه", author="امید <o@example.net>", answers=answers)
        )
        assert foreigner.run("import", str(path), LIST).code == 0
    return foreigner


def untranslated(*texts: str) -> list[str]:
    """The Latin words outside of all brackets, but for names of the machine: paths, addresses, options, keys."""
    text = "\n".join(texts)
    while (without := re.sub("«[^«»]*»", " ", text)) != text:
        text = without
    text = text.replace("listforum: ", "")
    text = re.sub(r"\S*[/@=]\S*|\[[\w.-]+\]|\bpost:\d+|\b[\w-]+(\.[\w-]+)+\b", " ", text)
    return [word for word in re.findall("[A-Za-z]{2,}", text) if word not in SAME_IN_EVERY_LANGUAGE]


COMMANDS = [
    "lists",
    "topics {list}",
    "topics {list} --unanswered --limit 1",
    "show 1",
    "show 3",
    "read 1",
    "read {list}",
    "search کتاب",
    "search کتاب --limit 1",
    "search هیچ",
    "search --saved",
    "search کتاب --save ۱",
    "search before:soon کتاب",
    "search author:omid",
    "search sometime:omid",
    "search --forget ۱",
    "mark read 1",
    "mark follow {list}",
    "mark read {list} --older-than 2026-03-31",
    "join 4 1",
    "unjoin 4",
    "split 2",
    "outbox",
    "send",
    "fetch {list}",
    "ledger",
    "export {elsewhere}",
    "rebuild",
]

FAILURES = [
    "topics nowhere",
    "show 99",
    "show 0",
    "show many",
    "read 99",
    "search -",
    "search is:۱",
    "search",
    "search --saved هیچ",
    "search --view هیچ",
    "search --forget هیچ",
    "search from:",
    "search after:soon",
    "search --after:2024",
    "mark read 99",
    "mark read 1 --older-than soon",
    "join 1 2",
    "join 1 99",
    "split 99",
    "outbox 99",
    "outbox 99 --settle drop",
    "outbox --settle drop",
    "reply 1 --text-file /nowhere",
    "reply 99 --text-file -",
    "reply 1 --private --text-file -",
    "post {list} --subject s --text-file -",
    "post nowhere --subject s --text-file -",
    "sync",
    "sync nowhere",
    "sync --budget much",
    "fetch post:none",
    "fetch 1 --part 7",
    "fetch 1 --save /tmp",
    "import /nowhere {list}",
    "import /dev/null {list}",
    "import /etc/hostname {list}",
    "export {taken}",
    "rebuild --salvage",
    "doctor",
    "setup",
]


class TestScreens:
    def test_of_every_command_are_translated(self, reader: Foreigner, tmp_path: Path) -> None:
        left = {}
        for line in COMMANDS:
            given = line.format(list=LIST, elsewhere=tmp_path / "exported.mbox").split()
            outcome = reader.run(*given)
            assert outcome.code == 0, (line, outcome)
            assert "«" in outcome.output, line
            left[line] = untranslated(outcome.output, outcome.messages)
        assert {line: words for line, words in left.items() if words} == {}

    def test_of_writing_are_translated(self, reader: Foreigner) -> None:
        lines = (
            ("reply", "1", "--private", "--text-file", "-"),
            ("outbox",),
            ("outbox", "1", "--settle", "sent"),
            ("outbox", "1", "--settle", "drop"),
            ("send",),
        )
        left = {}
        for line in lines:
            outcome = reader.run(*line, stdin="سلام")
            assert "«" in outcome.output + outcome.messages, (line, outcome)
            left[line] = untranslated(outcome.output, outcome.messages)
        assert {line: words for line, words in left.items() if words} == {}

    def test_of_a_first_start_are_translated(self, foreigner: Foreigner) -> None:
        for line in ("lists", "setup", "setup"):
            outcome = foreigner.run(line)
            assert "«" in outcome.output + outcome.messages
            assert untranslated(outcome.output, outcome.messages) == []
        config = (foreigner.member.home / "config.toml").read_text("utf-8")
        assert config.startswith("# «")
        assert "[accounts.home]" in config


class TestFailures:
    def test_of_every_command_are_translated(self, reader: Foreigner, tmp_path: Path) -> None:
        taken = tmp_path / "taken.mbox"
        taken.write_text("")
        left = {}
        for line in FAILURES:
            outcome = reader.run(*line.format(list=LIST, taken=taken).split())
            assert outcome.code in {1, 2}, (line, outcome)
            assert "«" in outcome.messages + outcome.output, line
            left[line] = untranslated(outcome.output, outcome.messages)
        assert {line: words for line, words in left.items() if words} == {}

    @pytest.mark.parametrize(
        "config",
        [
            "[accounts.home",
            "[acounts.home]",
            'colour = "red"',
            '[accounts.home]\naddress = "ana"\nimap = { host = "?", port = 0, tls = "maybe" }\npassword = ""',
            '[accounts.home]\naddress = "ana@example.org"\nimap = "?"\ntoken_command = []\nproxy = "x"\ntls_pin = "x"',
            '[lists.1]\n[lists.a]\naccount = "nobody"\nfolder = 7\nlist_id = ""\naddress = "no"',
            '[lists.a]\naccount = "home"\n[lists.b]\naccount = "home"\n[sync]\nbudget = "much"\nhistory = "all"',
        ],
    )
    def test_of_a_config_are_translated(self, foreigner: Foreigner, config: str) -> None:
        foreigner.configure(config)
        outcome = foreigner.run("sync")
        assert outcome.code == 1
        told = outcome.messages.replace(str(foreigner.member.home / "config.toml"), "")
        assert all("«" in line for line in told.splitlines()), outcome
        words = re.sub(r"\(at .*\)|\[[^\]]*\] \w+:|^listforum: : \w+:", " ", told, flags=re.MULTILINE)
        assert untranslated(words) == []


class TestOnline:
    @pytest.fixture
    def subscriber(self, foreigner: Foreigner, dovecot: Dovecot, user: User, smtp: SmtpList) -> Foreigner:
        """Somebody with three mails of the list on the server, and nothing synced yet."""
        for number in (1, 2, 3):
            dovecot.append(user, "INBOX", mail(number, subject="کتاب", text="سلام", author="امید <o@example.net>"))
        tables = f'[lists."{LIST}"]\naccount = "home"\nlist_id = "{LIST_ID}"\naddress = "{LIST_ADDRESS}"'
        foreigner.member.configure(dovecot, user, tables, smtp=smtp, more="[sync]\nhistory = 2")
        return foreigner

    def test_screens_are_translated(self, subscriber: Foreigner) -> None:
        lines = (
            "doctor",
            "sync --dry-run",
            "sync --headers-only",
            "topics {list}",
            "show 1",
            "read 1",
            "sync",
            "sync --budget 1kB",
            "fetch {list}",
            "reply 1 --text-file -",
            "send",
            "sync",
            "outbox",
            "ledger",
            "ledger --by purpose",
            "ledger --by list",
        )
        left = {}
        for line in lines:
            outcome = subscriber.run(*line.format(list=LIST).split(), stdin="سلام")
            assert outcome.code == 0, (line, outcome)
            left[line] = untranslated(re.sub("home (imap|smtp)", "", outcome.output), outcome.messages)
        assert {line: words for line, words in left.items() if words} == {}


class TestPrograms:
    def test_read_the_same_in_every_language(self, reader: Foreigner) -> None:
        assert reader.run("reply", "1", "--private", "--text-file", "-", "--json", stdin="سلام").code == 0
        items = reader.run("outbox", "--json").document
        assert [item["state"] for item in items] == ["queued"]
        error = reader.run("show", "99", "--json").document["error"]
        assert error["kind"] == "unknown"
        assert error["message"].startswith("«")


class TestHelp:
    @pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
    def test_of_the_program_is_translated(self, foreigner: Foreigner, arguments: list[str]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "listforum", *arguments],
            env={**os.environ, **foreigner.speaking},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stdout.startswith("«usage: listforum")
        assert done.stdout.endswith("»")

    def test_of_every_command_is_translated(self, foreigner: Foreigner) -> None:
        left = {}
        for command in ("topics", "show", "search", "sync", "fetch", "reply", "post", "outbox", "mark", "import"):
            outcome = foreigner.run(command, "--help")
            assert outcome.code == 0
            words = re.sub(r"(?m)^usage: .*$|--?[a-z][\w-]*( [A-Z|]+)?|{[\w,]+}|^  [A-Za-z|:]+", " ", outcome.output)
            left[command] = [word for word in untranslated(words) if word not in ARGPARSE]
        assert {line: words for line, words in left.items() if words} == {}
