"""Passwords and tokens: where they come from, and that nothing shows them."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from listforum import credentials
from listforum.config import Account, SecretCommand, SecretPrompt, SecretSource, SecretValue, Server
from listforum.credentials import read_secret
from listforum.errors import Cancelled, LoginError
from listforum.model.mail import Mailbox
from listforum.secret import Secret


def account(source: SecretSource) -> Account:
    server = Server("mail.example.org", 993, "implicit", "maria")
    return Account("home", Mailbox("", "maria@example.org"), server, None, "password", source)


def shell(script: str) -> Account:
    return account(SecretCommand(("sh", "-c", script)))


def nobody(prompt: str) -> str:
    pytest.fail("asked the person")


class TestFromTheConfig:
    def test_is_the_value(self) -> None:
        assert read_secret(account(SecretValue(Secret("hush"))), nobody) == Secret("hush")


class TestFromThePerson:
    def test_is_what_is_typed_and_says_for_what(self) -> None:
        prompts: list[str] = []

        def ask(prompt: str) -> str:
            prompts.append(prompt)
            return 'h"u\\s h é 漢'

        assert read_secret(account(SecretPrompt()), ask) == Secret('h"u\\s h é 漢')
        assert prompts == ["Password of maria at mail.example.org (account home)"]

    @pytest.mark.parametrize("typed", ["", "a\r\nb", "a\nb", "a\0b"])
    def test_is_refused_where_no_server_could_take_it(self, typed: str) -> None:
        with pytest.raises(LoginError, match="account home: the password"):
            read_secret(account(SecretPrompt()), lambda prompt: typed)

    def test_needs_somebody(self) -> None:
        def ask(prompt: str) -> str:
            raise EOFError

        with pytest.raises(LoginError, match="nobody is there"):
            read_secret(account(SecretPrompt()), ask)


class TestFromACommand:
    @pytest.mark.parametrize(
        ("script", "secret"),
        [
            ("echo hush", "hush"),
            ("printf hush", "hush"),
            ("printf 'hush\\r\\n'", "hush"),
            ("printf 'hush\\nlogin: maria\\nurl: x\\n'", "hush"),
            ("printf ' h u s h \\n'", " h u s h "),
            ("printf 'h\"u\\\\s h é 漢'", 'h"u\\s h é 漢'),
            ("echo hush; echo warning >&2", "hush"),
            ("echo hush; sleep 60 & exit 0", "hush"),
            ("head -c 500000 /dev/zero >&2; echo hush", "hush"),
        ],
    )
    def test_is_the_first_line(self, script: str, secret: str) -> None:
        assert read_secret(shell(script), nobody).reveal() == secret

    def test_runs_without_a_shell(self) -> None:
        assert read_secret(account(SecretCommand(("echo", "$HOME; echo 'x'"))), nobody).reveal() == "$HOME; echo 'x'"

    def test_may_lie_in_the_persons_home(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        program = tmp_path / "my-token"
        program.write_text("#!/bin/sh\necho hush\n")
        program.chmod(0o700)
        assert read_secret(account(SecretCommand(("~/my-token",))), nobody) == Secret("hush")

    @pytest.mark.parametrize(
        ("script", "words"),
        [
            ("exit 3", "account home: the command sh failed with exit code 3$"),
            ("echo canary; echo 'no such entry' >&2; echo more >&2; exit 1", "failed with exit code 1: no such entry$"),
            ("kill -TERM $$", "failed with exit code -15$"),
            ("true", "is empty"),
            ("echo; echo canary", "is empty"),
            ("printf 'canary\\377\\n'", "not UTF-8"),
            ("printf 'canary\\000x\\n'", "a line break or a NUL"),
            ("printf 'canary\\rx\\n'", "a line break or a NUL"),
            ("echo canary; head -c 70000 /dev/zero", "more than 64 kB"),
            ("yes canary", "more than 64 kB"),
        ],
    )
    def test_that_fails_is_named_without_the_secret(self, script: str, words: str) -> None:
        with pytest.raises(LoginError, match=words) as caught:
            read_secret(shell(script), nobody)
        shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        outputs = shown.replace(script, "").replace(repr(script), "")
        assert "canary" not in outputs

    @pytest.mark.parametrize("argv", [("/nowhere/pass",), ("/",), ("no-such-program",), ("~nobody-at-all/pass",)])
    def test_that_cannot_be_run(self, argv: tuple[str, ...]) -> None:
        with pytest.raises(LoginError, match=f"the command {argv[0]} cannot be (run|found)"):
            read_secret(account(SecretCommand(argv)), nobody)

    def test_that_hangs_is_stopped_with_all_it_started(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(credentials, "SECONDS", 0.5)
        numbers = tmp_path / "numbers"
        started = time.monotonic()
        with pytest.raises(LoginError, match="gave no answer within"):
            read_secret(shell(f"sleep 60 & echo $! $$ > {numbers}; wait"), nobody)
        assert time.monotonic() - started < 10
        for number in map(int, numbers.read_text().split()):
            assert is_gone(number)

    def test_can_be_cancelled(self, tmp_path: Path) -> None:
        number = tmp_path / "number"
        started = time.monotonic()
        with pytest.raises(Cancelled, match="the command sh was stopped"):
            read_secret(
                shell(f"echo $$ > {number}; sleep 60"), nobody, lambda: number.exists() and number.read_text() != ""
            )
        assert time.monotonic() - started < 10
        assert is_gone(int(number.read_text()))

    def test_sees_no_more_of_the_environment_than_it_needs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MAIL_PASSWORD", "canary")
        monkeypatch.setenv("LD_PRELOAD", "")
        monkeypatch.setenv("GNUPGHOME", "/keys")
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1")
        monkeypatch.setenv("PASSWORD_STORE_DIR", "/store")
        monkeypatch.setenv("https_proxy", "socks5h://127.0.0.1:9050")
        program = "import os; print(sorted(os.environ))"
        names = read_secret(account(SecretCommand((sys.executable, "-c", program))), nobody).reveal()
        for kept in ("PATH", "GNUPGHOME", "XDG_RUNTIME_DIR", "PASSWORD_STORE_DIR", "https_proxy"):
            assert f"'{kept}'" in names
        for dropped in ("MAIL_PASSWORD", "LD_PRELOAD", "PYTHONPATH", "PYTEST_CURRENT_TEST"):
            assert dropped not in names

    def test_does_not_eat_what_is_piped_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ours, theirs = os.pipe()
        os.write(theirs, b"the text of a reply")
        os.close(theirs)
        before = os.dup(0)
        os.dup2(ours, 0)
        try:
            with pytest.raises(LoginError, match="is empty"):
                read_secret(shell("cat"), nobody)
            assert os.read(0, 100) == b"the text of a reply"
        finally:
            os.dup2(before, 0)
            os.close(before)
            os.close(ours)


def is_gone(process: int) -> bool:
    """Wait until a process that was killed is no more, or only a zombie that nobody has asked about."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


class TestOnATerminal:
    """A command may ask on the terminal, as password managers do, and the terminal comes back afterwards."""

    PROGRAM = """
from listforum.config import *
from listforum.credentials import read_secret
from listforum.errors import Cancelled
from listforum.model.mail import Mailbox
import sys
server = Server("mail.example.org", 993, "implicit", "maria")
source = SecretCommand(("sh", "-c", sys.argv[1]))
account = Account("home", Mailbox("", "maria@example.org"), server, None, "password", source)
try:
    print("secret is", read_secret(account, input).reveal()[::-1], flush=True)
except Cancelled:
    print("stopped", flush=True)
print("and then", input(), flush=True)
"""

    @pytest.mark.parametrize("script", ["echo ready >&2; read x; echo $x", "read x < /dev/tty; echo $x"])
    def test_can_ask_there(self, script: str) -> None:
        shown = self.converse(script, [("", b"drowssap\n"), ("secret is password", b"more\n")])
        assert "and then more" in shown

    def test_can_be_stopped_there(self) -> None:
        # it is itself what Ctrl-C reaches: a shell misses one that comes just before it starts the next command
        program = "import time; t = open('/dev/tty', 'r+b', 0); t.readline(); t.write(b'ready'); time.sleep(60)"
        script = f'exec {sys.executable} -c "{program}"'
        shown = self.converse(script, [("", b"go\n"), ("ready", b"\x03"), ("stopped", b"more\n")])
        assert "and then more" in shown

    def converse(self, script: str, exchanges: list[tuple[str, bytes]]) -> str:
        process, terminal = pty.fork()
        if process == 0:
            os.execv(sys.executable, [sys.executable, "-c", self.PROGRAM, script])
        try:
            shown = ""
            for expected, typed in exchanges:
                shown += read_until(terminal, lambda text, expected=expected: expected in text)
                os.write(terminal, typed)
            return shown + read_until(terminal, lambda text: "and then more" in text)
        finally:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(terminal)


def read_until(terminal: int, enough: Callable[[str], bool]) -> str:
    shown, deadline = "", time.monotonic() + 20
    while not enough(shown):
        if not select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
            pytest.fail(f"the terminal shows no more than {shown!r}")
        shown += os.read(terminal, 4096).decode()
    return shown
