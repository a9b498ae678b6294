"""`meta.json`: what the index consists of and how far it has come. Replacing this one file is what commits a change."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from functools import lru_cache
from gettext import gettext as _
from pathlib import Path
from typing import Any

from listforum.search.segment import SegmentRecord
from listforum.search.storage import FRESH, Damaged, FileRecord, Missing, write_whole

FILE = "meta.json"
UNFINISHED = FILE + FRESH
"""What a writer that was killed may leave."""

FORMAT = 2

MOST = 1 << 24
"""Documents of a segment: their numbers are packed in 24 bits."""

ALL = (1 << 62, 0)
"""Earlier than this is every post."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The committed state: rules of analysis, generation of the archive, segments, and how far they go.

    They hold every post up to the highest `change` number, unless an index made newest first is not finished: then of
    those the ones that are earlier than `missing`, a date and a post, are still to come.
    """

    analysis: str
    generation: str
    change: int = 0
    missing: tuple[int, int] | None = None
    segments: tuple[SegmentRecord, ...] = ()


def load(directory: Path) -> Manifest:
    """Read and verify the manifest. Raises Missing, or Damaged when it is damaged or of another version."""
    try:
        return _verified((directory / FILE).read_bytes(), FORMAT)
    except FileNotFoundError as error:
        raise Missing(_("there is no index yet")) from error
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise Damaged(_("{file} cannot be read: {error}").format(file=FILE, error=error)) from error


@lru_cache(2)
def _verified(written: bytes, own_format: int) -> Manifest:
    """The manifest that was written. It is read at every search, and seldom another one."""
    found = json.loads(written)
    content = found["index"]
    if zlib.crc32(_encode(content)) != found["crc32"]:
        raise Damaged(_("{file} was changed").format(file=FILE))
    if content["format"] != own_format:
        raise Damaged(
            _("the index has format {found}, and this program writes {own}").format(
                found=content["format"], own=own_format
            )
        )
    return _manifest(content)


def save(directory: Path, manifest: Manifest) -> None:
    """Commit: after a power cut the old or the new manifest is there, whole."""
    content = {"format": FORMAT, **asdict(manifest)}
    write_whole(directory / FILE, _encode({"crc32": zlib.crc32(_encode(content)), "index": content}))


def _encode(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _manifest(content: dict[str, Any]) -> Manifest:
    segments = tuple(
        SegmentRecord(
            each["segment"],
            tuple(FileRecord(file["name"], file["size"], tuple(file["blocks"])) for file in each["files"]),
            each["documents"],
            tuple(each["deleted"]),
        )
        for each in content["segments"]
    )
    missing = content["missing"]
    manifest = Manifest(
        content["analysis"],
        content["generation"],
        content["change"],
        None if missing is None else (missing[0], missing[1]),
        segments,
    )
    numbers = [manifest.change, *(missing or ()), *(each.documents for each in segments)]
    if not all(isinstance(number, int) for number in numbers) or any(each.documents > MOST for each in segments):
        raise ValueError("numbers that cannot be")  # shown after what is said of the file
    return manifest
