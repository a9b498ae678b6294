"""An account with a proxy: the whole program, watched from inside, looks nothing up and goes nowhere else."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mails import LIST_ADDRESS, mail
from member import PROGRAM, Member
from servers.dovecot import Dovecot, User
from servers.smtp_list import SmtpList
from servers.socks import Asked, Conduct, Kind, ProxyServer

WATCHED = f"""
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        print("WATCH", event, arguments[1], file=sys.stderr, flush=True)
    elif event.startswith("socket.get") and event != "socket.gethostname":
        print("WATCH", event, arguments[0], file=sys.stderr, flush=True)
sys.addaudithook(watch)
{PROGRAM}
"""
"""The program, telling each connection, look-up and datagram of its process."""


def pin(port: int) -> str:
    """The pin of the certificate that is shown at a port of this machine."""
    shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
    return f"sha256:{hashlib.sha256(shown).hexdigest()}"


def configure(home: Path, proxy: str, user: User, imap: str, smtp: str) -> None:
    """A config whose servers have names that nobody can look up."""
    home.mkdir(mode=0o700)
    path = home / "config.toml"
    path.write_text(
        "[accounts.home]\n"
        'address = "Ana Lima <ana@example.org>"\n'
        f'imap = {{ host = "imap.example.org", user = "{user.name}", tls_pin = "{imap}" }}\n'
        f'smtp = {{ host = "smtp.example.org", user = "writer", tls_pin = "{smtp}" }}\n'
        f'password = "{user.password}"\n'
        f'proxy = "{proxy}"\n'
        f'[lists.open-data]\naccount = "home"\naddress = "{LIST_ADDRESS}"\n'
    )
    path.chmod(0o600)


def watched(home: Path, arguments: Sequence[str], stdin: str = "") -> tuple[int, str, list[str]]:
    """Runs a command in a process of its own: its exit code, what it said, and what was seen of it."""
    command = [sys.executable, "-c", WATCHED, "--home", str(home), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)
    seen = [line for line in done.stderr.splitlines() if line.startswith("WATCH ")]
    said = done.stdout + "\n".join(line for line in done.stderr.splitlines() if not line.startswith("WATCH "))
    return done.returncode, said, seen


@pytest.mark.parametrize("kind", ["socks5h", "http"])
def test_everything_goes_through_it_and_nothing_around_it(
    tmp_path: Path, dovecot: Dovecot, user: User, smtp: SmtpList, kind: Kind
) -> None:
    dovecot.append(user, "INBOX", mail(1, text="Where are the census files?"), 1_790_000_000)
    servers = {"imap.example.org": dovecot.imaps_port, "smtp.example.org": smtp.port}
    home = tmp_path / "home"
    with ProxyServer(kind, servers) as proxy:
        configure(home, f"{kind}://127.0.0.1:{proxy.port}", user, *map(pin, servers.values()))
        seen: list[str] = []
        for arguments in ("sync", "doctor", "post open-data --subject Hello --text-file -", "send"):
            code, said, more = watched(home, arguments.split(), "Hello all.\n")
            assert code == 0, said
            seen += more
        asked = proxy.asked
    assert len(smtp.posts) == 1
    assert {(one.host, one.port) for one in asked} == {("imap.example.org", 993), ("smtp.example.org", 465)}
    assert Asked("smtp.example.org", 465) in asked
    assert set(seen) == {
        "WATCH socket.getaddrinfo 127.0.0.1",
        f"WATCH socket.connect ('127.0.0.1', {proxy.port})",
    }


def test_where_the_proxy_is_down_everything_fails(tmp_path: Path, dovecot: Dovecot, user: User, smtp: SmtpList) -> None:
    home = tmp_path / "home"
    with ProxyServer("socks5h", 9) as proxy:
        port = proxy.port
    configure(home, f"socks5h://127.0.0.1:{port}", user, pin(dovecot.imaps_port), pin(smtp.port))
    assert watched(home, ["post", "open-data", "--subject", "Hello", "--text-file", "-"], "Hello all.\n")[0] == 0
    for command in ("sync", "doctor", "send"):
        code, said, seen = watched(home, [command])
        assert code == 1
        assert f"the proxy socks5h://127.0.0.1:{port} cannot be used" in " ".join(said.split())
        assert set(seen) == {
            "WATCH socket.getaddrinfo 127.0.0.1",
            f"WATCH socket.connect ('127.0.0.1', {port})",
        }
    assert not smtp.posts


def test_a_server_that_the_proxy_cannot_reach_is_said_so(member: Member, user: User) -> None:
    with ProxyServer("http", 9, Conduct(refusal=502)) as proxy:
        configure(member.home, f"http://127.0.0.1:{proxy.port}", user, "sha256:" + "0" * 64, "sha256:" + "0" * 64)
        outcome = member.run("sync")
    assert outcome.code == 1
    assert "cannot reach imap.example.org on port 993" in " ".join(outcome.messages.split())
