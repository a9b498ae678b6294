"""Bringing the index up to the archive: one writer at a time, a commit every few thousand posts.

A commit writes the new segment, makes it durable, then replaces the manifest, and only then removes what is no longer
named there. Killed at any moment, the directory holds the last committed state, and perhaps files nobody names.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from gettext import gettext as _
from pathlib import Path

from listforum.errors import HomeError
from listforum.model.forum import Document
from listforum.search import manifest as manifests
from listforum.search.analysis import fingerprint
from listforum.search.gathering import Gathering
from listforum.search.manifest import Manifest
from listforum.search.merging import merge
from listforum.search.reader import require_current_rules
from listforum.search.segment import NAME, Segment, SegmentRecord
from listforum.search.source import Source
from listforum.search.storage import Damaged, Missing, reading_index

LOCK = "lock"
DAMAGED = "damaged"
"""A file that says that a reader found damage, so that the next writer starts anew."""

PATIENCE = 2.0
"""Seconds a writer waits for another one."""

SEGMENT_DOCUMENTS = 16_000
SEGMENT_CHARACTERS = 40_000_000
SEGMENT_WORDS = 1_000_000
"""Documents, characters and distinct words that are held in memory before they are written."""

PAGE = 200

FIRST_DOCUMENTS = 1_000
GROWTH = 4
"""An index is made newest first, in segments that grow: soon there is something to search."""

SEGMENTS_OF_A_SIZE = 4
"""More than this of about one size are too many to be looked through at each key."""

MAX_MERGED = 200_000
"""Documents of one segment."""

Report = Callable[[int, int], None]
Asked = Callable[[], bool]

Following = Callable[[Sequence[Document]], Sequence[Document]]
"""The page after a page; the first one after an empty one."""


def note_damage(directory: Path) -> None:
    """Leave word that the index must not be built upon. Where nothing can be written, nothing can be built either."""
    with suppress(OSError):
        os.close(os.open(directory / DAMAGED, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))


@contextmanager
def exclusive(directory: Path) -> Iterator[bool]:
    """Hold the writer's lock; False when another writer kept it. Raises HomeError when the home cannot be written."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unwritable(directory, error) from error
    try:
        yield _locked(descriptor)
    except OSError as error:
        raise _unwritable(directory, error) from error
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def _unwritable(directory: Path, error: OSError) -> HomeError:
    return HomeError(
        _("The search index in {directory} cannot be written: {why}.").format(
            directory=directory, why=error.strerror or error
        )
    )


@dataclass(slots=True)
class Writer:
    """Writes the index of a directory, whose lock is held."""

    directory: Path
    source: Source
    report: Report | None
    cancelled: Asked
    _written: int = 0
    _total: int = 0

    def catch_up(self) -> int:
        """Index what changed since the last commit; returns the number of documents written and committed."""
        try:
            return self._catch_up()
        except Damaged:
            self.throw_away()
            self._written = 0
            return self._catch_up()

    def _catch_up(self) -> int:
        manifest = self._committed()
        self._total = self.source.count_changed(manifest.change)
        if not manifest.change and self._total:
            # Every post is missing: they are filled in from the newest to the oldest, for whoever searches meanwhile.
            manifest = replace(manifest, change=self.source.changed(), missing=manifests.ALL)
        elif manifest.missing is not None:
            self._total += self.source.count_older(manifest.change, manifest.missing)
        manifest = self._add_changed(manifest)
        size = FIRST_DOCUMENTS
        while manifest.missing is not None and not self.cancelled():
            manifest = self._add_changed(self._fill(manifest, manifest.missing, min(size, SEGMENT_DOCUMENTS)))
            size *= GROWTH
        self._merge(manifest)
        return self._written

    def _add_changed(self, manifest: Manifest) -> Manifest:
        """Index what changed after what the index has, in the order in which it changed."""
        target = self.source.changed()
        while manifest.change < target and not self.cancelled():
            gathering, page = self._gather(self._changed_after(manifest.change))
            if not page or self.cancelled():
                break  # without a page the archive took the newest changes back: there is nothing to write for them
            manifest = self._commit(replace(manifest, change=page[-1].change), gathering)
        return manifest

    def _changed_after(self, change: int) -> Following:
        return lambda page: self.source.documents(page[-1].change if page else change, PAGE)

    def _fill(self, manifest: Manifest, missing: tuple[int, int], size: int) -> Manifest:
        """Index posts that are earlier than all others in the index, the newest of them first."""

        def following(page: Sequence[Document]) -> Sequence[Document]:
            than = (page[-1].date, page[-1].post) if page else missing
            return self.source.older(manifest.change, than, min(PAGE, size))

        gathering, page = self._gather(following, size)
        if self.cancelled():
            return manifest
        if not page:
            return self._save(replace(manifest, missing=None))
        return self._commit(replace(manifest, missing=(page[-1].date, page[-1].post)), gathering)

    def throw_away(self) -> None:
        """Remove the index."""
        (self.directory / manifests.FILE).unlink(missing_ok=True)
        self._sweep(())
        (self.directory / DAMAGED).unlink(missing_ok=True)

    def _committed(self) -> Manifest:
        """The committed state when it can be built upon, else an empty one, committed at once."""
        generation = self.source.generation()
        changed = self.source.changed()
        if (self.directory / DAMAGED).exists():
            self.throw_away()
        try:
            manifest = manifests.load(self.directory)
            require_current_rules(manifest, generation, changed)
            for record in manifest.segments:
                self._opened(record)
            self._sweep(manifest.segments)
        except Damaged:
            self.throw_away()
            manifest = Manifest(fingerprint(), generation)
            manifests.save(self.directory, manifest)
        return manifest

    def _gather(self, following: Following, size: int | None = None) -> tuple[Gathering, Sequence[Document]]:
        """Read pages until there are enough for a segment, or no more; the last page is given as well."""
        gathering, characters = Gathering(), 0
        last: Sequence[Document] = ()
        while (
            len(gathering) < (size or SEGMENT_DOCUMENTS)
            and characters < SEGMENT_CHARACTERS
            and gathering.distinct_words < SEGMENT_WORDS
        ):
            page = following(last)
            if not page or self.cancelled():
                break
            for taken, document in enumerate(page, 1):
                gathering.add(document)
                characters += len(document.own_words)
                if characters >= SEGMENT_CHARACTERS or gathering.distinct_words >= SEGMENT_WORDS:
                    page = page[:taken]  # a single page of hostile mails may hold more words than memory does
                    break
            last = page
            if self.report is not None:
                self.report(min(self._written + len(gathering), self._total), self._total)
        return gathering, last

    def _commit(self, manifest: Manifest, gathering: Gathering) -> Manifest:
        """Write a segment, and make it part of a state that is committed."""
        record = gathering.write(self.directory)
        posts = frozenset(gathering.posts)
        earlier = [self._without(posts, each) for each in manifest.segments]
        kept = [self._rid_of(gathering.withdrawn, each) for each in earlier if each.living]
        self._written += len(gathering)
        return self._save(replace(manifest, segments=tuple(each for each in (*kept, record) if each.living)))

    def _rid_of(self, withdrawn: set[int], record: SegmentRecord) -> SegmentRecord:
        """A segment without the words of posts that were taken back: nobody is to read them in the file."""
        segment = self._opened(record) if withdrawn and record.deleted else None
        if segment is None or not any(segment.posts[number] in withdrawn for number in record.deleted):
            return record
        with reading_index():
            return merge(self.directory, [segment])

    def _without(self, posts: frozenset[int], record: SegmentRecord) -> SegmentRecord:
        segment = self._opened(record)
        replaced = {number for number, post in enumerate(segment.posts) if post in posts}
        return replace(record, deleted=tuple(sorted(replaced.union(record.deleted)))) if replaced else record

    def _merge(self, manifest: Manifest) -> None:
        while (group := due(manifest.segments)) and not self.cancelled():
            segments = [self._opened(record) for record in group]
            with reading_index():
                merged = merge(self.directory, segments)
            kept = tuple(each for each in manifest.segments if each not in group)
            manifest = self._save(replace(manifest, segments=(*kept, *((merged,) if merged.documents else ()))))

    def _opened(self, record: SegmentRecord) -> Segment:
        try:
            with reading_index():
                return Segment(self.directory, record)
        except FileNotFoundError as error:
            raise Missing(_("a file of the index is missing")) from error

    def _save(self, manifest: Manifest) -> Manifest:
        manifests.save(self.directory, manifest)
        self._sweep(manifest.segments)
        return manifest

    def _sweep(self, segments: Sequence[SegmentRecord]) -> None:
        """Remove files of ours that are no part of the index."""
        (self.directory / manifests.UNFINISHED).unlink(missing_ok=True)
        named = {file.name for record in segments for file in record.files}
        for path in self.directory.glob(f"{NAME}[_.]*"):
            if path.name in named:
                continue
            if path.is_dir() and not path.is_symlink():
                for left in path.iterdir():
                    left.unlink()
                path.rmdir()
            else:
                path.unlink()


def due(segments: Sequence[SegmentRecord]) -> tuple[SegmentRecord, ...]:
    """The segments to make one of: some of about one size, or one that is mostly replaced; none when all is well."""
    sizes: defaultdict[int, list[SegmentRecord]] = defaultdict(list)
    for record in segments:
        if record.living < len(record.deleted):
            return (record,)
        sizes[record.living.bit_length() // 3].append(record)
    for _size, group in sorted(sizes.items()):
        chosen = group[:SEGMENTS_OF_A_SIZE]
        if len(chosen) == SEGMENTS_OF_A_SIZE and sum(record.living for record in chosen) <= MAX_MERGED:
            return tuple(chosen)
    return ()
