"""Looking after the archive: bringing files of mails in and out, rebuilding, and what it has cost."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Final

from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival
from listforum.archive.mail_files import MailFile, read_mails, write_mboxrd
from listforum.errors import UnknownItem
from listforum.forum.readers import readers
from listforum.forum.saving import write_new
from listforum.home import Home
from listforum.mail import safe
from listforum.mail.partial import partial_mail
from listforum.mail.readable import readable_text
from listforum.mail.transfer_stream import decode_pieces
from listforum.model.forum import Prefixes
from listforum.model.mail import Part
from listforum.words import N_

_BATCH: Final = 500
_MOST_NAMED: Final = 20

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class ImportReport:
    """Mails read from a file; of those, new and already known ones; and those that could not be read fully.

    `skipped` counts the files of a directory that hold something else than mail; only the first of them are in words.
    With `prefixes_seem_lost` most answers of the list have no "Re:", and the list is not known for that yet.
    """

    read: int = 0
    new: int = 0
    known: int = 0
    damaged: int = 0
    words: list[str] = field(default_factory=list)
    skipped: int = 0
    skipped_words: list[str] = field(default_factory=list)
    prefixes_seem_lost: bool = False

    def note(self, where: str, problem: str) -> None:
        """Counts and names a mail with a problem."""
        if problem:
            self.damaged += 1
            self.words.append(f"{where}: {problem}")

    def skip(self, words: str) -> None:
        """Counts a file that holds no mail, and keeps the words about it while they are few."""
        self.skipped += 1
        if len(self.skipped_words) < _MOST_NAMED:
            self.skipped_words.append(words)


class Upkeep:
    """What the person does with the archive as a whole."""

    def __init__(self, archive: Archive, home: Home) -> None:
        self._archive = archive
        self._home = home

    def import_files(
        self, path: Path, list_name: str, progress: Progress, prefixes: Prefixes | None = None
    ) -> ImportReport:
        """Reads a file or directory of mails into a list. Raises MailFileError; what was stored before it stays.

        `prefixes` says whether the answers of this list still have theirs; None leaves that as it is.
        """
        report, places = ImportReport(), deque[str]()
        with self._home.lock(N_("importing")), readers(_octets(path)) as read:
            for arrivals in read(_batches(_sound(read_mails(path, progress), report, places))):
                self._store(list_name, arrivals, report)
                for arrival in arrivals:
                    report.note(places.popleft(), arrival.failure)
            self._judge_prefixes(list_name, prefixes, report)
        return report

    def export(self, path: Path, topics: Iterable[int] | None, list_name: str | None) -> int:
        """Writes posts to a new mboxrd file; answers how many. Raises MailFileError, UnknownItem."""
        return write_mboxrd(self._mails(topics, list_name), path)

    def rebuild(self, progress: Progress) -> tuple[int, int]:
        """Reads every kept mail by today's rules and threads them anew; answers (posts, topics)."""
        with self._home.lock(N_("rebuilding")):
            return self._archive.rebuild(int(time.time()), progress)

    def save(self, post: int, part: Part, directory: Path) -> Path:
        """Writes an attachment into a directory, under a harmless name that no file there has; see `write_new`."""
        if not part.complete:
            raise UnknownItem(_("This attachment has not been fetched whole."))
        content = decode_pieces(self._archive.contents.pieces(post, part.section), part.encoding_left)
        return write_new(directory, safe.file_name(part.name or f"part-{part.section}"), content)

    def problems(self) -> list[str]:
        """What is wrong with the archive, in words."""
        return self._archive.problems()

    def _judge_prefixes(self, list_name: str, prefixes: Prefixes | None, report: ImportReport) -> None:
        lists = self._archive.lists
        if list_name not in lists.names():
            return  # no mail came, and no list with it
        if prefixes is not None and lists.set_prefixes(list_name, prefixes):
            self._archive.threads.rebuild()
        report.prefixes_seem_lost = lists.prefixes(list_name) == "kept" and lists.seems_to_have_lost_prefixes(list_name)

    def _store(self, list_name: str, arrivals: Sequence[Arrival], report: ImportReport) -> None:
        added = self._archive.posts.add(list_name, arrivals, int(time.time()))
        report.new += len(added.new)
        report.known += len(arrivals) - len(added.new)

    def _mails(self, topics: Iterable[int] | None, list_name: str | None) -> Iterator[tuple[bytes, str, int]]:
        members = (
            None if list_name is None else self._archive.topics.posts_in_list(self._archive.lists.id_of(list_name))
        )
        for topic in self._archive.topics.numbers() if topics is None else topics:
            for record in self._archive.topics.posts(topic):
                if members is None or record.post in members:
                    yield self._mail(record.post), "listforum", record.date

    def _mail(self, post: int) -> bytes:
        received = self._archive.contents.received(post)
        if received.raw is not None:
            return received.raw
        return partial_mail(received.header, readable_text(received.parts).text)


def _octets(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else sum(f.stat().st_size for f in path.rglob("*") if f.is_file())
    except OSError:
        return 0  # reading it will say what is wrong


def _sound(mails: Iterable[MailFile], report: ImportReport, places: deque[str]) -> Iterator[bytes]:
    """The mails that are there, their places in `places`; the others are counted and named in the report."""
    for mail in mails:
        if mail.problem == "not mail":
            report.skip(mail.words)
            continue
        report.read += 1
        if mail.problem is None:
            places.append(mail.where)
            yield mail.raw
        else:
            report.note(mail.where, mail.words)


def _batches(mails: Iterable[bytes]) -> Iterator[list[bytes]]:
    remaining = iter(mails)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
