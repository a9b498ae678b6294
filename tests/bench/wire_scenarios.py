"""The scenarios of the benchmark of the wire, in each of which a Dovecot is read through a relay that counts."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from wire_bounds import deflated, needed, texts
from wire_mails import SCRIPTS, in_script, with_attachment
from wire_peers import PATIENCE, Listforum, Mailbox, Measured, Reader, measure, readers, taken

from servers.dovecot import Dovecot
from servers.relay import Relay

NEW: Final = 30
KNOWN: Final = 200
"""How many mails are here when new ones come."""

IN_SCRIPTS: Final = 500
CUT: Final = 200
FRUITLESS: Final = 20
"""Syncs that bring no text after which nobody would try again."""

THIN_RATE, THIN_DELAY = 7_000, 0.3
"""Bytes a second, 56 kbit/s, and seconds one way."""

SMALL_DELAY: Final = 0.02
"""Seconds one way, by which round trips are told apart."""

TOO_MUCH: Final = 2_000_000
"""Bytes after which nobody would try again."""

ARRIVED: Final = 1_700_000_000
MIB: Final = 1_048_576
PEAK = """
import sys
from pathlib import Path
from listforum.cli import main
code = main()
print(Path("/proc/self/status").read_text(), file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a measurement: that `value` is not above `most`."""

    value: float
    most: float
    unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """What somebody needed in a scenario. `bound` is the least it could have been, in bytes."""

    what: str
    who: str
    measured: Measured
    bound: int | None = None
    demands: tuple[Demand, ...] = ()


class Scenarios:
    """All scenarios on a server of one tier: `compressing` or not, which is what the bounds go by."""

    def __init__(self, directory: Path, dovecot: Dovecot, raws: Sequence[bytes], *, compressing: bool) -> None:
        self._directory, self._dovecot, self._raws = directory, dovecot, raws
        self._compressing = compressing
        self._count = 0

    def all(self, peers: Sequence[str]) -> Iterator[Row]:
        yield from self.first_and_nothing_new(peers)
        yield from self.some_new(peers)
        yield from self.other_scripts()
        yield from self.cut_links()
        yield self.large_attachment()

    def first_and_nothing_new(self, peers: Sequence[str]) -> Iterator[Row]:
        """All mails for the first time, and then nothing."""
        mailbox, bound = self._mailbox(self._raws), self._bound(self._raws)
        everybody = readers(peers, self._place(), len(self._raws))
        first = {one.name: self._once(one, mailbox, len(self._raws)) for one in everybody}
        ours = first["listforum"]
        demands = [Demand(ours.bytes / bound, 1.25, "x bound")]
        if "mbsync" in first:
            demands.append(Demand(ours.bytes / first["mbsync"].bytes, 0.125, "x mbsync"))
        yield from _compared(f"first sync of {len(self._raws)}", first, bound, demands)
        again = {one.name: self._once(one, mailbox, len(self._raws), SMALL_DELAY) for one in everybody}
        ours = again["listforum"]
        demands = [Demand(ours.bytes, 4_000, "bytes"), Demand(ours.round_trips, 4, "trips")]
        yield from _compared("nothing new", again, None, demands)

    def some_new(self, peers: Sequence[str]) -> Iterator[Row]:
        """Some new mails, on a link as fast as this machine and on a thin one."""
        known, new = self._raws[-KNOWN - NEW : -NEW], self._raws[-NEW:]
        mailbox, bound = self._mailbox(known), self._bound(new)
        everybody = readers(peers, self._place(), len(self._raws))
        for one in everybody:
            self._once(one, mailbox, len(known))
        copies = [_copied(one) for one in everybody]
        self._deliver(mailbox, new)
        fast = {one.name: self._once(one, mailbox, len(known) + NEW, SMALL_DELAY) for one in everybody}
        ours = fast["listforum"]
        demands = [Demand((ours.bytes - 4_000) / bound, 1.3, "x bound + 4 kB"), Demand(ours.round_trips, 6, "trips")]
        yield from _compared(f"{NEW} new", fast, bound, demands)
        thin = {
            one.name: measure(one, mailbox, Relay(self._dovecot.imaps_port, delay=THIN_DELAY, rate=THIN_RATE))
            for one in copies
        }
        demands = [Demand(thin["listforum"].seconds, 7.5, "seconds"), Demand(thin["listforum"].round_trips, 6, "trips")]
        yield from _compared(f"{NEW} new, 56 kbit/s, 600 ms", thin, bound, demands)

    def other_scripts(self) -> Iterator[Row]:
        """Texts in scripts and transfer encodings that hide how alike they are."""
        for script in SCRIPTS:
            for encoding in _ENCODINGS:
                mails = list(in_script(script, encoding, self._raws[-IN_SCRIPTS:]))
                bound = self._bound(mails)
                reader = Listforum(self._place(), len(mails))
                ours = self._once(reader, self._mailbox(mails), len(mails))
                alone = reader.paid("text") / self._least(texts(mails))
                demands = (Demand(ours.bytes / bound, 1.1, "x bound"), Demand(alone, 1.1, "x bound, the texts alone"))
                yield Row(f"{len(mails)} in {script}, {encoding}", reader.name, ours, bound, demands)

    def cut_links(self) -> Iterator[Row]:
        """A link that dies again and again, with TLS, of which each link costs the handshake, and without."""
        mails = self._raws[-CUT:]
        mailbox, bound = self._mailbox(mails), self._bound(mails)
        for tls, words in (("implicit", "with TLS"), ("none", "without TLS")):
            uncut, _missing = self._until_done(mailbox, None, len(mails), tls)
            yield Row(f"first sync of {len(mails)}, {words}", "listforum", uncut, bound)
            for every, most in ((10_000, 1.3), (4_000, 1.8)):
                ours, missing = self._until_done(mailbox, every, len(mails), tls)
                demands = (Demand(ours.bytes / uncut.bytes, most, "x uncut"), Demand(missing, 0, "missing"))
                yield Row(f"  dies every {every // 1000} kB", "listforum", ours, bound, demands)

    def large_attachment(self) -> Row:
        """What 50 MB more in an attachment take of memory."""
        peaks, measured = [], None
        for size in (1_000, 50_000_000):
            mailbox = self._mailbox([with_attachment(size)])
            reader = Listforum(self._place(), 1)
            reader.sync(mailbox, self._dovecot.imaps_port)
            with Relay(self._dovecot.imaps_port) as relay:
                reader.configure(mailbox, relay.port)
                began = time.monotonic()
                peaks.append(_peak(reader))
                measured = taken(relay, time.monotonic() - began)
        assert measured
        growth = (peaks[1] - peaks[0]) / MIB
        return Row("a 50 MB attachment", "listforum", measured, None, (Demand(growth, 5, "MiB more"),))

    # --- mailboxes and links --------------------------------------------------------------------------------------

    def _mailbox(self, raws: Sequence[bytes]) -> Mailbox:
        mailbox = Mailbox(self._dovecot, self._dovecot.add_user())
        self._deliver(mailbox, raws)
        return mailbox

    def _deliver(self, mailbox: Mailbox, raws: Sequence[bytes]) -> None:
        self._dovecot.append_all(mailbox.user, "INBOX", [(raw, ARRIVED) for raw in raws])

    def _place(self) -> Path:
        """A directory that nothing is in yet."""
        self._count += 1
        place = self._directory / f"place{self._count}"
        place.mkdir()
        return place

    def _bound(self, raws: Sequence[bytes]) -> int:
        return self._least(needed(raws))

    def _least(self, data: bytes) -> int:
        return deflated(data) if self._compressing else len(data)

    def _once(self, reader: Reader, mailbox: Mailbox, expected: int, delay: float = 0.0) -> Measured:
        measured = measure(reader, mailbox, Relay(self._dovecot.imaps_port, delay=delay))
        if (here := reader.here()) != expected:
            print(f"{reader.name} has {here} of {expected} mails")
        return measured

    def _until_done(self, mailbox: Mailbox, every: int | None, expected: int, tls: str) -> tuple[Measured, int]:
        """Syncs on a link that dies every so many bytes until all is here, or far too much is paid.

        Answers how many mails are missing, too.
        """
        reader = Listforum(self._place(), CUT, tls=tls)
        port = self._dovecot.imaps_port if tls == "implicit" else self._dovecot.imap_port
        runs, fruitless, here, began = 0, 0, 0, time.monotonic()
        with Relay(port, cut_down=every) as relay:
            while here < expected and fruitless < FRUITLESS and relay.up + relay.down < TOO_MUCH:
                reader.sync(mailbox, relay.port)
                runs += 1
                fruitless = 0 if reader.here() > here else fruitless + 1
                here = reader.here()
            return taken(relay, time.monotonic() - began, runs), expected - here


_ENCODINGS: Final[tuple[Literal["base64", "quoted-printable"], ...]] = ("base64", "quoted-printable")


def _compared(
    what: str, all_measured: dict[str, Measured], bound: int | None, demands: Sequence[Demand]
) -> Iterator[Row]:
    for who, measured in all_measured.items():
        yield Row(what, who, measured, bound, tuple(demands) if who == "listforum" else ())


def _copied(reader: Reader) -> Reader:
    """The same reader as it is now, in another directory."""
    copy = reader.directory.with_name(reader.name + "-copy")
    shutil.copytree(reader.directory, copy)
    return reader.moved(copy)


def _peak(reader: Listforum) -> int:
    """Saves the attachment of the only post, in a process of its own; answers how much memory it held, in bytes."""
    (topic,) = reader.member.json("topics", "bench")
    (post,) = reader.member.json("show", str(topic["topic"]))["posts"]
    (attachment,) = post["attachments"]
    told = ["fetch", f"post:{post['post']}", "--part", str(attachment["n"]), "--save", str(reader.directory / "saved")]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "--home", str(reader.directory), *told],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr).decode("utf-8", "replace"))
    line = next(line for line in done.stderr.decode().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
