"""The command line is the contract: every command's document, exit codes, and what goes to which stream."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mails import LIST_ADDRESS, mail
from member import Member
from servers.dovecot import Dovecot, User

Shape = Any
"""A type; a tuple of types or values, any of which will do; a list of one shape; or the exact keys, each with one."""

NULL = type(None)
TIME = "a time"

TOPIC = {
    "topic": int,
    "subject": str,
    "posts": int,
    "unread": int,
    "people": int,
    "started": TIME,
    "last": TIME,
    "starter": str,
    "followed": bool,
    "muted": bool,
    "starred": bool,
}
ATTACHMENT = {"n": int, "name": str, "type": str, "bytes": int, "state": ("waiting", "here")}
POST = {
    "post": int,
    "message_id": str,
    "parent": (int, NULL),
    "parent_topic": (int, NULL),
    "missing_parent": (str, NULL),
    "reason": ("in-reply-to", "references", "thread-index", "digest", "quote", "subject", "person", NULL),
    "confidence": float,
    "evidence": (str, NULL),
    "branch": bool,
    "author": str,
    "address": (str, NULL),
    "date": TIME,
    "state": ("header", "text", "whole"),
    "read": bool,
    "lists": [str],
    "text": (str, NULL),
    "quotes": [{"line": int, "lines": int, "post": int, "topic": int}],
    "attachments": [ATTACHMENT],
}
LINK = {"topic": int, "subject": str, "posts": int, "post": int, "there": int}
RESULT = {
    "topic": int,
    "post": int,
    "message_id": str,
    "lists": [str],
    "subject": str,
    "author": str,
    "date": TIME,
    "snippet": str,
    "matches": [[int]],
}
FOUND = {"total": int, "results": [RESULT], "milliseconds": float, "problems": [str], "meant": (str, NULL)}
SYNC = {
    "lists": [
        {
            "list": str,
            "new_headers": int,
            "new_texts": int,
            "waiting_texts": int,
            "waiting_bytes": int,
            "muted_texts": int,
            "muted_bytes": int,
            "plan": [{"what": str, "count": int, "bytes": int}],
            "older": int,
            "older_bytes": int,
            "error": (str, NULL),
            "note": (str, NULL),
        }
    ],
    "bytes_up": int,
    "bytes_down": int,
    "seconds": float,
    "stopped_by": (NULL, "budget", "link", "login", "cancel", "deadline"),
}
LIST = {
    "list": str,
    "list_id": str,
    "address": (str, NULL),
    "read_only": bool,
    "posts": int,
    "unread": int,
    "topics": int,
    "last": (TIME, NULL),
}
OUTBOX = {
    "outbox": int,
    "state": ("draft", "queued", "sending", "uncertain", "sent", "on the list", "failed"),
    "to": [str],
    "public": bool,
    "subject": str,
    "message_id": str,
    "post": (int, NULL),
    "error": (str, NULL),
}
QUEUED = {"outbox": int, "message_id": str, "to": [str], "public": bool, "state": ("queued",)}
CHANGED = {"changed": int}
IMPORT = {"read": int, "new": int, "known": int, "damaged": int, "skipped": int, "prefixes_seem_lost": bool}
ERROR = {"error": {"kind": str, "message": str}}

OFFLINE: list[tuple[list[str], Shape]] = [
    (["lists"], [LIST]),
    (["topics", "open-data"], [TOPIC]),
    (["topics", "open-data", "--unread", "--unanswered", "--limit", "1", "--offset", "0"], [TOPIC]),
    (["topics", "open-data", "--followed"], [TOPIC]),
    (["show", "1"], {
        "topic": int, "subject": str, "list": str, "origin": (LINK, NULL), "branches": [LINK], "posts": [POST]}),
    (["read", "1"], {"lines": [str]}),
    (["read", "open-data"], {"lines": [str]}),
    (["search", "census"], FOUND),
    (["search", "census", "--posts", "--sort", "best", "--list", "open-data", "--limit", "1"], FOUND),
    (["search", "census", "--save", "files"], FOUND),
    (["search", "--view", "files"], FOUND),
    (["search", "--saved"], [{"name": str, "words": str}]),
    (["search", "--forget", "files"], CHANGED),
    (["reply", "1", "--text-file", "-"], QUEUED),
    (["reply", "1", "--text-file", "-", "--quote", "--private"], QUEUED),
    (["post", "open-data", "--subject", "New", "--text-file", "-"], QUEUED),
    (["outbox"], [OUTBOX]),
    (["outbox", "1"], [OUTBOX]),
    (["outbox", "1", "--settle", "drop"], [OUTBOX]),
    (["mark", "read", "1"], CHANGED),
    (["mark", "unread", "post:1"], CHANGED),
    (["mark", "read", "open-data", "--older-than", "2026-03-02"], CHANGED),
    (["mark", "follow", "open-data"], CHANGED),
    (["mark", "star", "1"], CHANGED),
    (["join", "3", "1"], CHANGED),
    (["unjoin", "3"], CHANGED),
    (["split", "2"], CHANGED),
    (["ledger"], [{"day": str, "bytes_up": int, "bytes_down": int}]),
    (["ledger", "--by", "list"], [{"list": str, "bytes_up": int, "bytes_down": int}]),
    (["ledger", "--by", "purpose"], [{"purpose": str, "bytes_up": int, "bytes_down": int}]),
    (["export", "{home}/../out.mbox"], {"posts": int}),
    (["export", "{home}/../topic.mbox", "--topic", "1"], {"posts": int}),
    (["export", "{home}/../list.mbox", "--list", "open-data"], {"posts": int}),
    (["import", "{home}/../topic.mbox", "copies"], IMPORT),
    (["rebuild"], {"posts": int, "topics": int, "seconds": float}),
]  # fmt: skip

ONLINE: list[tuple[list[str], Shape]] = [
    (["sync"], SYNC),
    (["sync", "open-data", "--dry-run"], SYNC),
    (["sync", "open-data", "--headers-only", "--budget", "200kB"], SYNC),
    (["fetch", "1"], SYNC),
    (["fetch", "post:1"], SYNC),
    (["fetch", "open-data"], SYNC),
    (["send"], {"sent": [int], "failed": [int], "uncertain": [int], "waiting": [int]}),
    (["doctor"], [{"what": str, "ok": bool, "words": str, "block": str}]),
]


def conforms(value: object, shape: Shape) -> bool:
    if isinstance(shape, dict):
        return (
            isinstance(value, dict)
            and list(value) == list(shape)
            and all(conforms(value[key], shape[key]) for key in shape)
        )
    if isinstance(shape, list):
        return isinstance(value, list) and all(conforms(one, shape[0]) for one in value)
    if isinstance(shape, tuple):
        return any(conforms(value, one) for one in shape)
    if shape == TIME:
        return isinstance(value, str) and len(value) == 20 and value[4:20:3] == "--T::Z"
    if isinstance(shape, type):
        return type(value) is shape or (shape is float and type(value) is int)
    return value == shape


class TestDocuments:
    def test_have_exactly_the_shape_that_is_promised(self, synced: Member) -> None:
        for command, shape in [*ONLINE, *OFFLINE]:
            filled = [word.format(home=synced.home) for word in command]
            outcome = synced.run(*filled, "--json", stdin="Words.")
            assert outcome.code == 0, (command, outcome)
            assert outcome.output.count("\n") == 1, command
            assert conforms(outcome.document, shape), (command, outcome.document)

    def test_of_an_attachment_name_it_with_its_size(self, member: Member, tmp_path: Path) -> None:
        (tmp_path / "one.eml").write_bytes(with_attachment(mail(1)))
        member.json("import", str(tmp_path / "one.eml"), "open-data")
        [attachment] = member.json("show", "1")["posts"][0]["attachments"]
        assert conforms(attachment, ATTACHMENT)
        assert attachment == {"n": 1, "name": "plan.csv", "type": "text/csv", "bytes": 12, "state": "here"}

    def test_of_an_attachment_that_is_here_say_where_it_was_saved(self, synced: Member, tmp_path: Path) -> None:
        (tmp_path / "one.eml").write_bytes(with_attachment(mail(9)))
        synced.json("import", str(tmp_path / "one.eml"), "open-data")
        post = synced.json("search", "number 9", "--posts")["results"][0]["post"]
        fetched = synced.json("fetch", f"post:{post}", "--part", "1", "--save", str(tmp_path / "saved"))
        assert conforms(fetched, {**SYNC, "saved": [str]})
        assert fetched["saved"] == [str(tmp_path / "saved" / "plan.csv")]
        assert (tmp_path / "saved" / "plan.csv").read_bytes() == b"name,number\n"

    def test_are_the_only_thing_on_standard_output(self, synced: Member) -> None:
        process = synced.start("sync", "--json")
        output, _ = process.communicate(timeout=60)
        assert conforms(json.loads(output), SYNC)


def with_attachment(plain: bytes) -> bytes:
    """The mail with a small table attached."""
    header, _, text = plain.partition(b"\r\n\r\n")
    header = header.replace(b"text/plain; charset=utf-8", b'multipart/mixed; boundary="=="')
    table = b'Content-Type: text/csv\r\nContent-Disposition: attachment; filename="plan.csv"\r\n\r\nname,number\n'
    return header + b"\r\n\r\n--==\r\n\r\n" + text + b"\r\n--==\r\n" + table + b"\r\n--==--\r\n"


WRONG_USE: list[list[str]] = [
    [],
    ["nonsense"],
    ["topics"],
    ["topics", "open-data", "--limit", "-1"],
    ["topics", "open-data", "--limit", "many"],
    ["topics", "open-data", "--unr"],
    ["show", "one"],
    ["search", "before:yesteryear"],
    ["search", "is:red"],
    ["search"],
    ["reply", "1"],
    ["outbox", "--settle", "drop"],
    ["mark", "admire", "1"],
    ["mark", "read", "post:one"],
    ["mark", "read", "1", "--older-than", "yesterday"],
    ["mark", "follow", "1", "--older-than", "2026-01-01"],
    ["join", "1", "2"],
    ["sync", "--budget", "a lot"],
    ["sync", "--headers-only", "--dry-run"],
    ["fetch", "post:one", "--part", "1"],
    ["fetch", "post:1", "--save", "."],
    ["import", "nowhere.mbox", "12"],
    ["post", "open-data", "--subject", " ", "--text-file", "-"],
    ["reply", "1", "--text-file", "/dev/null"],
    ["ledger", "--by", "mood"],
]

UNKNOWN: list[list[str]] = [
    ["topics", "nobodys"],
    ["show", "999"],
    ["read", "999"],
    ["read", "9" * 5000],
    ["read", "nobodys"],
    ["search", "census", "--list", "nobodys"],
    ["reply", "999", "--text-file", "-"],
    ["reply", "999", "--text-file", "-", "--quote"],
    ["post", "nobodys", "--subject", "S", "--text-file", "-"],
    ["outbox", "999"],
    ["outbox", "999", "--settle", "sent"],
    ["mark", "read", "999"],
    ["mark", "read", "9" * 5000],
    ["mark", "star", "nobodys"],
    ["mark", "unread", "post:999"],
    ["join", "1", "999"],
    ["join", "999", "1"],
    ["split", "999"],
    ["unjoin", "999"],
    ["export", "{home}/../out.mbox", "--list", "nobodys"],
    ["export", "{home}/../out.mbox", "--topic", "999"],
    ["sync", "nobodys"],
    ["fetch", "999"],
    ["fetch", "post:999"],
    ["fetch", "post:999", "--part", "1"],
    ["fetch", "post:1", "--part", "7"],
    ["fetch", "nobodys"],
]


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Member:
    """A member whose archive came from a file, and whose server nobody can reach."""
    directory = tmp_path_factory.mktemp("offline")
    member = Member(directory / "home")
    (directory / "mails").mkdir()
    for number, raw in enumerate([mail(1), mail(2, answers=[1]), mail(3, subject="Other files")]):
        (directory / "mails" / f"{number}.eml").write_bytes(raw)
    member.json("import", str(directory / "mails"), "open-data")
    (member.home / "config.toml").write_text(CONFIG)
    (member.home / "config.toml").chmod(0o600)
    return member


CONFIG = """
[accounts.home]
address = "Ana Lima <ana@example.org>"
imap = { host = "127.0.0.1", port = 9, tls = "implicit", user = "ana" }
smtp = { host = "127.0.0.1", port = 9, tls = "implicit", user = "ana" }
password = "correct horse"

[lists.open-data]
account = "home"
folder = "INBOX"
"""


class TestFailures:
    @pytest.mark.parametrize("command", WRONG_USE, ids=" ".join)
    def test_of_wrong_use_end_with_2(self, offline: Member, command: list[str]) -> None:
        self.fails(offline, command, 2)

    @pytest.mark.parametrize("command", UNKNOWN, ids=lambda command: " ".join(command)[:60])
    def test_of_unknown_items_end_with_1(self, offline: Member, command: list[str]) -> None:
        self.fails(offline, [word.format(home=offline.home) for word in command], 1)

    def fails(self, member: Member, command: list[str], code: int) -> None:
        outcome = member.run(*command, stdin="Words.")
        assert (outcome.code, outcome.output) == (code, "")
        assert outcome.messages
        assert "Traceback" not in outcome.messages
        assert "internal" not in outcome.messages
        outcome = member.run(*command, "--json", stdin="Words.")
        assert outcome.code == code
        assert conforms(outcome.document, ERROR)
        assert outcome.document["error"]["kind"] not in {"internal", "system", "error"}
        assert outcome.messages == ""

    @pytest.mark.parametrize("command", [[], ["demo"]])
    def test_without_a_terminal_say_what_works_instead_of_screens(self, member: Member, command: list[str]) -> None:
        outcome = member.run(*command)
        assert outcome.code == 2
        assert "listforum read LIST" in outcome.messages
        assert not member.home.exists()

    def test_inside_listforum_show_neither_locals_nor_a_traceback(
        self, offline: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from listforum.forum.reading import Reading

        def broken(*_: object) -> None:
            private = "correct horse"
            raise ZeroDivisionError(f"with {private} in it")

        monkeypatch.setattr(Reading, "lists", broken)
        outcome = offline.run("lists")
        assert outcome.code == 1
        assert "ZeroDivisionError" in outcome.messages
        assert "correct horse" not in outcome.messages
        assert offline.run("lists", "--json").document["error"]["kind"] == "internal"


class TestHome:
    def test_is_named_by_the_option_before_the_environment(
        self, offline: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LISTFORUM_HOME", str(tmp_path / "elsewhere"))
        assert [one["list"] for one in offline.json("lists")] == ["open-data"]

    def test_is_named_by_the_environment(self, offline: Member) -> None:
        done = listforum(["lists", "--json"], {"LISTFORUM_HOME": str(offline.home)})
        assert [one["list"] for one in json.loads(done.stdout)] == ["open-data"]


class TestStreams:
    def test_a_reader_that_goes_away_is_no_failure(self, offline: Member) -> None:
        for more in ([], ["--json"]):
            reading, writing = os.pipe()
            os.close(reading)
            done = listforum(["--home", str(offline.home), "read", "open-data", *more], {}, stdout=writing)
            os.close(writing)
            assert (done.returncode, done.stderr) == (0, b"")

    def test_an_answer_that_cannot_be_written_is_one(self, offline: Member) -> None:
        with Path("/dev/full").open("wb") as full:
            done = listforum(["--home", str(offline.home), "lists"], {}, stdout=full.fileno())
        assert (done.returncode, done.stderr) == (
            1,
            b"listforum: The answer cannot be written: No space left on device.\n",
        )

    def test_that_were_closed_before_the_start_are_done_without(self, offline: Member) -> None:
        done = listforum(
            ["--home", str(offline.home), "lists"],
            {},
            before=lambda: (os.close(1), os.close(2)),
        )
        assert done.returncode == 0

    def test_of_a_narrow_encoding_get_what_they_can_show(self, offline: Member) -> None:
        done = listforum(["--home", str(offline.home), "topics", "open-data"], {"PYTHONIOENCODING": "ascii"})
        assert done.returncode == 0
        assert b"Other files" in done.stdout


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_interrupt_a_sync_with_130_and_its_document(
        self, member: Member, dovecot: Dovecot, user: User, number: signal.Signals
    ) -> None:
        member.configure(dovecot, user, "[lists.open-data]\naccount = 'home'\nfolder = 'INBOX'")
        config = member.home / "config.toml"
        config.write_text(config.read_text().replace('password = "correct horse"', 'password_command = ["sleep", "5"]'))
        process = member.start("sync", "--json")
        wait_for_lock(member)
        process.send_signal(number)
        output, messages = process.communicate(timeout=20)
        assert process.returncode == 130, messages
        assert json.loads(output)["stopped_by"] == "cancel"

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_interrupt_an_import_with_130_and_keep_what_was_stored(
        self, member: Member, tmp_path: Path, number: signal.Signals
    ) -> None:
        (tmp_path / "many.mbox").write_bytes(
            b"".join(b"From x Mon Mar  2 10:00:00 2026\n" + mail(n) + b"\n" for n in range(3000))
        )
        process = member.start("import", str(tmp_path / "many.mbox"), "open-data", "--json")
        wait_for_lock(member)
        process.send_signal(number)
        output, messages = process.communicate(timeout=20)
        assert process.returncode == 130, messages
        assert json.loads(output) == {
            "error": {"kind": "cancel", "message": "Interrupted. What was stored before is kept."}
        }
        assert member.json("import", str(tmp_path / "many.mbox"), "open-data")["read"] == 3000
        assert member.json("lists")[0]["posts"] == 3000


def wait_for_lock(member: Member) -> None:
    """Waits until a command has written into the lock file what it does."""
    import time

    until = time.monotonic() + 15
    while time.monotonic() < until:
        if (member.home / "lock").exists() and (member.home / "lock").read_bytes():
            time.sleep(0.3)
            return
        time.sleep(0.01)
    raise AssertionError("no command took the lock")


def listforum(
    arguments: list[str],
    environment: dict[str, str],
    *,
    stdout: int = subprocess.PIPE,
    before: Callable[[], object] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Runs a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "import sys; from listforum.cli import main; sys.exit(main())", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        preexec_fn=before,
        timeout=60,
        check=False,
    )


def test_posts_go_to_the_lists_address(synced: Member) -> None:
    assert synced.json("reply", "1", "--text-file", "-", stdin="Words.")["to"] == [LIST_ADDRESS]
