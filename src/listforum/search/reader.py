"""The committed index opened for searching, made current with what the archive has got since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from listforum.model.forum import Document
from listforum.search import manifest as manifests
from listforum.search.analysis import fingerprint
from listforum.search.answer import Wish
from listforum.search.evaluate import Column, Facts, Part, Readable, with_scores
from listforum.search.gathering import Gathering
from listforum.search.manifest import Manifest
from listforum.search.query import Query
from listforum.search.segment import Segment
from listforum.search.source import Source
from listforum.search.storage import Damaged, Missing

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The index as one manifest tells it. Its files stay readable when a writer removes them.

    For one thread only: what it holds of a file is not guarded.
    """

    manifest: Manifest
    segments: Mapping[str, Segment]

    def columns(self, query: Query, wish: Wish, later: Gathering, source: Source) -> list[Column]:
        """The posts that meet a query or may; `later` holds posts newer than the index, which replace its own."""
        replaced = frozenset(later.posts)
        readables: list[Readable] = [*self.segments.values(), *([later] if later.posts else [])]
        facts = Facts(source.marked, source.topics, readables)
        parts = [Part(readable, frozenset() if readable is later else replaced, facts) for readable in readables]
        columns = [part.column(query) for part in parts]
        if wish.sort != "best":
            return columns
        return with_scores(parts, columns, query)


def require_current_rules(manifest: Manifest, generation: str, changed: int) -> None:
    """Raise Damaged when the index was made by other rules, from another archive or from a later state of it."""
    if manifest.analysis != fingerprint():
        raise Damaged(_("the index was made by other rules for words"))
    if manifest.generation != generation:
        raise Damaged(_("the index was made from another archive"))
    if manifest.change > changed:
        raise Damaged(_("the index is newer than the archive"))


def open_snapshot(directory: Path, manifest: Manifest, before: Snapshot | None) -> Snapshot:
    """Open all segments, taking over from an earlier snapshot those that are the same.

    Raises Missing and Damaged.
    """
    known = {} if before is None else before.segments
    for _attempt in range(ATTEMPTS):
        try:
            segments = {
                record.segment: known[record.segment]
                if record.segment in known and known[record.segment].record == record
                else Segment(directory, record)
                for record in manifest.segments
            }
            return Snapshot(manifest, segments)
        except FileNotFoundError as error:
            # A writer may have committed between reading the manifest and opening its files.
            newest = manifests.load(directory)
            if newest == manifest:
                raise Missing(_("a file of the index is missing")) from error
            manifest = newest
    raise Damaged(_("the index changes faster than it can be opened"))


def gathered(documents: Sequence[Document]) -> Gathering:
    """Posts in memory, the newest first, ready to be searched."""
    gathering = Gathering()
    for document in sorted(documents, key=lambda each: (each.date, each.post), reverse=True):
        gathering.add(document)
    return gathering
