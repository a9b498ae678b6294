"""What listforum leaves on a disk: private files in the home, nothing anywhere else; and what it tells of secrets."""

from __future__ import annotations

import base64
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from cli.test_conditions_disk import mbox, run
from member import Member
from servers.certificates import Authority
from servers.scripted import Peer, ScriptedServer

SECRET = 'Zwiebel\\kuchen "Grüne" 7+=/'

THOROUGH = bool(os.environ.get("LISTFORUM_THOROUGH"))

WRITERS = {"setup", "import", "search", "reply", "export", "rebuild"}

EVERY_COMMAND = [
    ["setup"],
    ["doctor"],
    ["import", "{outside}/few.mbox", "open-data"],
    ["topics", "open-data"],
    ["show", "1"],
    ["read", "1"],
    ["search", "number"],
    ["reply", "1", "--text-file", "-"],
    ["outbox"],
    ["mark", "read", "1"],
    ["join", "2", "1"],
    ["split", "2"],
    ["unjoin", "2"],
    ["sync"],
    ["send"],
    ["fetch", "1"],
    ["ledger"],
    ["export", "{outside}/out.mbox"],
    ["rebuild"],
    ["rebuild", "--salvage"],
]


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_everything_in_the_home_is_for_its_owner_only_after_every_command(tmp_path: Path, umask: int) -> None:
    member = Member(tmp_path / "deep" / "home")
    mbox(tmp_path / "few.mbox", range(4))
    before = os.umask(umask)
    try:
        for command in EVERY_COMMAND:
            member.run(*(word.format(outside=tmp_path) for word in command), stdin="Words.")
            assert open_to_others(tmp_path / "deep") == [], command
        if command[0] == "setup":
            assert (member.home / "config.toml").exists()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.mbox").stat().st_mode) == 0o600
    assert (member.home / "archive.sqlite3").exists()


def test_what_others_opened_is_closed_again(tmp_path: Path) -> None:
    member = Member(tmp_path / "home")
    member.json("import", str(mbox(tmp_path / "few.mbox", range(4))), "open-data")
    member.json("search", "number")
    for top, _, names in os.walk(member.home):
        Path(top).chmod(0o755)
        for name in names:
            Path(top, name).chmod(0o644)
    member.json("lists")
    assert open_to_others(member.home) == []


def open_to_others(directory: Path) -> list[str]:
    paths = [directory, *directory.rglob("*")]
    return [f"{path}: {path.stat().st_mode:o}" for path in paths if path.stat().st_mode & 0o077]


def test_nothing_is_made_outside_the_home(tmp_path: Path) -> None:
    member = Member(tmp_path / "home")
    mbox(tmp_path / "few.mbox", range(4))
    working = tmp_path / "working"
    working.mkdir()
    places = [Path("/var/tmp"), Path("/dev/shm"), Path.home() / ".cache", working]
    before = {place: listing(place) for place in places}
    temporary = listing(Path(tempfile.gettempdir()))
    for command in EVERY_COMMAND if THOROUGH else [one for one in EVERY_COMMAND if one[0] in WRITERS]:
        member.process(*(word.format(outside=tmp_path) for word in command), stdin=b"Words.", directory=working)
    assert {place: listing(place) for place in places} == before
    assert not {name for name in listing(Path(tempfile.gettempdir())) - temporary if "listforum" in name}
    assert {path.name for path in tmp_path.iterdir()} == {"home", "few.mbox", "out.mbox", "working"}


def listing(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()} if place.is_dir() else set()


# --- secrets ------------------------------------------------------------------------------------------------------


def echoes(user: str, secret: str) -> Iterator[str]:
    """The ways in which a server may send back what it was told."""
    both = f"\0{user}\0{secret}".encode()
    yield secret
    yield secret.replace("\\", "\\\\").replace('"', '\\"')
    yield base64.b64encode(both).decode()
    yield base64.b64encode(secret.encode()).decode()
    yield quote(secret, safe="")
    yield secret.upper()


@pytest.fixture
def configure(tmp_path: Path, authority: Authority) -> Callable[[int], Member]:
    def configured(port: int) -> Member:
        member = Member(tmp_path / "home")
        member.home.mkdir(mode=0o700, exist_ok=True)
        secret = SECRET.replace("\\", "\\\\").replace('"', '\\"')
        (member.home / "config.toml").write_text(
            f'[accounts.home]\naddress = "ana@example.org"\npassword = "{secret}"\nca_file = "{authority.ca_file}"\n'
            f'imap = {{ host = "127.0.0.1", port = {port}, tls = "implicit", user = "ana" }}\n'
            f'smtp = {{ host = "127.0.0.1", port = {port}, tls = "implicit", user = "ana" }}\n'
            '[lists.open-data]\naccount = "home"\nfolder = "INBOX"\n'
        )
        (member.home / "config.toml").chmod(0o600)
        return member

    return configured


def test_a_wrong_password_is_called_so_and_the_secret_is_shown_in_no_form(
    configure: Callable[[int], Member], authority: Authority
) -> None:
    told = " | ".join(echoes("ana", SECRET))

    def refusing(peer: Peer) -> None:
        peer.send(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello")
        while True:
            line = peer.receive()
            if b"AUTHENTICATE" in line or b"LOGIN" in line:
                peer.send(f"* OK [ALERT] {told}", f"{{tag}} NO [AUTHENTICATIONFAILED] no: {told} {line.decode()}")
            else:
                peer.send(b"{tag} OK done")

    with ScriptedServer(refusing, authority.certificate("localhost", "127.0.0.1")) as server:
        member = configure(server.port)
        for command in (["sync"], ["sync", "--json"], ["doctor"], ["doctor", "--json"]):
            outcome = member.run(*command)
            said = outcome.output + outcome.messages
            assert outcome.code == 1
            assert "refused the login" in said
            for form in echoes("ana", SECRET):
                assert form.casefold() not in said.casefold()
        assert member.run("sync", "--json").document["stopped_by"] == "login"
    assert SECRET.encode() not in b"".join(
        path.read_bytes() for path in member.home.rglob("*") if path.is_file() and path.name != "config.toml"
    )


def test_a_link_that_breaks_at_the_login_is_not_called_a_wrong_password(
    configure: Callable[[int], Member], authority: Authority
) -> None:
    def breaking(peer: Peer) -> None:
        peer.send(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello")
        peer.receive()

    with ScriptedServer(breaking, authority.certificate("localhost", "127.0.0.1")) as server:
        outcome = configure(server.port).run("sync", "--json")
        assert (outcome.code, outcome.document["stopped_by"]) == (1, "link")
        assert "password" not in outcome.messages
        assert "login" not in outcome.messages


def test_no_network_is_called_so(configure: Callable[[int], Member]) -> None:
    member = configure(9)
    outcome = member.run("sync", "--json")
    assert (outcome.code, outcome.document["stopped_by"]) == (1, "link")
    assert "127.0.0.1" in outcome.messages
    findings = {one["what"]: one["ok"] for one in member.run("doctor", "--json").document}
    assert findings == {
        "home": True,
        "archive": True,
        "index": True,
        "config": True,
        "home imap": False,
        "home smtp": False,
    }


@pytest.mark.parametrize("harm", ["unreadable", "absent", "open", "broken", "a directory"])
def test_a_config_that_cannot_be_used_stops_only_what_needs_it(
    configure: Callable[[int], Member], tmp_path: Path, harm: str
) -> None:
    member = configure(9)
    member.json("import", str(mbox(tmp_path / "few.mbox", range(4))), "open-data")
    path = member.home / "config.toml"
    through: tuple[str, ...] = ()
    if harm == "unreadable":
        path.chmod(0o000)
        through = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    elif harm == "open":
        path.chmod(0o644)
    elif harm == "broken":
        path.write_text("[accounts.home\n")
    else:
        path.unlink()
        if harm == "a directory":
            path.mkdir()
    for command in (
        ["sync"],
        ["send"],
        ["reply", "1", "--text-file", "-"],
        ["post", "open-data", "--subject", "S", "--text-file", "-"],
    ):
        outcome = run(member, through, *command)
        error = outcome.document["error"]
        assert (outcome.code, error["kind"]) == (1, "config"), command
        assert str(path) in error["message"]
        assert SECRET not in error["message"]
    for command in (["topics", "open-data"], ["show", "1"], ["search", "number"], ["mark", "read", "1"]):
        assert member.run(*command).code == 0, command
