"""A private Dovecot on loopback, as root or as an ordinary user; nothing outside its own directory is touched."""

from __future__ import annotations

import base64
import grp
import hashlib
import hmac
import itertools
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from imapclient.imap_utf7 import encode as encode_folder

from servers.certificates import Authority, Certificate

CONFIGURATION = """\
base_dir = {dir}/run
state_dir = {dir}/run/state
log_path = {dir}/dovecot.log
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_uid = {mail}
mail_gid = {mail_group}
mail_fsync = never
protocol imap {{
  mail_plugins = $mail_plugins imap_zlib
  mail_max_userip_connections = 100
  {capability}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = username_format=%u {dir}/users/%u
}}
userdb {{
  driver = static
  args = uid={mail} gid={mail_group} home={dir}/home/%u
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0666
  }}
}}
service stats {{
  chroot =
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""
OAUTH2 = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={dir}/keys/
username_attribute = sub
"""
PASSWORD = "correct horse"
TOKEN_KEY = b"a key that only tests know"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a mailbox on the test server."""

    name: str
    password: str


def installed() -> bool:
    """Whether this machine has a Dovecot."""
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin") is not None


class Dovecot:
    """One running Dovecot: `imaps_port` speaks TLS at once, `imap_port` in clear with STARTTLS.

    Mailboxes are Maildirs, so that mails are added by writing files. `capability` replaces what the server says it
    can do; `mechanisms` are the ways to log in. `certificate` is shown instead of one that the authority signed, and
    must then be trusted for itself.
    """

    def __init__(
        self,
        directory: Path,
        authority: Authority,
        *,
        capability: str | None = None,
        mechanisms: str = "plain login xoauth2 oauthbearer",
        certificate: Certificate | None = None,
    ) -> None:
        self.directory = directory
        self.host = "127.0.0.1"
        self.ca_file = str(certificate.chain if certificate else authority.ca_file)
        self.imap_port, self.imaps_port = _free_port(), _free_port()
        self._certificate = certificate or authority.certificate("localhost", "127.0.0.1", "::1")
        self._capability = f"imap_capability = {capability}" if capability else ""
        self._mechanisms = mechanisms
        self._count = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._owner: str | None = None

    # --- running ---

    def __enter__(self) -> Dovecot:
        self._write_configuration()
        program = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin")
        assert program
        with (self.directory / "stderr").open("wb") as errors:
            self._process = subprocess.Popen(
                [program, "-F", "-c", str(self.directory / "dovecot.conf")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            # its whole session, which holds nothing else; asked kindly, it takes a second or two
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def _write_configuration(self) -> None:
        for name in ("run/state", "home", "users", "keys/default/HS256"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        me = pwd.getpwuid(os.geteuid()).pw_name
        my_group = grp.getgrgid(os.getegid()).gr_name
        names = {"internal": me, "internal_group": my_group, "login": me, "mail": me, "mail_group": my_group}
        if os.geteuid() == 0:  # Dovecot serves no mail as root; these are the users its package makes
            group = grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name
            names = {"internal": "dovecot", "internal_group": "dovecot", "login": "dovenull"}
            names |= {"mail": "nobody", "mail_group": group}
            self._owner = "nobody"
            self.directory.chmod(0o755)
            self._give(self.directory / "home")
        (self.directory / "keys/default/HS256/default").write_bytes(base64.b64encode(TOKEN_KEY))
        (self.directory / "oauth2.conf").write_text(OAUTH2.format(dir=self.directory))
        text = CONFIGURATION.format(
            dir=self.directory,
            certificate=self._certificate.chain,
            key=self._certificate.key,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            capability=self._capability,
            mechanisms=self._mechanisms,
            **names,
        )
        (self.directory / "dovecot.conf").write_text(text)

    def _wait_until_ready(self) -> None:
        assert self._process
        until = time.monotonic() + 15
        while time.monotonic() < until:
            try:
                with socket.create_connection((self.host, self.imap_port), 1) as connection:
                    connection.settimeout(2)
                    if connection.recv(4) == b"* OK":
                        return
            except OSError:
                time.sleep(0.02)
            if self._process.poll() is not None:
                break
        log = self.directory / "dovecot.log"
        raise RuntimeError((self.directory / "stderr").read_text() + (log.read_text() if log.exists() else ""))

    # --- people ---

    def add_user(self, password: str = PASSWORD) -> User:
        """A new user with an empty mailbox: a test of its own needs nothing else."""
        user = User(f"user{next(self._count)}", password)
        # a file for each, because Dovecot looks whether one has changed only once in a second
        encoded = base64.b64encode(password.encode()).decode()
        entry = self.directory / "users" / user.name
        entry.write_text(f"{user.name}:{{PLAIN.b64}}{encoded}\n")
        entry.chmod(0o644)  # Dovecot reads it as somebody else, and what is tested here sets a umask of its own
        self._make_folder(self._folder(user, "INBOX"))
        return user

    def token(self, user: User) -> str:
        """A bearer token (RFC 7519, HS256) that lets the user in by XOAUTH2 or OAUTHBEARER."""
        now = int(time.time())
        claims = {"sub": user.name, "iat": now - 60, "nbf": now - 60, "exp": now + 3600}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        return signed + "." + _base64url(hmac.new(TOKEN_KEY, signed.encode(), hashlib.sha256).digest())

    # --- mail ---

    def create_folder(self, user: User, folder: str) -> None:
        """An empty folder; "/" separates the levels of its name."""
        path = self._folder(user, folder)
        self._make_folder(path)
        (path / "maildirfolder").touch()
        self._give(path / "maildirfolder")

    def append(self, user: User, folder: str, mail: bytes, date: int = 1_700_000_000) -> None:
        """Put one mail into a folder; `date`, seconds since 1970, becomes its INTERNALDATE."""
        self.append_all(user, folder, [(mail, date)])

    def append_all(self, user: User, folder: str, mails: Iterable[tuple[bytes, int]]) -> None:
        """Put many mails into a folder, which is made when missing; their UIDs rise in the order given."""
        path = self._folder(user, folder)
        if not path.exists():
            self.create_folder(user, folder)
        for mail, date in mails:
            name = f"{1_600_000_000 + next(self._count)}.M1P1.test"
            draft, final = path / "tmp" / name, path / "new" / name
            draft.write_bytes(mail)
            os.utime(draft, (date, date))
            self._give(draft)
            draft.rename(final)

    def mails(self, user: User, folder: str) -> list[bytes]:
        """The bytes of every mail in a folder, oldest first."""
        path = self._folder(user, folder)
        files = [file for part in ("new", "cur") for file in (path / part).iterdir()]
        return [file.read_bytes() for file in sorted(files, key=lambda file: file.name)]

    def remove_all(self, user: User, folder: str) -> None:
        """Make every mail of a folder vanish from the server."""
        path = self._folder(user, folder)
        for part in ("new", "cur"):
            for file in (path / part).iterdir():
                file.unlink()

    def change_uidvalidity(self, user: User, folder: str) -> None:
        """Make the server forget the UIDs of a folder and give new ones (RFC 3501, 2.3.1.1)."""
        path = self._folder(user, folder)
        for file in (*path.glob("dovecot-uidlist*"), *path.glob("dovecot.index*")):
            file.unlink()

    def _folder(self, user: User, folder: str) -> Path:
        root = self.directory / "home" / user.name / "Maildir"
        if folder.upper() == "INBOX":
            return root
        return root / ("." + encode_folder(folder).decode("ascii").replace("/", "."))

    def _make_folder(self, path: Path) -> None:
        for part in ("cur", "new", "tmp"):
            (path / part).mkdir(parents=True, exist_ok=True)
            self._give(path / part)
        home = self.directory / "home"
        for directory in (path, *path.parents):
            if directory == home:
                break
            self._give(directory)

    def _give(self, path: Path) -> None:
        if self._owner:
            shutil.chown(path, self._owner, pwd.getpwnam(self._owner).pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
