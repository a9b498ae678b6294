"""Texts that are being written: kept at every pause, and gone once they are queued."""

from __future__ import annotations

from typing import Final

from listforum.archive.database import Database, Row
from listforum.archive.packing import packed, unpacked
from listforum.model.outgoing import SavedDraft

_DRAFT: Final = "SELECT id, kind, list, post, subject, text, saved FROM draft"


class Drafts:
    """Keeps drafts. A number that was thrown away is never given again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, draft: SavedDraft) -> int:
        """Keeps a new draft; answers its number."""
        return self._database.insert(
            "INSERT INTO draft (kind, list, post, subject, text, saved) VALUES (?, ?, ?, ?, ?, ?)", _values(draft)
        )

    def replace(self, draft: SavedDraft) -> bool:
        """Keeps a draft in the place of the one of its number; answers False when there is none any more."""
        changed = self._database.run(
            "UPDATE draft SET kind = ?, list = ?, post = ?, subject = ?, text = ?, saved = ? WHERE id = ?",
            (*_values(draft), draft.draft),
        )
        return changed == 1

    def all(self) -> tuple[SavedDraft, ...]:
        """Every draft, the newest first."""
        return tuple(map(_draft, self._database.rows(f"{_DRAFT} ORDER BY saved DESC, id DESC")))

    def get(self, draft: int) -> SavedDraft | None:
        """One draft; None when it was thrown away or queued."""
        row = self._database.row(f"{_DRAFT} WHERE id = ?", (draft,))
        return None if row is None else _draft(row)

    def remove(self, draft: int) -> bool:
        """Throws a draft away; answers whether it was there."""
        return self._database.run("DELETE FROM draft WHERE id = ?", (draft,)) > 0

    def count(self) -> int:
        """How many drafts there are."""
        found = self._database.row("SELECT count(*) FROM draft")
        return int(found[0]) if found else 0


def _values(draft: SavedDraft) -> tuple[object, ...]:
    text = packed(draft.text.encode("utf-8", "surrogatepass"))
    subject = draft.subject.encode("utf-8", "replace").decode()
    return draft.kind, draft.list, draft.post, subject, text, draft.saved


def _draft(row: Row) -> SavedDraft:
    number, kind, list_name, post, subject, text, saved = row
    return SavedDraft(
        draft=number,
        kind=kind,
        list=list_name,
        post=post,
        subject=subject,
        text=unpacked(text).decode("utf-8", "surrogatepass"),
        saved=saved,
    )
