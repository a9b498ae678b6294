"""What goes out tells who wrote it and what; nothing tells where, when by the local clock, or on which machine."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from mails import LIST_ADDRESS
from servers.certificates import Authority
from servers.scripted import ScriptedServer
from servers.smtp_list import SmtpList
from writer import Halting, Writer

FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
]
TEXT = "سلام. Os dados estão aqui,\nand there are more of them.\n"
CANARY = "canary-host"
WORLDS = (
    {"TZ": "Asia/Tehran", "LANG": "fa_IR.UTF-8", "LC_ALL": "fa_IR.UTF-8", "HOSTNAME": f"{CANARY}.tehran.example"},
    {"TZ": "America/Sao_Paulo", "LANG": "pt_BR.UTF-8", "LC_ALL": "C", "HOSTNAME": "maquina", "LANGUAGE": "pt_BR"},
    {"TZ": "Pacific/Kiritimati", "LANG": "", "LC_ALL": "POSIX", "USER": CANARY, "LOGNAME": CANARY, "EMAIL": CANARY},
)
RENAMED = f"import socket; socket.sethostname('{CANARY}'); "
RUN = "import sys; from listforum.cli import main; sys.exit(main())"


def composed(writer: Writer, world: Mapping[str, str], text: Path) -> bytes:
    """An answer composed in a process of its own, in a part of the world of its own."""
    program = [sys.executable, "-c", RUN]
    if os.geteuid() == 0 and shutil.which("unshare") and _may_unshare():
        program = ["unshare", "--uts", sys.executable, "-c", RENAMED + RUN]
    subprocess.run(
        [*program, "--home", str(writer.home), "reply", "1", "--quote", "--text-file", str(text)],
        check=True,
        capture_output=True,
        env={**os.environ, **world},
    )
    return writer.frozen(writer.items()[-1].item)


def _may_unshare() -> bool:
    return subprocess.run(["unshare", "--uts", "true"], check=False, capture_output=True).returncode == 0


@pytest.fixture
def writer(tmp_path: Path, smtp_list: SmtpList) -> Writer:
    return Writer(tmp_path / "home", smtp_list.port, smtp_list.ca_file)


def test_the_same_answer_is_the_same_bytes_in_every_part_of_the_world(writer: Writer, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text(TEXT, encoding="utf-8")
    mails = [composed(writer, world, text) for world in WORLDS]
    bare = {re.sub(rb"(?m)^(Date|Message-ID): [^\r]*", rb"\1:", mail) for mail in mails}
    assert len(bare) == 1
    for mail in mails:
        assert re.search(rb"(?m)^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:00 \+0000\r$", mail)
        assert re.search(rb"(?m)^Message-ID: <[0-9a-f]{32}@example\.org>\r$", mail)
        assert CANARY.encode() not in mail


@pytest.mark.parametrize("private", [[], ["--private"]])
def test_only_the_fields_that_are_needed_go_out(writer: Writer, private: list[str]) -> None:
    item = writer.json("reply", "1", *private, "--text-file", "-", stdin=TEXT)["outbox"]
    head = writer.frozen(item).partition(b"\r\n\r\n")[0].decode("ascii")
    assert re.findall(r"(?m)^([^\s:]+):", head) == FIELDS
    assert not re.search(r"(?i)python|listforum|utf-8\?b\?", head)


def test_a_quote_tells_neither_address_nor_time_of_whom_it_quotes(writer: Writer) -> None:
    item = writer.json("reply", "1", "--quote", "--text-file", "-", stdin="Yes.")["outbox"]
    body = writer.frozen(item).partition(b"\r\n\r\n")[2].decode("ascii")
    assert body.startswith("Maria Silva wrote:\r\n> These are the words")
    assert "@" not in body
    assert "2026" not in body


def test_nothing_of_the_machine_is_on_the_wire(writer: Writer, authority: Authority) -> None:
    writer.write(TEXT)
    script = Halting(None)
    with ScriptedServer(script, authority.certificate("127.0.0.1")) as server:
        writer.send_to(server.port)
        assert writer.run("send").code == 0
        said = server.secret
        assert server.clear == b""
    assert said.startswith(b"EHLO localhost\r\n")
    assert script.taken == [writer.frozen(writer.items()[0].item)]
    assert re.findall(rb"(?m)^(?:MAIL|RCPT) .*\r$", said) == [
        b"MAIL FROM:<ana@example.org>\r",
        f"RCPT TO:<{LIST_ADDRESS}>\r".encode(),
    ]
    commands = said.partition(b"DATA\r\n")[0] + script.taken[0]
    for secret in (socket.gethostname(), socket.getfqdn(), getpass.getuser(), str(Path.home()), str(writer.home)):
        if secret not in {"localhost", "root", "/"}:
            assert secret.encode() not in commands, secret
    assert b"root" not in commands
    assert b"correct horse" not in commands


def test_the_server_hears_no_name_but_localhost(writer: Writer, smtp_list: SmtpList) -> None:
    writer.write()
    assert writer.run("send").code == 0
    assert set(smtp_list.greetings) == {"localhost"}


def test_ids_do_not_tell_of_each_other(writer: Writer) -> None:
    for n in range(5):
        writer.write(f"Answer {n}.")
    random = [int(item.message_id.partition("@")[0], 16) for item in writer.items()]
    assert len({one >> 96 for one in random}) == len({one & 0xFFFFFFFF for one in random}) == 5
