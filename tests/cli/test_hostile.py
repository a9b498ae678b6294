"""No byte of a stranger's reaches the terminal as a command, and none a place that the person did not name."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from cli.hostile import MARK, PAYLOADS, as_bytes, encoded_mail, found_in, raw_mail
from mails import mail
from member import Member
from servers.certificates import Authority
from servers.scripted import Peer, ScriptedServer

THOROUGH = bool(os.environ.get("LISTFORUM_THOROUGH"))
SOURCES = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Member:
    """A member whose list has every payload in every field of a mail, raw and encoded."""
    directory = tmp_path_factory.mktemp("hostile")
    member = Member(directory / "home")
    (directory / "mails").mkdir()
    for number, payload in enumerate(PAYLOADS):
        for kind, build in (("raw", raw_mail), ("encoded", encoded_mail)):
            (directory / "mails" / f"{kind}{number:02}.eml").write_bytes(build(number, payload))
    assert member.json("import", str(directory / "mails"), "open-data")["new"] == 2 * len(PAYLOADS)
    (member.home / "config.toml").write_text(
        '[accounts.home]\naddress = "ana@example.org"\npassword = "ask"\n'
        'imap = { host = "127.0.0.1", port = 9, tls = "implicit", user = "ana" }\n'
        '[lists.open-data]\naccount = "home"\nfolder = "INBOX"\naddress = "list@example.org"\n'
    )
    (member.home / "config.toml").chmod(0o600)
    return member


class TestMails:
    def test_there_are_enough_of_them(self) -> None:
        assert len(set(PAYLOADS)) >= 40

    @pytest.mark.parametrize("more", [[], ["--json"]], ids=["lines", "json"])
    def test_show_nothing_but_text_in_any_view(self, flooded: Member, more: list[str]) -> None:
        topics = [topic["topic"] for topic in flooded.json("topics", "open-data", "--limit", "1000")]
        assert len(topics) > len(PAYLOADS)
        commands = [["lists"], ["topics", "open-data", "--limit", "1000"], ["read", "open-data"]]
        commands += [["show", str(topic)] for topic in topics]
        commands += [["search", word, "--limit", "1000", "--posts"] for word in (MARK, "searchable", "subject:raw")]
        for command in commands:
            outcome = flooded.run(*command, *more)
            assert outcome.code == 0
            assert found_in(outcome) == [], command

    def test_keep_the_words_around_what_is_taken_out(self, flooded: Member) -> None:
        shown = flooded.run("read", "open-data").output
        assert shown.count(MARK) >= len(PAYLOADS)
        assert f"[@click=app.quit]{MARK}[/]" in shown
        assert f"[/nope]{MARK}[bold" in shown

    def test_can_be_answered_and_the_outbox_shows_nothing_but_text(self, flooded: Member) -> None:
        for topic in flooded.json("topics", "open-data", "--limit", "1000")[:: 1 if THOROUGH else 5]:
            for command in (
                ["reply", str(topic["topic"]), "--text-file", "-"],
                ["reply", str(topic["topic"]), "--private", "--quote", "--text-file", "-"],
            ):
                outcome = flooded.run(*command, stdin="Words.")
                assert outcome.code in {0, 1}
                assert "internal" not in outcome.messages
                assert found_in(outcome) == []
        assert found_in(flooded.run("outbox")) == []
        assert found_in(flooded.run("outbox", "--json")) == []

    def test_come_out_of_an_export_as_they_went_in(self, flooded: Member, tmp_path: Path) -> None:
        outcome = flooded.run("export", str(tmp_path / "out.mbox"), "--list", "open-data")
        assert found_in(outcome) == []
        assert as_bytes(PAYLOADS[0]) in (tmp_path / "out.mbox").read_bytes()


class TestArguments:
    @pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
    def test_are_quoted_as_text_only(self, flooded: Member, tmp_path: Path, payload: str) -> None:
        word = os.fsdecode(as_bytes(payload.replace("\0", "")))
        answers: list[list[str]] = [[], ["--json"]]
        for command in (
            [word],
            ["topics", word],
            ["read", word],
            ["show", word],
            ["search", word],
            ["search", "before:" + word],
            ["search", "census", "--list", word],
            ["mark", "read", word],
            ["mark", word, "1"],
            ["mark", "read", "1", "--older-than", word],
            ["post", word, "--subject", word, "--text-file", word],
            ["reply", "1", "--text-file", word],
            ["import", word, "open-data"],
            ["import", str(tmp_path), word],
            ["export", word + "/" + word],
            ["sync", word],
            ["sync", "--budget", word],
            ["fetch", "post:" + word],
        ):
            for more in answers if THOROUGH else [answers[PAYLOADS.index(payload) % 2]]:
                outcome = flooded.run(*command, *more)
                assert found_in(outcome) == [], command
                assert "went wrong" not in outcome.output + outcome.messages


class TestNames:
    def test_of_files_are_shown_as_text_only(self, member: Member, tmp_path: Path) -> None:
        directory = tmp_path / "mails"
        directory.mkdir()
        for number, payload in enumerate(PAYLOADS):
            name = os.fsdecode(as_bytes(payload.replace("\0", "").replace("/", "_"))[:200])
            (directory / f"{number}{name}.mbox.gz").write_bytes(b"\x1f\x8b\x08 this is no gzip file")
        outcome = member.run("import", str(directory), "open-data")
        assert outcome.messages.count("listforum:") >= len(PAYLOADS) - 2
        assert found_in(outcome) == []

    def test_of_homes_are_too(self, tmp_path: Path) -> None:
        for number, payload in enumerate(PAYLOADS):
            name = os.fsdecode(as_bytes(payload.replace("\0", "").replace("/", "_"))[:100])
            home = tmp_path / f"{number}{name}"
            home.mkdir(mode=0o700)
            (home / "config.toml").mkdir()
            for command in (["sync"], ["setup"], ["topics", "x"]):
                assert found_in(Member(home).run(*command)) == []

    def test_and_values_in_the_config_are_too(self, member: Member) -> None:
        member.home.mkdir(mode=0o700)
        for payload in PAYLOADS:
            value = "".join(f"\\U{ord(one):08X}" if ord(one) < 0xD800 or ord(one) > 0xDFFF else "?" for one in payload)
            (member.home / "config.toml").write_text(
                f'"{value}" = 1\n[accounts."{value}"]\naddress = "{value}"\npassword_command = ["{value}"]\n'
                f'imap = {{ host = "{value}", tls = "{value}", user = "{value}", "{value}" = 1 }}\n'
                f'[lists."{value}"]\naccount = "{value}"\nfolder = "{value}"\naddress = "{value}"\n'
                f'[sync]\nbudget = "{value}"\n'
            )
            (member.home / "config.toml").chmod(0o600)
            for more in ([], ["--json"]):
                outcome = member.run("sync", *more)
                assert outcome.code == 1
                assert found_in(outcome) == []


class TestServers:
    def test_are_quoted_as_text_only(self, member: Member, authority: Authority) -> None:
        waiting: Iterator[str] = cycle(PAYLOADS)
        member.home.mkdir(mode=0o700)
        tries = PAYLOADS if THOROUGH else PAYLOADS[::3]
        scripts = [greeting, refused_login, alert_and_no_folder, folders]
        for script in scripts:
            with ScriptedServer(
                lambda peer, play=script: play(peer, as_bytes(next(waiting)).replace(b"\n", b" ")),
                authority.certificate("localhost", "127.0.0.1"),
            ) as server:
                configure(member, server.port, authority)
                for _ in tries:
                    for command in (["doctor"], ["sync", "--json"])[: 2 if THOROUGH else 1]:
                        outcome = member.run(*command)
                        assert outcome.code == 1
                        assert found_in(outcome) == [], script
                        assert "internal" not in outcome.output + outcome.messages
                        assert "correct horse" not in outcome.output + outcome.messages


def configure(member: Member, port: int, authority: Authority) -> None:
    (member.home / "config.toml").write_text(
        '[accounts.home]\naddress = "ana@example.org"\npassword = "correct horse"\n'
        f'imap = {{ host = "127.0.0.1", port = {port}, tls = "implicit", user = "ana" }}\n'
        f'ca_file = "{authority.ca_file}"\n[lists.open-data]\naccount = "home"\nfolder = "Lists/open-data"\n'
    )
    (member.home / "config.toml").chmod(0o600)


CAPABILITY = b"CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR"


def greeting(peer: Peer, words: bytes) -> None:
    peer.send(b"* BYE " + words)
    peer.hang()


def refused_login(peer: Peer, words: bytes) -> None:
    peer.send(b"* OK [" + CAPABILITY + b"] " + words)
    while True:
        line = peer.receive()
        if b" AUTHENTICATE " in line or b" LOGIN " in line:
            peer.send(b"* OK [ALERT] " + words, b"{tag} NO [AUTHENTICATIONFAILED] " + words + b" " + line)
        else:
            peer.send(b"* " + CAPABILITY, b"{tag} OK done")


def alert_and_no_folder(peer: Peer, words: bytes) -> None:
    peer.send(b"* OK [" + CAPABILITY + b"] hello")
    while True:
        line = peer.receive()
        if b" AUTHENTICATE " in line or b" LOGIN " in line or b" LIST " in line:
            peer.send(b"* OK [ALERT] " + words, b"{tag} OK " + words)
        elif b" CAPABILITY" in line:
            peer.send(b"* " + CAPABILITY, b"{tag} OK done")
        else:
            peer.send(b"* NO [ALERT] " + words, b"{tag} NO " + words)


def folders(peer: Peer, words: bytes) -> None:
    peer.send(b"* OK [" + CAPABILITY + b"] hello")
    name = words.replace(b"\r", b" ").replace(b"\0", b"").replace(b'"', b"")
    while True:
        line = peer.receive()
        if b" LIST " in line:
            literal = b'* LIST () "/" {%d}\r\n' % len(name) + name
            peer.send(b'* LIST () "/" "' + name + b'"', literal, b"{tag} OK done")
        elif b" CAPABILITY" in line:
            peer.send(b"* " + CAPABILITY, b"{tag} OK done")
        elif b" AUTHENTICATE " in line or b" LOGIN " in line:
            peer.send(b"{tag} OK done")
        else:
            peer.send(b"{tag} NO " + words)


# --- what is written ----------------------------------------------------------------------------------------------

NAMES = [
    "../outside.txt", "/tmp/listforum-test-outside.txt",
    "..\\outside.txt", "C:\\outside.txt", "..", ".", "-rf", ".bashrc",
    "~/outside", "a/b/c.txt", "\u202egpj.exe", "line\nbreak.txt", "nul\0byte.txt", "\x1b]0;title\x07.txt", "CON",
    "aux.txt",
    "x" * 300 + ".txt",
    "é" * 300, "same.txt", "same.txt", "SAME.txt", " ", "", "a:b", "link.txt", "%00.txt", "*?<>|.txt",
]  # fmt: skip


class TestAttachments:
    def test_are_saved_in_the_directory_that_was_named_and_nowhere_else(self, member: Member, tmp_path: Path) -> None:
        (tmp_path / "mails").mkdir()
        for number, name in enumerate(NAMES):
            (tmp_path / "mails" / f"{number:02}.eml").write_bytes(with_attachment(number, name))
        member.json("import", str(tmp_path / "mails"), "open-data")
        (tmp_path / "saved").mkdir()
        (tmp_path / "victim").write_bytes(b"untouched")
        (tmp_path / "saved" / "link.txt").symlink_to(tmp_path / "victim")
        before = files(tmp_path)
        for post in range(1, len(NAMES) + 1):
            outcome = member.run("fetch", f"post:{post}", "--part", "1", "--save", str(tmp_path / "saved"), "--json")
            assert outcome.code == 0, outcome
            assert found_in(outcome) == []
        new = files(tmp_path) - before
        saved = {path for path in new if path.parent == tmp_path / "saved"}
        assert len(saved) == len(NAMES)
        assert {path for path in new - saved if member.home not in path.parents} == set()
        for path in saved:
            assert stat.S_IMODE(path.lstat().st_mode) == 0o600
            assert not path.name.startswith((".", "-", "~"))
            assert path.name.isprintable()
            assert path.read_bytes() == b"content"
        assert (tmp_path / "victim").read_bytes() == b"untouched"
        assert not Path("/tmp/listforum-test-outside.txt").exists()


def with_attachment(number: int, name: str) -> bytes:
    from urllib.parse import quote

    header, _, text = mail(number).partition(b"\r\n\r\n")
    header = header.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="=="')
    named = f"attachment; filename*=utf-8''{quote(name, safe='')}".encode()
    part = b"Content-Type: application/octet-stream\r\nContent-Disposition: " + named + b"\r\n\r\ncontent"
    return header + b"\r\n\r\n--==\r\n\r\n" + text + b"\r\n--==\r\n" + part + b"\r\n--==--\r\n"


def files(directory: Path) -> set[Path]:
    return {Path(top, name) for top, _, names in os.walk(directory) for name in names}


class TestSources:
    """What the program's own text never does, whoever asks."""

    FORBIDDEN_CALLS = frozenset(
        {"eval", "exec", "__import__", "compile", "system", "popen", "getoutput", "getstatusoutput"}
    )
    UNSAFE_LOADERS = frozenset({"pickle", "marshal", "shelve", "dill", "cPickle"})

    def test_start_no_shell_and_run_no_text(self) -> None:
        for path, node in nodes():
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                compiled = called == "compile" and ast.unparse(node.func) == "re.compile"
                assert called not in self.FORBIDDEN_CALLS or compiled, f"{path}:{node.lineno}: {called}"
                assert all(keyword.arg != "shell" for keyword in node.keywords), f"{path}:{node.lineno}: shell"

    def test_read_no_pickles_but_the_index_that_whoosh_keeps(self) -> None:
        for path, node in nodes():
            if isinstance(node, ast.Import | ast.ImportFrom) and "search" not in path.parts:
                names = {alias.name.split(".")[0] for alias in node.names} | {getattr(node, "module", None) or ""}
                assert not names & self.UNSAFE_LOADERS, f"{path}:{node.lineno}"


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path, node
