"""What syncing costs on real mail: bytes and turns for a first sync, for nothing new and for a few new mails.

    python tests/bench/sync_bytes.py MBOX [N]

Puts the last N (1,000) mails of an mbox into a Dovecot of its own and syncs them through a relay that counts. A turn is
a change of direction from the server to the client, the handshake included.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from listforum.archive.mail_files import read_mails
from member import Member
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.relay import Relay

NEW = 30
ROW = "{:<28} {:>10} {:>10} {:>6} {:>7} {:>8} {:>10}"


class CountingRelay(Relay):
    """Counts the turns, too."""

    turns = 0
    _came_up = False

    def _count_up(self, size: int) -> None:
        super()._count_up(size)
        self._came_up = True

    def _count_down(self, size: int) -> None:
        super()._count_down(size)
        self.turns += self._came_up
        self._came_up = False


@dataclass(frozen=True, slots=True)
class Bench:
    """A member whose list lies in a mailbox of the server."""

    member: Member
    dovecot: Dovecot
    user: User
    history: int

    def sync(self, what: str, *options: str) -> None:
        """Syncs, and prints a row about it."""
        relay = CountingRelay(self.dovecot.imaps_port)
        with relay:
            self.member.configure(
                self.dovecot,
                self.user,
                '[lists.bench]\naccount = "home"\nfolder = "INBOX"',
                port=relay.port,
                more=f"[sync]\nhistory = {self.history}",
            )
            began = time.monotonic()
            one = self.member.json("sync", *options)["lists"][0]
            seconds = time.monotonic() - began
            time.sleep(0.2)
            print(
                ROW.format(
                    what,
                    relay.up,
                    relay.down,
                    relay.turns,
                    one["new_texts"],
                    f"{seconds:.1f}",
                    one["waiting_bytes"] + one["older_bytes"],
                )
            )


def main(path: Path, count: int) -> None:
    """Prints the table."""
    raws = deque((mail.raw for mail in read_mails(path) if mail.raw is not None), maxlen=count + NEW)
    with tempfile.TemporaryDirectory(prefix="lf-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        (directory / "dovecot").mkdir()
        authority = Authority(directory)
        with Dovecot(directory / "dovecot", authority) as dovecot:
            user = dovecot.add_user()
            bench = Bench(Member(directory / "home"), dovecot, user, count)
            dovecot.append_all(user, "INBOX", ((raw, 1_700_000_000) for raw in islice(raws, len(raws) - NEW)))
            print(ROW.format("", "up", "down", "turns", "texts", "seconds", "price"))
            bench.sync(f"price of the first {count}", "--dry-run")
            bench.sync(f"first sync of {count}")
            bench.sync("nothing new")
            dovecot.append_all(user, "INBOX", ((raw, 1_700_000_000) for raw in islice(raws, len(raws) - NEW, None)))
            bench.sync(f"price of {NEW} new", "--dry-run")
            bench.sync(f"{NEW} new")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000)
