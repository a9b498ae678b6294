"""A command that only looks into the archive loads neither the link, nor the index, nor the reader of mails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mails import mail
from member import Member

LINK = {"imapclient", "imaplib", "aiosmtplib", "smtplib", "asyncio", "ssl", "socket", "subprocess"}
SCREENS = {"textual", "rich"}
INDEX = {"whoosh", "snowballstemmer", "Stemmer"}
READER = {"mailparser", "lxml", "email", "listforum.mail.quotes", "listforum.mail.header", "listforum.mail.html"}

NOT_LOADED = {
    "lists": LINK | SCREENS | INDEX | READER,
    "topics open-data": LINK | SCREENS | INDEX | READER,
    "ledger": LINK | SCREENS | INDEX | READER,
    "mark read 1": LINK | SCREENS | INDEX | READER,
    "mark follow open-data": LINK | SCREENS | INDEX | READER,
    "outbox": LINK | SCREENS | INDEX | READER,
    "join 2 1": LINK | SCREENS | INDEX | READER,
    "show 1": (LINK - {"socket"}) | SCREENS | INDEX | {"mailparser", "lxml"},
    "read 1": (LINK - {"socket"}) | SCREENS | INDEX | {"mailparser", "lxml"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("imports")
    member = Member(directory / "home")
    for number in (1, 2):
        (directory / f"{number}.eml").write_bytes(mail(number))
        member.json("import", str(directory / f"{number}.eml"), "open-data")
    return member.home


@pytest.mark.parametrize("line", NOT_LOADED)
def test_a_command_loads_only_what_it_uses(home: Path, line: str) -> None:
    program = (
        "import sys\n"
        "from listforum.cli import main\n"
        f"code = main(['--home', {str(home)!r}, *{line.split()!r}])\n"
        "print(*sys.modules, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert NOT_LOADED[line] & set(done.stderr.split()) == set()
