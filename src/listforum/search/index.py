"""The index as others use it: kept up with the archive, searched, checked, and made anew when anything is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from gettext import gettext as _
from pathlib import Path
from typing import ClassVar

from listforum.errors import ListforumError
from listforum.model.forum import SearchAnswer
from listforum.search import manifest as manifests
from listforum.search.answer import Sort, Unit, Wish, compose, never, topics_found
from listforum.search.confirming import Asked
from listforum.search.evaluate import Column
from listforum.search.gathering import Gathering
from listforum.search.manifest import Manifest
from listforum.search.query import Query
from listforum.search.reader import Snapshot, gathered, open_snapshot, require_current_rules
from listforum.search.related import Related
from listforum.search.scan import scan
from listforum.search.segment import Segment
from listforum.search.source import Source
from listforum.search.spelling import Spelling, Vocabulary
from listforum.search.storage import Damaged, FileRecord, Missing, reading_index, recorded
from listforum.search.writer import DAMAGED, Writer, exclusive, note_damage

MAX_LATER = 1_000
"""Posts newer than the index that a search reads itself, so that its answer is whole."""


class NeedsRebuild(ListforumError):
    """There is no index, it is damaged, or it is far behind: `catch_up` makes it good, `scan` does without."""

    kind: ClassVar[str] = "index"


class SearchIndex:
    """A Whoosh index of the archive in a directory of its own. Threads and processes may share it."""

    def __init__(self, directory: Path, source: Source) -> None:
        self._directory = directory
        self._source = source
        self._local = _Opened()

    def catch_up(self, progress: Callable[[int, int], None] | None = None, cancelled: Asked = never) -> int:
        """Index what is new in the archive; everything, when there is no index that can be built upon.

        Returns the number of documents written; 0 as well when another process is writing. `progress` is told the
        changes done and to do. Goes on where it was stopped. Raises HomeError when the directory cannot be written.
        """
        with exclusive(self._directory) as mine:
            return Writer(self._directory, self._source, progress, cancelled).catch_up() if mine else 0

    def rebuild(self, progress: Callable[[int, int], None] | None = None, cancelled: Asked = never) -> int:
        """Throw the index away and make it anew, as `catch_up` does."""
        with exclusive(self._directory) as mine:
            if not mine:
                return 0
            writer = Writer(self._directory, self._source, progress, cancelled)
            writer.throw_away()
            return writer.catch_up()

    def behind(self) -> int:
        """How many posts are not in the index, or changed since. Raises NeedsRebuild when it cannot be built upon."""
        if (self._directory / DAMAGED).exists():
            raise NeedsRebuild(_("The search index must be made anew: {error}.").format(error=_("it is damaged")))
        with self._damage_noted():
            manifest = manifests.load(self._directory)
        self._require_current_rules(manifest)
        return self._missing(manifest)

    def _missing(self, manifest: Manifest) -> int:
        count = self._source.count_changed(manifest.change)
        if manifest.missing is not None:
            count += self._source.count_older(manifest.change, manifest.missing)
        return count

    def search(self, query: Query, *, sort: Sort, limit: int, unit: Unit) -> SearchAnswer:
        """Answer a query, without any lock, from the state last committed and the posts that came after it.

        Raises NeedsRebuild when the index cannot give the whole and right answer.
        """
        *_before, answer = self.answers(query, Wish(sort, limit, unit), never)
        if answer.behind:
            raise NeedsRebuild(_("Search is not ready yet: many posts are still to be indexed."))
        return answer

    def answers(self, query: Query, wish: Wish, cancelled: Asked) -> Iterator[SearchAnswer]:
        """Answer as `search` does, in several steps (see `answer.compose`), until cancelled.

        Where many posts came after the index it answers without those, and says how many it is `behind`. Raises
        NeedsRebuild when there is no index, or it is damaged.
        """
        started = time.perf_counter()
        columns, behind = self._columns(query, wish)
        for answer in compose(self._source, query, columns, wish, cancelled):
            yield replace(answer, milliseconds=(time.perf_counter() - started) * 1_000, behind=behind)

    def topics(self, query: Query, cancelled: Asked) -> Iterator[int]:
        """Every topic that answers, the one with the newest answering post first; as `answers` in all else."""
        columns, _behind = self._columns(query, Wish("newest", 0, "topics"))
        return topics_found(self._source, columns, cancelled)

    def related(self, topic: int, posts: Sequence[int], limit: int) -> list[int]:
        """Topics that share rare words with these posts of one, the most like first.

        Raises NeedsRebuild when there is no index, or it is damaged.
        """
        snapshot = self._snapshot()
        headings = self._source.headings_of(posts)
        texts = [*self._source.text_of(posts).values(), *(each.subject for each in headings.values())]
        with self._damage_noted():
            segments = list(snapshot.segments.values())
            return Related(segments, self._source.topics()).to(topic, texts, limit)

    def corrected(self, text: str, cancelled: Asked = never) -> str:
        """A query with the words that stand nowhere put right by the words of the index; "" where there are none.

        Also "" when it is cancelled.

        Raises NeedsRebuild when there is no index, or it is damaged.
        """
        snapshot = self._snapshot()
        later = self._later(snapshot)
        with self._damage_noted():
            vocabularies: list[Vocabulary] = [*snapshot.segments.values(), *([later] if later else [])]
            return Spelling(self._source, vocabularies).corrected(text, cancelled)

    def _columns(self, query: Query, wish: Wish) -> tuple[list[Column], int]:
        snapshot = self._snapshot()
        later = self._later(snapshot)
        whole = later is not None and snapshot.manifest.missing is None
        behind = 0 if whole else self._missing(snapshot.manifest) - len(later or ())
        with self._damage_noted():
            found = snapshot.columns(query, wish, gathered(()) if later is None else later, self._source)
        return found, behind

    def scan(self, query: Query, *, sort: Sort, limit: int, unit: Unit) -> SearchAnswer:
        """Give the same answer without the index, by reading every post."""
        started = time.perf_counter()
        answer = scan(self._source, query, Wish(sort, limit, unit))
        return replace(answer, milliseconds=(time.perf_counter() - started) * 1_000)

    def check(self) -> list[str]:
        """Read the whole index and say what is wrong with it, in words; nothing when it is sound."""
        try:
            manifest = manifests.load(self._directory)
            require_current_rules(manifest, self._source.generation(), self._source.changed())
        except Damaged as error:
            return [_("Search: {error}; the index will be made anew.").format(error=error)]
        problems = list(self._damages(manifest))
        if problems:
            note_damage(self._directory)
        return [_("Search: {error}; the index will be made anew.").format(error=problem) for problem in problems]

    def _damages(self, manifest: Manifest) -> Iterator[str]:
        for record in manifest.segments:
            yield from filter(None, map(self._damage_of, record.files))
            try:
                with reading_index():
                    Segment(self._directory, record)
            except OSError:
                continue  # a file that cannot be read was told of above
            except Damaged as error:
                yield str(error)

    def _damage_of(self, record: FileRecord) -> str:
        """What is wrong with a file; nothing when it is as it was written."""
        try:
            changed = recorded(self._directory / record.name) != record
        except OSError as error:
            return _("{file} cannot be read ({why})").format(file=record.name, why=error.strerror)
        return _("{file} was changed").format(file=record.name) if changed else ""

    def _snapshot(self) -> Snapshot:
        """The committed state, opened once for each thread and commit."""
        with self._damage_noted():
            manifest = manifests.load(self._directory)
        # The archive is asked after the index was read: it only grows, so the index cannot seem to be the newer one.
        self._require_current_rules(manifest)
        before = self._local.snapshot
        if before is None or before.manifest != manifest:
            with self._damage_noted():
                self._local.snapshot = before = open_snapshot(self._directory, manifest, before)
        return before

    def _require_current_rules(self, manifest: Manifest) -> None:
        try:
            require_current_rules(manifest, self._source.generation(), self._source.changed())
        except Damaged as error:
            raise NeedsRebuild(_("The search index must be made anew: {error}.").format(error=error)) from error

    def _later(self, snapshot: Snapshot) -> Gathering | None:
        """The posts that changed after the snapshot was committed; None when they are too many to be read now."""
        changed = self._source.changed()
        key = snapshot.manifest.change, changed
        if self._local.later is None or self._local.later[0] != key:
            if self._source.count_changed(key[0]) > MAX_LATER:
                return None
            documents = self._source.documents(key[0], MAX_LATER) if changed > key[0] else ()
            self._local.later = key, gathered(documents)
        return self._local.later[1]

    @contextmanager
    def _damage_noted(self) -> Iterator[None]:
        """Turn damage into NeedsRebuild, and leave word for the next writer not to build upon what is there."""
        try:
            with reading_index():
                yield
        except Damaged as error:
            self._local.snapshot = None
            if not isinstance(error, Missing):
                note_damage(self._directory)
            raise NeedsRebuild(_("The search index must be made anew: {error}.").format(error=error)) from error
        except OSError as error:
            raise NeedsRebuild(
                _("The search index cannot be read: {why}.").format(why=error.strerror or error)
            ) from error


class _Opened(threading.local):
    """What a thread has open: Whoosh's readers are for one thread each."""

    snapshot: Snapshot | None = None
    later: tuple[tuple[int, int], Gathering] | None = None
