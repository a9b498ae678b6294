"""The files that come with posts, by name: what search tells of them, without looking into any mail."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from listforum.archive.database import Database
from listforum.mail.structure import attachment_parts, shown_parts
from listforum.model.mail import Part

_SIGNATURES: Final = frozenset(
    ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
)
_PATCH_TYPES: Final = frozenset(("text/x-patch", "text/x-diff", "text/patch", "text/diff"))
_PATCH_NAMES: Final = (".patch", ".diff")
_BODY_TYPES: Final = frozenset(("text/plain", "text/html"))
_LONGEST_NAME: Final = 1_000


@dataclass(frozen=True, slots=True)
class File:
    """A file as its mail describes it, by a name ("" where it has none) that is not safe to show.

    `shown` is one that is read as text of the post, as a patch is that was not attached.
    """

    name: str
    type: str
    shown: bool

    @property
    def is_patch(self) -> bool:
        return self.type in _PATCH_TYPES or self.name.lower().endswith(_PATCH_NAMES)


class Files:
    """Keeps which files posts have. A signature is none, and no version of the text is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, post: int, parts: Sequence[Part]) -> None:
        """Stores the files among the parts of a post, in place of what was there."""
        self._database.run("DELETE FROM file WHERE post = ?", (post,))
        if len(parts) == 1 and parts[0].type in _BODY_TYPES:
            return
        rows = [(post, nth, file.name, file.type, file.shown) for nth, file in enumerate(_files(parts))]
        if rows:
            self._database.run_many("INSERT INTO file VALUES (?, ?, ?, ?, ?)", rows)

    def of(self, posts: Sequence[int]) -> Mapping[int, Sequence[File]]:
        """The files of posts, in their order, of those that have any.

        Of a digest whose mails are posts nothing is told: they have the files.
        """
        found: defaultdict[int, list[File]] = defaultdict(list)
        for post, name, type_, shown in self._database.rows(
            """SELECT post, name, type, shown FROM file JOIN post ON post.id = post
               WHERE post IN (SELECT value FROM json_each(?)) AND NOT burst ORDER BY post, nth""",
            (json.dumps(list(posts)),),
        ):
            found[post].append(File(name, type_, bool(shown)))
        return found


def _files(parts: Sequence[Part]) -> Iterator[File]:
    for part in attachment_parts(parts):
        if part.type not in _SIGNATURES:
            yield _file(part, shown=False)
    for part in shown_parts(parts):
        file = _file(part, shown=True)
        if file.is_patch or (file.name and file.type not in _BODY_TYPES):
            yield file


def _file(part: Part, *, shown: bool) -> File:
    name = (part.name or "")[:_LONGEST_NAME].encode("utf-8", "replace").decode()
    return File(name, part.type, shown)
