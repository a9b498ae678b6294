"""A member of a list, at the command line: a home of their own, and every command as they would type it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from listforum.cli import main
from servers.dovecot import Dovecot, User
from servers.smtp_list import SmtpList

PROGRAM = "import sys; from listforum.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command answered: its exit code, its output, and what it said beside it."""

    code: int
    output: str
    messages: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.output)


class Member:
    """Runs commands in a home. `run` does it in this process, `start` in one of its own, which can be killed."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def configure(
        self,
        dovecot: Dovecot,
        user: User,
        lists: str,
        *,
        smtp: SmtpList | None = None,
        port: int | None = None,
        more: str = "",
    ) -> None:
        """Writes a config for a user of the test servers; `lists` are the [lists.*] tables."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        imap = port or dovecot.imaps_port
        lines = [
            "[accounts.home]",
            'address = "Ana Lima <ana@example.org>"',
            f'imap = {{ host = "127.0.0.1", port = {imap}, tls = "implicit", user = "{user.name}" }}',
            f'password = "{user.password}"',
            f'ca_file = "{dovecot.ca_file}"',
        ]
        if smtp is not None:
            lines.append(f'smtp = {{ host = "127.0.0.1", port = {smtp.port}, tls = "implicit", user = "writer" }}')
        path = self.home / "config.toml"
        path.write_text("\n".join([*lines, lists, more, ""]))
        path.chmod(0o600)

    def run(self, *arguments: str, stdin: str = "") -> Outcome:
        """Runs a command to its end."""
        output, messages = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        standard_input, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
        try:
            with redirect_stdout(output), redirect_stderr(messages), process_as_it_was():
                code = main(["--home", str(self.home), *arguments])
        finally:
            sys.stdin = standard_input
        return Outcome(code, _text(output), _text(messages))

    def json(self, *arguments: str, stdin: str = "") -> Any:
        """Runs a command that is to succeed, and answers its JSON document."""
        outcome = self.run(*arguments, "--json", stdin=stdin)
        assert outcome.code == 0, outcome
        return outcome.document

    def start(
        self, *arguments: str, environment: dict[str, str] | None = None, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Starts a command in a process of its own, and of its own session."""
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                PROGRAM,
                "--home",
                str(self.home),
                *arguments,
            ],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        )

    def process(
        self,
        *arguments: str,
        through: Sequence[str] = (),
        before: Callable[[], object] | None = None,
        stdin: bytes = b"",
        directory: Path | None = None,
    ) -> Outcome:
        """Runs a command to its end in a process of its own: `through` another program, with `before` called first."""
        done = subprocess.run(
            [*through, sys.executable, "-c", PROGRAM, "--home", str(self.home), *arguments],
            input=stdin,
            capture_output=True,
            preexec_fn=before,
            cwd=directory,
            timeout=120,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


@contextmanager
def process_as_it_was() -> Iterator[None]:
    """A command makes its process private for good; the process of the tests is to stay as it is."""
    umask, environment, directory = os.umask(0o022), dict(os.environ), tempfile.tempdir
    os.umask(umask)
    try:
        yield
    finally:
        os.umask(umask)
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = directory


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()
