"""Test servers and certificates for every room. Dovecot runs once for each process; every test has its own user."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.certificates import Authority
from servers.dovecot import Dovecot, User, installed
from servers.smtp_list import SmtpList


@pytest.fixture(scope="session")
def server_directory() -> Iterator[Path]:
    """A directory with a short path (sockets live in it) that other users may search."""
    directory = Path(tempfile.mkdtemp(prefix="lf-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def authority(server_directory: Path) -> Authority:
    """Who signed the certificates of the good test servers."""
    return Authority(server_directory)


@pytest.fixture(scope="session")
def dovecot(server_directory: Path, authority: Authority) -> Iterator[Dovecot]:
    """A running Dovecot. Without one installed the test is skipped, but fails where CI is set."""
    if not installed():
        if os.environ.get("CI"):
            pytest.fail("Dovecot is not installed, and CI must not skip its tests")
        pytest.skip("Dovecot is not installed")
    directory = server_directory / "dovecot"
    directory.mkdir()
    with Dovecot(directory, authority) as server:
        yield server


@pytest.fixture
def user(dovecot: Dovecot) -> User:
    """Somebody on the Dovecot whom no other test knows, with an empty INBOX and the password "correct horse"."""
    return dovecot.add_user()


@pytest.fixture
def smtp_list(authority: Authority) -> Iterator[SmtpList]:
    """A mailing list's SMTP server with TLS from the first byte, for "writer" with the password "correct horse"."""
    with SmtpList(authority) as server:
        yield server
