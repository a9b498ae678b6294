"""What tests of syncing share: a list on the test server, its posts, and what goes over the wire, decrypted."""

from __future__ import annotations

import base64
import random
import re
import textwrap
import time
from dataclasses import dataclass, field
from typing import Any

from mails import mail
from member import Member
from servers.dovecot import Dovecot, User
from servers.relay import Relay

LIST = '[lists.open-data]\naccount = "home"\nfolder = "INBOX"'


@dataclass(slots=True)
class Traffic:
    """What was said to servers and heard from them, decrypted."""

    said: bytearray = field(default_factory=bytearray)
    heard: bytearray = field(default_factory=bytearray)

    def fetched(self, what: str) -> list[str]:
        """The UID sets of the FETCH commands that ask for this."""
        commands = re.findall(rb"UID FETCH (\S+) \(([^\r]*)\)\r\n", bytes(self.said))
        return [uids.decode() for uids, items in commands if what.encode() in items]

    def clear(self) -> None:
        self.said.clear()
        self.heard.clear()


def deliver(dovecot: Dovecot, user: User, *numbers: int, folder: str = "INBOX", **told: Any) -> None:
    """Puts mails of the list into a folder, the later numbers the newer."""
    dovecot.append_all(user, folder, [(mail(n, **told), 1_790_000_000 + n) for n in numbers])


def noise(number: int, size: int) -> str:
    """So many letters that compress to no less than three quarters; each number has its own."""
    letters = base64.b64encode(random.Random(number).randbytes(size * 3 // 4 + 3)).decode()[:size]
    return "\n".join(textwrap.wrap(letters, 76))


def posts(member: Member, name: str = "open-data") -> dict[str, dict[str, Any]]:
    """Every post of a list by Message-ID, as `show` has it."""
    found: dict[str, dict[str, Any]] = {}
    for topic in member.json("topics", name, "--limit", "100000"):
        for post in member.json("show", str(topic["topic"]))["posts"]:
            assert post["message_id"] not in found, "a post stands twice"
            found[post["message_id"]] = post
    return found


def total(relay: Relay) -> int:
    """What has gone over the wire, both ways, once nothing moves any more."""
    before, now = -1, relay.up + relay.down
    while before != now:
        time.sleep(0.05)
        before, now = now, relay.up + relay.down
    return now


def numbered_anew(dovecot: Dovecot, user: User, uidvalidity: int, uidnext: int = 1) -> None:
    """Makes the server give this UIDVALIDITY, and UIDs from `uidnext` on, to what lies in the INBOX."""
    dovecot.change_uidvalidity(user, "INBOX")
    path = dovecot._folder(user, "INBOX") / "dovecot-uidlist"
    path.write_text(f"3 V{uidvalidity} N{uidnext} G{'a' * 32}\n")
    dovecot._give(path)
