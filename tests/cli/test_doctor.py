"""The doctor looks at everything that has to work, and says what to do; setup gives it something to look at."""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import OPEN_DATA
from cli.hostile import PAYLOADS, as_bytes, found_in
from listforum import config
from listforum.forum.doctor import Doctor
from mails import mail
from member import Member, Outcome
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.smtp_list import SmtpList


def findings(outcome: Outcome) -> dict[str, Any]:
    return {one["what"]: one for one in outcome.document}


class TestDoctor:
    def test_finds_everything_in_order(self, synced: Member) -> None:
        outcome = synced.run("doctor", "--json")
        assert outcome.code == 0
        found = findings(outcome)
        assert list(found) == ["home", "archive", "index", "config", "home imap", "folder INBOX", "home smtp"]
        assert all(one["ok"] for one in found.values())
        assert "3 posts" in found["archive"]["words"]
        assert "1 list, 1 account" in found["config"]["words"]
        assert "Sent" in found["home imap"]["words"]
        assert "open-data.lists.example.org (3)" in found["folder INBOX"]["words"]
        assert "logged in at 127.0.0.1" in found["home smtp"]["words"]

    def test_says_the_same_to_a_person_one_finding_a_line(self, synced: Member) -> None:
        lines = synced.run("doctor").output.splitlines()
        assert len(lines) == 7
        assert all(line.startswith("ok  ") for line in lines)

    def test_sends_no_mail_to_see_whether_it_could(self, synced: Member, smtp: SmtpList) -> None:
        synced.run("doctor")
        assert smtp.posts == []

    def test_gives_blocks_for_new_lists_that_can_be_pasted(self, synced: Member, dovecot: Dovecot, user: User) -> None:
        for number, payload in enumerate(["maps.lists.example.org", 'we"ird\\.example.org', *PAYLOADS[::6]]):
            raw = mail(50 + number, list_id=None).replace(
                b"MIME-Version", b"List-Id: <" + as_bytes(payload).replace(b"\n", b" ") + b">\r\nMIME-Version", 1
            )
            dovecot.append(user, "INBOX", raw)
        path = synced.home / "config.toml"
        path.write_text(path.read_text().replace(OPEN_DATA, f"{OPEN_DATA}\nlist_id = 'open-data.lists.example.org'\n"))
        outcome = synced.run("doctor", "--json")
        assert found_in(outcome) == []
        blocks = [one["block"] for one in outcome.document if one["block"]]
        assert any('list_id = "maps.lists.example.org"' in block for block in blocks)
        path.write_text(path.read_text() + "\n" + "\n".join(blocks))
        assert len(tomllib.loads(path.read_text())["lists"]) == len(blocks) + 1
        loaded = config.load(path)
        assert loaded.lists["maps"].list_id == "maps.lists.example.org"
        assert not [one for one in synced.run("doctor", "--json").document if one["block"]]

    def test_tells_apart_what_is_wrong_with_a_server(
        self, member: Member, dovecot: Dovecot, user: User, smtp: SmtpList, tmp_path: Path
    ) -> None:
        member.configure(dovecot, User(user.name, "wrong horse"), OPEN_DATA, smtp=smtp)
        found = findings(member.run("doctor", "--json"))
        assert "refused the login" in found["home imap"]["words"]
        assert "refused the login" in found["home smtp"]["words"]
        assert "wrong horse" not in str(found)

        member.configure(dovecot, user, OPEN_DATA, smtp=smtp, port=9)
        assert "127.0.0.1:9" in findings(member.run("doctor", "--json"))["home imap"]["words"]

        (tmp_path / "other").mkdir()
        stranger = Authority(tmp_path / "other")
        member.configure(dovecot, user, OPEN_DATA, smtp=smtp)
        path = member.home / "config.toml"
        path.write_text(path.read_text().replace(dovecot.ca_file, str(stranger.ca_file)))
        found = findings(member.run("doctor", "--json"))
        assert "certificate" in found["home imap"]["words"]
        assert "certificate" in found["home smtp"]["words"]

    def test_shows_the_certificate_that_nobody_vouches_for_with_a_line_that_accepts_it(
        self, member: Member, dovecot: Dovecot, user: User, smtp: SmtpList
    ) -> None:
        member.configure(dovecot, user, OPEN_DATA, smtp=smtp)
        path = member.home / "config.toml"
        kept = [line for line in path.read_text().splitlines() if not line.startswith("ca_file")]
        path.write_text("\n".join(kept))
        found = findings(member.run("doctor", "--json"))
        for server in ("imap", "smtp"):
            finding = found[f"home {server}"]
            assert not finding["ok"]
            assert "nobody this machine trusts" in finding["words"]
            assert "by another way than this link" in finding["words"]
            assert "tls_pin =" not in finding["words"]
            line = finding["block"]
            assert line.startswith('tls_pin = "sha256:')
            kept = [
                one.replace('tls = "implicit"', f'tls = "implicit", {line}') if one.startswith(server) else one
                for one in kept
            ]
        path.write_text("\n".join(kept))
        found = findings(member.run("doctor", "--json"))
        assert found["home imap"]["ok"]
        assert found["home smtp"]["ok"]
        assert member.run("doctor").code == 0

    def test_prints_the_line_whole_so_that_it_can_be_copied(self, member: Member, dovecot: Dovecot, user: User) -> None:
        member.configure(dovecot, user, OPEN_DATA)
        path = member.home / "config.toml"
        path.write_text(path.read_text().replace("ca_file", "#"))
        printed = [line.strip() for line in member.run("doctor").output.splitlines()]
        assert [line for line in printed if re.fullmatch(r'tls_pin = "sha256:([0-9A-F]{2}:){31}[0-9A-F]{2}"', line)]

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    @pytest.mark.parametrize("during", ["_index", "_smtp"])
    def test_ends_when_it_is_stopped_whatever_it_is_looking_at(
        self, synced: Member, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, during: str
    ) -> None:
        look = getattr(Doctor, during)

        def stopped(*told: object) -> object:
            found = look(*told)
            os.kill(os.getpid(), number)
            return found

        monkeypatch.setattr(Doctor, during, stopped)
        outcome = synced.run("doctor", "--json")
        assert (outcome.code, outcome.document["error"]["kind"]) == (130, "cancel")

    def test_names_every_mistake_in_the_config(self, member: Member) -> None:
        member.home.mkdir(mode=0o700)
        (member.home / "config.toml").write_text('[accounts.home]\naddress = "nobody"\n[lists.x]\nfolder = 1\n')
        outcome = member.run("doctor", "--json")
        assert outcome.code == 1
        words = findings(outcome)["config"]["words"]
        assert all(word in words for word in ("accounts.home", "address", "lists.x"))

    def test_says_that_a_folder_is_not_there(self, member: Member, dovecot: Dovecot, user: User) -> None:
        member.configure(dovecot, user, '[lists.open-data]\naccount = "home"\nfolder = "Lists/none"')
        found = findings(member.run("doctor", "--json"))
        assert not found["folder Lists/none"]["ok"]
        assert found["folder INBOX"]["ok"]

    def test_says_when_the_index_is_harmed_and_that_it_mends_itself(self, synced: Member) -> None:
        synced.json("search", "census")
        for path in (synced.home / "index").iterdir():
            if path.is_file():
                path.write_bytes(path.read_bytes()[:-3])
        found = findings(synced.run("doctor", "--json"))
        assert not found["index"]["ok"]
        assert "anew" in found["index"]["words"]
        synced.json("search", "census")
        assert findings(synced.run("doctor", "--json"))["index"]["ok"]


class TestSetup:
    def test_writes_a_private_config_that_can_be_read(self, member: Member) -> None:
        path = Path(member.json("setup")["config"])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(config.load(path).accounts) == ["home"]

    @pytest.mark.parametrize("there", ["a file", "a link", "a directory"])
    def test_leaves_what_is_there_as_it_is(self, member: Member, tmp_path: Path, there: str) -> None:
        member.home.mkdir(mode=0o700)
        path = member.home / "config.toml"
        if there == "a file":
            path.write_text("mine")
        elif there == "a link":
            path.symlink_to(tmp_path / "elsewhere")
        else:
            path.mkdir()
        outcome = member.run("setup", "--json")
        assert (outcome.code, outcome.document["error"]["kind"]) == (1, "config")
        assert not (tmp_path / "elsewhere").exists()
        if there == "a file":
            assert path.read_text() == "mine"

    def test_leaves_nothing_when_it_cannot_be_written_wholly(
        self, member: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as disk:
            disk.setattr(os, "fsync", full)
            outcome = member.run("setup", "--json")
        assert (outcome.code, outcome.document["error"]["kind"]) == (1, "home")
        assert "full" in outcome.document["error"]["message"]
        assert member.run("setup").code == 0
